#include "clusterd/controllers/nodelifecycle/zone_disruption.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
using namespace std::chrono_literals;

namespace {

SteadyTime at(int seconds) {
    return SteadyTime(std::chrono::seconds(seconds));
}

using Change = ZoneDisruption::Change;

} // namespace

class ZoneDisruptionTest : public QObject {
    Q_OBJECT

private slots:
    void statesOfAZone_data() {
        QTest::addColumn<int>("ready");
        QTest::addColumn<int>("notReady");
        QTest::addColumn<int>("state");
        const auto row = [](int ready, int notReady, ZoneState state) {
            QTest::addRow("%d ready, %d not", ready, notReady) << ready << notReady << int(state);
        };
        row(0, 0, ZoneState::Normal);
        row(1, 0, ZoneState::Normal);
        row(0, 1, ZoneState::FullDisruption);
        row(0, 9, ZoneState::FullDisruption);
        row(1, 2, ZoneState::Normal); // too few to tell
        row(1, 3, ZoneState::PartialDisruption);
        row(3, 3, ZoneState::Normal);
        row(9, 11, ZoneState::PartialDisruption); // exactly the threshold
        row(10, 11, ZoneState::Normal);
    }
    void statesOfAZone() {
        QFETCH(int, ready);
        QFETCH(int, notReady);
        QTEST(int(zoneState({ready, notReady}, 0.55)), "state");
    }

    void limiterLetsOneThroughInItsTime() {
        EvictionLimiter limiter;
        QVERIFY(!limiter.take(at(0))); // no rate yet
        limiter.setRate(0.1, at(0));
        QVERIFY(limiter.take(at(0)));
        QVERIFY(!limiter.take(at(5)));
        QVERIFY(limiter.wait(at(5)) > 4s && limiter.wait(at(5)) < 6s);
        QVERIFY(limiter.take(at(5) + limiter.wait(at(5))));
        QVERIFY(limiter.take(at(1000)));
        QVERIFY(!limiter.take(at(1000))); // nothing is saved beyond one
    }

    void limiterKeepsWhatItHasWhenTheRateChanges() {
        EvictionLimiter limiter;
        limiter.setRate(0.1, at(0));
        QVERIFY(limiter.take(at(0)));
        limiter.setRate(0, at(5)); // half of one
        QVERIFY(!limiter.take(at(500)));
        limiter.setRate(0.01, at(500));
        QVERIFY(!limiter.take(at(549)));
        QVERIFY(limiter.take(at(551)));
    }

    void ratesFollowTheState() {
        ZoneDisruption disruption{EvictionRates()};
        (void)disruption.observe({{"a", {10, 1}}, {"b", {1, 10}}, {"c", {20, 40}}, {"d", {0, 3}}}, at(0));
        QVERIFY(!disruption.allDisrupted());
        QCOMPARE(int(disruption.state("b")), int(ZoneState::PartialDisruption));
        for (const char *zone : {"a", "b", "c", "d"})
            (void)disruption.limiter(zone)->take(at(100)); // empty
        QVERIFY(disruption.limiter("a")->wait(at(100)) < 11s);
        QVERIFY(disruption.limiter("b")->wait(at(100)) == Duration::max()); // small: nothing is evicted
        QVERIFY(disruption.limiter("c")->wait(at(100)) > 90s);              // large: slowly
        QVERIFY(disruption.limiter("c")->wait(at(100)) < 101s);
        QVERIFY(disruption.limiter("d")->wait(at(100)) < 11s); // one whole zone is a fault of the zone
        QVERIFY(!disruption.limiter("e"));
    }

    void aClusterWithoutAReadyNodeEvictsNothing() {
        ZoneDisruption disruption{EvictionRates()};
        QVERIFY(disruption.observe({{"a", {1, 0}}, {"b", {0, 2}}}, at(0)) == Change::None);
        QVERIFY(disruption.observe({{"a", {0, 1}}, {"b", {0, 2}}}, at(1)) == Change::AllDisrupted);
        QVERIFY(!disruption.limiter("b")->take(at(1000)));
        QVERIFY(disruption.observe({{"a", {0, 1}}, {"b", {0, 2}}}, at(1000)) == Change::None);
        QVERIFY(disruption.observe({{"a", {1, 0}}, {"b", {0, 2}}}, at(1001)) == Change::NoLongerAllDisrupted);
        QVERIFY(disruption.limiter("b")->take(at(1020)));
        QVERIFY(disruption.observe({}, at(1021)) == Change::None);
        QVERIFY(!disruption.limiter("b"));
    }
};

QTEST_APPLESS_MAIN(ZoneDisruptionTest)
#include "tst_zone_disruption.moc"
