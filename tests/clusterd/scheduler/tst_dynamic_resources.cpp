#include "clusterd/scheduler/plugins/dynamic_resources.h"
#include "tests/clusterd/scheduler/device_testing.h"

#include <QTest>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;
using resourcev1::ResourceClaim;

namespace {

/// A pod that uses claims by their names; the uid is the name.
PodInfoPtr podWith(std::string_view name, std::initializer_list<std::string_view> claims) {
    std::string list;
    for (const std::string_view claim : claims)
        list += fmt::format(R"({}{{"name":"{}","resourceClaimName":"{}"}})", list.empty() ? "" : ",", claim, claim);
    return toPod(smallPodJson(name, "", "", fmt::format(R"("resourceClaims":[{}])", list)));
}

/// A pod with a claim from a template, and what its status says about it.
PodInfoPtr podFromTemplate(std::string_view name, std::string_view status) {
    return toPod(podJson(name,
                         R"("containers":[{"name":"c","image":"i"}],)"
                         R"("resourceClaims":[{"name":"gpu","resourceClaimTemplateName":"t"}])",
                         "", status));
}

std::string allocation(std::string_view device, std::string_view node, std::string_view users = {},
                       std::string_view result = {}, std::string_view more = {}) {
    return fmt::format(
        R"("allocation":{{"devices":{{"results":[{{"request":"r","driver":"d.example.com","pool":"{1}","device":"{0}"{3}}}]}},)"
        R"("nodeSelector":{{"nodeSelectorTerms":[{{"matchFields":[{{"key":"metadata.name","operator":"In",)"
        R"("values":["{1}"]}}]}}]}}}},"reservedFor":[{2}]{4})",
        device, node, users, result, more);
}

std::string userJson(std::string_view pod) {
    return fmt::format(R"({{"resource":"pods","name":"{0}","uid":"{0}"}})", pod);
}

struct Fixture : Profile {
    Fixture() {
        put(deviceClassJson("gpu"));
        put(sliceJson("s1", deviceJson("a")));
        put(sliceJson("s2", deviceJson("b") + "," + deviceJson("c"), {.node = "n2"}));
        for (const char *node : {"n1", "n2", "n3"})
            (void)cache.setNode(toObject(nodeJson(node)));
    }
    void put(const std::string &json) { api.memory.put(json); }
    void begin() {
        plugin = std::make_unique<DynamicResources>(pluginContext());
        informers.start(gate);
        settle();
    }
    QString on(const PodInfo &pod, std::string_view node) {
        return QString::fromStdString(filterReason(*plugin, pod, cache, node));
    }
    /// One attempt of a pod up to Reserve.
    void reserve(PodInfoPtr pod, const std::string &node) {
        user = std::move(pod);
        state = std::make_unique<CycleState>();
        const auto prepared = plugin->preFilter(*state, *user, cache);
        QVERIFY(!prepared.rejected && !prepared.skip);
        QVERIFY(!plugin->filter(*state, *user, *cache.node(node)));
        QVERIFY(!plugin->reserve(*state, *user, node));
    }
    void preBind(const std::string &node) {
        QCOMPARE(plugin->preBindWork(*state, *user, node), PreBindPlugin::Work::Long);
        gate.spawn([this, node] { return runPreBind(node); });
        settle();
    }
    Task<> runPreBind(std::string node) {
        outcome = co_await plugin->preBind(*state, user, node);
        ended = true;
    }
    Task<> runPostFilter() {
        const Diagnosis none;
        const auto done = co_await plugin->postFilter(*state, user, none);
        message = done.message;
    }
    QString failure() const { return outcome ? QString::fromStdString(outcome->reasons.at(0)) : QString(); }
    ResourceClaim claim(const std::string &name) { return api.memory.read<ResourceClaim>("default/" + name); }

    std::unique_ptr<DynamicResources> plugin;
    PodInfoPtr user;
    std::unique_ptr<CycleState> state;
    Filtered outcome;
    bool ended = false;
    std::string message;
};

} // namespace

class DynamicResourcesTest : public QObject {
    Q_OBJECT

private slots:
    void claimsThatCannotBeUsed() {
        Fixture f;
        f.put(claimJson("dying", requestJson("r"), "", "", R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")"));
        f.put(claimJson("strange", R"({"name":"r","exactly":{"deviceClassName":"none"}})"));
        f.put(claimJson("foreign", requestJson("r")));
        f.begin();
        QCOMPARE(f.on(*podWith("p", {}), "n1"), QString());
        QCOMPARE(f.on(*podWith("p", {"x"}), "n1"), QString("!resourceclaim \"x\" not found"));
        QCOMPARE(f.on(*podWith("p", {"dying"}), "n1"), QString("!resourceclaim \"dying\" is being deleted"));
        QCOMPARE(f.on(*podWith("p", {"strange"}), "n1"), QString("!request r: device class none does not exist"));
        QCOMPARE(f.on(*podFromTemplate("p", ""), "n1"), QString("!pod \"default/p\": ResourceClaim not created yet"));
        QVERIFY(f.plugin->preEnqueue(*podFromTemplate("p", "")));
        QCOMPARE(f.on(*podFromTemplate("p", R"("resourceClaimStatuses":[{"name":"gpu"}])"), "n1"), QString());
        QCOMPARE(
            f.on(*podFromTemplate("p", R"("resourceClaimStatuses":[{"name":"gpu","resourceClaimName":"foreign"}])"),
                 "n1"),
            QString("!ResourceClaim default/foreign was not created for pod default/p (pod is not owner)"));
    }

    void freeDevices() {
        Fixture f;
        f.put(claimJson("c", requestJson("r")));
        f.put(claimJson("two", requestJson("r", R"("count":2)")));
        f.begin();
        QCOMPARE(f.on(*podWith("p", {"c"}), "n1"), QString());
        QCOMPARE(f.on(*podWith("p", {"c"}), "n3"), QString("!cannot allocate all claims"));
        QCOMPARE(f.on(*podWith("p", {"two"}), "n1"), QString("!cannot allocate all claims"));
        QCOMPARE(f.on(*podWith("p", {"two"}), "n2"), QString());
        QCOMPARE(f.on(*podWith("p", {"c", "two"}), "n2"), QString("!cannot allocate all claims"));
        // What another claim has.
        f.put(claimJson("other", requestJson("r"), "", allocation("b", "n2")));
        f.settle();
        QCOMPARE(f.on(*podWith("p", {"two"}), "n2"), QString("!cannot allocate all claims"));
        QCOMPARE(f.on(*podWith("p", {"c"}), "n2"), QString());
        f.api.memory.erase(ResourceClaim::resource(), "default/other");
        f.settle();
        QCOMPARE(f.on(*podWith("p", {"two"}), "n2"), QString());
    }

    void allocatedClaims() {
        Fixture f;
        std::string users;
        for (int i = 0; i < 256; ++i)
            users += (i ? "," : "") + userJson(fmt::format("p{}", i));
        f.put(claimJson("mine", requestJson("r"), "", allocation("a", "n1")));
        f.put(claimJson("full", requestJson("r"), "", allocation("b", "n2", users)));
        f.begin();
        QCOMPARE(f.on(*podWith("p", {"mine"}), "n1"), QString());
        QCOMPARE(f.on(*podWith("p", {"mine"}), "n2"), QString("!resourceclaim not available on the node"));
        QCOMPARE(f.on(*podWith("p", {"full"}), "n2"), QString("!resourceclaim in use"));
        QCOMPARE(f.on(*podWith("p7", {"full"}), "n2"), QString());
    }

    void whatWasReservedIsNotGivenTwice() {
        Fixture f;
        f.put(claimJson("c", requestJson("r")));
        f.put(claimJson("d", requestJson("r")));
        f.begin();
        f.reserve(podWith("p", {"c"}), "n1");
        QCOMPARE(f.on(*podWith("q", {"d"}), "n1"), QString("!cannot allocate all claims"));
        QCOMPARE(f.on(*podWith("q", {"c"}), "n1"),
                 QString("!resource claim default/c is in the process of being allocated"));
        f.plugin->unreserve(*f.state, *f.user, "n1");
        QCOMPARE(f.on(*podWith("q", {"d"}), "n1"), QString());
        QCOMPARE(f.on(*podWith("q", {"c"}), "n1"), QString());
    }

    void writesTheClaim() {
        Fixture f;
        f.put(claimJson("c", requestJson("r")));
        f.put(claimJson("d", requestJson("r")));
        f.begin();
        f.reserve(podWith("p", {"c"}), "n1");
        f.preBind("n1");
        QVERIFY(f.ended);
        QCOMPARE(f.failure(), QString());
        const ResourceClaim claim = f.claim("c");
        QCOMPARE(claim.metadata.finalizers, std::vector<std::string>{"resource.kubernetes.io/delete-protection"});
        QCOMPARE(claim.status.allocation->devices.results.at(0).device, std::string("a"));
        QVERIFY(claim.status.allocation->allocationTimestamp);
        QCOMPARE(claim.status.reservedFor.at(0).uid, std::string("p"));
        QCOMPARE(f.on(*podWith("q", {"d"}), "n1"), QString("!cannot allocate all claims"));
        // A second pod shares it.
        f.ended = false;
        f.reserve(podWith("q", {"c"}), "n1");
        f.preBind("n1");
        QVERIFY(f.ended);
        QCOMPARE(f.claim("c").status.reservedFor.size(), size_t(2));
        // Nothing comes of it after all: the reservation goes, what others have stays.
        f.plugin->unreserve(*f.state, *f.user, "n1");
        f.settle();
        QCOMPARE(f.claim("c").status.reservedFor.size(), size_t(1));
        QVERIFY(f.claim("c").status.allocation);
    }

    void claimsThatChangeMeanwhile_data() {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("failure");
        QTest::newRow("allocated elsewhere")
            << QString::fromStdString(claimJson("c", requestJson("r"), "", allocation("b", "n2")))
            << "claim default/c got allocated elsewhere in the meantime";
        QTest::newRow("replaced")
            << QString::fromStdString(claimJson("c", requestJson("r"))).replace("\"uid\":\"c\"", "\"uid\":\"z\"")
            << "claim default/c got deleted in the meantime";
        QTest::newRow("going") << QString::fromStdString(claimJson("c", requestJson("r"), "", "",
                                                                   R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")"))
                               << "claim default/c got deleted in the meantime";
    }
    void claimsThatChangeMeanwhile() {
        QFETCH(QString, change);
        QFETCH(QString, failure);
        Fixture f;
        f.put(claimJson("c", requestJson("r")));
        f.begin();
        f.reserve(podWith("p", {"c"}), "n1");
        // The informer has not told yet: the write makes a conflict.
        f.put(change.toStdString());
        f.preBind("n1");
        QVERIFY(f.ended);
        QCOMPARE(f.failure(), failure);
        f.plugin->unreserve(*f.state, *f.user, "n1");
        f.settle();
        QVERIFY(f.claim("c").status.reservedFor.empty());
    }

    void bindingConditions_data() {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QString>("failure");
        QTest::newRow("ready") << "Ready" << "";
        QTest::newRow("broken") << "Broken"
                                << "claim default/c binding failed: a device reports a failure condition";
        QTest::newRow("never") << "" << "device binding timeout for pod default/p";
    }
    void bindingConditions() {
        QFETCH(QString, condition);
        QFETCH(QString, failure);
        Fixture f;
        f.put(
            sliceJson("s1", deviceJson("a", R"("bindingConditions":["Ready"],"bindingFailureConditions":["Broken"])")));
        f.put(claimJson("c", requestJson("r")));
        f.begin();
        f.reserve(podWith("p", {"c"}), "n1");
        f.preBind("n1");
        QVERIFY(!f.ended);
        QCOMPARE(f.claim("c").status.allocation->devices.results.at(0).bindingConditions.size(), size_t(1));
        if (condition.isEmpty()) {
            f.advance(std::chrono::seconds(601));
        } else {
            ResourceClaim told = f.claim("c");
            auto &device = told.status.devices.emplace_back();
            device.driver = "d.example.com";
            device.pool = "n1";
            device.device = "a";
            auto &stated = device.conditions.emplace_back();
            stated.type = condition.toStdString();
            stated.status = "True";
            f.api.memory.put(told);
        }
        f.settle();
        QVERIFY(f.ended);
        QCOMPARE(f.failure(), failure);
    }

    void devicesThatKeepAPodFromAllNodes() {
        Fixture f;
        f.put(claimJson("mine", requestJson("r"), "", allocation("a", "n1")));
        f.put(claimJson("shared", requestJson("r"), "", allocation("b", "n2", userJson("other"))));
        f.begin();
        auto attempt = [&](const char *claim, const char *node) {
            f.user = podWith("p", {claim});
            f.state = std::make_unique<CycleState>();
            QVERIFY(!f.plugin->preFilter(*f.state, *f.user, f.cache).rejected);
            QVERIFY(f.plugin->filter(*f.state, *f.user, *f.cache.node(node)));
            f.gate.spawn([&f] { return f.runPostFilter(); });
            f.settle();
        };
        attempt("mine", "n3");
        QCOMPARE(f.message, std::string("deallocation of ResourceClaim completed"));
        QVERIFY(!f.claim("mine").status.allocation);
        attempt("shared", "n3");
        QCOMPARE(f.message, std::string("still not schedulable"));
        QVERIFY(f.claim("shared").status.allocation);
    }

    void prefersTheFirstAlternatives() {
        Fixture f;
        f.put(claimJson("c", R"({"name":"r","firstAvailable":[{"name":"two","deviceClassName":"gpu","count":2},)"
                             R"({"name":"one","deviceClassName":"gpu","count":1}]})"));
        f.begin();
        const auto pod = podWith("p", {"c"});
        CycleState state;
        QVERIFY(!f.plugin->preFilter(state, *pod, f.cache).rejected);
        const std::vector<const NodeInfo *> nodes{f.cache.node("n1"), f.cache.node("n2")};
        std::vector<int64_t> scores;
        for (const NodeInfo *node : nodes)
            QVERIFY(!f.plugin->filter(state, *pod, *node));
        QVERIFY(f.plugin->preScore(state, *pod, f.cache, nodes));
        for (const NodeInfo *node : nodes)
            scores.push_back(f.plugin->score(state, *pod, *node));
        f.plugin->normalize(state, nodes, scores);
        QCOMPARE(scores[1], int64_t(100));
        QVERIFY(scores[0] < 100);
    }

    void whatWakesAPod() {
        Fixture f;
        f.begin();
        const auto hint = f.plugin->eventsToRegister().at(0).hint;
        const auto pod = podWith("p", {"c"});
        auto object = [](const std::string &json) { return toObject(json); };
        ClusterChange change{.event = {EventResource::ResourceClaim, kUpdateOther}};
        change.after = object(claimJson("c", requestJson("r")));
        QVERIFY(hint(*pod, change) == Hint::Queue);
        change.before = change.after;
        QVERIFY(hint(*pod, change) == Hint::Skip);
        change.before = nullptr;
        change.after = object(claimJson("other", requestJson("r")));
        QVERIFY(hint(*pod, change) == Hint::Skip);
        // Devices that become free may be the ones it needs.
        change.before = object(claimJson("other", requestJson("r"), "", allocation("a", "n1")));
        QVERIFY(hint(*pod, change) == Hint::Queue);
    }
};

QTEST_GUILESS_MAIN(DynamicResourcesTest)
#include "tst_dynamic_resources.moc"
