#include "clusterd/controllers/endpoint/endpoints_controller.h"
#include "clusterd/controllers/endpoint/endpointslice_controller.h"
#include "clusterd/controllers/endpoint/endpointslice_mirroring_controller.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/discovery_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct Fixture : test::ControllersFixture {
    Fixture() {
        add<EndpointsController>();
        add<EndpointSliceController>();
        add<EndpointSliceMirroringController>();
        start();
    }
    void service(const char *spec) {
        create(fmt::format(
            R"({{"apiVersion":"v1","kind":"Service","metadata":{{"name":"web","namespace":"default"}},"spec":{}}})",
            spec));
    }
    void pod(int number, bool ready = true) {
        create(fmt::format(
            R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"p{}","namespace":"default","labels":{{"app":"web"}}}},"spec":{{"nodeName":"n1",
            "containers":[{{"name":"c","image":"i","ports":[{{"name":"http","containerPort":8080,"protocol":"TCP"}}]}}]}}}})",
            number));
        status(number, ready);
    }
    void status(int number, bool ready) {
        merge(corev1::Pod::resource(), "default", fmt::format("p{}", number),
              fmt::format(R"({{"status":{{"phase":"Running","podIP":"10.42.{0}.{1}","podIPs":[{{"ip":"10.42.{0}.{1}"}}],
                         "conditions":[{{"type":"Ready","status":"{2}"}}]}}}})",
                          number / 250, number % 250 + 1, ready ? "True" : "False"),
              "status");
    }
    /// Addresses in slices, with a minus sign before those that are not ready.
    std::vector<std::string> slices() {
        std::vector<std::string> found;
        for (const auto &slice : list<discoveryv1::EndpointSlice>("default"))
            for (const auto &endpoint : slice.endpoints)
                found.push_back((endpoint.conditions.ready.value_or(true) ? "" : "-") + endpoint.addresses.at(0));
        std::sort(found.begin(), found.end());
        return found;
    }
    size_t readyEndpoints() {
        size_t count = 0;
        if (auto endpoints = read<corev1::Endpoints>("default", "web"))
            for (const auto &subset : endpoints->subsets)
                count += subset.addresses.size();
        return count;
    }
};

constexpr const char *kSpec =
    R"({"selector":{"app":"web"},"clusterIP":"10.43.0.9","ports":[{"name":"http","port":80,"targetPort":"http","protocol":"TCP"}]})";
using Texts = std::vector<std::string>;

} // namespace

class EndpointControllersTest : public QObject {
    Q_OBJECT

private slots:
    void followReadiness() {
        Fixture f;
        f.service(kSpec);
        f.pod(1);
        f.pod(2, false);
        f.until([&] { return f.slices() == Texts{"-10.42.0.3", "10.42.0.2"} && f.readyEndpoints() == 1; });
        f.status(2, true);
        f.until([&] { return f.slices() == Texts{"10.42.0.2", "10.42.0.3"} && f.readyEndpoints() == 2; });
        const auto slices = f.list<discoveryv1::EndpointSlice>("default");
        QCOMPARE(slices.size(), size_t(1));
        QCOMPARE(slices[0].ports.at(0).port, std::optional<int32_t>(8080)); // by the name of the container's port
        QCOMPARE(slices[0].metadata.labels.at("kubernetes.io/service-name"), std::string("web"));
        client::DeleteOptions now;
        now.gracePeriodSeconds = 0;
        (void)f.api.run(f.api.client().remove(corev1::Pod::resource(), "default", "p1", now));
        f.until([&] { return f.slices() == Texts{"10.42.0.3"} && f.readyEndpoints() == 1; });
    }

    void aServiceWithoutPodsHasAnEmptySlice() {
        Fixture f;
        f.service(kSpec);
        f.until([&] { return f.list<discoveryv1::EndpointSlice>("default").size() == 1; });
        QVERIFY(f.slices().empty());
    }

    void manyEndpointsAreSplitAndFewWritesKeepThem() {
        Fixture f;
        f.service(kSpec);
        for (int i = 0; i < 130; ++i)
            f.pod(i);
        f.until([&] { return f.slices().size() == 130; });
        f.settle();
        auto slices = f.list<discoveryv1::EndpointSlice>("default");
        for (const auto &slice : slices)
            QVERIFY(slice.endpoints.size() <= 100);
        std::map<std::string, std::string> before;
        for (const auto &slice : slices)
            before[slice.metadata.name] = slice.metadata.resourceVersion;
        f.status(7, false);
        f.until([&] { return f.readyEndpoints() == 129; });
        f.settle();
        int changed = 0;
        for (const auto &slice : f.list<discoveryv1::EndpointSlice>("default"))
            changed += before[slice.metadata.name] != slice.metadata.resourceVersion;
        QCOMPARE(changed, 1);
    }

    void headlessServicesSayWhoIsBehindThem() {
        Fixture f;
        f.service(R"({"selector":{"app":"web"},"clusterIP":"None"})");
        f.pod(1);
        f.until([&] { return f.slices() == Texts{"10.42.0.2"}; });
        QVERIFY(f.list<discoveryv1::EndpointSlice>("default")[0].metadata.labels.contains(
            "service.kubernetes.io/headless"));
    }

    void endpointsWrittenByHandAreMirrored() {
        Fixture f;
        f.service(R"({"clusterIP":"10.43.0.9","ports":[{"port":80}]})");
        f.create(R"({"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"web","namespace":"default"},
            "subsets":[{"addresses":[{"ip":"192.0.2.1"},{"ip":"2001:db8::1"}],"ports":[{"port":80}]}]})");
        f.until([&] { return f.slices() == Texts{"192.0.2.1", "2001:db8::1"}; });
        QCOMPARE(f.list<discoveryv1::EndpointSlice>("default").size(), size_t(2));
        (void)f.api.run(f.api.client().remove(corev1::Endpoints::resource(), "default", "web"));
        f.until([&] { return f.slices().empty(); });
    }
};

QTEST_GUILESS_MAIN(EndpointControllersTest)
#include "tst_endpoint_controllers.moc"
