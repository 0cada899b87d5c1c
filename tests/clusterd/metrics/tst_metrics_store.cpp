#include "clusterd/metrics/metrics_store.h"

#include <QTest>

using namespace coracle;
using namespace coracle::metrics;
using namespace std::chrono_literals;

namespace {

const WallTime kBegin{1'700'000'000s};

Point point(int second, double cpuSeconds, uint64_t memory = 1, std::optional<int> started = std::nullopt) {
    Point result{.time = kBegin + std::chrono::seconds(second),
                 .cpuNanoseconds = static_cast<uint64_t>(cpuSeconds * 1e9),
                 .memoryBytes = memory};
    if (started)
        result.started = kBegin + std::chrono::seconds(*started);
    return result;
}

Scrape scrape(std::optional<Point> node, std::map<std::string, Scrape::Containers, std::less<>> pods = {}) {
    return {std::move(node), std::move(pods)};
}

} // namespace

class MetricsStoreTest : public QObject {
    Q_OBJECT

private slots:
    void aRateNeedsTwoMeasurements() {
        MetricsStore store(15s);
        store.put("n", scrape(point(0, 10)));
        QVERIFY(!store.node("n"));
        store.put("n", scrape(point(15, 13, 42)));
        const auto usage = store.node("n");
        QVERIFY(usage);
        QCOMPARE(usage->cpuNanocores, uint64_t(200'000'000));
        QCOMPARE(usage->memoryBytes, uint64_t(42));
        QVERIFY(usage->window == 15s && usage->time == kBegin + 15s);
        store.put("n", scrape(point(30, 14.5)));
        QCOMPARE(store.node("n")->cpuNanocores, uint64_t(100'000'000));
    }

    void theSameMeasurementAgainChangesNothing() {
        MetricsStore store(15s);
        for (const Point &p : {point(0, 0), point(10, 1), point(10, 1)})
            store.put("n", scrape(p));
        QCOMPARE(store.node("n")->cpuNanocores, uint64_t(100'000'000));
        store.put("n", scrape(std::nullopt));
        QVERIFY(store.node("n"));
    }

    void aNodeThatBootedBeginsAnew() {
        MetricsStore store(15s);
        store.put("n", scrape(point(0, 50)));
        store.put("n", scrape(point(15, 1)));
        QVERIFY(!store.node("n"));
        store.put("n", scrape(point(30, 4)));
        QCOMPARE(store.node("n")->cpuNanocores, uint64_t(200'000'000));
    }

    void aPodIsWholeOrNotThere() {
        MetricsStore store(15s);
        store.put("n", scrape({}, {{"d/p", {{"a", point(0, 0)}}}}));
        store.put("n", scrape({}, {{"d/p", {{"a", point(15, 1.5)}, {"b", point(15, 1)}}}}));
        QVERIFY(!store.pod("d", "p")); // b was measured once
        store.put("n", scrape({}, {{"d/p", {{"a", point(30, 3)}, {"b", point(30, 4)}}}}));
        const auto pod = store.pod("d", "p");
        QVERIFY(pod);
        QCOMPARE(pod->size(), size_t(2));
        QCOMPARE(pod->at(0).name, std::string("a"));
        QCOMPARE(pod->at(1).usage.cpuNanocores, uint64_t(200'000'000));
    }

    void aContainerThatBeganAnewHasNoRateYet() {
        MetricsStore store(15s);
        store.put("n", scrape({}, {{"d/p", {{"a", point(0, 5, 1, -100)}}}}));
        store.put("n", scrape({}, {{"d/p", {{"a", point(15, 6, 1, 13)}}}})); // more CPU, but another life
        QVERIFY(!store.pod("d", "p"));
    }

    void aFreshContainerCountsFromItsStart() {
        MetricsStore store(15s);
        store.put("n", scrape({}, {{"d/p", {{"a", point(12, 6, 1, 0)}}}}));
        const auto pod = store.pod("d", "p");
        QVERIFY(pod);
        QCOMPARE(pod->front().usage.cpuNanocores, uint64_t(500'000'000));
        QVERIFY(!freshStart(point(5, 1, 1, 0), 15s));  // too short for a rate
        QVERIFY(!freshStart(point(20, 1, 1, 0), 15s)); // it would have been seen before
        QVERIFY(!freshStart(point(12, 1), 15s));
    }

    void podsGoWithTheirNodes() {
        MetricsStore store(15s);
        for (int t : {0, 15})
            store.put("n", scrape(point(t, t), {{"d/p", {{"a", point(t, t)}}}, {"d/q", {{"a", point(t, t)}}}}));
        QVERIFY(store.pod("d", "p") && store.pod("d", "q"));
        store.put("n", scrape(point(30, 30), {{"d/q", {{"a", point(30, 30)}}}}));
        QVERIFY(!store.pod("d", "p") && store.pod("d", "q"));
        store.retain({"other"});
        QVERIFY(!store.node("n") && !store.pod("d", "q"));
    }

    void aPodThatMovedBelongsToItsNewNode() {
        MetricsStore store(15s);
        for (int t : {0, 15})
            store.put("n", scrape(point(t, t), {{"d/p", {{"a", point(t, t)}}}}));
        for (int t : {20, 35})
            store.put("m", scrape(point(t, t), {{"d/p", {{"a", point(t, t - 20)}}}}));
        store.put("n", scrape(point(40, 40)));
        const auto pod = store.pod("d", "p");
        QVERIFY(pod);
        QCOMPARE(pod->front().usage.cpuNanocores, uint64_t(1'000'000'000));
    }
};

QTEST_APPLESS_MAIN(MetricsStoreTest)
#include "tst_metrics_store.moc"
