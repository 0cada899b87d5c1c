#include "app/lock/pin_lock.h"
#include "app/navigation/navigator.h"
#include "app/navigation/page_menu.h"

#include <QAbstractItemModelTester>
#include <QSet>
#include <QSignalSpy>
#include <QTest>

using namespace coracle::app;

class NavigatorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theTableIsSound() {
        QSet<QString> ids;
        for (const PageRegistry::Page &page : PageRegistry::pages()) {
            QVERIFY2(!ids.contains(page.id), page.id);
            ids.insert(page.id);
            QVERIFY2(!PageRegistry::title(page.id).isEmpty(), page.id);
            QVERIFY2(!page.kinds || page.parameters, page.id);
            // What is in the menu opens without an object.
            QVERIFY2(!page.section || !page.kinds, page.id);
        }
    }

    void theMenuIsInSections() {
        PageRegistry registry;
        PageMenu menu;
        menu.setSourceModel(&registry);
        const QAbstractItemModelTester tester(&menu);
        QSet<QString> closed;
        QString open;
        for (int row = 0; row < menu.rowCount(); ++row) {
            const QString section = menu.data(menu.index(row, 0), PageRegistry::SectionRole).toString();
            QVERIFY(!section.isEmpty());
            if (section != open) {
                QVERIFY2(!closed.contains(section), qPrintable(section));
                closed.insert(section);
                open = section;
            }
        }
        QCOMPARE(menu.pageAt(menu.rowOf("workloads")), QString("workloads"));
        QCOMPARE(menu.rowOf("pod"), -1);
    }

    void stack() {
        Navigator navigator;
        QSignalSpy opened(&navigator, &Navigator::opened), back(&navigator, &Navigator::wentBack);
        navigator.show("overview");
        QVERIFY(!navigator.canGoBack());
        navigator.openObject("pods", "default", "web");
        QCOMPARE(navigator.pageId(), QString("pod"));
        QCOMPARE(navigator.rootPageId(), QString("overview"));
        const QVariantMap expected{{"namespaceName", "default"}, {"name", "web"}};
        QCOMPARE(opened.first()[1].toMap(), expected);
        navigator.back();
        navigator.back();
        QCOMPARE(back.count(), 1);
        QCOMPARE(navigator.pageId(), QString("overview"));
    }

    void parameters() {
        const PageRegistry::Page *page = PageRegistry::find("terminal");
        const QVariantMap expected{{"namespaceName", "a"}, {"podName", "b"}};
        QCOMPARE(PageRegistry::parametersOf(*page, "pods", "a", "b"), expected);
    }

    void lockedPages() {
        PinLock lock{QString()};
        lock.setPin(LockLevel::Configure, "9999");
        QTRY_VERIFY_WITH_TIMEOUT(lock.hasConfigurePin(), 20'000);
        lock.setPin(LockLevel::Operate, "1111");
        QTRY_VERIFY_WITH_TIMEOUT(lock.hasOperatePin(), 20'000);
        Navigator navigator(&lock);
        navigator.show("overview");
        navigator.openObject("pods", "default", "web");
        navigator.open("terminal", {});
        QCOMPARE(navigator.pageId(), QString("terminal"));
        lock.lock(); // the terminal does not stay open
        QCOMPARE(navigator.pageId(), QString("pod"));
        navigator.open("terminal", {});
        QCOMPARE(navigator.pageId(), QString("pod"));
        lock.enter("1111");
        QTRY_COMPARE(navigator.pageId(), QString("terminal"));
    }
};

QTEST_GUILESS_MAIN(NavigatorTest)
#include "tst_navigator.moc"
