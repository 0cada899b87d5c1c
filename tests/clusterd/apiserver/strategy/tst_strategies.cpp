#include "core/pki/csr.h"
#include "core/pki/encoding.h"
#include "tests/clusterd/apiserver/support/strategy_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::json;
using coracle::test::StrategyFixture;

namespace {

const QByteArray kTemplate =
    R"({"metadata":{"labels":{"a":"b"}},"spec":{"restartPolicy":"Always","dnsPolicy":"ClusterFirst",
    "containers":[{"name":"c","image":"i","imagePullPolicy":"Always","terminationMessagePolicy":"File"}]}})";
const QByteArray kSelector = R"({"matchLabels":{"a":"b"}})";

/// A workload with selector and template, and these members beside them.
QByteArray workload(const QByteArray &spec = {}) {
    return R"({"metadata":{"name":"x"},"spec":{"selector":)" + kSelector + R"(,"template":)" + kTemplate +
           (spec.isEmpty() ? "" : "," + spec) + "}}";
}

QByteArray rolling(const QByteArray &amounts) {
    return R"("strategy":{"type":"RollingUpdate","rollingUpdate":{)" + amounts + "}}";
}

} // namespace

/// The kinds whose strategies are mostly rules, one row a rule.
class StrategiesTest : public QObject {
    Q_OBJECT

private slots:
    void creates_data() {
        QTest::addColumn<QString>("kind"); // group/resource
        QTest::addColumn<QByteArray>("object");
        QTest::addColumn<QString>("cause");
        auto row = [](const char *name, const char *kind, const QByteArray &object, const char *cause) {
            QTest::newRow(name) << QString(kind) << object << QString(cause);
        };
        const QByteArray good = rolling(R"("maxSurge":"25%","maxUnavailable":"25%")");
        row("deployment", "apps/deployments", workload(good), "");
        row("deployment amounts", "apps/deployments", workload(rolling(R"("maxSurge":0,"maxUnavailable":"0%")")),
            "FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"0%\": may not be 0 when "
            "`maxSurge` is 0");
        row("deployment percent", "apps/deployments", workload(rolling(R"("maxSurge":1,"maxUnavailable":"101%")")),
            "FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be "
            "greater than 100%");
        row("deployment recreate", "apps/deployments", workload(R"("strategy":{"type":"Recreate","rollingUpdate":{}})"),
            "FieldValueForbidden spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is "
            "'Recreate'");
        row("deployment strategy", "apps/deployments", workload(R"("strategy":{"type":"X"})"),
            "FieldValueNotSupported spec.strategy: Unsupported value: {\"type\":\"X\"}: supported values: "
            "\"Recreate\", \"RollingUpdate\"");
        row("deployment replicas", "apps/deployments", workload(good + R"(,"replicas":-1)"),
            "FieldValueInvalid spec.replicas: Invalid value: -1: must be greater than or equal to 0");
        row("deployment deadline", "apps/deployments",
            workload(good + R"(,"progressDeadlineSeconds":5,"minReadySeconds":5)"),
            "FieldValueInvalid spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds");
        row("replica set", "apps/replicasets", workload(), "");
        row("no selector", "apps/replicasets", R"({"spec":{"template":)" + kTemplate + "}}",
            "FieldValueRequired spec.selector: Required value");
        row("other labels", "apps/replicasets",
            R"({"spec":{"selector":{"matchLabels":{"a":"c"}},"template":)" + kTemplate + "}}",
            "FieldValueInvalid spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match "
            "template `labels`");
        row("empty selector", "apps/replicasets", R"({"spec":{"selector":{},"template":)" + kTemplate + "}}",
            "FieldValueInvalid spec.selector: Invalid value: {}: empty selector is invalid for deployment");
        row("restart policy", "apps/replicasets", workload().replace("\"Always\",\"dns", "\"Never\",\"dns"),
            "FieldValueNotSupported spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: "
            "\"Always\"");
        row("stateful set", "apps/statefulsets",
            workload(R"("podManagementPolicy":"OrderedReady","updateStrategy":{"type":"RollingUpdate"})"), "");
        row("stateful management", "apps/statefulsets",
            workload(R"("podManagementPolicy":"X","updateStrategy":{"type":"RollingUpdate"})"),
            "FieldValueInvalid spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'");
        row("daemon set", "apps/daemonsets",
            workload(R"("updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}})"),
            "");
        row("daemon set amounts", "apps/daemonsets",
            workload(R"("updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":0}})"),
            "FieldValueRequired spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when "
            "maxSurge is 0");
        const QByteArray job = R"({"metadata":{"name":"j","uid":"u-1"},"spec":{"template":)" +
                               QByteArray(kTemplate).replace("Always\",\"dns", "Never\",\"dns") + "}}";
        row("job", "batch/jobs", job, "");
        row("job restart policy", "batch/jobs", QByteArray(job).replace("Never", "Always"),
            "FieldValueRequired spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", "
            "\"Never\"");
        row("indexed job", "batch/jobs",
            QByteArray(job).replace("\"spec\":{\"template", "\"spec\":{\"completionMode\":\"Indexed\",\"template"),
            "FieldValueRequired spec.completions: Required value: when completion mode is Indexed");
        const QByteArray cron =
            R"({"metadata":{"name":"c"},"spec":{"schedule":"* * * * *","concurrencyPolicy":"Allow","jobTemplate":
            {"spec":{"template":)" +
            QByteArray(kTemplate).replace("Always\",\"dns", "Never\",\"dns") + "}}}}";
        row("cron job", "batch/cronjobs", cron, "");
        row("cron schedule", "batch/cronjobs", QByteArray(cron).replace("* * * * *", "* *"),
            "FieldValueInvalid spec.schedule: Invalid value: \"* *\": expected exactly 5 fields, found 2: [* *]");
        row("cron zone", "batch/cronjobs",
            QByteArray(cron).replace("\"schedule\"", "\"timeZone\":\"Moon/Base\",\"schedule\""),
            "FieldValueInvalid spec.timeZone: Invalid value: \"Moon/Base\": unknown time zone Moon/Base");
        row("config map", "/configmaps", R"({"data":{"a":"x"},"binaryData":{"b":"AAA="}})", "");
        row("config map key", "/configmaps", R"({"data":{"..":"x"}})",
            "FieldValueInvalid data[..]: Invalid value: \"..\": must not be '..'");
        row("config map twice", "/configmaps", R"({"data":{"a":"x"},"binaryData":{"a":"AAA="}})",
            "FieldValueInvalid data[a]: Invalid value: \"a\": duplicate of key present in binaryData");
        row("config map size", "/configmaps", "{\"data\":{\"a\":\"" + QByteArray(1048577, 'x') + "\"}}",
            "FieldValueTooLong []: Too long: may not be more than 1048576 bytes");
        row("secret of tls", "/secrets", R"({"type":"kubernetes.io/tls","data":{"tls.crt":"AA=="}})",
            "FieldValueRequired data[tls.key]: Required value");
        row("secret of docker", "/secrets",
            R"({"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"AA=="}})",
            "FieldValueInvalid data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": must be a JSON "
            "object");
        row("node taint", "/nodes", R"({"spec":{"taints":[{"key":"k","effect":"X"}]}})",
            "FieldValueNotSupported metadata.taints[0].effect: Unsupported value: \"X\": supported values: "
            "\"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"");
        row("endpoints", "/endpoints", R"({"subsets":[{"addresses":[{"ip":"127.0.0.1"}]}]})",
            "FieldValueInvalid subsets[0].addresses[0].ip: Invalid value: \"127.0.0.1\": may not be in the loopback "
            "range (127.0.0.0/8, ::1/128)");
        row("event", "/events", R"({"metadata":{"namespace":"a"},"involvedObject":{"namespace":"b"}})",
            "FieldValueInvalid involvedObject.namespace: Invalid value: \"b\": does not match event.namespace");
        row("limit range", "/limitranges",
            R"({"metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","min":{"cpu":"2"},"max":{"cpu":"1"}}]}})",
            "FieldValueInvalid spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1");
        row("quota", "/resourcequotas", R"({"spec":{"hard":{"pods":"1500m"}}})",
            "FieldValueInvalid spec.hard[pods]: Invalid value: \"1500m\": must be an integer");
        row("lease", "coordination.k8s.io/leases", R"({"spec":{"leaseDurationSeconds":0}})",
            "FieldValueInvalid spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0");
        row("volume", "/persistentvolumes",
            R"({"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}}})", "");
        row("volume without source", "/persistentvolumes",
            R"({"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"]}})",
            "FieldValueRequired spec: Required value: must specify a volume type");
        row("claim", "/persistentvolumeclaims",
            R"({"spec":{"accessModes":["ReadWriteOncePod","ReadWriteOnce"],"resources":{"requests":
            {"storage":"1Gi"}}}})",
            "FieldValueForbidden spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes");
        row("claim without size", "/persistentvolumeclaims", R"({"spec":{"accessModes":["ReadWriteOnce"]}})",
            "FieldValueRequired spec.resources[storage]: Required value");
        row("storage class", "storage.k8s.io/storageclasses", R"({"provisioner":"","volumeBindingMode":"Immediate"})",
            "FieldValueRequired provisioner: Required value");
        row("ingress", "networking.k8s.io/ingresses", R"({"spec":{}})",
            "FieldValueInvalid spec: Invalid value: []: either `defaultBackend` or `rules` must be specified");
        row("ingress path", "networking.k8s.io/ingresses",
            R"({"spec":{"rules":[{"http":{"paths":[{"path":"x","pathType":"Prefix","backend":{"service":{"name":"s",
            "port":{"number":80}}}}]}}]}})",
            "FieldValueInvalid spec.rules[0].http.paths[0].path: Invalid value: \"x\": must be an absolute path");
        row("network policy", "networking.k8s.io/networkpolicies",
            R"({"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16"]}}]}]}})",
            "FieldValueInvalid spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a "
            "strict subset of `cidr`");
        row("slice", "discovery.k8s.io/endpointslices",
            R"({"addressType":"IPv4","endpoints":[{"addresses":["fd00::1"]}]})",
            "FieldValueInvalid endpoints[0].addresses[0]: Invalid value: \"fd00::1\": must be an IPv4 address");
        row("role", "rbac.authorization.k8s.io/roles", R"({"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]})",
            "FieldValueInvalid rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to "
            "non-resource URLs");
        row("cluster role", "rbac.authorization.k8s.io/clusterroles",
            R"({"rules":[{"verbs":[],"apiGroups":[""],"resources":["pods"]}]})",
            "FieldValueRequired rules[0].verbs: Required value: verbs must contain at least one value");
        row("binding", "rbac.authorization.k8s.io/clusterrolebindings",
            R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"x"}})",
            "FieldValueNotSupported roleRef.kind: Unsupported value: \"Role\": supported values: \"ClusterRole\"");
        row("budget", "policy/poddisruptionbudgets", R"({"spec":{"minAvailable":1,"maxUnavailable":1}})",
            "FieldValueInvalid spec: Invalid value: {\"minAvailable\":1,\"maxUnavailable\":1}: minAvailable and "
            "maxUnavailable cannot be both set");
        row("priority class", "scheduling.k8s.io/priorityclasses", R"({"metadata":{"name":"x"},"value":1000000001})",
            "FieldValueForbidden value: Forbidden: maximum allowed value of a user defined priority is 1000000000");
        row("certificate request", "certificates.k8s.io/certificatesigningrequests",
            R"({"spec":{"request":"AAAA","usages":["client auth"],"signerName":"example.com/x"}})",
            "FieldValueInvalid spec.request: Invalid value: \"AAAA\": PEM block type must be CERTIFICATE REQUEST: no "
            "start line");
    }
    void creates() {
        QFETCH(QString, kind);
        QFETCH(QByteArray, object);
        QFETCH(QString, cause);
        const StrategyFixture f;
        JsonObject made = json(object.toStdString());
        QCOMPARE(QString::fromStdString(
                     f.create(kind.section('/', 0, 0).toStdString(), kind.section('/', 1).toStdString(), made)),
                 cause);
    }

    void updates_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QByteArray>("object");
        QTest::addColumn<QByteArray>("old");
        QTest::addColumn<QString>("cause");
        const QByteArray set = workload(R"("podManagementPolicy":"OrderedReady","updateStrategy":{"type":"OnDelete"})");
        QTest::newRow("selector")
            << "apps/replicasets" << workload()
            << workload().replace("matchLabels\":{\"a\":\"b\"", "matchLabels\":{\"a\":\"c\"")
            << "FieldValueInvalid spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"b\"}}: field is immutable";
        QTest::newRow("stateful replicas")
            << "apps/statefulsets"
            << QByteArray(set).replace("\"spec\":{\"selector", "\"spec\":{\"replicas\":3,\"selector") << set << "";
        QTest::newRow("stateful service")
            << "apps/statefulsets"
            << QByteArray(set).replace("\"spec\":{\"selector", "\"spec\":{\"serviceName\":\"s\",\"selector") << set
            << "FieldValueForbidden spec: Forbidden: updates to statefulset spec for fields other than 'replicas', "
               "'ordinals', 'template', "
               "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' "
               "are forbidden";
        QTest::newRow("immutable map")
            << "/configmaps" << QByteArray(R"({"immutable":true,"data":{"a":"2"}})")
            << QByteArray(R"({"immutable":true,"data":{"a":"1"}})")
            << "FieldValueForbidden data: Forbidden: field is immutable when `immutable` is set";
        QTest::newRow("mutable again")
            << "/secrets" << QByteArray(R"({"immutable":false,"type":"Opaque"})")
            << QByteArray(R"({"immutable":true,"type":"Opaque"})")
            << "FieldValueForbidden immutable: Forbidden: field is immutable when `immutable` is set";
        QTest::newRow("secret type") << "/secrets" << QByteArray(R"({"type":"a"})") << QByteArray(R"({"type":"b"})")
                                     << "FieldValueInvalid type: Invalid value: \"a\": field is immutable";
        QTest::newRow("role reference")
            << "rbac.authorization.k8s.io/rolebindings"
            << QByteArray(R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"b"}})")
            << QByteArray(R"({"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a"}})")
            << "FieldValueInvalid roleRef: Invalid value: "
               "{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Role\",\"name\":\"b\"}: cannot change roleRef";
        QTest::newRow("address type") << "discovery.k8s.io/endpointslices" << QByteArray(R"({"addressType":"IPv6"})")
                                      << QByteArray(R"({"addressType":"IPv4"})")
                                      << "FieldValueInvalid addressType: Invalid value: \"IPv6\": field is immutable";
        const QByteArray claim =
            R"({"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2Gi"}}},"status":
            {"phase":"Bound","capacity":{"storage":"2Gi"}}})";
        QTest::newRow("larger claim") << "/persistentvolumeclaims"
                                      << QByteArray(claim).replace("requests\":{\"storage\":\"2Gi",
                                                                   "requests\":{\"storage\":\"3Gi")
                                      << claim << "";
        QTest::newRow("smaller claim") << "/persistentvolumeclaims"
                                       << QByteArray(claim).replace("requests\":{\"storage\":\"2Gi",
                                                                    "requests\":{\"storage\":\"1Gi")
                                       << claim
                                       << "FieldValueForbidden spec.resources.requests.storage: Forbidden: field can "
                                          "not be less than status.capacity";
        QTest::newRow("node provider") << "/nodes" << QByteArray(R"({"spec":{"providerID":"b"}})")
                                       << QByteArray(R"({"spec":{"providerID":"a"}})")
                                       << "FieldValueForbidden spec.providerID: Forbidden: node updates may not change "
                                          "providerID except from \"\" to valid";
    }
    void updates() {
        QFETCH(QString, kind);
        QFETCH(QByteArray, object);
        QFETCH(QByteArray, old);
        QFETCH(QString, cause);
        const StrategyFixture f;
        JsonObject made = json(object.toStdString());
        QCOMPARE(QString::fromStdString(f.update(kind.section('/', 0, 0).toStdString(),
                                                 kind.section('/', 1).toStdString(), made, json(old.toStdString()))),
                 cause);
    }

    void statusIsSplit() {
        const StrategyFixture f;
        JsonObject made = json(workload(rolling(R"("maxSurge":1)")).toStdString());
        made["status"] = JsonObject{{"replicas", 9}};
        QCOMPARE(f.create("apps", "deployments", made), std::string());
        QVERIFY(!hasAt(made, "status", "replicas"));
        JsonObject old = made, status = made;
        status.at("spec").as_object()["replicas"] = 7;
        ensureObject(status, "metadata")["labels"] = JsonObject{{"x", "y"}};
        status["status"] = JsonObject{{"replicas", 3}};
        QCOMPARE(f.update("apps", "deployments", status, old, "status"), std::string());
        QVERIFY(!hasAt(status, "spec", "replicas") && !hasAt(status, "metadata", "labels"));
        QCOMPARE(intAt(status, "status", "replicas"), int64_t(3));
        JsonObject main = made;
        main.at("spec").as_object()["replicas"] = 7;
        main["status"] = JsonObject{{"replicas", 100}};
        QCOMPARE(f.update("apps", "deployments", main, status), std::string());
        QCOMPARE(intAt(main, "status", "replicas"), int64_t(3));
        QCOMPARE(intAt(main, "spec", "replicas"), int64_t(7));
    }

    void namespacesHaveALifeOfTheirOwn() {
        const StrategyFixture f;
        JsonObject made = json(R"({"metadata":{"name":"x"},"status":{"phase":"Terminating"}})");
        QCOMPARE(f.create("", "namespaces", made), std::string());
        QCOMPARE(made,
                 json(
                     R"({"metadata":{"name":"x","labels":{"kubernetes.io/metadata.name":"x"}},"spec":{"finalizers":
                ["kubernetes"]},"status":{"phase":"Active"}})"));
        JsonObject main = made;
        main.at("spec").as_object()["finalizers"] = JsonArray();
        QCOMPARE(f.update("", "namespaces", main, made), std::string());
        QCOMPARE(main, made);
        JsonObject finalized = made;
        finalized.at("spec").as_object()["finalizers"] = JsonArray();
        QCOMPARE(f.update("", "namespaces", finalized, made, "finalize"), std::string());
        QVERIFY(arrayAt(finalized, "spec", "finalizers").empty());
    }

    void secretsTakeTexts() {
        const StrategyFixture f;
        JsonObject made = json(
            R"({"metadata":{"name":"x"},"type":"Opaque","data":{"a":"AA==","b":"AA=="},"stringData":{"b":"text"}})");
        QCOMPARE(f.create("", "secrets", made), std::string());
        QCOMPARE(made, json(R"({"metadata":{"name":"x"},"type":"Opaque","data":{"a":"AA==","b":"dGV4dA=="}})"));
    }

    void jobsMakeTheirSelector() {
        const StrategyFixture f;
        JsonObject made = json((R"({"metadata":{"name":"j","uid":"u-1"},"spec":{"template":)" +
                                QByteArray(kTemplate).replace("Always\",\"dns", "Never\",\"dns") + "}}")
                                   .toStdString());
        QCOMPARE(f.create("batch", "jobs", made), std::string());
        QCOMPARE(std::string(textAt(made, "spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid")),
                 std::string("u-1"));
        QCOMPARE(std::string(textAt(made, "spec", "template", "metadata", "labels", "job-name")), std::string("j"));
        JsonObject changed = made;
        changed.at("spec").at("template").as_object()["metadata"] = JsonObject();
        QVERIFY(f.update("batch", "jobs", changed, made).find("field is immutable") != std::string::npos);
    }

    void certificateVerdicts() {
        const StrategyFixture f;
        const auto pem = pki::SigningRequest::create(pki::KeyPair::generateEcdsa().value(), {.commonName = "x"})->pem();
        JsonObject made =
            json(R"({"metadata":{"name":"r"},"spec":{"usages":["client auth"],"signerName":"example.com/x"}})");
        made.at("spec").as_object()["request"] = pki::base64(pem);
        const std::string group = "certificates.k8s.io", resource = "certificatesigningrequests";
        QCOMPARE(f.create(group, resource, made), std::string());
        JsonObject approved = made;
        approved["status"] = json(R"({"conditions":[{"type":"Approved","status":"True"}],"certificate":"AA=="})");
        JsonObject byStatus = approved;
        QVERIFY(f.update(group, resource, byStatus, made, "status").find("updates may not add a condition") !=
                std::string::npos);
        QCOMPARE(f.update(group, resource, approved, made, "approval"), std::string());
        QVERIFY(!hasAt(approved, "status", "certificate")); // that comes through the status
        JsonObject denied = approved;
        denied["status"] =
            json(R"({"conditions":[{"type":"Approved","status":"True"},{"type":"Denied","status":"True"}]})");
        QVERIFY(!f.update(group, resource, denied, approved, "approval").empty());
    }

    void daemonSetsCountTemplates() {
        const StrategyFixture f;
        JsonObject made = json(workload(R"("updateStrategy":{"type":"OnDelete"})").toStdString());
        QCOMPARE(f.create("apps", "daemonsets", made), std::string());
        auto generation = [](const JsonObject &object) {
            return std::string(textAt(object, "metadata", "annotations", "deprecated.daemonset.template.generation"));
        };
        QCOMPARE(generation(made), std::string("1"));
        JsonObject same = made, other = made;
        other.at("spec").at("template").at("spec").as_object()["hostPID"] = true;
        QCOMPARE(f.update("apps", "daemonsets", same, made), std::string());
        QCOMPARE(generation(same), std::string("1"));
        QCOMPARE(f.update("apps", "daemonsets", other, made), std::string());
        QCOMPARE(generation(other), std::string("2"));
    }

    void writeRules() {
        const StrategyFixture f;
        QVERIFY(f.of("coordination.k8s.io", "leases").allowCreateOnUpdate() &&
                !f.of("coordination.k8s.io", "leases").allowUnconditionalUpdate());
        QVERIFY(f.of("", "services").allowCreateOnUpdate() && f.of("", "services").allowUnconditionalUpdate());
        QVERIFY(!f.of("", "pods").allowCreateOnUpdate() &&
                !f.of("policy", "poddisruptionbudgets").allowUnconditionalUpdate());
    }
};

QTEST_GUILESS_MAIN(StrategiesTest)
#include "tst_strategies.moc"
