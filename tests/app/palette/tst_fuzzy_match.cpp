#include "app/palette/fuzzy_match.h"

#include <QTest>
#include <algorithm>

using namespace coracle::app;

class FuzzyMatchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fits_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<bool>("fits");
        QTest::newRow("nothing typed") << "Workloads" << "" << true;
        QTest::newRow("blanks") << "Workloads" << "  " << true;
        QTest::newRow("beginning") << "Workloads" << "work" << true;
        QTest::newRow("letters in order") << "Workloads" << "wlds" << true;
        QTest::newRow("not in order") << "Workloads" << "sdl" << false;
        QTest::newRow("all words") << "web-7d4 Pod in default" << "def web" << true;
        QTest::newRow("one word is not there") << "web-7d4 Pod in default" << "web kube" << false;
        QTest::newRow("nothing to search in") << "" << "a" << false;
    }
    void fits() {
        QFETCH(QString, text);
        QFETCH(QString, typed);
        QTEST(fuzzyScore(text, typed) > 0, "fits");
    }

    void order_data() {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QStringList>("best");
        QTest::newRow("beginning before middle") << "pod" << QStringList{"pod-1", "my-pod", "tripod"};
        QTest::newRow("whole before letters") << "node" << QStringList{"Nodes", "no-old-debt"};
        QTest::newRow("short before long") << "web" << QStringList{"web", "web-frontend-of-the-shop"};
        QTest::newRow("beginnings of words") << "pf" << QStringList{"Port forwards", "helpful"};
    }
    void order() {
        QFETCH(QString, typed);
        QFETCH(QStringList, best);
        QStringList sorted = best;
        std::reverse(sorted.begin(), sorted.end());
        std::stable_sort(sorted.begin(), sorted.end(), [&](const QString &a, const QString &b) {
            return fuzzyScore(a, typed) > fuzzyScore(b, typed);
        });
        QCOMPARE(sorted, best);
    }
};

QTEST_GUILESS_MAIN(FuzzyMatchTest)
#include "tst_fuzzy_match.moc"
