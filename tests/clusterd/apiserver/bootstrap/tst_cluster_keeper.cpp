#include "clusterd/apiserver/bootstrap/cluster_keeper.h"
#include "clusterd/apiserver/bootstrap/identity_lease.h"
#include "core/api/time.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::json;
using coracle::test::TestApi;

namespace {

const ServiceNetworks kNetworks{.cidrs = {"10.43.0.0/16"}, .nodePortFirst = 30000, .nodePortLast = 30100};

struct Fixture : TestApi {
    explicit Fixture(std::vector<std::string> cidrs = kNetworks.cidrs) : TestApi({.networks = kNetworks}) {
        start(std::move(cidrs));
    }
    ~Fixture() { stop(); }

    void start(std::vector<std::string> cidrs) {
        ServiceNetworks networks = kNetworks;
        networks.cidrs = std::move(cidrs);
        keeper = std::make_unique<ClusterKeeper>(
            client(), store(), systemClock(), systemRandom(), context().get_executor(),
            KeeperOptions{{.serverAddresses = {"10.0.0.1"}, .serverPort = 6443, .serviceIps = {"10.43.0.1"}},
                          networks,
                          "host-a"});
    }
    void stop() {
        bool stopped = false;
        boost::asio::co_spawn(context(), keeper->stop(), [&](std::exception_ptr) { stopped = true; });
        runUntil([&] { return stopped; });
        keeper.reset();
    }
    void bootstrap() {
        auto hooks = keeper->hooks();
        for (ClusterKeeper::Hook &hook : hooks) {
            const auto done = run(hook.run());
            if (!done)
                qFatal("%s: %s", hook.name.c_str(), done.error().message.c_str());
        }
    }
    void keep() {
        const auto kept = run(keeper->keep());
        if (!kept)
            qFatal("%s", kept.error().message.c_str());
    }
    JsonObject read(std::string_view group, std::string_view resource, std::string_view space, std::string_view name) {
        const api::ObjectPtr object = store().get(*api::findResource(group, resource), space, name);
        return object ? json(object->json()) : JsonObject();
    }
    void write(const std::string &method, const std::string &path, const std::string &body) {
        const auto answer =
            request(method, path, body,
                    {{"Content-Type", method == "PATCH" ? "application/merge-patch+json" : "application/json"}});
        if (answer.code >= 300)
            qFatal("%s", answer.body.c_str());
    }
    /// Past admission and allocation, as an older version or another program would have left it.
    void plant(const std::string &key, const std::string &object) {
        const auto put = run(backend().create(key, object, 0));
        if (!put || !run(store().waitFor(*put)))
            qFatal("%s", key.c_str());
    }
    QStringList events() {
        QStringList reasons;
        for (const api::ObjectPtr &event : store().list(*api::findResource("", "v1", "events"), {})) {
            const JsonObject object = json(event->json());
            const std::string_view reason = textAt(object, "reason");
            reasons.append(QString::fromUtf8(reason.data(), qsizetype(reason.size())));
        }
        reasons.sort();
        return reasons;
    }

    std::unique_ptr<ClusterKeeper> keeper;
};

std::string service(const std::string &name, const std::string &spec) {
    return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + name +
           R"(","namespace":"default","uid":"uid-)" + name +
           R"(","creationTimestamp":"2026-01-01T00:00:00Z"},"spec":)" + spec + "}";
}

} // namespace

class ClusterKeeperTest : public QObject {
    Q_OBJECT

private slots:
    void makesTheServiceCidr() {
        Fixture f;
        f.bootstrap();
        const JsonObject cidr = f.read("networking.k8s.io", "servicecidrs", "", "kubernetes");
        QCOMPARE(JsonValue(arrayAt(cidr, "spec", "cidrs")), boost::json::parse(R"(["10.43.0.0/16"])"));
        const JsonObject &condition = asObject(arrayAt(cidr, "status", "conditions")[0]);
        QCOMPARE(std::string(textAt(condition, "type")), std::string("Ready"));
        QCOMPARE(std::string(textAt(condition, "status")), std::string("True"));
        QCOMPARE(std::string(textAt(condition, "message")), std::string("Kubernetes default Service CIDR is ready"));
        const JsonObject address = f.read("networking.k8s.io", "ipaddresses", "", "10.43.0.1");
        QCOMPARE(std::string(textAt(address, "spec", "parentRef", "name")), std::string("kubernetes"));
    }

    void aSecondFamilyIsAdded() {
        Fixture f;
        f.bootstrap();
        f.stop();
        f.start({"10.43.0.0/16", "fd00::/112"});
        f.bootstrap();
        QCOMPARE(JsonValue(arrayAt(f.read("networking.k8s.io", "servicecidrs", "", "kubernetes"), "spec", "cidrs")),
                 boost::json::parse(R"(["10.43.0.0/16","fd00::/112"])"));
    }

    void repairsAddressesAtTheStart() {
        Fixture f;
        f.plant("/registry/services/specs/default/old",
                service("old", R"({"type":"ClusterIP","clusterIP":"10.43.0.9","clusterIPs":["10.43.0.9"]})"));
        f.plant("/registry/services/specs/default/twin",
                service("twin", R"({"type":"ClusterIP","clusterIP":"10.43.0.9","clusterIPs":["10.43.0.9"]})"));
        f.plant("/registry/services/specs/default/out",
                service("out", R"({"type":"NodePort","clusterIP":"10.99.0.9","clusterIPs":["10.99.0.9"],
                    "ports":[{"port":1,"nodePort":20000}]})"));
        f.plant("/registry/ipaddresses/10.43.0.77",
                R"({"apiVersion":"networking.k8s.io/v1","kind":"IPAddress","metadata":{"name":"10.43.0.77","uid":"u",
                "creationTimestamp":"2026-01-01T00:00:00Z","labels":
                {"ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}},
                "spec":{"parentRef":{"resource":"services","namespace":"default","name":"gone"}}})");
        // What somebody else manages stays.
        f.plant("/registry/ipaddresses/10.43.0.78",
                R"({"apiVersion":"networking.k8s.io/v1","kind":"IPAddress","metadata":{"name":"10.43.0.78","uid":"v",
                "creationTimestamp":"2026-01-01T00:00:00Z"},"spec":{"parentRef":{"resource":"gateways","name":"g"}}})");
        f.bootstrap();
        QCOMPARE(std::string(
                     textAt(f.read("networking.k8s.io", "ipaddresses", "", "10.43.0.9"), "spec", "parentRef", "name")),
                 std::string("old"));
        QVERIFY(f.read("networking.k8s.io", "ipaddresses", "", "10.43.0.77").empty());
        QVERIFY(!f.read("networking.k8s.io", "ipaddresses", "", "10.43.0.78").empty());
        const QStringList expected{"ClusterIPAlreadyAllocated", "ClusterIPNotAllocated", "ClusterIPOutOfRange",
                                   "IPAddressNotAllocated", "PortOutOfRange"};
        f.runUntil([&] { return f.events().size() >= expected.size(); });
        QCOMPARE(f.events(), expected);
    }

    void addressesOfNewServicesAreSpared() {
        Fixture f;
        f.bootstrap();
        f.write("POST", "/apis/networking.k8s.io/v1/ipaddresses",
                R"({"apiVersion":"networking.k8s.io/v1","kind":"IPAddress","metadata":{"name":"10.43.0.80","labels":
                {"ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}},
                "spec":{"parentRef":{"resource":"services","namespace":"default","name":"coming"}}})");
        for (int i = 0; i < 18; ++i) // the repair runs in every eighteenth round
            f.keep();
        QVERIFY(!f.read("networking.k8s.io", "ipaddresses", "", "10.43.0.80").empty());
    }

    void tamperingIsUndone() {
        Fixture f;
        f.bootstrap();
        f.write("PATCH", "/api/v1/namespaces/default/services/kubernetes",
                R"({"spec":{"ports":[{"name":"x","port":80,"targetPort":80}]}})");
        f.write("PATCH", "/api/v1/namespaces/default/endpoints/kubernetes",
                R"({"metadata":{"labels":{"endpointslice.kubernetes.io/skip-mirror":null}},"subsets":null})");
        f.write("DELETE", "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes", "");
        f.keep();
        const JsonObject service = f.read("", "services", "default", "kubernetes");
        QCOMPARE(intAt(asObject(arrayAt(service, "spec", "ports")[0]), "targetPort"), int64_t(6443));
        QCOMPARE(std::string(textAt(service, "spec", "clusterIP")), std::string("10.43.0.1"));
        const JsonObject endpoints = f.read("", "endpoints", "default", "kubernetes");
        QCOMPARE(std::string(textAt(endpoints, "metadata", "labels", "endpointslice.kubernetes.io/skip-mirror")),
                 std::string("true"));
        QCOMPARE(arrayAt(endpoints, "subsets").size(), size_t(1));
        const JsonObject slice = f.read("discovery.k8s.io", "endpointslices", "default", "kubernetes");
        QCOMPARE(std::string(textAt(slice, "addressType")), std::string("IPv4"));
        QCOMPARE(std::string(asText(arrayAt(asObject(arrayAt(slice, "endpoints")[0]), "addresses")[0])),
                 std::string("10.0.0.1"));
        f.write("DELETE", "/api/v1/namespaces/default/services/kubernetes", "");
        f.keep();
        QCOMPARE(std::string(textAt(f.read("", "services", "default", "kubernetes"), "spec", "clusterIP")),
                 std::string("10.43.0.1"));
    }

    void tellsThatTheServerIsThere() {
        QCOMPARE(apiserverIdentity("host-a").size(), std::string("apiserver-").size() + 26);
        QVERIFY(apiserverIdentity("host-a") != apiserverIdentity("host-b"));
        Fixture f;
        const api::ResourceInfo &leases = *api::findResource("coordination.k8s.io", "leases");
        f.bootstrap();
        const std::string name = apiserverIdentity("host-a");
        const JsonObject first = f.read("coordination.k8s.io", "leases", "kube-system", name);
        QCOMPARE(std::string(textAt(first, "metadata", "labels", "apiserver.kubernetes.io/identity")),
                 std::string("kube-apiserver"));
        QCOMPARE(intAt(first, "spec", "leaseDurationSeconds"), int64_t(3600));
        QVERIFY(textAt(first, "spec", "holderIdentity").starts_with(name + "_"));
        f.keep();
        const JsonObject second = f.read("coordination.k8s.io", "leases", "kube-system", name);
        QVERIFY(textAt(second, "spec", "renewTime") > textAt(first, "spec", "renewTime"));
        QCOMPARE(textAt(second, "spec", "acquireTime"), textAt(first, "spec", "acquireTime"));
        auto lease = [&](const std::string &other, WallTime renewed) {
            JsonObject object = json(R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":
                {"labels":{"apiserver.kubernetes.io/identity":"kube-apiserver"}},"spec":{"leaseDurationSeconds":3600}})");
            object.at("metadata").as_object()["name"] = other;
            object.at("spec").as_object()["renewTime"] = api::MicroTime(renewed).text();
            f.write("POST", "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases",
                    boost::json::serialize(object));
        };
        lease("apiserver-gone", systemClock().now() - std::chrono::hours(2));
        lease("apiserver-there", systemClock().now() - std::chrono::minutes(50));
        QVERIFY(f.run(removeExpiredIdentityLeases(f.client(), systemClock().now())).has_value());
        QVERIFY(!f.store().get(leases, "kube-system", "apiserver-gone"));
        QVERIFY(f.store().get(leases, "kube-system", "apiserver-there"));
        QVERIFY(f.store().get(leases, "kube-system", name));
    }
};

QTEST_GUILESS_MAIN(ClusterKeeperTest)
#include "tst_cluster_keeper.moc"
