#include "clusterd/controllers/nodeipam/cidr_set.h"

#include <QTest>
#include <set>

using namespace coracle;
using namespace coracle::controllers;

namespace {

config::Cidr cidr(const char *text) {
    return *config::Cidr::parse(text);
}

std::string next(const CidrSet &set) {
    const auto part = set.next();
    return part ? part->text() : std::string();
}

} // namespace

class CidrSetTest : public QObject {
    Q_OBJECT

private slots:
    void givesEveryPartOnce() {
        for (const auto &[cluster, length, parts] :
             {std::tuple("10.42.0.0/16", 24, 256), std::tuple("10.42.0.0/24", 24, 1),
              std::tuple("10.0.0.0/8", 24, 65536), std::tuple("fd00:42::/56", 64, 256),
              std::tuple("10.42.0.0/21", 26, 32)}) {
            CidrSet set = *CidrSet::create(cidr(cluster), length);
            std::set<std::string> given;
            while (const auto part = set.next()) {
                QVERIFY(given.insert(part->text()).second);
                QVERIFY(set.cluster().contains(part->network()));
                set.occupy(*part);
            }
            QCOMPARE(given.size(), size_t(parts));
        }
    }

    void refusesWhatDoesNotFit() {
        QVERIFY(!CidrSet::create(cidr("10.42.0.0/24"), 16));
        QVERIFY(!CidrSet::create(cidr("10.42.0.0/16"), 33));
        QVERIFY(!CidrSet::create(cidr("fd00::/40"), 64)); // 2^24 parts
        QVERIFY(CidrSet::create(cidr("fd00::/48"), 64));
    }

    void passesOverWhatIsTaken() {
        CidrSet set = *CidrSet::create(cidr("10.42.0.0/16"), 24);
        QCOMPARE(next(set), std::string("10.42.0.0/24"));
        set.occupy(cidr("10.42.0.0/24"));
        set.occupy(cidr("10.42.1.128/25")); // a part of a part
        QCOMPARE(next(set), std::string("10.42.2.0/24"));
        set.occupy(cidr("10.42.0.0/22")); // four parts
        QCOMPARE(next(set), std::string("10.42.4.0/24"));
        set.occupy(cidr("192.168.0.0/24")); // somewhere else
        set.occupy(cidr("fd00::/64"));
        QCOMPARE(next(set), std::string("10.42.4.0/24"));
        set.occupy(cidr("0.0.0.0/0"));
        QCOMPARE(next(set), std::string());
    }

    void freedPartsComeLast() {
        CidrSet set = *CidrSet::create(cidr("10.42.0.0/22"), 24);
        set.occupy(cidr("10.42.0.0/24"));
        set.release(cidr("10.42.0.0/24"));
        QCOMPARE(next(set), std::string("10.42.1.0/24"));
        for (const char *part : {"10.42.1.0/24", "10.42.2.0/24", "10.42.3.0/24"})
            set.occupy(cidr(part));
        QCOMPARE(next(set), std::string("10.42.0.0/24"));
    }

    void twoUsersMustBothLetGo() {
        CidrSet set = *CidrSet::create(cidr("10.42.0.0/24"), 24);
        set.occupy(cidr("10.42.0.0/24"));
        set.occupy(cidr("10.42.0.0/24"));
        set.release(cidr("10.42.0.0/24"));
        QCOMPARE(next(set), std::string());
        set.release(cidr("10.42.0.0/24"));
        set.release(cidr("10.42.0.0/24")); // once too often
        QCOMPARE(next(set), std::string("10.42.0.0/24"));
    }
};

QTEST_APPLESS_MAIN(CidrSetTest)
#include "tst_cidr_set.moc"
