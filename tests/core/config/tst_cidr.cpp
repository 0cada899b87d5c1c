#include "core/config/cidr.h"

#include <QTest>

using namespace coracle::config;

class CidrTest : public QObject {
    Q_OBJECT

private slots:
    void parsesAndNormalises_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("normal"); // empty: an error
        QTest::newRow("v4") << "10.42.0.0/16" << "10.42.0.0/16";
        QTest::newRow("host bits are cleared") << "10.42.255.7/17" << "10.42.128.0/17";
        QTest::newRow("all") << "1.2.3.4/0" << "0.0.0.0/0";
        QTest::newRow("one") << "1.2.3.4/32" << "1.2.3.4/32";
        QTest::newRow("v6") << "FD00:42:0::1/56" << "fd00:42::/56";
        QTest::newRow("no prefix") << "10.42.0.0" << "";
        QTest::newRow("too long") << "10.42.0.0/33" << "";
        QTest::newRow("negative") << "10.42.0.0/-1" << "";
        QTest::newRow("no number") << "10.42.0.0/" << "";
        QTest::newRow("tail") << "10.42.0.0/16x" << "";
        QTest::newRow("no address") << "10.42.0/16" << "";
        QTest::newRow("v6 too long") << "fd00::/129" << "";
    }
    void parsesAndNormalises() {
        QFETCH(QString, text);
        QFETCH(QString, normal);
        auto cidr = Cidr::parse(text.toStdString());
        QCOMPARE(QString::fromStdString(cidr ? cidr->text() : ""), normal);
    }

    void countsAddresses() {
        QCOMPARE(Cidr::parse("10.43.0.0/16")->at(10).text(), std::string("10.43.0.10"));
        QCOMPARE(Cidr::parse("10.43.0.0/16")->at(256).text(), std::string("10.43.1.0"));
        QCOMPARE(Address::parse("10.43.0.255")->plus(1).text(), std::string("10.43.1.0"));
        QCOMPARE(Address::parse("fd00::ffff:ffff")->plus(1).text(), std::string("fd00::1:0:0"));
    }

    void isCutIntoParts() {
        QCOMPARE(Cidr::parse("10.42.0.0/16")->part(24, 0)->text(), std::string("10.42.0.0/24"));
        QCOMPARE(Cidr::parse("10.42.0.0/16")->part(24, 255)->text(), std::string("10.42.255.0/24"));
        QVERIFY(!Cidr::parse("10.42.0.0/16")->part(24, 256));
        QVERIFY(!Cidr::parse("10.42.0.0/16")->part(15, 0));
        QCOMPARE(Cidr::parse("10.42.0.0/20")->part(22, 3)->text(), std::string("10.42.12.0/22"));
        QCOMPARE(Cidr::parse("10.42.0.0/24")->part(24, 0)->text(), std::string("10.42.0.0/24"));
        QCOMPARE(Cidr::parse("fd00:42::/56")->part(64, 18)->text(), std::string("fd00:42:0:12::/64"));
        QVERIFY(!Cidr::parse("fd00:42::/56")->part(64, 256));
    }

    void knowsWhatItContains() {
        const Cidr pods = *Cidr::parse("10.42.0.0/15");
        QVERIFY(pods.contains(*Address::parse("10.43.255.255")));
        QVERIFY(!pods.contains(*Address::parse("10.44.0.0")));
        QVERIFY(!pods.contains(*Address::parse("fd00::1")));
        QVERIFY(pods.overlaps(*Cidr::parse("10.43.7.0/24")));
        QVERIFY(Cidr::parse("10.43.7.0/24")->overlaps(pods));
        QVERIFY(!pods.overlaps(*Cidr::parse("10.44.0.0/16")));
    }
};

QTEST_GUILESS_MAIN(CidrTest)
#include "tst_cidr.moc"
