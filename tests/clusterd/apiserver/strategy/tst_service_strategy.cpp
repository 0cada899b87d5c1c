#include "tests/clusterd/apiserver/support/strategy_fixture.h"

#include <QTest>
#include <set>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::json;
using coracle::test::StrategyFixture;

namespace {

JsonObject service(const QByteArray &spec = "{}") {
    JsonObject object =
        json(R"({"metadata":{"name":"web"},"spec":{"type":"ClusterIP","sessionAffinity":"None","selector":{"a":"b"},
        "internalTrafficPolicy":"Cluster","ports":[{"port":80,"protocol":"TCP","targetPort":80}]}})");
    for (const auto &[key, value] : json(spec.toStdString()))
        object.at("spec").as_object()[key] = value;
    if (const std::string_view type = textAt(object, "spec", "type"); type == "NodePort" || type == "LoadBalancer")
        object.at("spec").as_object()["externalTrafficPolicy"] = "Cluster";
    return object;
}

const ServiceNetworks kDual{.cidrs = {"10.43.0.0/24", "fd00::/108"}, .nodePortFirst = 30000, .nodePortLast = 30003};

std::string failure(const Result<> &result) {
    return result ? std::string() : result.error().message;
}

} // namespace

class ServiceStrategyTest : public QObject {
    Q_OBJECT

    static Result<> allocate(const StrategyFixture &f, JsonObject &object, const JsonObject *old = nullptr) {
        return f.of("", "services").allocate(f.context("", "services"), object, old);
    }
    static void release(const StrategyFixture &f, const JsonObject &gone, const JsonObject *kept = nullptr) {
        f.of("", "services").release(f.context("", "services"), gone, kept);
    }

private slots:
    void allocatesAddresses() {
        const StrategyFixture f;
        std::set<std::string> seen;
        for (int i = 0; i < 50; ++i) {
            JsonObject object = service();
            QCOMPARE(f.create("", "services", object), std::string());
            QCOMPARE(failure(allocate(f, object)), std::string());
            const std::string ip(textAt(object, "spec", "clusterIP"));
            QVERIFY2(ip.starts_with("10.43.") && seen.insert(ip).second, ip.c_str());
            QCOMPARE(asText(arrayAt(object, "spec", "clusterIPs")[0]), std::string_view(ip));
            QCOMPARE(std::string(textAt(object, "spec", "ipFamilyPolicy")), std::string("SingleStack"));
            QCOMPARE(arrayAt(object, "spec", "ipFamilies"), JsonArray{JsonValue("IPv4")});
        }
    }

    void takesWhatIsAsked() {
        const StrategyFixture f;
        JsonObject first = service(R"({"clusterIP":"10.43.0.10"})"), second = first;
        f.create("", "services", first);
        f.create("", "services", second);
        QVERIFY(allocate(f, first).has_value());
        const auto taken = allocate(f, second);
        QCOMPARE(taken.error().code, 422);
        QCOMPARE(taken.error().causes[0].field, std::string("spec.clusterIPs"));
        QCOMPARE(
            taken.error().causes[0].message,
            std::string(
                "Invalid value: [\"10.43.0.10\"]: failed to allocate IP 10.43.0.10: provided IP is already allocated"));
        release(f, first);
        QVERIFY(allocate(f, second).has_value());
        for (const char *outside : {"10.44.0.1", "10.43.0.0", "10.43.255.255"}) {
            JsonObject wrong = service(QByteArray(R"({"clusterIP":")") + outside + "\"}");
            f.create("", "services", wrong);
            QCOMPARE(allocate(f, wrong).error().causes[0].message,
                     std::string("Invalid value: [\"") + outside + "\"]: failed to allocate IP " + outside +
                         ": provided IP is not in the valid range. The range of valid IPs is 10.43.0.0/16");
        }
    }

    void knowsWhatIsThere() {
        StrategyFixture f(kDual);
        f.reader.put("", "services",
                     R"({"metadata":{"name":"old","namespace":"x"},"spec":{"type":"NodePort","clusterIPs":["10.43.0.7"],
            "ports":[{"nodePort":30001,"protocol":"TCP"}]}})");
        JsonObject ip = service(R"({"clusterIP":"10.43.0.7"})"),
                   port = service(R"({"type":"NodePort","ports":[{"port":1,"protocol":"TCP","nodePort":30001}]})");
        f.create("", "services", ip);
        QVERIFY(!allocate(f, ip));
        const auto taken = allocate(f, port);
        QCOMPARE(taken.error().causes[0].field, std::string("spec.ports[0].nodePort"));
        QCOMPARE(taken.error().causes[0].message,
                 std::string("Invalid value: 30001: provided port is already allocated"));
    }

    void allocatesNodePorts() {
        const StrategyFixture f(kDual);
        JsonObject both = service(
            R"({"type":"NodePort","ports":[{"name":"a","port":53,"protocol":"TCP"},{"name":"b","port":53,
            "protocol":"UDP"}]})");
        QCOMPARE(f.create("", "services", both), std::string());
        QVERIFY(allocate(f, both).has_value());
        const JsonArray &ports = arrayAt(both, "spec", "ports");
        QVERIFY(intAt(asObject(ports[0]), "nodePort") >= 30000 && intAt(asObject(ports[0]), "nodePort") <= 30003);
        QCOMPARE(intAt(asObject(ports[0]), "nodePort"),
                 intAt(asObject(ports[1]), "nodePort")); // one number for both protocols
        std::vector<JsonObject> others;
        for (int i = 0; i < 3; ++i) {
            others.push_back(service(R"({"type":"NodePort"})"));
            QVERIFY(allocate(f, others.back()).has_value());
        }
        JsonObject full = service(R"({"type":"NodePort"})");
        QVERIFY(!allocate(f, full));
        release(f, others[0]);
        QVERIFY(allocate(f, full).has_value());
        JsonObject outside = service(R"({"type":"NodePort","ports":[{"port":1,"protocol":"TCP","nodePort":80}]})");
        QCOMPARE(
            allocate(f, outside).error().causes[0].message,
            std::string(
                "Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-30003"));
    }

    void aFailureTakesNothing() {
        const StrategyFixture f(kDual);
        JsonObject mixed = service(
            R"({"type":"NodePort","clusterIP":"10.43.0.9","ports":[{"name":"a","port":1,"protocol":"TCP",
            "nodePort":30002},{"name":"b","port":2,"protocol":"TCP","nodePort":80}]})");
        f.create("", "services", mixed);
        QVERIFY(!allocate(f, mixed));
        JsonObject next = service(
            R"({"type":"NodePort","clusterIP":"10.43.0.9","ports":[{"port":1,"protocol":"TCP","nodePort":30002}]})");
        f.create("", "services", next);
        QCOMPARE(failure(allocate(f, next)), std::string());
    }

    void families_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QByteArray>("families");
        QTest::addColumn<QString>("policy");
        QTest::addColumn<int>("addresses");
        QTest::newRow("plain") << QByteArray("{}") << QByteArray(R"(["IPv4"])") << "SingleStack" << 1;
        QTest::newRow("prefer") << QByteArray(R"({"ipFamilyPolicy":"PreferDualStack"})")
                                << QByteArray(R"(["IPv4","IPv6"])") << "PreferDualStack" << 2;
        QTest::newRow("six first") << QByteArray(R"({"ipFamilyPolicy":"RequireDualStack","ipFamilies":["IPv6"]})")
                                   << QByteArray(R"(["IPv6","IPv4"])") << "RequireDualStack" << 2;
        QTest::newRow("only six") << QByteArray(R"({"ipFamilies":["IPv6"]})") << QByteArray(R"(["IPv6"])")
                                  << "SingleStack" << 1;
        QTest::newRow("by address") << QByteArray(R"({"clusterIP":"fd00::5"})") << QByteArray(R"(["IPv6"])")
                                    << "SingleStack" << 1;
        QTest::newRow("headless") << QByteArray(R"({"clusterIP":"None"})") << QByteArray(R"(["IPv4"])") << "SingleStack"
                                  << 1;
        QTest::newRow("headless without selector") << QByteArray(R"({"clusterIP":"None","selector":{}})")
                                                   << QByteArray(R"(["IPv4","IPv6"])") << "RequireDualStack" << 1;
    }
    void families() {
        QFETCH(QByteArray, spec);
        QFETCH(QByteArray, families);
        QFETCH(QString, policy);
        QFETCH(int, addresses);
        const StrategyFixture f(kDual);
        JsonObject object = service(spec);
        QCOMPARE(f.create("", "services", object), std::string());
        QCOMPARE(failure(allocate(f, object)), std::string());
        QCOMPARE(JsonValue(arrayAt(object, "spec", "ipFamilies")), boost::json::parse(families.toStdString()));
        QCOMPARE(std::string(textAt(object, "spec", "ipFamilyPolicy")), policy.toStdString());
        QCOMPARE(arrayAt(object, "spec", "clusterIPs").size(), size_t(addresses));
    }

    void validates_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QString>("cause");
        QTest::newRow("no ports") << QByteArray(R"({"ports":[]})") << "FieldValueRequired spec.ports: Required value";
        QTest::newRow("two without names")
            << QByteArray(R"({"ports":[{"port":1,"protocol":"TCP","name":"a"},{"port":2,"protocol":"TCP"}]})")
            << "FieldValueRequired spec.ports[1].name: Required value";
        QTest::newRow("port")
            << QByteArray(R"({"ports":[{"port":0,"protocol":"TCP"}]})")
            << "FieldValueInvalid spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive";
        QTest::newRow("node port of ClusterIP")
            << QByteArray(R"({"ports":[{"port":1,"protocol":"TCP","nodePort":30000}]})")
            << "FieldValueForbidden spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'";
        QTest::newRow("type") << QByteArray(R"({"type":"X"})")
                              << "FieldValueNotSupported spec.type: Unsupported value: \"X\": supported values: "
                                 "\"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"";
        QTest::newRow("address") << QByteArray(R"({"clusterIP":"x"})")
                                 << "FieldValueInvalid spec.clusterIPs[0]: Invalid value: \"x\": must be a valid IP "
                                    "address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
        QTest::newRow("external name") << QByteArray(R"({"type":"ExternalName","internalTrafficPolicy":null})")
                                       << "FieldValueRequired spec.externalName: Required value";
        QTest::newRow("policy on one stack")
            << QByteArray(R"({"ipFamilyPolicy":"RequireDualStack"})")
            << "FieldValueInvalid spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not "
               "configured for dual-stack services";
        QTest::newRow("family on one stack")
            << QByteArray(R"({"ipFamilies":["IPv6"]})")
            << "FieldValueInvalid spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster";
        QTest::newRow("affinity")
            << QByteArray(
                   R"({"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":100000}}})")
            << "FieldValueInvalid spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 100000: must be "
               "greater than 0 and less than 86400";
        QTest::newRow("source ranges") << QByteArray(R"({"loadBalancerSourceRanges":["10.0.0.0/8"]})")
                                       << "FieldValueForbidden spec.loadBalancerSourceRanges: Forbidden: may only be "
                                          "used when `type` is 'LoadBalancer'";
        QTest::newRow("external IP") << QByteArray(R"({"externalIPs":["127.0.0.1"],"externalTrafficPolicy":"Cluster"})")
                                     << "FieldValueInvalid spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not "
                                        "be in the loopback range (127.0.0.0/8, ::1/128)";
    }
    void validates() {
        QFETCH(QByteArray, spec);
        QFETCH(QString, cause);
        const StrategyFixture f;
        JsonObject object = service(spec);
        QCOMPARE(QString::fromStdString(f.create("", "services", object)), cause);
    }

    void updatesKeepWhatWasAllocated() {
        const StrategyFixture f(kDual);
        JsonObject stored = service(R"({"type":"NodePort"})");
        f.create("", "services", stored);
        QVERIFY(allocate(f, stored).has_value());
        JsonObject replaced = service(R"({"type":"NodePort"})"); // a manifest without addresses
        QCOMPARE(f.update("", "services", replaced, stored), std::string());
        QVERIFY(allocate(f, replaced, &stored).has_value());
        QCOMPARE(replaced.at("spec"), stored.at("spec"));
        JsonObject moved = stored;
        moved.at("spec").as_object()["clusterIP"] = "10.43.0.77";
        QVERIFY(f.update("", "services", moved, stored).find("may not change once set") != std::string::npos);
    }

    void typesChange() {
        const StrategyFixture f(kDual);
        JsonObject stored = service(R"({"type":"NodePort"})");
        f.create("", "services", stored);
        QVERIFY(allocate(f, stored).has_value());
        const int64_t port = intAt(asObject(arrayAt(stored, "spec", "ports")[0]), "nodePort");
        JsonObject plain = stored;
        plain.at("spec").as_object()["type"] = "ClusterIP";
        QCOMPARE(f.update("", "services", plain, stored), std::string());
        QVERIFY(!hasAt(asObject(arrayAt(plain, "spec", "ports")[0]), "nodePort") &&
                !hasAt(plain, "spec", "externalTrafficPolicy"));
        QVERIFY(allocate(f, plain, &stored).has_value());
        release(f, stored, &plain);
        JsonObject other = service(R"({"type":"NodePort","ports":[{"port":1,"protocol":"TCP","nodePort":)" +
                                   QByteArray::number(int(port)) + "}]}");
        QVERIFY(allocate(f, other).has_value());
        JsonObject name = plain;
        name.at("spec").as_object()["type"] = "ExternalName";
        name.at("spec").as_object()["externalName"] = "example.com";
        QCOMPARE(f.update("", "services", name, plain), std::string());
        QVERIFY(!hasAt(name, "spec", "clusterIP"));
        QVERIFY(allocate(f, name, &plain).has_value());
        const std::string ip(textAt(plain, "spec", "clusterIP"));
        release(f, plain, &name);
        JsonObject again = service(QByteArray(R"({"clusterIP":")") + ip.c_str() + "\"}");
        f.create("", "services", again);
        QCOMPARE(failure(allocate(f, again)), std::string());
    }

    void healthCheckPorts() {
        const StrategyFixture f;
        JsonObject object = service(R"({"type":"LoadBalancer"})");
        object.at("spec").as_object()["externalTrafficPolicy"] = "Local";
        QCOMPARE(f.create("", "services", object), std::string());
        QVERIFY(allocate(f, object).has_value());
        QVERIFY(intAt(object, "spec", "healthCheckNodePort") >= 30000);
        JsonObject without = service(R"({"type":"LoadBalancer","allocateLoadBalancerNodePorts":false})");
        QVERIFY(allocate(f, without).has_value());
        QVERIFY(!hasAt(asObject(arrayAt(without, "spec", "ports")[0]), "nodePort"));
    }
};

QTEST_GUILESS_MAIN(ServiceStrategyTest)
#include "tst_service_strategy.moc"
