#include "clusterd/apiserver/admission/plugins.h"
#include "core/pki/csr.h"
#include "core/pki/encoding.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

using namespace coracle;
using namespace coracle::apiserver;
using coracle::test::FakeReader;
using coracle::test::json;

namespace {

class SignerOnly final : public ClusterAuthorizer {
public:
    explicit SignerOnly(const Reader &reader) : m_rbac(reader) {}
    Authorization authorize(const AuthorizationAttributes &asked) const override {
        return {asked.user.name == "signer" && asked.name.ends_with("/*") ? Decision::Allow : Decision::NoOpinion, {}};
    }
    std::vector<EffectiveRule> rulesFor(const UserInfo &, std::string_view) const override { return {}; }
    const RbacAuthorizer &rbac() const override { return m_rbac; }

private:
    RbacAuthorizer m_rbac;
};

struct Fixture {
    FakeReader reader;
    SignerOnly authorizer{reader};
    std::unique_ptr<AdmissionChain> chain;
    UserInfo user{.name = "ann"};
    std::vector<std::string> warnings;
    std::string space = "shop";

    explicit Fixture(AdmissionOptions options = {}) {
        reader.put("", "namespaces", R"({"metadata":{"name":"shop"}})");
        reader.put("", "serviceaccounts",
                   R"({"metadata":{"name":"default","namespace":"shop"},"imagePullSecrets":[{"name":"pull"}]})");
        chain = makeAdmissionChain(reader, authorizer, systemRandom(), options).value();
    }

    /// Both phases; the object afterwards is in `object`.
    Result<> run(Operation operation, std::string_view group, std::string_view resource, JsonObject *object,
                 const JsonObject *old = nullptr, std::string subresource = {}, std::string name = {}) {
        AdmissionAttributes attributes{.operation = operation, .resource = *api::findResource(group, resource)};
        attributes.subresource = std::move(subresource);
        attributes.namespaceName = attributes.resource.namespaced ? space : std::string();
        attributes.name = name.empty() && object ? std::string(textAt(*object, "metadata", "name")) : name;
        attributes.user = user;
        attributes.object = object;
        attributes.old = old;
        attributes.warnings = &warnings;
        boost::asio::io_context context;
        Result<> result;
        auto both = [](AdmissionChain *chain, AdmissionAttributes *attributes) -> Task<Result<>> {
            CO_CHECK(co_await chain->admit(*attributes));
            co_return co_await chain->validate(*attributes);
        };
        boost::asio::co_spawn(context, both(chain.get(), &attributes),
                              [&](std::exception_ptr, Result<> value) { result = std::move(value); });
        context.run();
        return result;
    }
    Result<> create(std::string_view group, std::string_view resource, JsonObject &object) {
        return run(Operation::Create, group, resource, &object);
    }
};

JsonObject pod(const char *spec = R"({"containers":[{"name":"c"}],"initContainers":[{"name":"i"}]})") {
    return {{"metadata", JsonObject{{"name", "web"}, {"namespace", "shop"}}}, {"spec", json(spec)}};
}

} // namespace

class AdmissionTest : public QObject {
    Q_OBJECT

private slots:
    void namespaces() {
        Fixture f;
        JsonObject map{{"metadata", JsonObject{{"name", "x"}}}};
        QVERIFY(f.create("", "configmaps", map).has_value());
        f.reader.put("", "namespaces", R"({"metadata":{"name":"shop","deletionTimestamp":"2026-01-01T00:00:00Z"}})");
        const auto terminating = f.create("", "configmaps", map);
        QCOMPARE(terminating.error().code, 403);
        QCOMPARE(terminating.error().causes.at(0).reason, std::string("NamespaceTerminating"));
        QCOMPARE(terminating.error().message,
                 std::string("configmaps \"x\" is forbidden: unable to create new content in "
                             "namespace shop because it is being terminated"));
        QVERIFY(f.run(Operation::Update, "", "configmaps", &map, &map).has_value());
        f.space = "missing";
        QCOMPARE(f.create("", "configmaps", map).error().message, std::string("namespaces \"missing\" not found"));
        QVERIFY(!f.run(Operation::Delete, "", "namespaces", nullptr, &map, {}, "kube-system"));
        QVERIFY(f.run(Operation::Delete, "", "namespaces", nullptr, &map, {}, "shop").has_value());
    }

    void podsGetAccountPriorityAndTolerations() {
        Fixture f;
        JsonObject object = pod();
        QVERIFY(f.create("", "pods", object).has_value());
        const JsonObject &spec = objectAt(object, "spec");
        QCOMPARE(std::string(textAt(spec, "serviceAccountName")), std::string("default"));
        QCOMPARE(std::string(textAt(spec, "serviceAccount")), std::string("default"));
        QCOMPARE(arrayAt(spec, "imagePullSecrets"), boost::json::parse(R"([{"name":"pull"}])").as_array());
        QCOMPARE(intAt(spec, "priority"), int64_t(0));
        QCOMPARE(std::string(textAt(spec, "preemptionPolicy")), std::string("PreemptLowerPriority"));
        QCOMPARE(arrayAt(spec, "tolerations").size(), size_t(2));
        const std::string volume(textAt(asObject(arrayAt(spec, "volumes")[0]), "name"));
        QVERIFY(volume.starts_with("kube-api-access-") && volume.size() == 21);
        for (const char *list : {"containers", "initContainers"})
            QCOMPARE(JsonValue(asObject(arrayAt(asObject(arrayAt(spec, list)[0]), "volumeMounts")[0])),
                     JsonValue(JsonObject{{"name", volume},
                                          {"readOnly", true},
                                          {"mountPath", "/var/run/secrets/kubernetes.io/serviceaccount"}}));
    }

    void tokensAreMountedOnlyWhereWanted_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QByteArray>("account");
        QTest::addColumn<bool>("mounted");
        const QByteArray container = R"("containers":[{"name":"c"}])";
        QTest::newRow("account says no") << "{" + container + "}"
                                         << QByteArray(R"("automountServiceAccountToken":false)") << false;
        QTest::newRow("pod wins") << R"({"automountServiceAccountToken":true,)" + container + "}"
                                  << QByteArray(R"("automountServiceAccountToken":false)") << true;
        QTest::newRow("pod says no") << R"({"automountServiceAccountToken":false,)" + container + "}"
                                     << QByteArray(R"("x":1)") << false;
        QTest::newRow("place is taken") << QByteArray(R"({"containers":[{"name":"c","volumeMounts":[{"name":"own",
            "mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}]})")
                                        << QByteArray(R"("x":1)") << false;
    }
    void tokensAreMountedOnlyWhereWanted() {
        QFETCH(QByteArray, spec);
        QFETCH(QByteArray, account);
        QFETCH(bool, mounted);
        Fixture f;
        f.reader.put("", "serviceaccounts",
                     R"({"metadata":{"name":"default","namespace":"shop"},)" + account.toStdString() + "}");
        JsonObject object = pod(spec.constData());
        QVERIFY(f.create("", "pods", object).has_value());
        QCOMPARE(!arrayAt(object, "spec", "volumes").empty(), mounted);
    }

    void refusesPods_data() {
        QTest::addColumn<QByteArray>("spec");
        QTest::addColumn<QString>("error");
        QTest::newRow("account") << QByteArray(R"({"serviceAccountName":"none","containers":[]})")
                                 << "pods \"web\" is forbidden: error looking up service account shop/none: "
                                    "serviceaccount \"none\" not found";
        QTest::newRow("class") << QByteArray(R"({"priorityClassName":"none","containers":[]})")
                               << "pods \"web\" is forbidden: no PriorityClass with name none was found";
        QTest::newRow("priority") << QByteArray(R"({"priority":5,"containers":[]})")
                                  << "the integer value of priority (5) must not be provided";
        QTest::newRow("runtime") << QByteArray(R"({"runtimeClassName":"none","containers":[]})")
                                 << "RuntimeClass \"none\" not found";
        QTest::newRow("limit")
            << QByteArray(R"({"containers":[{"name":"c","resources":{"limits":{"cpu":"5"},"requests":{"cpu":"5"}}}]})")
            << "pods \"web\" is forbidden: maximum cpu usage per Container is 2, but limit is 5";
        QTest::newRow("quota") << QByteArray(
                                      R"({"containers":[{"name":"c","resources":{"requests":{"memory":"3Gi"}}}]})")
                               << "pods \"web\" is forbidden: exceeded quota: q, requested: requests.memory=3Gi, used: "
                                  "requests.memory=1Gi, limited: requests.memory=2Gi";
        QTest::newRow("security") << QByteArray(R"({"hostNetwork":true,"containers":[]})")
                                  << "pods \"web\" is forbidden: violates PodSecurity \"baseline:latest\": host "
                                     "namespaces (hostNetwork=true)";
    }
    void refusesPods() {
        QFETCH(QByteArray, spec);
        QFETCH(QString, error);
        Fixture f;
        f.reader.put("", "namespaces",
                     R"({"metadata":{"name":"shop","labels":{"pod-security.kubernetes.io/enforce":"baseline"}}})");
        f.reader.put("", "limitranges",
                     R"({"metadata":{"name":"l","namespace":"shop"},"spec":{"limits":[{"type":"Container",
            "max":{"cpu":"2"},"default":{"cpu":"1"},"defaultRequest":{"cpu":"500m","memory":"64Mi"}}]}})");
        f.reader.put(
            "", "resourcequotas",
            R"({"metadata":{"name":"q","namespace":"shop"},"spec":{"hard":{"requests.memory":"2Gi","pods":"5"}}})");
        f.reader.put("", "pods", R"({"metadata":{"name":"other","namespace":"shop"},"spec":{"containers":[{"name":"c",
            "resources":{"requests":{"memory":"1Gi"}}}]}})");
        JsonObject good = pod();
        QVERIFY(f.create("", "pods", good).has_value());
        QCOMPARE(std::string(textAt(asObject(arrayAt(good, "spec", "containers")[0]), "resources", "limits", "cpu")),
                 std::string("1"));
        QVERIFY(textAt(good, "metadata", "annotations", "kubernetes.io/limit-ranger")
                    .starts_with("LimitRanger plugin set: cpu, memory request for "));
        JsonObject object = pod(spec.constData());
        const auto result = f.create("", "pods", object);
        QVERIFY(!result);
        QCOMPARE(result.error().code, 403);
        QVERIFY2(result.error().message.find(error.toStdString()) != std::string::npos, result.error().message.c_str());
    }

    void classesAreChosen() {
        Fixture f;
        f.reader.put("scheduling.k8s.io", "priorityclasses",
                     R"({"metadata":{"name":"usual"},"value":7,"globalDefault":true,"preemptionPolicy":"Never"})");
        JsonObject object = pod();
        QVERIFY(f.create("", "pods", object).has_value());
        QCOMPARE(intAt(object, "spec", "priority"), int64_t(7));
        QCOMPARE(std::string(textAt(object, "spec", "preemptionPolicy")), std::string("Never"));
        QCOMPARE(
            f.run(Operation::Delete, "scheduling.k8s.io", "priorityclasses", nullptr, nullptr, {},
                  "system-node-critical")
                .error()
                .message,
            std::string("priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system "
                        "priority class and cannot be deleted"));
        QVERIFY(f.run(Operation::Delete, "scheduling.k8s.io", "priorityclasses", nullptr, nullptr, {}, "usual")
                    .has_value());
        QVERIFY(f.run(Operation::Delete, "", "pods", nullptr, &object, {}, "web").has_value());
        JsonObject second = json(R"({"metadata":{"name":"second"},"value":1,"globalDefault":true})");
        QVERIFY(!f.create("scheduling.k8s.io", "priorityclasses", second));

        for (const char *text : {R"({"metadata":{"name":"old","creationTimestamp":"2026-01-01T00:00:00Z","annotations":
            {"storageclass.kubernetes.io/is-default-class":"true"}}})",
                                 R"({"metadata":{"name":"new","creationTimestamp":"2026-02-01T00:00:00Z","annotations":
             {"storageclass.kubernetes.io/is-default-class":"true"}}})",
                                 R"({"metadata":{"name":"newest","creationTimestamp":"2026-03-01T00:00:00Z"}})"})
            f.reader.put("storage.k8s.io", "storageclasses", text);
        JsonObject claim = json(R"({"metadata":{"name":"c"},"spec":{}})");
        QVERIFY(f.create("", "persistentvolumeclaims", claim).has_value());
        QCOMPARE(std::string(textAt(claim, "spec", "storageClassName")), std::string("new"));
        QCOMPARE(arrayAt(claim, "metadata", "finalizers"),
                 boost::json::parse(R"(["kubernetes.io/pvc-protection"])").as_array());
        JsonObject without = json(R"({"metadata":{"name":"c"},"spec":{"storageClassName":""}})");
        QVERIFY(f.create("", "persistentvolumeclaims", without).has_value());
        QCOMPARE(std::string(textAt(without, "spec", "storageClassName")), std::string());
    }

    void kubeletsAreRestricted_data() {
        QTest::addColumn<int>("operation");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QString>("subresource");
        QTest::addColumn<QByteArray>("object");
        QTest::addColumn<QByteArray>("old");
        QTest::addColumn<bool>("allowed");
        const QByteArray node = R"({"metadata":{"name":"one","labels":{"kubernetes.io/hostname":"one"}},"spec":{}})";
        QTest::newRow("own node") << 0 << "nodes" << "" << node << QByteArray() << true;
        QTest::newRow("other node") << 0 << "nodes" << "" << QByteArray(R"({"metadata":{"name":"two"}})")
                                    << QByteArray() << false;
        QTest::newRow("role label") << 0 << "nodes" << ""
                                    << QByteArray(
                                           R"({"metadata":{"name":"one","labels":{"node-role.kubernetes.io/x":""}}})")
                                    << QByteArray() << false;
        QTest::newRow("kubelet label")
            << 0 << "nodes" << ""
            << QByteArray(R"({"metadata":{"name":"one","labels":{"x.kubelet.kubernetes.io/y":""}}})") << QByteArray()
            << true;
        QTest::newRow("taints")
            << 1 << "nodes" << "" << QByteArray(R"({"metadata":{"name":"one"},"spec":{"taints":[]}})")
            << QByteArray(R"({"metadata":{"name":"one"},"spec":{"taints":[{"key":"k","effect":"NoSchedule"}]}})")
            << false;
        QTest::newRow("own pod's status")
            << 1 << "pods" << "status"
            << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"one"},"status":{"phase":"Running"}})")
            << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"one"}})") << true;
        QTest::newRow("pod's claims") << 1 << "pods" << "status"
                                      << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"one"},
            "status":{"resourceClaimStatuses":[{"name":"c","resourceClaimName":"x"}]}})")
                                      << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"one"}})")
                                      << false;
        QTest::newRow("pod's claim for extended resources")
            << 1 << "pods" << "status" << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"one"},
            "status":{"extendedResourceClaimStatus":{"resourceClaimName":"x"}}})")
            << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"one"}})") << false;
        QTest::newRow("other pod's status")
            << 1 << "pods" << "status" << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"two"}})")
            << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"two"}})") << false;
        QTest::newRow("ordinary pod") << 0 << "pods" << ""
                                      << QByteArray(R"({"metadata":{"name":"web"},"spec":{"nodeName":"one"}})")
                                      << QByteArray() << false;
        QTest::newRow("mirror pod")
            << 0 << "pods" << ""
            << QByteArray(R"({"metadata":{"name":"web","annotations":{"kubernetes.io/config.mirror":"x"}},
            "spec":{"nodeName":"one"}})")
            << QByteArray() << true;
        QTest::newRow("mirror pod with a secret")
            << 0 << "pods" << ""
            << QByteArray(R"({"metadata":{"name":"web","annotations":{"kubernetes.io/config.mirror":"x"}},
            "spec":{"nodeName":"one","volumes":[{"name":"v","secret":{"secretName":"s"}}]}})")
            << QByteArray() << false;
    }
    void kubeletsAreRestricted() {
        QFETCH(int, operation);
        QFETCH(QString, resource);
        QFETCH(QString, subresource);
        QFETCH(QByteArray, object);
        QFETCH(QByteArray, old);
        QFETCH(bool, allowed);
        Fixture f;
        f.user = {.name = "system:node:one", .groups = {"system:nodes"}};
        JsonObject now = json(object.toStdString());
        const JsonObject before = old.isEmpty() ? JsonObject() : json(old.toStdString());
        const auto result = f.run(operation == 0 ? Operation::Create : Operation::Update, "", resource.toStdString(),
                                  &now, old.isEmpty() ? nullptr : &before, subresource.toStdString());
        QVERIFY2(result.has_value() == allowed, result ? "" : result.error().message.c_str());
        f.user = {.name = "ann"};
        JsonObject again = json(object.toStdString());
        if (resource == "nodes")
            QVERIFY(f.run(operation == 0 ? Operation::Create : Operation::Update, "", "nodes", &again,
                          old.isEmpty() ? nullptr : &before)
                        .has_value());
    }

    void certificates() {
        Fixture f;
        auto request = [](std::vector<std::string> organizations) {
            const auto pem = pki::SigningRequest::create(pki::KeyPair::generateEcdsa().value(),
                                                         {.commonName = "x", .organizations = std::move(organizations)})
                                 ->pem();
            return JsonObject{{"metadata", JsonObject{{"name", "r"}}},
                              {"spec", JsonObject{{"request", pki::base64(pem)},
                                                  {"username", "forged"},
                                                  {"groups", JsonArray{JsonValue("forged")}},
                                                  {"signerName", "kubernetes.io/kube-apiserver-client"}}}};
        };
        JsonObject good = request({"devs"}), bad = request({"system:masters"});
        QVERIFY(f.create("certificates.k8s.io", "certificatesigningrequests", good).has_value());
        QCOMPARE(std::string(textAt(good, "spec", "username")), std::string("ann"));
        QVERIFY(!hasAt(good, "spec", "groups"));
        QVERIFY(!f.create("certificates.k8s.io", "certificatesigningrequests", bad));
        QVERIFY(
            !f.run(Operation::Update, "certificates.k8s.io", "certificatesigningrequests", &good, &good, "approval"));
        f.user.name = "signer";
        QVERIFY(f.run(Operation::Update, "certificates.k8s.io", "certificatesigningrequests", &good, &good, "approval")
                    .has_value());
    }

    void warnsOfTemplates() {
        Fixture f;
        f.reader.put("", "namespaces",
                     R"({"metadata":{"name":"shop","labels":{"pod-security.kubernetes.io/enforce":"restricted",
            "pod-security.kubernetes.io/warn":"baseline"}}})");
        JsonObject deployment =
            json(R"({"metadata":{"name":"d"},"spec":{"template":{"spec":{"hostPID":true,"containers":[]}}}})");
        QVERIFY(f.create("apps", "deployments", deployment).has_value());
        QCOMPARE(f.warnings, std::vector<std::string>{
                                 "would violate PodSecurity \"baseline:latest\": host namespaces (hostPID=true)"});
    }

    void pluginsStandInTheStandardOrder() {
        Fixture f({.enable = {"AlwaysPullImages", "PodNodeSelector", "NamespaceExists"}});
        const std::vector<std::string_view> expected{"NamespaceLifecycle",
                                                     "NamespaceExists",
                                                     "LimitRanger",
                                                     "ServiceAccount",
                                                     "NodeRestriction",
                                                     "TaintNodesByCondition",
                                                     "AlwaysPullImages",
                                                     "PodSecurity",
                                                     "PodNodeSelector",
                                                     "Priority",
                                                     "DefaultTolerationSeconds",
                                                     "DefaultStorageClass",
                                                     "StorageObjectInUseProtection",
                                                     "PersistentVolumeClaimResize",
                                                     "RuntimeClass",
                                                     "CertificateApproval",
                                                     "CertificateSigning",
                                                     "ClusterTrustBundleAttest",
                                                     "CertificateSubjectRestriction",
                                                     "DefaultIngressClass",
                                                     "PodTopologyLabels",
                                                     "ResourceQuota"};
        std::vector<std::string_view> names = f.chain->names();
        names.resize(expected.size()); // our own follow
        QCOMPARE(names, expected);
    }

    void tolerationSecondsAreAnOption() {
        Fixture f({.notReadyTolerationSeconds = 5, .unreachableTolerationSeconds = 7});
        JsonObject object = pod();
        QVERIFY(f.create("", "pods", object).has_value());
        QCOMPARE(arrayAt(object, "spec", "tolerations"),
                 boost::json::parse(R"([{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute",
            "tolerationSeconds":5},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute",
            "tolerationSeconds":7}])")
                     .as_array());
    }

    void someAreExemptFromPodSecurity() {
        AdmissionOptions options;
        options.podSecurity.defaults.enforce.level = PodSecurityLevel::Baseline;
        options.podSecurity.exemptUsers = {"trusted"};
        options.podSecurity.exemptRuntimeClasses = {"vm"};
        Fixture f(options);
        f.reader.put("node.k8s.io", "runtimeclasses", R"({"metadata":{"name":"vm"},"handler":"vm"})");
        JsonObject object = pod(R"({"hostPID":true,"containers":[]})"), virtualized = object;
        const JsonObject original = object;
        QCOMPARE(f.create("", "pods", object).error().message,
                 std::string("pods \"web\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces "
                             "(hostPID=true)"));
        virtualized.at("spec").as_object()["runtimeClassName"] = "vm";
        QVERIFY(f.create("", "pods", virtualized).has_value());
        f.user.name = "trusted";
        object = original;
        QVERIFY(f.create("", "pods", object).has_value());
    }

    void raisedLevelsTellOfPods() {
        Fixture f;
        for (const char *name : {"a", "b", "c"})
            f.reader.put("", "pods",
                         JsonObject{{"metadata", JsonObject{{"name", name}, {"namespace", "shop"}}},
                                    {"spec", json(R"({"hostPID":true,"containers":[]})")}});
        f.reader.put("", "pods", R"({"metadata":{"name":"port","namespace":"shop"},"spec":{"containers":[
            {"name":"x","ports":[{"hostPort":80}]}]}})");
        const JsonObject old = json(R"({"metadata":{"name":"shop"}})");
        JsonObject now = json(R"({"metadata":{"name":"shop","labels":
            {"pod-security.kubernetes.io/enforce":"baseline"}}})");
        QVERIFY(f.run(Operation::Update, "", "namespaces", &now, &old).has_value());
        QCOMPARE(
            f.warnings,
            (std::vector<std::string>{
                "existing pods in namespace \"shop\" violate the new PodSecurity enforce level \"baseline:latest\"",
                "a (and 2 other pods): host namespaces", "port: hostPort"}));
        f.warnings.clear();
        QVERIFY(f.run(Operation::Update, "", "namespaces", &now, &now).has_value()); // nothing is raised
        QVERIFY(f.warnings.empty());
        JsonObject wrong = json(R"({"metadata":{"name":"shop","labels":{"pod-security.kubernetes.io/warn":"x"}}})");
        QCOMPARE(f.run(Operation::Update, "", "namespaces", &wrong, &old).error().message,
                 std::string("Namespace \"shop\" is invalid: metadata.labels[pod-security.kubernetes.io/warn]: Invalid "
                             "value: \"x\": must be one of privileged, baseline, restricted"));
    }

    void limits_data() {
        QTest::addColumn<QByteArray>("limit");
        QTest::addColumn<QByteArray>("resources");
        QTest::addColumn<QString>("problem");
        auto row = [](const char *name, const char *limit, const char *resources, const char *problem) {
            QTest::newRow(name) << QByteArray(limit) << QByteArray(resources) << problem;
        };
        row("within", R"({"type":"Container","min":{"cpu":"1"},"max":{"cpu":"2"}})",
            R"({"requests":{"cpu":"1"},"limits":{"cpu":"2"}})", "");
        row("no request", R"({"type":"Container","min":{"cpu":"1"}})", "{}",
            "minimum cpu usage per Container is 1.  No request is specified");
        row("small request", R"({"type":"Container","min":{"cpu":"1"}})", R"({"requests":{"cpu":"500m"}})",
            "minimum cpu usage per Container is 1, but request is 500m");
        row("small limit", R"({"type":"Container","min":{"cpu":"1"}})",
            R"({"requests":{"cpu":"1"},"limits":{"cpu":"900m"}})",
            "minimum cpu usage per Container is 1, but limit is 900m");
        row("no limit", R"({"type":"Container","max":{"memory":"1Gi"}})", "{}",
            "maximum memory usage per Container is 1Gi.  No limit is specified");
        row("ratio", R"({"type":"Container","maxLimitRequestRatio":{"cpu":"2"}})",
            R"({"requests":{"cpu":"1"},"limits":{"cpu":"3"}})",
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000");
        row("ratio without request", R"({"type":"Container","maxLimitRequestRatio":{"cpu":"2"}})",
            R"({"limits":{"cpu":"3"}})",
            "cpu max limit to request ratio per Container is 2, but no request is specified or request is 0");
        row("pod", R"({"type":"Pod","max":{"cpu":"3"}})", R"({"requests":{"cpu":"2"},"limits":{"cpu":"2"}})",
            "maximum cpu usage per Pod is 3, but limit is 4");
    }
    void limits() {
        QFETCH(QByteArray, limit);
        QFETCH(QByteArray, resources);
        QFETCH(QString, problem);
        Fixture f;
        f.reader.put("", "limitranges",
                     R"({"metadata":{"name":"l","namespace":"shop"},"spec":{"limits":[)" + limit.toStdString() + "]}}");
        JsonObject object = pod(R"({"containers":[{"name":"a"},{"name":"b"}]})");
        for (JsonValue &container : object.at("spec").as_object().at("containers").as_array())
            container.as_object()["resources"] = boost::json::parse(resources.toStdString());
        const auto result = f.create("", "pods", object);
        const QString message = result ? QString() : QString::fromStdString(result.error().message);
        if (problem.isEmpty())
            QCOMPARE(message, QString());
        else if (limit.contains("\"Pod\""))
            QCOMPARE(message, "pods \"web\" is forbidden: " + problem);
        else // once for each container
            QCOMPARE(message, "pods \"web\" is forbidden: [" + problem + ", " + problem + "]");
    }

    void pluginsAreSwitched() {
        Fixture off({.disable = {"ServiceAccount", "Priority"}});
        JsonObject object = pod();
        QVERIFY(off.create("", "pods", object).has_value());
        QVERIFY(!hasAt(object, "spec", "serviceAccountName") && !hasAt(object, "spec", "priority"));
        Fixture on({.enable = {"AlwaysPullImages"}});
        object = pod();
        QVERIFY(on.create("", "pods", object).has_value());
        QCOMPARE(std::string(textAt(asObject(arrayAt(object, "spec", "containers")[0]), "imagePullPolicy")),
                 std::string("Always"));
        FakeReader reader;
        SignerOnly authorizer(reader);
        const auto wrong = makeAdmissionChain(reader, authorizer, systemRandom(), {.enable = {"NoSuch"}});
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().message, std::string("enable-admission-plugins plugin \"NoSuch\" is unknown"));
        auto error = [&](AdmissionOptions options) {
            const auto chain = makeAdmissionChain(reader, authorizer, systemRandom(), options);
            return chain ? std::string() : chain.error().message;
        };
        QCOMPARE(error({.disable = {"PodSecuriti"}}),
                 std::string("disable-admission-plugins plugin \"PodSecuriti\" is unknown; did you mean "
                             "\"PodSecurity\"?"));
        QCOMPARE(error({.enable = {"Priority"}, .disable = {"Priority"}}),
                 std::string("[Priority] in enable-admission-plugins and disable-admission-plugins overlapped"));
        QVERIFY(error({.enable = {"EventRateLimit"}}).find("is not in this version") != std::string::npos);
        QCOMPARE(error({.disable = {"ValidatingAdmissionWebhook"}}), std::string());
    }
};

QTEST_GUILESS_MAIN(AdmissionTest)
#include "tst_admission.moc"
