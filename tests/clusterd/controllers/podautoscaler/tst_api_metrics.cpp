#include "clusterd/controllers/podautoscaler/api_metrics.h"
#include "core/api/schema.h"
#include "tests/support/stub_client.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers::podautoscaler;

namespace {

const api::ResourceInfo &podMetrics() {
    for (const api::ResourceInfo &resource : api::optionalResources())
        if (resource.kind == "PodMetrics")
            return resource;
    qFatal("no PodMetrics in the schema");
}

const api::ResourceInfo kQueue{.group = "external.metrics.k8s.io",
                               .version = "v1beta1",
                               .resource = "queue_length",
                               .kind = "ExternalMetricValue",
                               .apiVersion = "external.metrics.k8s.io/v1beta1"};

/// Serves some resources, each with the objects that are given.
class FakeClient final : public test::StubClient {
public:
    std::vector<const api::ResourceInfo *> served;
    std::vector<std::string> objects;
    std::string asked; ///< namespace and label selector of the last list

    Resources resources() const override {
        auto list = std::make_shared<std::vector<api::ResourcePtr>>();
        for (const api::ResourceInfo *resource : served)
            list->emplace_back(std::shared_ptr<const void>(), resource);
        return list;
    }
    Task<Result<client::ObjectList>> list(const api::ResourceInfo &, std::string space,
                                          client::ListOptions options) override {
        asked = space + " " + options.labelSelector;
        client::ObjectList result;
        for (const std::string &text : objects)
            result.items.push_back(*api::Object::parse(text));
        co_return result;
    }
};

std::string pod(const std::string &name, const std::string &containers) {
    return R"({"kind":"PodMetrics","apiVersion":"metrics.k8s.io/v1beta1","metadata":{"name":")" + name +
           R"(","namespace":"d"},"timestamp":"2026-01-01T00:00:10Z","window":"15s","containers":[)" + containers + "]}";
}

std::string container(const std::string &name, const std::string &cpu) {
    return R"({"name":")" + name + R"(","usage":{"cpu":")" + cpu + R"(","memory":"1Mi"}})";
}

template<class T>
T run(Task<T> task) {
    boost::asio::io_context context;
    auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
    context.run();
    return future.get();
}

struct Fixture {
    FakeClient client;
    ApiMetrics metrics{client};
    Result<PodMetrics> resource(const std::string &name, const std::string &containerName = {}) {
        return run(metrics.resource("d", name, *api::LabelSelector::parse("app=web"), containerName));
    }
};

} // namespace

class ApiMetricsTest : public QObject {
    Q_OBJECT

private slots:
    void sumsThePodsContainers() {
        Fixture f;
        f.client.served = {&podMetrics()};
        f.client.objects = {pod("a", container("x", "100m") + "," + container("y", "250000u")),
                            pod("b", container("x", "1n"))};
        const auto metrics = f.resource("cpu");
        QVERIFY(metrics);
        QCOMPARE(f.client.asked, std::string("d app=web"));
        QCOMPARE(metrics->size(), size_t(2));
        QCOMPARE(metrics->at("a").milliValue, int64_t(350));
        QVERIFY(metrics->at("a").window == std::chrono::seconds(15));
        QCOMPARE(api::Time(metrics->at("a").timestamp).text(), std::string("2026-01-01T00:00:10Z"));
        QCOMPARE(metrics->at("b").milliValue, int64_t(1)); // rounded up
        QCOMPARE(f.resource("memory")->at("a").milliValue, int64_t(2000) << 20);
    }

    void oneContainerAlone() {
        Fixture f;
        f.client.served = {&podMetrics()};
        f.client.objects = {pod("a", container("x", "100m") + "," + container("y", "50m"))};
        QCOMPARE(f.resource("cpu", "y")->at("a").milliValue, int64_t(50));
        const auto missing = f.resource("cpu", "z");
        QVERIFY(!missing);
        QCOMPARE(missing.error().message, std::string("container z not present in metrics for pod d/a"));
    }

    void podsWithoutAValueAreLeftOut() {
        Fixture f;
        f.client.served = {&podMetrics()};
        f.client.objects = {pod("a", R"({"name":"x","usage":{"memory":"1Mi"}})"), pod("b", "")};
        QVERIFY(f.resource("cpu")->empty());
    }

    void absenceIsToldInTheUsualWords() {
        Fixture f;
        QCOMPARE(f.resource("cpu").error().message,
                 std::string("unable to fetch metrics from resource metrics API: the server could not find the "
                             "requested resource (get pods.metrics.k8s.io)"));
        f.client.served = {&podMetrics()};
        QCOMPARE(f.resource("cpu").error().message, std::string("no metrics returned from resource metrics API"));
        QCOMPARE(run(f.metrics.pods("d", "hits", {}, {})).error().message,
                 std::string("unable to fetch metrics from custom metrics API: no custom metrics API "
                             "(custom.metrics.k8s.io) registered"));
        QCOMPARE(run(f.metrics.external("d", "queue_length", {})).error().message,
                 std::string("unable to fetch metrics from external metrics API: the server could not find the "
                             "requested resource (get queue_length.external.metrics.k8s.io)"));
    }

    void externalMetricsAreReadWhereTheyAreServed() {
        Fixture f;
        f.client.served = {&kQueue};
        QCOMPARE(run(f.metrics.external("d", "queue_length", {})).error().message,
                 std::string("no metrics returned from external metrics API"));
        f.client.objects = {
            R"({"kind":"ExternalMetricValue","metadata":{},"metricName":"queue_length","value":"5"})",
            R"({"kind":"ExternalMetricValue","metadata":{},"metricName":"queue_length","value":"1500m"})"};
        QCOMPARE(*run(f.metrics.external("d", "queue_length", *api::LabelSelector::parse("a=b"))),
                 (std::vector<int64_t>{5000, 1500}));
        QCOMPARE(f.client.asked, std::string("d a=b"));
    }
};

QTEST_APPLESS_MAIN(ApiMetricsTest)
#include "tst_api_metrics.moc"
