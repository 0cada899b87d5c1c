#include "clusterd/kubelet/container/environment.h"

#include "clusterd/kubelet/container/dns.h"
#include "clusterd/kubelet/container/expansion.h"
#include "clusterd/kubelet/container/fields.h"
#include "clusterd/kubelet/container/hosts_file.h"
#include "clusterd/kubelet/container/resources.h"
#include "clusterd/kubelet/container/security_context.h"
#include "core/api/typed.h"

#include <QTest>

using namespace coracle;
using namespace coracle::kubelet;

namespace {

template<class T>
T decoded(std::string_view json) {
    auto result = api::decode<T>(json);
    if (!result)
        qFatal("%s", result.error().message.c_str());
    return std::move(*result);
}

std::map<std::string, api::Quantity, std::less<>> allocatable() {
    return {{"cpu", api::Quantity(4)}, {"memory", api::Quantity(8000)}};
}

constexpr const char *kPod =
    R"({"metadata":{"name":"web","namespace":"shop","uid":"u1","labels":{"app":"web","tier":"t"}},
"spec":{"nodeName":"node1","serviceAccountName":"robot","containers":[{"name":"app","image":"i",
 "resources":{"requests":{"cpu":"250m","memory":"64Mi"},"limits":{"cpu":"1500m"}}}]},
"status":{"podIP":"10.0.0.5","podIPs":[{"ip":"10.0.0.5"},{"ip":"fd00::5"}],"hostIP":"192.0.2.1"}})";

struct Given {
    corev1::Pod pod = decoded<corev1::Pod>(kPod);
    PodObjects objects;
    std::vector<std::shared_ptr<const corev1::Service>> services;

    Given() {
        pod.metadata.labels["tier"] = "a\"b";
        objects.configMaps["settings"] = std::make_shared<const corev1::ConfigMap>(
            decoded<corev1::ConfigMap>(R"({"data":{"colour":"blue","size":"9"}})"));
        objects.secrets["keys"] =
            std::make_shared<const corev1::Secret>(decoded<corev1::Secret>(R"({"data":{"password":"c2VjcmV0"}})"));
        objects.configMaps["missing"] = nullptr;
    }
    Result<Environment> make(const std::string &container) {
        auto spec = decoded<corev1::Container>(container);
        spec.resources = pod.spec.containers[0].resources;
        spec.name = "app";
        auto all = allocatable();
        return makeEnvironment({pod, spec, objects, services, all});
    }
    std::string value(const std::string &container, std::string_view name) {
        auto environment = make(container);
        if (!environment)
            return "error: " + environment.error().message;
        for (const auto &[key, text] : *environment)
            if (key == name)
                return text;
        return "unset";
    }
};

} // namespace

class EnvironmentTest : public QObject {
    Q_OBJECT

private slots:
    void expansion_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("plain") << "abc" << "abc";
        QTest::newRow("known") << "a $(VAR) b" << "a value b";
        QTest::newRow("unknown") << "$(NONE)" << "$(NONE)";
        QTest::newRow("escaped") << "$$(VAR)" << "$(VAR)";
        QTest::newRow("twice") << "$(VAR)$(VAR)" << "valuevalue";
        QTest::newRow("open") << "$(VAR" << "$(VAR";
        QTest::newRow("shell") << "$VAR ${VAR} $" << "$VAR ${VAR} $";
        QTest::newRow("money") << "$$$$" << "$$";
    }
    void expansion() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        auto lookup = [](std::string_view name) -> std::optional<std::string> {
            return name == "VAR" ? std::optional<std::string>("value") : std::nullopt;
        };
        QCOMPARE(QString::fromStdString(expandVariables(text.toStdString(), lookup)), expected);
    }

    void sources_data() {
        QTest::addColumn<QString>("env");
        QTest::addColumn<QString>("expected");
        auto from = [](const char *what) { return QString(R"("env":[{"name":"X","valueFrom":{%1}}])").arg(what); };
        QTest::newRow("value") << R"("env":[{"name":"A","value":"1"},{"name":"X","value":"$(A)2"}])" << "12";
        QTest::newRow("later wins") << R"("env":[{"name":"X","value":"1"},{"name":"X","value":"2"}])" << "2";
        QTest::newRow("name") << from(R"("fieldRef":{"fieldPath":"metadata.name"})") << "web";
        QTest::newRow("label") << from(R"("fieldRef":{"fieldPath":"metadata.labels['app']"})") << "web";
        QTest::newRow("pod ip") << from(R"("fieldRef":{"fieldPath":"status.podIP"})") << "10.0.0.5";
        QTest::newRow("pod ips") << from(R"("fieldRef":{"fieldPath":"status.podIPs"})") << "10.0.0.5,fd00::5";
        QTest::newRow("account") << from(R"("fieldRef":{"fieldPath":"spec.serviceAccountName"})") << "robot";
        QTest::newRow("cpu limit") << from(R"("resourceFieldRef":{"resource":"limits.cpu"})") << "2";
        QTest::newRow("cpu milli") << from(R"("resourceFieldRef":{"resource":"limits.cpu","divisor":"1m"})") << "1500";
        QTest::newRow("memory Mi") << from(R"("resourceFieldRef":{"resource":"requests.memory","divisor":"1Mi"})")
                                   << "64";
        QTest::newRow("no limit") << from(R"("resourceFieldRef":{"resource":"limits.memory"})") << "8000";
        QTest::newRow("config map") << from(R"("configMapKeyRef":{"name":"settings","key":"colour"})") << "blue";
        QTest::newRow("secret") << from(R"("secretKeyRef":{"name":"keys","key":"password"})") << "secret";
        QTest::newRow("optional") << from(R"("configMapKeyRef":{"name":"missing","key":"a","optional":true})")
                                  << "unset";
        QTest::newRow("missing map") << from(R"("configMapKeyRef":{"name":"missing","key":"a"})")
                                     << "error: configmap \"missing\" not found";
        QTest::newRow("missing key") << from(R"("configMapKeyRef":{"name":"settings","key":"a"})")
                                     << "error: couldn't find key a in ConfigMap shop/settings";
        QTest::newRow("envFrom")
            << R"("envFrom":[{"prefix":"X","configMapRef":{"name":"settings"}}],"env":[{"name":"X","value":"$(Xsize) "}])"
            << "9 ";
        QTest::newRow("env over envFrom")
            << R"("envFrom":[{"configMapRef":{"name":"settings"}}],"env":[{"name":"X","value":"$(colour) "}])"
            << "blue ";
    }
    void sources() {
        QFETCH(QString, env);
        QFETCH(QString, expected);
        Given given;
        QCOMPARE(QString::fromStdString(given.value("{" + env.toStdString() + "}", "X")), expected);
    }

    void serviceVariables() {
        Given given;
        given.services.push_back(std::make_shared<const corev1::Service>(decoded<corev1::Service>(
            R"({"metadata":{"name":"my-db","namespace":"shop"},"spec":{"clusterIP":"10.43.0.9","ports":[)"
            R"({"name":"sql","port":5432,"protocol":"TCP"}]}})")));
        QCOMPARE(given.value("{}", "MY_DB_SERVICE_HOST"), std::string("10.43.0.9"));
        QCOMPARE(given.value("{}", "MY_DB_SERVICE_PORT_SQL"), std::string("5432"));
        QCOMPARE(given.value("{}", "MY_DB_PORT"), std::string("tcp://10.43.0.9:5432"));
        QCOMPARE(given.value("{}", "MY_DB_PORT_5432_TCP_ADDR"), std::string("10.43.0.9"));
        given.pod.spec.enableServiceLinks = false;
        QCOMPARE(given.value("{}", "MY_DB_SERVICE_HOST"), std::string("unset"));
    }

    void downwardLines() {
        Given given;
        QCOMPARE(podField(given.pod, "metadata.labels").value(), std::string("app=\"web\"\ntier=\"a\\\"b\""));
        QVERIFY(!podField(given.pod, "spec.unknown").has_value());
    }

    void resources() {
        Given given;
        auto values = containerResources(given.pod, given.pod.spec.containers[0], int64_t(1) << 30);
        QCOMPARE(values.cpuShares, int64_t(256));
        QCOMPARE(values.cpuQuota, int64_t(150000));
        QCOMPARE(values.memoryLimitBytes, int64_t(0));
        // 64 MiB of 1 GiB: 1000 - 62.
        QCOMPARE(values.oomScoreAdj, int64_t(938));
        QCOMPARE(qosClass(given.pod), QosClass::Burstable);
        auto pod = podCgroupValues(given.pod);
        QCOMPARE(pod.cpuQuota, int64_t(150000));
        QCOMPARE(pod.memoryLimitBytes, int64_t(0));
        given.pod.spec.containers[0].resources.limits["memory"] = api::Quantity(1 << 20);
        given.pod.spec.containers[0].resources.requests = given.pod.spec.containers[0].resources.limits;
        QCOMPARE(qosClass(given.pod), QosClass::Guaranteed);
        QCOMPARE(oomScoreAdjust(given.pod, given.pod.spec.containers[0], 1 << 30), -997);
        given.pod.spec.containers[0].resources = {};
        QCOMPARE(qosClass(given.pod), QosClass::BestEffort);
    }

    void nonRoot_data() {
        QTest::addColumn<QString>("context");
        QTest::addColumn<int>("imageUid");
        QTest::addColumn<QString>("imageUser");
        QTest::addColumn<QString>("error");
        QTest::newRow("root image") << R"({"runAsNonRoot":true})" << -1 << "" << "image will run as root";
        QTest::newRow("uid 0 image") << R"({"runAsNonRoot":true})" << 0 << "" << "image will run as root";
        QTest::newRow("named user") << R"({"runAsNonRoot":true})" << -1 << "app" << "non-numeric user (app)";
        QTest::newRow("user image") << R"({"runAsNonRoot":true})" << 7 << "" << "";
        QTest::newRow("own uid") << R"({"runAsNonRoot":true,"runAsUser":5})" << 0 << "" << "";
        QTest::newRow("own root") << R"({"runAsNonRoot":true,"runAsUser":0})" << 7 << "" << "runAsUser breaks non-root";
        QTest::newRow("not asked") << R"({})" << 0 << "" << "";
    }
    void nonRoot() {
        QFETCH(QString, context);
        QFETCH(int, imageUid);
        QFETCH(QString, imageUser);
        QFETCH(QString, error);
        Given given;
        auto container =
            decoded<corev1::Container>(R"({"name":"app","securityContext":)" + context.toStdString() + "}");
        cri::Image image;
        if (imageUid >= 0)
            image.uid = imageUid;
        image.username = imageUser.toStdString();
        cri::ContainerConfig config;
        auto applied = applySecurityContext(config, given.pod, container, image);
        QCOMPARE(applied.has_value(), error.isEmpty());
        if (!applied)
            QVERIFY(QString::fromStdString(applied.error().message).contains(error));
    }

    void dns() {
        Given given;
        NodeDns node{
            {"10.43.0.10"}, "cluster.local", parseResolvConf("# x\nsearch lan\nnameserver 1.2.3.4\noptions edns0\n")};
        given.pod.spec.dnsPolicy = "ClusterFirst";
        auto config = podDns(given.pod, node);
        QCOMPARE(config.servers, std::vector<std::string>{"10.43.0.10"});
        QCOMPARE(config.searches,
                 (std::vector<std::string>{"shop.svc.cluster.local", "svc.cluster.local", "cluster.local", "lan"}));
        QCOMPARE(config.options, std::vector<std::string>{"ndots:5"});
        given.pod.spec.hostNetwork = true;
        QCOMPARE(podDns(given.pod, node).servers, std::vector<std::string>{"1.2.3.4"});
        given.pod.spec.dnsPolicy = "None";
        given.pod.spec.dnsConfig = decoded<corev1::PodDNSConfig>(
            R"({"nameservers":["9.9.9.9"],"searches":["x"],"options":[{"name":"ndots","value":"2"}]})");
        config = podDns(given.pod, node);
        QCOMPARE(config.servers, std::vector<std::string>{"9.9.9.9"});
        QCOMPARE(config.options, std::vector<std::string>{"ndots:2"});
    }

    void hosts() {
        Given given;
        given.pod.spec.subdomain = "inner";
        given.pod.spec.hostAliases =
            decoded<corev1::PodSpec>(R"({"hostAliases":[{"ip":"1.1.1.1","hostnames":["a","b"]}]})").hostAliases;
        auto name = podHostname(given.pod, "cluster.local");
        QVERIFY(name.has_value());
        QCOMPARE(name->fqdn, std::string("web.inner.shop.svc.cluster.local"));
        auto text = hostsFile(given.pod, {"10.0.0.5"}, *name, "");
        QVERIFY(text.starts_with("# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"));
        QVERIFY(text.find("10.0.0.5\tweb.inner.shop.svc.cluster.local\tweb\n") != std::string::npos);
        QVERIFY(text.ends_with("\n# Entries added by HostAliases.\n1.1.1.1\ta\tb\n"));
        given.pod.spec.setHostnameAsFQDN = true;
        given.pod.metadata.namespace_ = std::string(60, 'n');
        QVERIFY(!podHostname(given.pod, "cluster.local").has_value());
    }
};

QTEST_GUILESS_MAIN(EnvironmentTest)
#include "tst_environment.moc"
