#include "app/models/resource_filter_model.h"
#include "app/models/resource_model.h"

#include <QAbstractItemModelTester>
#include <QDateTime>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTest>

using namespace coracle::app;

namespace {

void add(QStandardItemModel &model, const QString &name, const QString &space, const QString &status, int trouble,
         int ageS) {
    auto *item = new QStandardItem;
    item->setData(name, ResourceModel::NameRole);
    item->setData(space, ResourceModel::NamespaceRole);
    item->setData(status, ResourceModel::StatusRole);
    item->setData(QStringList{status, "10.0.0.7"}, ResourceModel::CellsRole);
    item->setData(trouble, ResourceModel::TroubleRole);
    item->setData(QDateTime::fromSecsSinceEpoch(1'000'000 - ageS), ResourceModel::CreatedRole);
    model.appendRow(item);
}

QStringList names(const ResourceFilterModel &model) {
    QStringList all;
    for (int row = 0; row < model.count(); ++row)
        all.append(model.index(row, 0).data(ResourceModel::NameRole).toString());
    return all;
}

} // namespace

class ResourceFilterModelTest : public QObject {
    Q_OBJECT

    QStandardItemModel m_source;
    ResourceFilterModel m_model;
    QAbstractItemModelTester m_tester{&m_model};

private Q_SLOTS:
    void initTestCase() {
        add(m_source, "web", "shop", "Running", 0, 30);
        add(m_source, "db", "shop", "CrashLoopBackOff", 3, 20);
        add(m_source, "api", "blog", "Pending", 2, 40);
        add(m_source, "web", "blog", "Running", 0, 10);
        m_model.setSourceModel(&m_source);
    }

    void sorts_data() {
        QTest::addColumn<ResourceFilterModel::SortBy>("by");
        QTest::addColumn<bool>("descending");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("name") << ResourceFilterModel::ByName << false << QStringList{"api", "db", "web", "web"};
        QTest::newRow("name, back") << ResourceFilterModel::ByName << true << QStringList{"web", "web", "db", "api"};
        QTest::newRow("namespace") << ResourceFilterModel::ByNamespace << false
                                   << QStringList{"api", "web", "db", "web"};
        QTest::newRow("newest") << ResourceFilterModel::ByAge << false << QStringList{"web", "db", "web", "api"};
        QTest::newRow("oldest") << ResourceFilterModel::ByAge << true << QStringList{"api", "web", "db", "web"};
        QTest::newRow("worst") << ResourceFilterModel::ByTrouble << false << QStringList{"db", "api", "web", "web"};
    }
    void sorts() {
        QFETCH(ResourceFilterModel::SortBy, by);
        QFETCH(bool, descending);
        QFETCH(QStringList, expected);
        m_model.setSortBy(by);
        m_model.setDescending(descending);
        QCOMPARE(names(m_model), expected);
    }

    void searches_data() {
        QTest::addColumn<QString>("search");
        QTest::addColumn<int>("found");
        QTest::newRow("nothing") << "" << 4;
        QTest::newRow("name") << "web" << 2;
        QTest::newRow("case") << "CRASH" << 1;
        QTest::newRow("all words") << "  web   blog " << 1;
        QTest::newRow("a cell") << "10.0.0.7" << 4;
        QTest::newRow("none") << "web crash" << 0;
    }
    void searches() {
        QFETCH(QString, search);
        QFETCH(int, found);
        m_model.setSearch(search);
        QCOMPARE(m_model.count(), found);
    }

    void followsTheSource() {
        m_model.setSearch("web");
        m_model.setSortBy(ResourceFilterModel::ByTrouble);
        m_model.setDescending(false);
        QSignalSpy counted(&m_model, &ResourceFilterModel::countChanged);
        add(m_source, "web-2", "shop", "Failed", 3, 5);
        QCOMPARE(names(m_model).first(), QString("web-2"));
        QVERIFY(counted.count() > 0);
        m_source.item(4)->setData(0, ResourceModel::TroubleRole);
        QCOMPARE(names(m_model).last(), QString("web-2"));
        m_source.removeRow(4);
        QCOMPARE(m_model.count(), 2);
    }
};

QTEST_GUILESS_MAIN(ResourceFilterModelTest)
#include "tst_resource_filter_model.moc"
