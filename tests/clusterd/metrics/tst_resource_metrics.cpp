#include "clusterd/metrics/resource_metrics.h"

#include <QTest>

using namespace coracle;
using namespace coracle::metrics;
using namespace std::chrono_literals;

namespace {

const WallTime kNow{1'700'000'000s};

} // namespace

class ResourceMetricsTest : public QObject {
    Q_OBJECT

private slots:
    void readsWhatAKubeletTells() {
        const Scrape scrape = parseResourceMetrics(
            "# HELP container_cpu_usage_seconds_total x\n"
            "# TYPE container_cpu_usage_seconds_total counter\n"
            "container_cpu_usage_seconds_total{container=\"app\",namespace=\"default\",pod=\"web\"} 1.5 1700000001500\n"
            "container_memory_working_set_bytes{container=\"app\",namespace=\"default\",pod=\"web\"} 1.048576e+06 1\n"
            "container_start_time_seconds{container=\"app\",namespace=\"default\",pod=\"web\"} 1.6999999e+09 1\n"
            "container_swap_usage_bytes{container=\"app\",namespace=\"default\",pod=\"web\"} 7\n"
            "node_cpu_usage_seconds_total 12.25 1700000002000\n"
            "node_memory_working_set_bytes 4096\n"
            "pod_cpu_usage_seconds_total{namespace=\"default\",pod=\"web\"} 1.6 1700000001500\n"
            "scrape_error 0\n",
            kNow);
        QVERIFY(scrape.node);
        QCOMPARE(scrape.node->cpuNanoseconds, uint64_t(12'250'000'000));
        QCOMPARE(scrape.node->memoryBytes, uint64_t(4096));
        QVERIFY(scrape.node->time == kNow + 2s);
        QCOMPARE(scrape.pods.size(), size_t(1));
        const Point &app = scrape.pods.at("default/web").at("app");
        QCOMPARE(app.cpuNanoseconds, uint64_t(1'500'000'000));
        QCOMPARE(app.memoryBytes, uint64_t(1048576));
        QVERIFY(app.time == kNow + 1500ms);
        QVERIFY(app.started == WallTime(1'699'999'900s));
    }

    void timeWithoutATimestampIsThatOfTheScrape() {
        const Scrape scrape =
            parseResourceMetrics("node_cpu_usage_seconds_total 1\nnode_memory_working_set_bytes 2", kNow);
        QVERIFY(scrape.node && scrape.node->time == kNow);
    }

    void needsBothValues() {
        QVERIFY(!parseResourceMetrics("node_cpu_usage_seconds_total 1\n", kNow).node);
        const Scrape scrape = parseResourceMetrics(
            "container_memory_working_set_bytes{container=\"a\",namespace=\"n\",pod=\"p\"} 1\n", kNow);
        QVERIFY(scrape.pods.empty());
    }

    void labelsMayHoldAnything() {
        const Scrape scrape = parseResourceMetrics(
            "container_cpu_usage_seconds_total{pod=\"p\",x=\"}, \\\"q\\\\ \",container=\"a\",namespace=\"n\"} 1\n"
            "container_memory_working_set_bytes{pod=\"p\",container=\"a\",namespace=\"n\",} 1\n",
            kNow);
        QCOMPARE(scrape.pods.size(), size_t(1));
        QVERIFY(scrape.pods.contains("n/p"));
    }

    void badLinesAreLeftOut_data() {
        QTest::addColumn<QString>("line");
        for (const char *line : {"", " ", "{", "x", "node_cpu_usage_seconds_total", "node_cpu_usage_seconds_total NaN",
                                 "node_cpu_usage_seconds_total +Inf", "node_cpu_usage_seconds_total -1",
                                 "node_cpu_usage_seconds_total{a} 1", "node_cpu_usage_seconds_total{a=\"b} 1",
                                 "node_cpu_usage_seconds_total{a=\"b\\", "node_cpu_usage_seconds_total{a=\"b\""})
            QTest::newRow(line) << line;
    }
    void badLinesAreLeftOut() {
        QFETCH(QString, line);
        const Scrape scrape = parseResourceMetrics(line.toStdString() + "\nnode_memory_working_set_bytes 2\n", kNow);
        QVERIFY(!scrape.node);
    }

    void hugeValuesAreCapped() {
        const Scrape scrape =
            parseResourceMetrics("node_cpu_usage_seconds_total 1e300\nnode_memory_working_set_bytes 1e30", kNow);
        QVERIFY(scrape.node);
        QVERIFY(scrape.node->memoryBytes <= uint64_t(INT64_MAX));
    }
};

QTEST_APPLESS_MAIN(ResourceMetricsTest)
#include "tst_resource_metrics.moc"
