#include "tests/clusterd/apiserver/support/strategy_fixture.h"

#include <QTest>

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
    if (const std::string_view type = textAt(object, "spec", "type");
        (type == "NodePort" || type == "LoadBalancer") && !hasAt(object, "spec", "externalTrafficPolicy"))
        object.at("spec").as_object()["externalTrafficPolicy"] = "Cluster";
    return object;
}

} // namespace

class ServiceStrategyTest : public QObject {
    Q_OBJECT

private slots:
    void validates_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QString>("cause");
        auto row = [](const char *name, const char *spec, const char *cause) {
            QTest::newRow(name) << QByteArray(spec) << cause;
        };
        row("good", "{}", "");
        row("no ports", R"({"ports":[]})", "FieldValueRequired spec.ports: Required value");
        row("headless without ports", R"({"ports":[],"clusterIP":"None"})", "");
        row("two without names", R"({"ports":[{"port":1,"protocol":"TCP","name":"a"},{"port":2,"protocol":"TCP"}]})",
            "FieldValueRequired spec.ports[1].name: Required value");
        row("name twice",
            R"({"ports":[{"port":1,"protocol":"TCP","name":"a"},{"port":2,"protocol":"TCP","name":"a"}]})",
            "FieldValueDuplicate spec.ports[1].name: Duplicate value: \"a\"");
        row("port", R"({"ports":[{"port":0,"protocol":"TCP"}]})",
            "FieldValueInvalid spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive");
        row("port twice",
            R"({"ports":[{"port":1,"protocol":"TCP","name":"a"},{"port":1,"protocol":"TCP","name":"b"}]})",
            "FieldValueDuplicate spec.ports[1]: Duplicate value: {\"protocol\":\"TCP\",\"port\":1}");
        row("one port, two protocols",
            R"({"ports":[{"port":1,"protocol":"TCP","name":"a"},{"port":1,"protocol":"UDP","name":"b"}]})", "");
        row("node port of ClusterIP", R"({"ports":[{"port":1,"protocol":"TCP","nodePort":30000}]})",
            "FieldValueForbidden spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'");
        row("type", R"({"type":"X"})",
            "FieldValueNotSupported spec.type: Unsupported value: \"X\": supported values: \"ClusterIP\", "
            "\"ExternalName\", \"LoadBalancer\", \"NodePort\"");
        row("kubelet's port", R"({"type":"LoadBalancer","ports":[{"port":10250,"protocol":"TCP"}]})",
            "FieldValueInvalid spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is "
            "used by kubelet");
        row("headless node port", R"({"type":"NodePort","clusterIP":"None"})",
            "FieldValueInvalid spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort "
            "services");
        row("address", R"({"clusterIP":"x"})",
            "FieldValueInvalid spec.clusterIPs[0]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or "
            "2001:db8::ffff)");
        row("addresses without the first", R"({"clusterIPs":["10.43.0.9"]})",
            "FieldValueInvalid spec.clusterIPs: Invalid value: [\"10.43.0.9\"]: must be empty when `clusterIP` is not "
            "specified");
        row("other first", R"({"clusterIP":"10.43.0.8","clusterIPs":["10.43.0.9"]})",
            "FieldValueInvalid spec.clusterIPs: Invalid value: [\"10.43.0.9\"]: first value must match `clusterIP`");
        row("none and one", R"({"clusterIP":"None","clusterIPs":["None","10.43.0.9"]})",
            "FieldValueInvalid spec.clusterIPs: Invalid value: [\"None\",\"10.43.0.9\"]: 'None' must be the first and "
            "only value");
        row("one family twice", R"({"clusterIP":"10.43.0.8","clusterIPs":["10.43.0.8","10.43.0.9"]})",
            "FieldValueInvalid spec.clusterIPs: Invalid value: [\"10.43.0.8\",\"10.43.0.9\"]: may specify no more than "
            "one IP for each IP family");
        row("wrong family", R"({"clusterIP":"10.43.0.8","ipFamilies":["IPv6"]})",
            "FieldValueInvalid spec.clusterIPs[0]: Invalid value: \"10.43.0.8\": expected an IPv6 value as indicated "
            "by "
            "`ipFamilies[0]`");
        row("family", R"({"ipFamilies":["IPv5"]})",
            "FieldValueNotSupported spec.ipFamilies[0]: Unsupported value: \"IPv5\": supported values: \"IPv4\", "
            "\"IPv6\"");
        row("family twice", R"({"ipFamilies":["IPv4","IPv4"]})",
            "FieldValueDuplicate spec.ipFamilies[1]: Duplicate value: \"IPv4\"");
        row("external name", R"({"type":"ExternalName"})", "FieldValueRequired spec.externalName: Required value");
        row("external name with families", R"({"type":"ExternalName","externalName":"a.b.","ipFamilies":["IPv4"]})",
            "FieldValueForbidden spec.ipFamilies: Forbidden: may not be set for ExternalName services");
        row("affinity",
            R"({"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":100000}}})",
            "FieldValueInvalid spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 100000: must be "
            "greater than 0 and less than 86400");
        row("affinity config", R"({"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10}}})",
            "FieldValueForbidden spec.sessionAffinityConfig: Forbidden: must not be set when session affinity is None");
        row("source ranges", R"({"loadBalancerSourceRanges":["10.0.0.0/8"]})",
            "FieldValueForbidden spec.loadBalancerSourceRanges: Forbidden: may only be used when `type` is "
            "'LoadBalancer'");
        row("class", R"({"loadBalancerClass":"a/b"})",
            "FieldValueForbidden spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'");
        row("no node ports", R"({"allocateLoadBalancerNodePorts":false})",
            "FieldValueForbidden spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is "
            "'LoadBalancer'");
        row("external IP", R"({"externalIPs":["127.0.0.1"],"externalTrafficPolicy":"Cluster"})",
            "FieldValueInvalid spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range "
            "(127.0.0.0/8, ::1/128)");
        row("traffic of inner service", R"({"externalTrafficPolicy":"Local"})",
            "FieldValueInvalid spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for "
            "externally-accessible services");
        row("health port", R"({"type":"NodePort","healthCheckNodePort":30001})",
            "FieldValueInvalid spec.healthCheckNodePort: Invalid value: 30001: may only be set when `type` is "
            "'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        row("distribution", R"({"trafficDistribution":"Far"})",
            "FieldValueNotSupported spec.trafficDistribution: Unsupported value: \"Far\": supported values: "
            "\"PreferClose\", \"PreferSameNode\", \"PreferSameZone\"");
    }
    void validates() {
        QFETCH(QByteArray, spec);
        QFETCH(QString, cause);
        const StrategyFixture f;
        JsonObject object = service(spec);
        QCOMPARE(QString::fromStdString(f.create("", "services", object)), cause);
    }

    void updates_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QString>("cause");
        auto row = [](const char *name, const char *before, const char *after, const char *cause) {
            QTest::newRow(name) << QByteArray(before) << QByteArray(after) << cause;
        };
        const char *one = R"({"clusterIP":"10.43.0.7","clusterIPs":["10.43.0.7"],"ipFamilies":["IPv4"],
            "ipFamilyPolicy":"SingleStack"})";
        const char *two = R"({"clusterIP":"10.43.0.7","clusterIPs":["10.43.0.7","fd00::7"],"ipFamilies":["IPv4","IPv6"],
            "ipFamilyPolicy":"RequireDualStack"})";
        row("same", one, one, "");
        row("manifest", one, "{}", "");
        row("address", one, R"({"clusterIP":"10.43.0.8"})",
            "FieldValueInvalid spec.clusterIPs[0]: Invalid value: [\"10.43.0.8\"]: may not change once set");
        row("to headless", one, R"({"clusterIP":"None"})",
            "FieldValueInvalid spec.clusterIPs[0]: Invalid value: [\"None\"]: may not change once set");
        row("family", one, R"({"ipFamilies":["IPv6"],"clusterIP":"10.43.0.7"})",
            "FieldValueInvalid spec.ipFamilies[0]: Invalid value: [\"IPv6\"]: may not change once set\n"
            "FieldValueInvalid spec.clusterIPs[0]: Invalid value: \"10.43.0.7\": expected an IPv6 value as indicated "
            "by "
            "`ipFamilies[0]`");
        row("second goes", two,
            R"({"clusterIP":"10.43.0.7","clusterIPs":["10.43.0.7"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"})",
            "");
        row("second goes without a word", two,
            R"({"clusterIP":"10.43.0.7","clusterIPs":["10.43.0.7"],"ipFamilies":["IPv4"],
            "ipFamilyPolicy":"RequireDualStack"})",
            "FieldValueInvalid spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": must be set to 'SingleStack' "
            "when releasing the secondary clusterIP\n"
            "FieldValueInvalid spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": must be set to 'SingleStack' "
            "when releasing the secondary ipFamily");
        row("class", R"({"type":"LoadBalancer","loadBalancerClass":"a/b"})",
            R"({"type":"LoadBalancer","loadBalancerClass":"a/c"})",
            "FieldValueInvalid spec.loadBalancerClass: Invalid value: \"a/c\": may not change once set");
        row("class comes with the type", "{}", R"({"type":"LoadBalancer","loadBalancerClass":"a/c"})", "");
    }
    void updates() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QString, cause);
        const StrategyFixture f;
        JsonObject object = service(after);
        QCOMPARE(QString::fromStdString(f.update("", "services", object, service(before))), cause);
    }

    void updatesKeepWhatWasAllocated() {
        const StrategyFixture f;
        const JsonObject stored =
            service(R"({"type":"NodePort","clusterIP":"10.43.0.7","clusterIPs":["10.43.0.7"],"ipFamilies":["IPv4"],
            "ipFamilyPolicy":"SingleStack","ports":[{"name":"a","port":80,"protocol":"TCP","nodePort":30001},
            {"name":"b","port":81,"protocol":"TCP","nodePort":30002}]})");
        // A port is known by its name; its number may change.
        JsonObject replaced = service(R"({"type":"NodePort","ports":[{"name":"b","port":8081,"protocol":"TCP"},
            {"name":"c","port":82,"protocol":"TCP"},{"name":"a","port":83,"protocol":"TCP","nodePort":30002}]})");
        QVERIFY2(f.update("", "services", replaced, stored).empty(), "valid");
        QCOMPARE(std::string(textAt(replaced, "spec", "clusterIP")), std::string("10.43.0.7"));
        const JsonArray &ports = arrayAt(replaced, "spec", "ports");
        QCOMPARE(intAt(asObject(ports[0]), "nodePort"), int64_t(0)); // the client gave 30002 to another port
        QCOMPARE(intAt(asObject(ports[1]), "nodePort"), int64_t(0));
    }

    void typesChange() {
        const StrategyFixture f;
        const JsonObject stored = service(
            R"({"type":"NodePort","clusterIP":"10.43.0.7","clusterIPs":["10.43.0.7"],"ipFamilies":["IPv4"],
            "ipFamilyPolicy":"SingleStack","ports":[{"port":80,"protocol":"TCP","nodePort":30001}]})");
        JsonObject plain = stored;
        plain.at("spec").as_object()["type"] = "ClusterIP";
        QCOMPARE(f.update("", "services", plain, stored), std::string());
        QVERIFY(!hasAt(asObject(arrayAt(plain, "spec", "ports")[0]), "nodePort"));
        QVERIFY(!hasAt(plain, "spec", "externalTrafficPolicy"));
        JsonObject name = plain;
        name.at("spec").as_object()["type"] = "ExternalName";
        name.at("spec").as_object()["externalName"] = "example.com";
        QCOMPARE(f.update("", "services", name, plain), std::string());
        for (const char *member : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})
            QVERIFY2(!hasAt(name, "spec", member), member);
    }

    void statusIsChecked() {
        const StrategyFixture f;
        const JsonObject stored = service(R"({"type":"LoadBalancer"})");
        JsonObject object = stored;
        object["status"] = json(R"({"loadBalancer":{"ingress":[{"ip":"x","ipMode":"VIP"},{"ip":"10.0.0.1"},
            {"hostname":"10.0.0.1"},{"hostname":"lb.example.com"}]}})");
        QCOMPARE(
            QString::fromStdString(f.update("", "services", object, stored, "status")),
            QString("FieldValueInvalid status.loadBalancer.ingress[0].ip: Invalid value: \"x\": must be a valid IP "
                    "address, (e.g. 10.9.8.7 or 2001:db8::ffff)\n"
                    "FieldValueRequired status.loadBalancer.ingress[1].ipMode: Required value: must be specified "
                    "when `ip` is set\n"
                    "FieldValueInvalid status.loadBalancer.ingress[2].hostname: Invalid value: \"10.0.0.1\": must "
                    "be a DNS name, not an IP address"));
    }

    void warns() {
        const StrategyFixture f;
        std::vector<std::string> warnings;
        const JsonObject object = service(R"({"clusterIP":"None","clusterIPs":["None"],"sessionAffinity":"ClientIP",
            "externalIPs":["2001:DB8::0001"],"externalName":"x"})");
        f.of("", "services").warnings(f.context("", "services"), object, nullptr, warnings);
        QCOMPARE(warnings,
                 (std::vector<std::string>{
                     "spec.externalIPs is ignored for headless services",
                     "spec.SessionAffinity is ignored for headless services",
                     "spec.externalIPs[0]: IPv6 address \"2001:DB8::0001\" should be in RFC 5952 canonical format "
                     "(\"2001:db8::1\")",
                     "spec.externalName is ignored when spec.type is not \"ExternalName\""}));
    }
};

QTEST_GUILESS_MAIN(ServiceStrategyTest)
#include "tst_service_strategy.moc"
