#include "clusterd/appliance/metrics_history.h"

#include <QTest>

using namespace coracle::appliance;

class MetricsHistoryTest : public QObject {
    Q_OBJECT

private slots:
    void anHourAndADay() {
        MetricsHistory history;
        constexpr uint32_t kStep = 15, kSteps = 3 * 24 * 3600 / kStep; // three days
        for (uint32_t i = 1; i <= kSteps; ++i)
            history.add("node", {.seconds = i * kStep, .cpuMillicores = float(i % 4), .memoryBytes = 100});
        const auto hour = history.get("node", HistoryRange::Hour);
        QCOMPARE(hour.size(), MetricsHistory::kHourSamples);
        QCOMPARE(hour.back().seconds, kSteps * kStep);
        QCOMPARE(hour.front().seconds, kSteps * kStep - (MetricsHistory::kHourSamples - 1) * kStep);
        const auto day = history.get("node", HistoryRange::Day);
        QVERIFY(day.size() >= MetricsHistory::kDaySamples);
        QVERIFY(day.size() <= MetricsHistory::kDaySamples + 1);
        for (size_t i = 1; i < day.size(); ++i)
            QVERIFY(day[i].seconds > day[i - 1].seconds);
        QCOMPARE(day[100].cpuMillicores, 1.5F); // of 0, 1, 2 and 3
        QVERIFY(std::isnan(day[100].diskBytes));
    }

    void means() {
        const MetricsSample mean = meanOf({{1, 10, NAN, NAN}, {2, 20, 5, NAN}});
        QCOMPARE(mean.seconds, 2U);
        QCOMPARE(mean.cpuMillicores, 15.0F);
        QCOMPARE(mean.memoryBytes, 5.0F);
        QVERIFY(std::isnan(mean.diskBytes));
    }

    void onlyWhatIsLaterCounts() {
        MetricsHistory history;
        history.add("node", {.seconds = 100});
        history.add("node", {.seconds = 100});
        history.add("node", {.seconds = 90});
        QCOMPARE(history.get("node", HistoryRange::Hour).size(), size_t(1));
        QVERIFY(history.get("other", HistoryRange::Hour).empty());
    }

    void itsMemoryIsBounded() {
        MetricsHistory history;
        std::vector<std::string> names;
        history.add("", {.seconds = 1});
        for (int i = 0; i < 100; ++i) {
            names.push_back("node-" + std::to_string(i));
            history.add(names.back(), {.seconds = 1});
        }
        QVERIFY(!history.get("node-35", HistoryRange::Hour).empty());
        QVERIFY(history.get("node-36", HistoryRange::Hour).empty());
        const size_t bytes = (MetricsHistory::kSeriesMax + 1) *
                             (MetricsHistory::kHourSamples + MetricsHistory::kDaySamples) * sizeof(MetricsSample);
        QVERIFY(bytes < (1U << 20));
        history.retain({"node-36"}); // the others are gone: there is room again
        history.add("node-36", {.seconds = 2});
        QVERIFY(!history.get("node-36", HistoryRange::Hour).empty());
        QVERIFY(history.get("node-1", HistoryRange::Hour).empty());
        QVERIFY(!history.get("", HistoryRange::Hour).empty());
    }
};

QTEST_GUILESS_MAIN(MetricsHistoryTest)
#include "tst_metrics_history.moc"
