#include "clusterd/scheduler/plugins/dynamic_resources.h"
#include "clusterd/scheduler/plugins/dynamic_resources/device_classes.h"
#include "clusterd/scheduler/plugins/dynamic_resources/extended_resources.h"
#include "clusterd/scheduler/plugins/node_resources_fit.h"
#include "core/api/typed.h"
#include "tests/clusterd/scheduler/device_testing.h"

#include <QTest>

/// Extended resources that are had through devices (KEP-5004).
using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;
using resourcev1::ResourceClaim;

namespace {

constexpr const char *kGpu = "example.com/gpu";

std::string containerJson(std::string_view name, std::string_view requests, std::string_view more = {}) {
    return fmt::format(R"({{"name":"{}","image":"i","resources":{{"requests":{{{}}}}}{}}})", name, requests, more);
}

/// A pod that asks for so many of a resource.
std::string wantsJson(std::string_view name, std::string_view resource, int count) {
    return podJson(name, fmt::format(R"("containers":[{}])",
                                     containerJson("c", fmt::format(R"("cpu":"1","{}":"{}")", resource, count))));
}

std::string classJson(std::string_view name, std::string_view resource, std::string_view made = {}) {
    const std::string created = made.empty() ? "" : fmt::format(R"(,"creationTimestamp":"{}")", made);
    const std::string spec = resource.empty() ? "" : fmt::format(R"("extendedResourceName":"{}")", resource);
    return fmt::format(R"({{"apiVersion":"resource.k8s.io/v1","kind":"DeviceClass","metadata":{{"name":"{}"{}}},)"
                       R"("spec":{{{}}}}})",
                       name, created, spec);
}

/// Nodes: n1 with one device, n2 with two, none without, old with a capacity of one.
struct Fixture : Profile {
    Fixture() {
        api.memory.put(sliceJson("s1", deviceJson("a")));
        api.memory.put(sliceJson("s2", deviceJson("b") + "," + deviceJson("c"), {.node = "n2"}));
        for (const char *node : {"n1", "n2", "none"})
            (void)cache.setNode(toObject(nodeJson(node)));
        (void)cache.setNode(
            toObject(nodeJson("old", "", "", R"("cpu":"4","memory":"8Gi","pods":"110","example.com/gpu":"1")")));
    }
    void begin() {
        fit = std::make_unique<NodeResourcesFit>(pluginContext(), NodeResourcesFit::Arguments());
        devices = std::make_unique<DynamicResources>(pluginContext());
        informers.start(gate);
        settle();
    }
    /// What both plug-ins say about a node, the first objection only.
    std::string verdict(const PodInfo &pod, std::string_view node) {
        if (const std::string reason = filterReason(*fit, pod, cache, node); !reason.empty())
            return reason;
        return filterReason(*devices, pod, cache, node);
    }
    /// One attempt of a pod that the API knows, up to Reserve.
    void reserve(const std::string &json, const std::string &node) {
        api.memory.put(json);
        pod = toPod(json);
        state = std::make_unique<CycleState>();
        const auto prepared = devices->preFilter(*state, *pod, cache);
        QVERIFY(!prepared.rejected && !prepared.skip);
        QVERIFY(!devices->filter(*state, *pod, *cache.node(node)));
        QVERIFY(!devices->reserve(*state, *pod, node));
    }
    void preBind(const std::string &node) {
        QCOMPARE(devices->preBindWork(*state, *pod, node), PreBindPlugin::Work::Long);
        gate.spawn([this, node] { return runPreBind(node); });
        settle();
        QVERIFY(ended);
        QVERIFY2(!outcome, outcome ? outcome->reasons.at(0).c_str() : "");
    }
    void unreserve(const std::string &node) {
        devices->unreserve(*state, *pod, node);
        settle();
    }
    Task<> runPreBind(std::string node) {
        outcome = co_await devices->preBind(*state, pod, node);
        ended = true;
    }
    Task<> runPostFilter() {
        const Diagnosis none;
        const auto done = co_await devices->postFilter(*state, pod, none);
        message = done.message;
    }
    std::vector<ResourceClaim> claims() {
        std::vector<ResourceClaim> all;
        for (const auto &object : api.memory.all(ResourceClaim::resource()))
            all.push_back(*api::decode<ResourceClaim>(*object));
        return all;
    }

    std::unique_ptr<NodeResourcesFit> fit;
    std::unique_ptr<DynamicResources> devices;
    PodInfoPtr pod;
    std::unique_ptr<CycleState> state;
    Filtered outcome;
    bool ended = false;
    std::string message;
};

} // namespace

class ExtendedResourcesTest : public QObject {
    Q_OBJECT

private slots:
    void requests_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("expected");
        auto add = [](const char *name, const std::string &spec, const char *expected) {
            QTest::newRow(name) << QString::fromStdString(spec) << expected;
        };
        const std::string one = R"("example.com/gpu":"1")", two = R"("example.com/gpu":"2")",
                          three = R"("example.com/gpu":"3")", four = R"("example.com/gpu":"4")";
        auto spec = [](const std::string &containers, const std::string &init = {}) {
            return fmt::format(R"("containers":[{}],"initContainers":[{}])", containers, init);
        };
        add("one container", spec(containerJson("a", two)), "container-0-request-0=gpu:2 | a>container-0-request-0");
        add("behind other resources", spec(containerJson("a", R"("cpu":"1","memory":"1",)" + one)),
            "container-0-request-1=gpu:1 | a>container-0-request-1");
        add("two containers", spec(containerJson("a", one) + "," + containerJson("b", two)),
            "container-0-request-0=gpu:1 container-1-request-0=gpu:2 | a>container-0-request-0 "
            "b>container-1-request-0");
        add("one that asks for nothing", spec(containerJson("a", "") + "," + containerJson("b", one)),
            "container-1-request-0=gpu:1 | b>container-1-request-0");
        add("a sidecar", spec(containerJson("a", one), containerJson("s", two, R"(,"restartPolicy":"Always")")),
            "container-0-request-0=gpu:2 container-1-request-0=gpu:1 | s>container-0-request-0 "
            "a>container-1-request-0");
        add("an init container that needs less", spec(containerJson("a", two), containerJson("i", one)),
            "container-1-request-0=gpu:2 | a>container-1-request-0 i>container-1-request-0");
        add("an init container that needs more", spec(containerJson("a", two), containerJson("i", three)),
            "container-0-request-0=gpu:1 container-1-request-0=gpu:2 | a>container-1-request-0 i>container-1-request-0 "
            "i>container-0-request-0");
        add("init containers share what they need more",
            spec(containerJson("a", two), containerJson("i", three) + "," + containerJson("j", four)),
            "container-1-request-0=gpu:2 container-2-request-0=gpu:2 | a>container-2-request-0 i>container-2-request-0 "
            "i>container-1-request-0 j>container-2-request-0 j>container-1-request-0");
        add("only an init container", spec(containerJson("a", ""), containerJson("i", one)),
            "container-0-request-0=gpu:1 | i>container-0-request-0");
        add("a sidecar before an init container is not free",
            spec(containerJson("a", ""),
                 containerJson("s", one, R"(,"restartPolicy":"Always")") + "," + containerJson("i", one)),
            "container-0-request-0=gpu:1 container-1-request-0=gpu:1 | s>container-0-request-0 "
            "i>container-1-request-0");
        add("nobody", spec(containerJson("a", R"("example.com/gpu":"0")")), " |");
        add("two resources", spec(containerJson("a", one + R"(,"example.com/net":"2")")),
            "container-0-request-0=gpu:1 container-0-request-1=nic:2 | a>container-0-request-0 "
            "a>container-0-request-1");
    }
    void requests() {
        QFETCH(QString, spec);
        const auto pod = *api::decode<corev1::Pod>(*toObject(podJson("p", spec.toStdString())));
        DeviceClasses classes;
        QVERIFY(classes.set(*toObject(classJson("gpu", kGpu))));
        QVERIFY(classes.set(*toObject(classJson("nic", "example.com/net"))));
        const ExtendedClaim made = extendedClaimFor(
            pod, [&](std::string_view resource) { return classes.forResource(resource); }, {kGpu, "example.com/net"});
        std::string text;
        for (const auto &request : made.claim.spec.devices.requests)
            text += fmt::format("{}{}={}:{}", text.empty() ? "" : " ", request.name, request.exactly->deviceClassName,
                                request.exactly->count);
        text += " |";
        for (const auto &mapping : made.mappings)
            text += fmt::format(" {}>{}", mapping.containerName, mapping.requestName);
        QTEST(QString::fromStdString(text), "expected");
    }

    void classes() {
        DeviceClasses classes;
        auto chosen = [&](std::string_view resource) {
            const auto *deviceClass = classes.forResource(resource);
            return deviceClass ? deviceClass->metadata.name : "";
        };
        QCOMPARE(chosen(kGpu), std::string());
        QVERIFY(classes.set(*toObject(classJson("b", kGpu, "2026-01-01T00:00:00Z"))));
        QVERIFY(classes.set(*toObject(classJson("plain", ""))));
        QCOMPARE(chosen(kGpu), std::string("b"));
        QCOMPARE(chosen("deviceclass.resource.kubernetes.io/b"), std::string("b"));
        QCOMPARE(chosen("deviceclass.resource.kubernetes.io/plain"), std::string("plain"));
        QCOMPARE(chosen("deviceclass.resource.kubernetes.io/none"), std::string());
        // An older one changes nothing; of two of the same age the name decides; the newest goes before all.
        QVERIFY(classes.set(*toObject(classJson("a", kGpu, "2025-01-01T00:00:00Z"))));
        QCOMPARE(chosen(kGpu), std::string("b"));
        QVERIFY(classes.set(*toObject(classJson("ab", kGpu, "2026-01-01T00:00:00Z"))));
        QCOMPARE(chosen(kGpu), std::string("ab"));
        QVERIFY(classes.set(*toObject(classJson("z", kGpu, "2026-02-01T00:00:00Z"))));
        QCOMPARE(chosen(kGpu), std::string("z"));
        QVERIFY(classes.set(*toObject(classJson("z", "example.com/other", "2026-02-01T00:00:00Z"))));
        QCOMPARE(chosen(kGpu), std::string("ab"));
        QCOMPARE(chosen("example.com/other"), std::string("z"));
        for (const char *name : {"ab", "b", "a"})
            classes.remove(name);
        QCOMPARE(chosen(kGpu), std::string());
    }

    void whereTheyFit_data() {
        QTest::addColumn<QString>("resource");
        QTest::addColumn<int>("count");
        QTest::addColumn<QStringList>("expected"); // on n1, n2, none, old
        const QString few = "!cannot allocate all claims";
        QTest::newRow("one") << kGpu << 1 << QStringList{"", "", few, ""};
        QTest::newRow("two") << kGpu << 2 << QStringList{few, "", few, QString("!Insufficient %1").arg(kGpu)};
        QTest::newRow("three") << kGpu << 3 << QStringList{few, few, few, QString("!Insufficient %1").arg(kGpu)};
        const QString implicit = "deviceclass.resource.kubernetes.io/gpu";
        QTest::newRow("by the class") << implicit << 2 << QStringList{few, "", few, few};
        const QString unknown = "!Insufficient example.com/other";
        QTest::newRow("no class") << "example.com/other" << 1 << QStringList{unknown, unknown, unknown, unknown};
        QTest::newRow("none") << kGpu << 0 << QStringList{"", "", "", ""};
    }
    void whereTheyFit() {
        QFETCH(QString, resource);
        QFETCH(int, count);
        QFETCH(QStringList, expected);
        Fixture f;
        f.api.memory.put(classJson("gpu", kGpu));
        f.begin();
        const PodInfoPtr pod = toPod(wantsJson("p", resource.toStdString(), count));
        QStringList given;
        for (const char *node : {"n1", "n2", "none", "old"})
            given << QString::fromStdString(f.verdict(*pod, node));
        QCOMPARE(given, expected);
    }

    void aNodeThatHasThemAsCapacityNeedsNoClaim() {
        Fixture f;
        f.api.memory.put(classJson("gpu", kGpu));
        f.begin();
        f.reserve(wantsJson("p", kGpu, 1), "old");
        QCOMPARE(f.devices->preBindWork(*f.state, *f.pod, "old"), PreBindPlugin::Work::None);
        f.unreserve("old");
        QVERIFY(f.claims().empty());
    }

    void theClaimIsMadeForThePod() {
        Fixture f;
        f.api.memory.put(classJson("gpu", kGpu));
        f.begin();
        f.reserve(wantsJson("p", kGpu, 2), "n2");
        // Nobody else gets the devices, before and after the claim is written.
        QCOMPARE(f.verdict(*toPod(wantsJson("q", kGpu, 1)), "n2"), std::string("!cannot allocate all claims"));
        f.preBind("n2");
        QCOMPARE(f.verdict(*toPod(wantsJson("q", kGpu, 1)), "n2"), std::string("!cannot allocate all claims"));
        QCOMPARE(f.claims().size(), size_t(1));
        const ResourceClaim claim = f.claims().at(0);
        QVERIFY(claim.metadata.name.starts_with("p-extended-resources-"));
        QCOMPARE(claim.metadata.annotations.at("resource.kubernetes.io/extended-resource-claim"), std::string("true"));
        QVERIFY(isExtendedClaimOf(claim, "p"));
        QCOMPARE(claim.metadata.finalizers, std::vector<std::string>{"resource.kubernetes.io/delete-protection"});
        QCOMPARE(claim.spec.devices.requests.at(0).exactly->count, int64_t(2));
        QCOMPARE(claim.status.allocation->devices.results.size(), size_t(2));
        QCOMPARE(claim.status.reservedFor.at(0).name, std::string("p"));
        const auto status = f.api.memory.read<corev1::Pod>("default/p").status.extendedResourceClaimStatus;
        QVERIFY(status);
        QCOMPARE(status->resourceClaimName, claim.metadata.name);
        QCOMPARE(status->requestMappings.at(0).requestName, claim.spec.devices.requests.at(0).name);
        QCOMPARE(status->requestMappings.at(0).resourceName, std::string(kGpu));
        QCOMPARE(status->requestMappings.at(0).containerName, std::string("c"));
    }

    void theClaimGoesWhenNothingComesOfIt() {
        Fixture f;
        f.api.memory.put(classJson("gpu", kGpu));
        f.begin();
        f.reserve(wantsJson("p", kGpu, 1), "n1");
        f.unreserve("n1");
        QCOMPARE(f.verdict(*toPod(wantsJson("q", kGpu, 1)), "n1"), std::string());
        f.reserve(wantsJson("p", kGpu, 1), "n1");
        f.preBind("n1");
        f.unreserve("n1");
        QVERIFY(f.claims().empty());
        QCOMPARE(f.verdict(*toPod(wantsJson("q", kGpu, 1)), "n1"), std::string());
    }

    void theClaimOfABoundPodStays() {
        Fixture f;
        f.api.memory.put(classJson("gpu", kGpu));
        f.begin();
        const std::string pod = wantsJson("p", kGpu, 1);
        f.reserve(pod, "n1");
        f.preBind("n1");
        // The binding took place, but its answer was lost.
        f.api.memory.put(placed(pod, "n1")->object->json());
        f.unreserve("n1");
        QCOMPARE(f.claims().size(), size_t(1));
    }

    void whatAnAttemptLeftIsRemovedFirst() {
        Fixture f;
        f.api.memory.put(classJson("gpu", kGpu));
        f.begin();
        const std::string json = wantsJson("p", kGpu, 1);
        f.reserve(json, "n1");
        f.preBind("n1");
        // The scheduler ended here; the next one finds the claim.
        f.state = std::make_unique<CycleState>();
        const auto prepared = f.devices->preFilter(*f.state, *f.pod, f.cache);
        QCOMPARE(prepared.rejected.value().reasons.at(0), std::string("cannot schedule extended resource claim"));
        f.gate.spawn([&f] { return f.runPostFilter(); });
        f.settle();
        QCOMPARE(f.message, std::string("deletion of ResourceClaim completed"));
        QVERIFY(f.claims().empty());
        // Its end wakes the pod, which then starts anew.
        const ClusterChange &last = f.changes.back();
        const auto interests = f.devices->eventsToRegister();
        QVERIFY(std::ranges::any_of(interests, [&](const EventInterest &interest) {
            return interest.event.meets(last.event) && interest.hint && interest.hint(*f.pod, last) == Hint::Queue;
        }));
        f.reserve(json, "n1");
    }

    void aNewClassWakesThePod() {
        Fixture f;
        f.begin();
        const PodInfoPtr pod = toPod(wantsJson("p", kGpu, 1));
        QCOMPARE(f.verdict(*pod, "n1"), QString("!Insufficient %1").arg(kGpu).toStdString());
        for (const auto &[resource, hint] : {std::pair("example.com/other", Hint::Skip), {kGpu, Hint::Queue}}) {
            f.api.memory.put(classJson("gpu", resource));
            f.settle();
            const ClusterChange &change = f.changes.back();
            for (const EventInterest &interest : f.fit->eventsToRegister())
                if (interest.event.meets(change.event))
                    QCOMPARE(interest.hint(*pod, change), hint);
        }
        QCOMPARE(f.verdict(*pod, "n1"), std::string());
    }
};

QTEST_GUILESS_MAIN(ExtendedResourcesTest)
#include "tst_extended_resources.moc"
