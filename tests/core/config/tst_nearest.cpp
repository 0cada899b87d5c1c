#include "core/config/nearest.h"

#include <QTest>

using namespace coracle::config;

class NearestTest : public QObject {
    Q_OBJECT

private slots:
    void findsTheNearestName_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("nearest");
        QTest::newRow("swapped letters") << "cluster-cird" << "cluster-cidr";
        QTest::newRow("missing letter") << "toke" << "token";
        QTest::newRow("extra letter") << "tookens" << "token";
        QTest::newRow("nearer of two") << "token-fil" << "token-file";
        QTest::newRow("short word") << "tokn" << "token";
        QTest::newRow("nothing near") << "kubernetes" << "";
        QTest::newRow("empty") << "" << "";
        QTest::newRow("absurdly long") << QString(100000, 'x') << "";
    }
    void findsTheNearestName() {
        static constexpr std::string_view kNames[] = {"cluster-cidr", "service-cidr", "token", "token-file", "disable"};
        QFETCH(QString, word);
        QFETCH(QString, nearest);
        const auto found = nearestName(word.toStdString(), kNames);
        QCOMPARE(QString::fromUtf8(found.data(), qsizetype(found.size())), nearest);
    }
};

QTEST_GUILESS_MAIN(NearestTest)
#include "tst_nearest.moc"
