#include "clusterd/apiserver/strategy/pod_validation.h"
#include "tests/clusterd/apiserver/support/strategy_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::json;
using coracle::test::StrategyFixture;

namespace {

constexpr const char *kContainer =
    R"({"name":"c","image":"i","imagePullPolicy":"Always","terminationMessagePolicy":"File"})";

/// A pod that is right; members of its spec can be set over it, members of its container likewise.
JsonObject pod(const QByteArray &spec = "{}", const QByteArray &container = "{}") {
    JsonObject own = json(kContainer);
    for (const auto &[key, value] : json(container.toStdString()))
        own[key] = value;
    JsonObject object{
        {"metadata", JsonObject{{"name", "web"}}},
        {"spec",
         JsonObject{{"restartPolicy", "Always"}, {"dnsPolicy", "ClusterFirst"}, {"containers", JsonArray{own}}}}};
    for (const auto &[key, value] : json(spec.toStdString()))
        object.at("spec").as_object()[key] = value;
    return object;
}

} // namespace

class PodStrategyTest : public QObject {
    Q_OBJECT

private slots:
    void startsPending() {
        const StrategyFixture f;
        JsonObject object = pod();
        object["status"] = JsonObject{{"phase", "Running"}, {"podIP", "1.2.3.4"}};
        QCOMPARE(f.create("", "pods", object), std::string());
        QCOMPARE(object.at("status"), JsonValue(json(R"({"phase":"Pending","qosClass":"BestEffort"})")));
        JsonObject gated = pod(R"({"schedulingGates":[{"name":"x"}],"terminationGracePeriodSeconds":-5})");
        QCOMPARE(f.create("", "pods", gated), std::string());
        QCOMPARE(std::string(textAt(asObject(arrayAt(gated, "status", "conditions")[0]), "reason")),
                 std::string("SchedulingGated"));
        QCOMPARE(intAt(gated, "spec", "terminationGracePeriodSeconds"), int64_t(1));
    }

    void qosClasses_data() {
        QTest::addColumn<QByteArray>("resources");
        QTest::addColumn<QString>("expected");
        QTest::newRow("none") << QByteArray("{}") << "BestEffort";
        QTest::newRow("zero") << QByteArray(R"({"limits":{"cpu":"0"}})") << "BestEffort";
        QTest::newRow("request") << QByteArray(R"({"requests":{"cpu":"1"}})") << "Burstable";
        QTest::newRow("one limit") << QByteArray(R"({"limits":{"cpu":"1"}})") << "Burstable";
        QTest::newRow("both") << QByteArray(R"({"limits":{"cpu":"1","memory":"1Gi"}})") << "Guaranteed";
        QTest::newRow("same amounts")
            << QByteArray(R"({"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1000m","memory":"1024Mi"}})")
            << "Guaranteed";
        QTest::newRow("less requested")
            << QByteArray(R"({"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"1","memory":"1Mi"}})")
            << "Burstable";
    }
    void qosClasses() {
        QFETCH(QByteArray, resources);
        QFETCH(QString, expected);
        const JsonObject object = pod("{}", R"({"resources":)" + resources + "}");
        QCOMPARE(std::string(qosClass(objectAt(object, "spec"))), expected.toStdString());
    }

    void validates_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QByteArray>("container");
        QTest::addColumn<QString>("cause");
        auto spec = [](const char *name, const char *text, const char *cause) {
            QTest::newRow(name) << QByteArray(text) << QByteArray("{}") << QString(cause);
        };
        auto container = [](const char *name, const char *text, const char *cause) {
            QTest::newRow(name) << QByteArray("{}") << QByteArray(text) << QString(cause);
        };
        spec("good", "{}", "");
        spec("no containers", R"({"containers":[]})", "FieldValueRequired spec.containers: Required value");
        spec("restart policy", R"({"restartPolicy":"Often"})",
             "FieldValueNotSupported spec.restartPolicy: Unsupported value: \"Often\": supported values: \"Always\", "
             "\"OnFailure\", \"Never\"");
        spec("dns policy", R"({"dnsPolicy":"X"})",
             "FieldValueNotSupported spec.dnsPolicy: Unsupported value: \"X\": supported values: "
             "\"ClusterFirstWithHostNet\", \"ClusterFirst\", \"Default\", \"None\"");
        spec("dns none", R"({"dnsPolicy":"None"})",
             "FieldValueRequired spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None");
        spec("deadline", R"({"activeDeadlineSeconds":0})",
             "FieldValueInvalid spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, "
             "inclusive");
        spec("volume without source", R"({"volumes":[{"name":"v"}]})",
             "FieldValueRequired spec.volumes[0]: Required value: must specify a volume type");
        spec("two sources", R"({"volumes":[{"name":"v","emptyDir":{},"hostPath":{"path":"/x"}}]})",
             "FieldValueForbidden spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type");
        spec("same volume", R"({"volumes":[{"name":"v","emptyDir":{}},{"name":"v","emptyDir":{}}]})",
             "FieldValueDuplicate spec.volumes[1].name: Duplicate value: \"v\"");
        spec("host path", R"({"volumes":[{"name":"v","hostPath":{"path":"/a/../b"}}]})",
             "FieldValueInvalid spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'");
        spec("secret", R"({"volumes":[{"name":"v","secret":{}}]})",
             "FieldValueRequired spec.volumes[0].secret.secretName: Required value");
        spec("mode", R"({"volumes":[{"name":"v","configMap":{"name":"m","defaultMode":512}}]})",
             "FieldValueInvalid spec.volumes[0].configMap.defaultMode: Invalid value: 512: must be a number between 0 "
             "and 0777 (octal), both inclusive");
        spec("token lifetime",
             R"({"serviceAccountName":"a","volumes":[{"name":"v","projected":{"sources":[{"serviceAccountToken":{
            "expirationSeconds":5,"path":"t"}}]}}]})",
             "FieldValueInvalid spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid "
             "value: 5: may not specify a duration less than 10 minutes");
        spec("toleration", R"({"tolerations":[{"operator":"Exists","key":"k","value":"v"}]})",
             "FieldValueInvalid spec.tolerations[0].operator: Invalid value: \"v\": value must be empty when "
             "`operator` is 'Exists'");
        spec("node affinity",
             R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":
            []}}}})",
             "FieldValueRequired "
             "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required "
             "value: must have at least one node selector term");
        spec("weight",
             R"({"affinity":{"podAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":0,
            "podAffinityTerm":{"topologyKey":"k"}}]}}})",
             "FieldValueInvalid spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: "
             "Invalid value: 0: must be in the range 1-100");
        spec(
            "spread",
            R"({"topologySpreadConstraints":[{"maxSkew":0,"topologyKey":"k","whenUnsatisfiable":"DoNotSchedule"}]})",
            "FieldValueInvalid spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero");
        spec("user", R"({"securityContext":{"runAsUser":-1}})",
             "FieldValueInvalid spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, "
             "inclusive");
        spec("gates with node", R"({"schedulingGates":[{"name":"g"}],"nodeName":"n"})",
             "FieldValueForbidden spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared");
        spec("host port",
             R"({"hostNetwork":true,"containers":[{"name":"c","image":"i","imagePullPolicy":"Always",
            "terminationMessagePolicy":"File",
            "ports":[{"containerPort":80,"hostPort":81,"protocol":"TCP"}]}]})",
             "FieldValueInvalid spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` "
             "when `hostNetwork` is true");
        spec("probe of init container",
             R"({"initContainers":[{"name":"i","image":"i","imagePullPolicy":"Always","terminationMessagePolicy":"File",
            "livenessProbe":{"exec":{"command":["x"]}}}]})",
             "FieldValueForbidden spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers "
             "without restartPolicy=Always");
        spec("same name",
             R"({"initContainers":[{"name":"c","image":"i","imagePullPolicy":"Always",
            "terminationMessagePolicy":"File"}]})",
             "FieldValueDuplicate spec.initContainers[0].name: Duplicate value: \"c\"");
        container("name", R"({"name":""})", "FieldValueRequired spec.containers[0].name: Required value");
        container("image", R"({"image":""})", "FieldValueRequired spec.containers[0].image: Required value");
        container("image with space", R"({"image":" i"})",
                  "FieldValueInvalid spec.containers[0].image: Invalid value: \" i\": must not have leading or "
                  "trailing whitespace");
        container("pull policy", R"({"imagePullPolicy":"x"})",
                  "FieldValueNotSupported spec.containers[0].imagePullPolicy: Unsupported value: \"x\": supported "
                  "values: \"Always\", \"IfNotPresent\", \"Never\"");
        container("port", R"({"ports":[{"containerPort":70000,"protocol":"TCP"}]})",
                  "FieldValueInvalid spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between "
                  "1 and 65535, inclusive");
        container("env name", R"({"env":[{"name":"a=b"}]})",
                  "FieldValueInvalid spec.containers[0].env[0].name: Invalid value: \"a=b\": a valid environment "
                  "variable name must consist only of printable ASCII characters other than '='");
        container("env twice",
                  R"({"env":[{"name":"a","value":"v","valueFrom":{"secretKeyRef":{"name":"n","key":"k"}}}]})",
                  "FieldValueInvalid spec.containers[0].env[0].valueFrom: Invalid value: \"\": may not be specified "
                  "when `value` is not empty");
        container("env field", R"({"env":[{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels"}}}]})",
                  "FieldValueNotSupported spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "
                  "\"metadata.labels\": supported values: "
                  "\"metadata.name\", \"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", "
                  "\"spec.serviceAccountName\", \"status.hostIP\", "
                  "\"status.hostIPs\", \"status.podIP\", \"status.podIPs\"");
        container("mount", R"({"volumeMounts":[{"name":"v","mountPath":"/x"}]})",
                  "FieldValueNotFound spec.containers[0].volumeMounts[0].name: Not found: \"v\"");
        container("request over limit", R"({"resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}}})",
                  "FieldValueInvalid spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or "
                  "equal to cpu limit of 1");
        container("resource name", R"({"resources":{"limits":{"disk":"1"}}})",
                  "FieldValueInvalid spec.containers[0].resources.limits[disk]: Invalid value: \"disk\": must be a "
                  "standard resource for containers");
        container("negative", R"({"resources":{"requests":{"cpu":"-1"}}})",
                  "FieldValueInvalid spec.containers[0].resources.requests[cpu]: Invalid value: \"-1\": must be "
                  "greater than or equal to 0");
        container("extended without limit", R"({"resources":{"requests":{"x.io/gpu":"1"}}})",
                  "FieldValueRequired spec.containers[0].resources.limits: Required value: Limit must be set for non "
                  "overcommitable resources");
        container("two handlers",
                  R"({"livenessProbe":{"exec":{"command":["x"]},"tcpSocket":{"port":1},"successThreshold":1}})",
                  "FieldValueForbidden spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more "
                  "than 1 handler type");
        container("no handler", R"({"readinessProbe":{}})",
                  "FieldValueRequired spec.containers[0].readinessProbe: Required value: must specify a handler type");
        container("successes", R"({"livenessProbe":{"exec":{"command":["x"]},"successThreshold":2}})",
                  "FieldValueInvalid spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1");
        container("escalation", R"({"securityContext":{"privileged":true,"allowPrivilegeEscalation":false}})",
                  "FieldValueInvalid spec.containers[0].securityContext: Invalid value: "
                  "{\"privileged\":true,\"allowPrivilegeEscalation\":false}: "
                  "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    }
    void validates() {
        QFETCH(QByteArray, spec);
        QFETCH(QByteArray, container);
        QFETCH(QString, cause);
        const StrategyFixture f;
        JsonObject object = pod(spec, container);
        QCOMPARE(QString::fromStdString(f.create("", "pods", object)), cause);
    }

    void updates_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QString>("cause"); // what the first begins with
        QTest::newRow("same") << QByteArray("{}") << QByteArray("{}") << "";
        QTest::newRow("image") << QByteArray("{}")
                               << QByteArray(
                                      R"({"containers":[{"name":"c","image":"j","imagePullPolicy":"Always",
                "terminationMessagePolicy":"File"}]})")
                               << "";
        QTest::newRow("node") << QByteArray("{}") << QByteArray(R"({"nodeName":"n"})")
                              << "FieldValueForbidden spec: Forbidden: pod updates may not change fields other than";
        QTest::newRow("container") << QByteArray("{}") << QByteArray(R"({"containers":[]})")
                                   << "FieldValueRequired spec.containers: Required value";
        QTest::newRow("deadline shorter")
            << QByteArray(R"({"activeDeadlineSeconds":9})") << QByteArray(R"({"activeDeadlineSeconds":5})") << "";
        QTest::newRow("deadline longer") << QByteArray(R"({"activeDeadlineSeconds":5})")
                                         << QByteArray(R"({"activeDeadlineSeconds":9})")
                                         << "FieldValueInvalid spec.activeDeadlineSeconds: Invalid value: 9: must be "
                                            "less than or equal to previous value";
        QTest::newRow("deadline gone")
            << QByteArray(R"({"activeDeadlineSeconds":5})") << QByteArray("{}")
            << "FieldValueInvalid spec.activeDeadlineSeconds: Invalid value: null: must not update";
        QTest::newRow("toleration added")
            << QByteArray("{}") << QByteArray(R"({"tolerations":[{"key":"k","operator":"Exists"}]})") << "";
        QTest::newRow("toleration removed")
            << QByteArray(R"({"tolerations":[{"key":"k","operator":"Exists"}]})") << QByteArray("{}")
            << "FieldValueForbidden spec.tolerations: Forbidden: existing toleration";
        QTest::newRow("gate removed") << QByteArray(R"({"schedulingGates":[{"name":"g"}]})") << QByteArray("{}") << "";
        QTest::newRow("gate added") << QByteArray("{}") << QByteArray(R"({"schedulingGates":[{"name":"g"}]})")
                                    << "FieldValueForbidden spec.schedulingGates: Forbidden: only deletion is allowed";
        QTest::newRow("grace made positive") << QByteArray(R"({"terminationGracePeriodSeconds":-1})")
                                             << QByteArray(R"({"terminationGracePeriodSeconds":1})") << "";
    }
    void updates() {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QFETCH(QString, cause);
        const StrategyFixture f;
        JsonObject object = pod(after);
        const QString causes = QString::fromStdString(f.update("", "pods", object, pod(before)));
        QVERIFY2(cause.isEmpty() ? causes.isEmpty() : causes.startsWith(cause), qPrintable(causes));
    }

    void subresourcesChangeTheirPartOnly() {
        const StrategyFixture f;
        JsonObject old = pod();
        old["status"] = json(R"({"phase":"Pending","qosClass":"BestEffort"})");
        JsonObject status = pod(R"({"nodeName":"n"})");
        status["status"] = JsonObject{{"phase", "Running"}};
        QCOMPARE(f.update("", "pods", status, old, "status"), std::string());
        QVERIFY(!hasAt(status, "spec", "nodeName"));
        QCOMPARE(status.at("status"), JsonValue(json(R"({"phase":"Running","qosClass":"BestEffort"})")));
        JsonObject main = pod();
        main["status"] = JsonObject{{"phase", "Running"}};
        QCOMPARE(f.update("", "pods", main, old), std::string());
        QCOMPARE(std::string(textAt(main, "status", "phase")), std::string("Pending"));
        JsonObject debugged = pod(
            R"({"nodeName":"n","ephemeralContainers":[{"name":"d","image":"i","imagePullPolicy":"Always",
            "terminationMessagePolicy":"File"}]})");
        QCOMPARE(f.update("", "pods", debugged, old, "ephemeralcontainers"), std::string());
        QVERIFY(!hasAt(debugged, "spec", "nodeName") && hasAt(debugged, "spec", "ephemeralContainers"));
        JsonObject resized = pod("{}", R"({"resources":{"requests":{"cpu":"1"}}})");
        QVERIFY(!f.update("", "pods", resized, old, "resize").empty()); // BestEffort must stay
    }

    void gracePeriods() {
        const StrategyFixture f;
        auto grace = [&](const char *text) { return f.of("", "pods").defaultGracePeriodSeconds(json(text)); };
        QCOMPARE(grace(R"({"spec":{"terminationGracePeriodSeconds":30}})"), int64_t(0));
        QCOMPARE(grace(R"({"spec":{"nodeName":"n","terminationGracePeriodSeconds":30}})"), int64_t(30));
        QCOMPARE(grace(R"({"spec":{"nodeName":"n","terminationGracePeriodSeconds":-3}})"), int64_t(1));
        QCOMPARE(grace(R"({"spec":{"nodeName":"n","terminationGracePeriodSeconds":30},"status":{"phase":"Failed"}})"),
                 int64_t(0));
    }
};

QTEST_GUILESS_MAIN(PodStrategyTest)
#include "tst_pod_strategy.moc"
