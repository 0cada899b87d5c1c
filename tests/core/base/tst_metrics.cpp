#include "core/base/metrics.h"

#include <QTest>
#include <thread>

using namespace coracle::metrics;

class MetricsTest : public QObject {
    Q_OBJECT

private slots:
    void writesTheExpositionFormat() {
        Registry registry;
        registry.counter("b_total", "Bees.", {"kind", "place"}).with({"honey", "a \"hive\"\\\n"}).add(3);
        registry.gauge("a_depth", "Depth.").with({}).set(-1.5);
        registry.counter("unused_total", "Nothing yet.", {"x"});
        auto &times = registry.histogram("c_seconds", "Times.", {"verb"}, {0.1, 1, 5}).with({"GET"});
        for (double value : {0.05, 0.1, 0.5, 7.0})
            times.observe(value);
        QCOMPARE(registry.text(), std::string("# HELP a_depth Depth.\n# TYPE a_depth gauge\n"
                                              "a_depth -1.5\n"
                                              "# HELP b_total Bees.\n# TYPE b_total counter\n"
                                              "b_total{kind=\"honey\",place=\"a \\\"hive\\\"\\\\\\n\"} 3\n"
                                              "# HELP c_seconds Times.\n# TYPE c_seconds histogram\n"
                                              "c_seconds_bucket{verb=\"GET\",le=\"0.1\"} 2\n"
                                              "c_seconds_bucket{verb=\"GET\",le=\"1\"} 3\n"
                                              "c_seconds_bucket{verb=\"GET\",le=\"5\"} 3\n"
                                              "c_seconds_bucket{verb=\"GET\",le=\"+Inf\"} 4\n"
                                              "c_seconds_sum{verb=\"GET\"} 7.65\n"
                                              "c_seconds_count{verb=\"GET\"} 4\n"));
    }

    void oneNameIsOneFamily() {
        Registry registry;
        registry.counter("x_total", "X.", {"a"}).with({"1"}).add();
        registry.counter("x_total", "X.", {"a"}).with({"1"}).add();
        QCOMPARE(registry.counter("x_total", "X.", {"a"}).with({"1"}).value(), 2.0);
    }

    void threadsCountTogether() {
        Registry registry;
        auto &family = registry.counter("n_total", "N.", {"i"});
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&family] {
                for (int i = 0; i < 10000; ++i)
                    family.with({std::to_string(i % 7)}).add();
            });
        for (std::thread &thread : threads)
            thread.join();
        double sum = 0;
        for (int i = 0; i < 7; ++i)
            sum += family.with({std::to_string(i)}).value();
        QCOMPARE(sum, 40000.0);
    }

    void theProcessKnowsItself() {
        const std::string text = processText();
        for (const char *name : {"process_cpu_seconds_total ", "process_resident_memory_bytes ", "process_open_fds ",
                                 "process_start_time_seconds "})
            QVERIFY2(text.find(std::string("\n") + name) != std::string::npos || text.starts_with(name), name);
        const size_t at = text.rfind(' ');
        const double started = std::stod(text.substr(at + 1));
        const double now = static_cast<double>(std::time(nullptr));
        QVERIFY2(started > now - 600 && started <= now + 2, std::to_string(started - now).c_str());
    }
};

QTEST_GUILESS_MAIN(MetricsTest)
#include "tst_metrics.moc"
