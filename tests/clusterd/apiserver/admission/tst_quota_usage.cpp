#include "clusterd/apiserver/admission/quota_usage.h"

#include <QTest>
#include <boost/json/parse.hpp>

using namespace coracle;
using namespace coracle::apiserver;

namespace {

JsonObject json(const QByteArray &text) {
    return boost::json::parse(text.toStdString()).as_object();
}

QString text(const Amounts &amounts) {
    std::vector<std::string> names;
    for (const auto &[name, amount] : amounts)
        names.push_back(name);
    return QString::fromStdString(amountsText(amounts, names));
}

} // namespace

class QuotaUsageTest : public QObject {
    Q_OBJECT

private slots:
    void objects_data() {
        QTest::addColumn<QString>("group");
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QByteArray>("object");
        QTest::addColumn<QString>("usage");
        auto row = [](const char *name, const char *group, const char *resource, const char *object,
                      const char *usage) { QTest::newRow(name) << group << resource << QByteArray(object) << usage; };
        row("pod", "", "pods",
            R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"100m","memory":"1Gi","example.com/gpu":"2",
            "hugepages-2Mi":"4Mi"},"limits":{"cpu":"1","ephemeral-storage":"1Gi"}}}]}})",
            "count/pods=1,cpu=100m,hugepages-2Mi=4Mi,limits.cpu=1,limits.ephemeral-storage=1Gi,memory=1Gi,pods=1,"
            "requests.cpu=100m,requests.example.com/gpu=2,requests.hugepages-2Mi=4Mi,requests.memory=1Gi");
        row("devices of a class", "", "pods",
            R"({"spec":{"containers":[{"resources":{"requests":{"deviceclass.resource.kubernetes.io/gpu":"2"}}}]}})",
            "count/pods=1,pods=1,requests.deviceclass.resource.kubernetes.io/gpu=2");
        row("devices of a claim", "resource.k8s.io", "resourceclaims",
            R"({"spec":{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"gpu","count":2}},
            {"name":"b","exactly":{"deviceClassName":"gpu"}},
            {"name":"c","exactly":{"deviceClassName":"nic","allocationMode":"All"}}]}}})",
            "count/resourceclaims.resource.k8s.io=1,gpu.deviceclass.resource.k8s.io/devices=3,"
            "nic.deviceclass.resource.k8s.io/devices=32");
        row("alternatives of a claim", "resource.k8s.io", "resourceclaims",
            R"({"spec":{"devices":{"requests":[{"name":"a","firstAvailable":[{"name":"x","deviceClassName":"gpu","count":1},
            {"name":"y","deviceClassName":"gpu","count":4},{"name":"z","deviceClassName":"nic"}]},
            {"name":"b","deviceClassName":"nic","count":2}]}}})",
            "count/resourceclaims.resource.k8s.io=1,gpu.deviceclass.resource.k8s.io/devices=4,"
            "nic.deviceclass.resource.k8s.io/devices=3");
        row("init containers", "", "pods",
            R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"1"}}},{"resources":{"requests":{"cpu":"1"}}}],
            "initContainers":[{"resources":{"requests":{"cpu":"3"}}}]}})",
            "count/pods=1,cpu=3,pods=1,requests.cpu=3");
        row("sidecars", "", "pods",
            R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"1"}}}],"initContainers":[
            {"restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},{"resources":{"requests":{"cpu":"2"}}}]}})",
            "count/pods=1,cpu=3,pods=1,requests.cpu=3");
        row("pod level and overhead", "", "pods",
            R"({"spec":{"resources":{"requests":{"cpu":"5"}},"overhead":{"cpu":"250m"},"containers":[{"resources":
            {"requests":{"cpu":"1"}}}]}})",
            "count/pods=1,cpu=5250m,pods=1,requests.cpu=5250m");
        row("ended pod", "", "pods",
            R"({"spec":{"containers":[{"resources":{"requests":{"cpu":"1"}}}]},"status":{"phase":"Succeeded"}})",
            "count/pods=1");
        row("service", "", "services", R"({"spec":{"type":"ClusterIP","ports":[{}]}})",
            "count/services=1,services=1,services.loadbalancers=0,services.nodeports=0");
        row("load balancer", "", "services", R"({"spec":{"type":"LoadBalancer","ports":[{},{}]}})",
            "count/services=1,services=1,services.loadbalancers=1,services.nodeports=2");
        row("load balancer without ports", "", "services",
            R"({"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{},{"nodePort":30000}]}})",
            "count/services=1,services=1,services.loadbalancers=1,services.nodeports=1");
        row("claim", "", "persistentvolumeclaims",
            R"({"spec":{"storageClassName":"gold","resources":{"requests":{"storage":"2Gi"}}},
            "status":{"allocatedResources":{"storage":"3Gi"}}})",
            "count/persistentvolumeclaims=1,gold.storageclass.storage.k8s.io/persistentvolumeclaims=1,"
            "gold.storageclass.storage.k8s.io/requests.storage=3Gi,persistentvolumeclaims=1,requests.storage=3Gi");
        row("secret", "", "secrets", "{}", "count/secrets=1,secrets=1");
        row("deployment", "apps", "deployments", "{}", "count/deployments.apps=1");
    }
    void objects() {
        QFETCH(QString, group);
        QFETCH(QString, resource);
        QFETCH(QByteArray, object);
        QFETCH(QString, usage);
        const api::ResourceInfo &info = *api::findResource(group.toStdString(), resource.toStdString());
        const Amounts amounts = quotaUsage(info, json(object));
        QCOMPARE(text(amounts), usage);
        for (const auto &[name, amount] : amounts) {
            QVERIFY2(takesFrom(info, name), name.c_str());
            QCOMPARE(quotaResource(name), &info);
        }
    }

    void scopes_data() {
        QTest::addColumn<QByteArray>("quota");
        QTest::addColumn<QByteArray>("pod");
        QTest::addColumn<bool>("counted");
        auto row = [](const char *name, const char *quota, const char *pod, bool counted) {
            QTest::newRow(name) << QByteArray(quota) << QByteArray(pod) << counted;
        };
        const char *plain = R"({"containers":[{}]})", *ends = R"({"activeDeadlineSeconds":5,"containers":[{}]})";
        const char *asks = R"({"containers":[{"resources":{"limits":{"memory":"1Mi"}}}]})";
        const char *classed = R"({"priorityClassName":"high","containers":[]})";
        row("none", "{}", plain, true);
        row("terminating", R"({"scopes":["Terminating"]})", ends, true);
        row("not terminating", R"({"scopes":["NotTerminating"]})", ends, false);
        row("stays", R"({"scopes":["Terminating"]})", plain, false);
        row("best effort", R"({"scopes":["BestEffort"]})", plain, true);
        row("burstable", R"({"scopes":["BestEffort"]})", asks, false);
        row("not best effort", R"({"scopes":["NotBestEffort","NotTerminating"]})", asks, true);
        row("class in", R"({"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In",
            "values":["high"]}]}})",
            classed, true);
        row("class not in", R"({"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"NotIn",
            "values":["high"]}]}})",
            classed, false);
        row("some class", R"({"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass",
            "operator":"Exists"}]}})",
            plain, false);
        row("no class", R"({"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass",
            "operator":"DoesNotExist"}]}})",
            plain, true);
        row("affinity elsewhere", R"({"scopes":["CrossNamespacePodAffinity"]})",
            R"({"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"namespaces":["x"]}]}}})",
            true);
        row("affinity here", R"({"scopes":["CrossNamespacePodAffinity"]})",
            R"({"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"x"}]}}})",
            false);
    }
    void scopes() {
        QFETCH(QByteArray, quota);
        QFETCH(QByteArray, pod);
        QFETCH(bool, counted);
        const JsonObject object{{"spec", json(quota)}};
        QCOMPARE(inQuotaScope(object, *api::findResource("", "pods"), {{"spec", json(pod)}}), counted);
    }

    void volumeAttributesClasses() {
        const JsonObject quota = json(R"({"spec":{"scopeSelector":{"matchExpressions":[
            {"scopeName":"VolumeAttributesClass","operator":"In","values":["fast"]}]}}})");
        const api::ResourceInfo &claims = *api::findResource("", "persistentvolumeclaims");
        QVERIFY(inQuotaScope(quota, claims, json(R"({"spec":{"volumeAttributesClassName":"fast"}})")));
        QVERIFY(inQuotaScope(quota, claims, json(R"({"spec":{"volumeAttributesClassName":"slow"},
            "status":{"currentVolumeAttributesClassName":"fast"}})")));
        QVERIFY(!inQuotaScope(quota, claims, json(R"({"spec":{}})")));
        QVERIFY(!inQuotaScope(quota, *api::findResource("", "services"), json("{}")));
    }

    void whatMustBeStated() {
        const JsonObject pod = json(R"({"spec":{"containers":[{"name":"b"},{"name":"a"},{"name":"c","resources":
            {"requests":{"cpu":"1"},"limits":{"memory":"1Gi"}}}]}})");
        QCOMPARE(unstatedRequirements({"requests.cpu", "limits.memory", "pods"}, pod),
                 std::string("must specify limits.memory for: a,b; requests.cpu for: a,b"));
        QCOMPARE(unstatedRequirements({"pods", "requests.ephemeral-storage"}, pod), std::string());
    }

    void totals() {
        const JsonObject quota = json(R"({"spec":{"hard":{"pods":"9","requests.memory":"9Gi","count/secrets":"9",
            "count/things.example.com":"5"}},"status":{"used":{"pods":"7","count/things.example.com":"4"}}})");
        const Amounts totals = quotaTotals(quota, quotaResource, [](const api::ResourceInfo &resource) {
            return resource.resource == "pods"
                       ? std::vector<JsonObject>{json(R"({"spec":{"containers":[{"resources":{"requests":
                             {"memory":"1Gi"}}}]}})"),
                                                 json(R"({"status":{"phase":"Failed"}})")}
                       : std::vector<JsonObject>(3);
        });
        QCOMPARE(text(totals), QString("count/secrets=3,count/things.example.com=4,pods=1,requests.memory=1Gi"));
    }
};

QTEST_GUILESS_MAIN(QuotaUsageTest)
#include "tst_quota_usage.moc"
