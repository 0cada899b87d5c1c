#include "clusterd/apiserver/json_access.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <set>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::Answer;
using coracle::test::json;
using coracle::test::TestApi;

namespace {

const std::string kServices = "/api/v1/namespaces/shop/services";
const ServiceNetworks kSingle{.cidrs = {"10.43.0.0/24"}, .nodePortFirst = 30000, .nodePortLast = 30031};
const ServiceNetworks kDual{.cidrs = {"10.43.0.0/24", "fd00::/108"}, .nodePortFirst = 30000, .nodePortLast = 30003};

std::string body(const std::string &name, const QByteArray &spec = "{}") {
    JsonObject object =
        json(R"({"apiVersion":"v1","kind":"Service","spec":{"selector":{"a":"b"},"ports":[{"port":80}]}})");
    object["metadata"] = JsonObject{{"name", name}};
    for (const auto &[key, value] : json(spec.toStdString()))
        object.at("spec").as_object()[key] = value;
    return boost::json::serialize(object);
}

struct Fixture : TestApi {
    explicit Fixture(const ServiceNetworks &networks = kSingle) : TestApi({.networks = networks}) {}

    Answer create(const std::string &name, const QByteArray &spec = "{}", const std::string &query = {}) {
        return request("POST", kServices + query, body(name, spec));
    }
    JsonObject made(const std::string &name, const QByteArray &spec = "{}") {
        const Answer answer = create(name, spec);
        if (answer.code != 201)
            qFatal("%d %s", answer.code, answer.body.c_str());
        return json(answer.body);
    }
    Answer merge(const std::string &name, const std::string &patch) {
        return request("PATCH", kServices + "/" + name, patch, {{"Content-Type", "application/merge-patch+json"}});
    }
    JsonObject address(const std::string &ip) {
        const Answer answer = request("GET", "/apis/networking.k8s.io/v1/ipaddresses/" + ip);
        return answer.code == 200 ? json(answer.body) : JsonObject();
    }
    size_t addresses() { return store().list(*api::findResource("networking.k8s.io", "ipaddresses"), {}).size(); }
    Answer serviceCidr(const std::string &name, const std::string &cidr, const char *ready = "True") {
        JsonObject object{{"apiVersion", "networking.k8s.io/v1"},
                          {"kind", "ServiceCIDR"},
                          {"metadata", JsonObject{{"name", name}}},
                          {"spec", JsonObject{{"cidrs", JsonArray{JsonValue(cidr)}}}}};
        const std::string path = "/apis/networking.k8s.io/v1/servicecidrs";
        request("POST", path, boost::json::serialize(object));
        const std::string status = std::string(R"({"status":{"conditions":[{"type":"Ready","status":")") + ready +
                                   R"(","lastTransitionTime":"2026-01-01T00:00:00Z","reason":"","message":""}]}})";
        return request("PATCH", path + "/" + name + "/status", status,
                       {{"Content-Type", "application/merge-patch+json"}});
    }
};

std::string message(const Answer &answer) {
    return std::string(textAt(json(answer.body), "message"));
}
std::string ipOf(const JsonObject &service) {
    return std::string(textAt(service, "spec", "clusterIP"));
}
int64_t nodePort(const JsonObject &service, size_t index = 0) {
    return intAt(asObject(arrayAt(service, "spec", "ports")[index]), "nodePort");
}

} // namespace

class ServiceAllocationTest : public QObject {
    Q_OBJECT

private slots:
    void addressesComeFromTheUpperBand() {
        Fixture f;
        std::set<std::string> seen;
        for (int i = 0; i < 40; ++i) {
            const JsonObject service = f.made("s" + std::to_string(i));
            const std::string ip = ipOf(service);
            QVERIFY2(ip.starts_with("10.43.0.") && std::stoi(ip.substr(8)) > 16, ip.c_str());
            QVERIFY(seen.insert(ip).second);
            QCOMPARE(asText(arrayAt(service, "spec", "clusterIPs")[0]), std::string_view(ip));
            QCOMPARE(std::string(textAt(service, "spec", "ipFamilyPolicy")), std::string("SingleStack"));
            QCOMPARE(arrayAt(service, "spec", "ipFamilies"), JsonArray{JsonValue("IPv4")});
        }
        QCOMPARE(f.addresses(), size_t(40));
    }

    void addressesSayWhoHasThem() {
        Fixture f;
        const std::string ip = ipOf(f.made("web"));
        const JsonObject address = f.address(ip);
        QCOMPARE(JsonValue(objectAt(address, "spec", "parentRef")),
                 boost::json::parse(R"({"resource":"services","namespace":"shop","name":"web"})"));
        QCOMPARE(JsonValue(objectAt(address, "metadata", "labels")),
                 boost::json::parse(R"({"ipaddress.kubernetes.io/ip-family":"IPv4",
                     "ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"})"));
        QCOMPARE(f.request("DELETE", kServices + "/web").code, 200);
        QVERIFY(f.address(ip).empty());
    }

    void takesWhatIsAsked() {
        Fixture f;
        f.made("dns", R"({"clusterIP":"10.43.0.10"})");
        const Answer taken = f.create("other", R"({"clusterIP":"10.43.0.10"})");
        QCOMPARE(taken.code, 422);
        QCOMPARE(
            message(taken),
            std::string("Service \"other\" is invalid: spec.clusterIPs: Invalid value: [\"10.43.0.10\"]: failed to "
                        "allocate IP 10.43.0.10: provided IP is already allocated"));
        f.request("DELETE", kServices + "/dns");
        f.made("other", R"({"clusterIP":"10.43.0.10"})");
        for (const std::string outside : {"10.44.0.1", "10.43.0.0", "10.43.0.255"})
            QCOMPARE(message(f.create("out", QByteArray(R"({"clusterIP":")") + outside.c_str() + "\"}")),
                     "Service \"out\" is invalid: spec.clusterIPs: Invalid value: [\"" + outside +
                         "\"]: failed to allocate IP " + outside +
                         ": provided IP is not in the valid range. The range of valid IPs is 10.43.0.0/24");
    }

    void aNameThatIsTakenTakesNothing() {
        Fixture f;
        f.made("web");
        const size_t before = f.addresses();
        QCOMPARE(f.create("web").code, 409);
        QCOMPARE(f.addresses(), before);
    }

    void dryRunsTakeNothing() {
        Fixture f(kDual);
        const Answer preview = f.create("web", R"({"type":"NodePort"})", "?dryRun=All");
        QCOMPARE(preview.code, 201);
        const JsonObject shown = json(preview.body);
        QVERIFY(!ipOf(shown).empty() && nodePort(shown) >= 30000);
        QCOMPARE(f.addresses(), size_t(0));
        for (int i = 0; i < 4; ++i) // all four ports are still free
            f.made("n" + std::to_string(i), R"({"type":"NodePort"})");
        QCOMPARE(f.create("full", R"({"type":"NodePort"})", "?dryRun=All").code, 422);
        const size_t before = f.addresses();
        const std::string ip = ipOf(json(f.request("GET", kServices + "/n0").body));
        QCOMPARE(f.request("PATCH", kServices + "/n0?dryRun=All", R"({"spec":{"ipFamilyPolicy":"RequireDualStack"}})",
                           {{"Content-Type", "application/merge-patch+json"}})
                     .code,
                 200);
        QCOMPARE(f.request("DELETE", kServices + "/n0?dryRun=All").code, 200);
        QCOMPARE(f.addresses(), before);
        QVERIFY(!f.address(ip).empty());
    }

    void rangesRunFull() {
        Fixture f({.cidrs = {"10.43.0.0/29"}});
        for (int i = 0; i < 6; ++i)
            f.made("s" + std::to_string(i));
        const Answer full = f.create("full");
        QCOMPARE(full.code, 422);
        QVERIFY(message(full).ends_with("failed to allocate a serviceIP: range is full"));
        // A further ServiceCIDR makes room, once it is ready.
        f.serviceCidr("kubernetes", "10.43.0.0/29");
        f.serviceCidr("more", "10.99.0.0/29", "False");
        QCOMPARE(f.create("full").code, 422);
        QCOMPARE(f.serviceCidr("more", "10.99.0.0/29").code, 200);
        f.made("chosen", R"({"clusterIP":"10.99.0.6"})");
        QVERIFY(ipOf(f.made("full")).starts_with("10.99.0."));
    }

    void knowsWhatIsThere() {
        Fixture f;
        // A Service of an older version, which made no IPAddress.
        const std::string stored = R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"old","namespace":"x",
            "uid":"u","creationTimestamp":"2026-01-01T00:00:00Z"},"spec":{"type":"NodePort","clusterIP":"10.43.0.7",
            "clusterIPs":["10.43.0.7"],"ports":[{"port":1,"nodePort":30001,"protocol":"TCP"}]}})";
        auto put = f.run(f.backend().create("/registry/services/specs/x/old", stored, 0));
        QVERIFY(put.has_value());
        QVERIFY(f.run(f.store().waitFor(*put)).has_value());
        QCOMPARE(f.create("ip", R"({"clusterIP":"10.43.0.7"})").code, 422);
        const Answer port = f.create("port", R"({"type":"NodePort","ports":[{"port":1,"nodePort":30001}]})");
        QCOMPARE(message(port),
                 std::string("Service \"port\" is invalid: spec.ports[0].nodePort: Invalid value: 30001: "
                             "provided port is already allocated"));
        QCOMPARE(f.request("DELETE", "/api/v1/namespaces/x/services/old").code, 200);
        f.made("ip", R"({"clusterIP":"10.43.0.7"})");
    }

    void nodePorts() {
        Fixture f(kDual);
        const JsonObject both = f.made("both", R"({"type":"NodePort","ports":[{"name":"a","port":53},
            {"name":"b","port":53,"protocol":"UDP"}]})");
        QVERIFY(nodePort(both) >= 30000 && nodePort(both) <= 30003);
        QCOMPARE(nodePort(both, 0), nodePort(both, 1)); // one number for both protocols
        for (int i = 0; i < 3; ++i)
            f.made("n" + std::to_string(i), R"({"type":"NodePort"})");
        const Answer full = f.create("full", R"({"type":"NodePort"})");
        QVERIFY(message(full).ends_with("failed to allocate a nodePort: range is full"));
        QCOMPARE(f.addresses(), size_t(4)); // the address that was taken first is given back
        f.request("DELETE", kServices + "/n0");
        f.made("full", R"({"type":"NodePort"})");
        const std::string udp = R"({"type":"NodePort","ports":[{"port":9,"protocol":"UDP","nodePort":)" +
                                std::to_string(nodePort(both)) + "}]}";
        QVERIFY(message(f.create("udp", udp.c_str())).ends_with("provided port is already allocated"));
        const Answer outside = f.create("out", R"({"type":"NodePort","ports":[{"port":1,"nodePort":80}]})");
        QVERIFY(message(outside).ends_with(
            "provided port is not in the valid range. The range of valid ports is 30000-30003"));
    }

    void automaticPortsLeaveTheLowerBand() {
        Fixture f;
        for (int i = 0; i < 16; ++i)
            QVERIFY(nodePort(f.made("n" + std::to_string(i), R"({"type":"NodePort"})")) >= 30016);
        QVERIFY(nodePort(f.made("last", R"({"type":"NodePort"})")) < 30016); // the upper one is full
    }

    void typesChange() {
        Fixture f;
        const JsonObject stored = f.made("web", R"({"type":"NodePort"})");
        const auto port = std::to_string(nodePort(stored));
        QCOMPARE(f.merge("web", R"({"spec":{"type":"ClusterIP"}})").code, 200);
        f.made("other", QByteArray(R"({"type":"NodePort","ports":[{"port":1,"nodePort":)") + port.c_str() + "}]}");
        QCOMPARE(f.merge("web", R"({"spec":{"type":"ExternalName","externalName":"example.com"}})").code, 200);
        QVERIFY(f.address(ipOf(stored)).empty());
        f.made("again", QByteArray(R"({"clusterIP":")") + ipOf(stored).c_str() + "\"}");
        const Answer back = f.merge("web", R"({"spec":{"type":"ClusterIP","externalName":null}})");
        QCOMPARE(back.code, 200);
        QVERIFY(!f.address(ipOf(json(back.body))).empty());
    }

    void healthCheckPorts() {
        Fixture f;
        const JsonObject object = f.made("lb", R"({"type":"LoadBalancer","externalTrafficPolicy":"Local"})");
        QVERIFY(intAt(object, "spec", "healthCheckNodePort") >= 30000);
        const JsonObject without = f.made("no", R"({"type":"LoadBalancer","allocateLoadBalancerNodePorts":false})");
        QVERIFY(!hasAt(asObject(arrayAt(without, "spec", "ports")[0]), "nodePort"));
    }

    void families_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QByteArray>("families");
        QTest::addColumn<QString>("policy");
        QTest::addColumn<int>("addresses");
        auto row = [](const char *name, const char *spec, const char *families, const char *policy, int addresses) {
            QTest::newRow(name) << QByteArray(spec) << QByteArray(families) << policy << addresses;
        };
        row("plain", "{}", R"(["IPv4"])", "SingleStack", 1);
        row("prefer", R"({"ipFamilyPolicy":"PreferDualStack"})", R"(["IPv4","IPv6"])", "PreferDualStack", 2);
        row("six first", R"({"ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv6"]})", R"(["IPv6","IPv4"])",
            "RequireDualStack", 2);
        row("only six", R"({"ipFamilies":["IPv6"]})", R"(["IPv6"])", "SingleStack", 1);
        row("by address", R"({"clusterIP":"fd00::5"})", R"(["IPv6"])", "SingleStack", 1);
        row("headless", R"({"clusterIP":"None"})", R"(["IPv4"])", "SingleStack", 1);
        row("headless without selector", R"({"clusterIP":"None","selector":null})", R"(["IPv4","IPv6"])",
            "RequireDualStack", 1);
    }
    void families() {
        QFETCH(QByteArray, spec);
        QFETCH(QByteArray, families);
        QFETCH(QString, policy);
        QFETCH(int, addresses);
        Fixture f(kDual);
        const JsonObject object = f.made("web", spec);
        QCOMPARE(JsonValue(arrayAt(object, "spec", "ipFamilies")), boost::json::parse(families.toStdString()));
        QCOMPARE(std::string(textAt(object, "spec", "ipFamilyPolicy")), policy.toStdString());
        QCOMPARE(arrayAt(object, "spec", "clusterIPs").size(), size_t(addresses));
    }

    void refusedFamilies_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QString>("error");
        QTest::newRow("policy") << QByteArray(R"({"ipFamilyPolicy":"RequireDualStack"})")
                                << "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not "
                                   "configured for dual-stack services";
        QTest::newRow("family") << QByteArray(R"({"ipFamilies":["IPv6"]})")
                                << "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster";
        QTest::newRow("address") << QByteArray(R"({"clusterIP":"fd00::1"})")
                                 << "spec.clusterIPs[0]: Invalid value: [\"fd00::1\"]: IPv6 is not configured on this "
                                    "cluster";
        QTest::newRow("two families, one stack")
            << QByteArray(R"({"ipFamilies":["IPv4","IPv6"],"ipFamilyPolicy":"SingleStack"})")
            << "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be RequireDualStack or PreferDualStack when "
               "multiple ipFamilies are specified";
    }
    void refusedFamilies() {
        QFETCH(QByteArray, spec);
        QFETCH(QString, error);
        Fixture f;
        const Answer answer = f.create("web", spec);
        QCOMPARE(answer.code, 422);
        QCOMPARE(QString::fromStdString(message(answer)), "Service \"web\" is invalid: " + error);
        QCOMPARE(f.addresses(), size_t(0));
    }

    void stacksChange() {
        Fixture f(kDual);
        const JsonObject one = f.made("web");
        const Answer up = f.merge("web", R"({"spec":{"ipFamilyPolicy":"RequireDualStack"}})");
        QCOMPARE(up.code, 200);
        const JsonObject two = json(up.body);
        QCOMPARE(ipOf(two), ipOf(one));
        QCOMPARE(arrayAt(two, "spec", "clusterIPs").size(), size_t(2));
        const std::string second(asText(arrayAt(two, "spec", "clusterIPs")[1]));
        QVERIFY(!f.address(second).empty());
        const Answer wrong =
            f.merge("web", R"({"spec":{"clusterIPs":[")" + ipOf(one) + R"("],"ipFamilies":["IPv4"]}})");
        QCOMPARE(wrong.code, 422);
        QVERIFY(message(wrong).find("must be set to 'SingleStack' when releasing the secondary clusterIP") !=
                std::string::npos);
        const Answer down = f.merge("web", R"({"spec":{"ipFamilyPolicy":"SingleStack"}})");
        QCOMPARE(down.code, 200);
        QCOMPARE(arrayAt(json(down.body), "spec", "clusterIPs"), JsonArray{JsonValue(ipOf(one))});
        QVERIFY(f.address(second).empty());
    }
};

QTEST_GUILESS_MAIN(ServiceAllocationTest)
#include "tst_service_allocation.moc"
