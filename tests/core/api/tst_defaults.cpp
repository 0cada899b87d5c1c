#include "core/api/defaults.h"

#include "core/api/codec.h"

#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace coracle;
namespace bj = boost::json;

class TestDefaults : public QObject {
    Q_OBJECT

private slots:
    void pod();
    void deployment();
    void sets_data();
    void sets();
    void isIdempotent_data();
    void isIdempotent();
    void leavesWrongTypesAlone();
};

/// Decodes, defaults and encodes, as a create does.
static bj::value defaulted(std::string_view apiVersion, std::string_view kind, std::string_view json) {
    const api::ResourceInfo *resource = api::findKind(apiVersion, kind);
    auto body = api::decodeBody(json, {*resource->type, apiVersion, kind}, api::FieldValidation::Strict);
    if (!body)
        return bj::value(bj::string(body.error().message));
    api::applyDefaults(*resource, body->object);
    return bj::parse(api::encodeObject(*resource->type, body->object));
}

#define COMPARE_JSON(actual, expected)                                                                                 \
    do {                                                                                                               \
        const bj::value actualJson = (actual), expectedJson = bj::parse(expected);                                     \
        QVERIFY2(actualJson == expectedJson, bj::serialize(actualJson).c_str());                                       \
    } while (false)

void TestDefaults::pod() {
    COMPARE_JSON(defaulted("v1", "Pod", R"({"metadata":{"name":"p"},"spec":{"hostNetwork":true,"serviceAccount":"sa",
        "volumes":[{"name":"a"},{"name":"s","secret":{"secretName":"x"}}],
        "initContainers":[{"name":"i","image":"r.io:5000/a/b:v1"}],
        "containers":[{"name":"c","image":"nginx","ports":[{"containerPort":80}],
        "resources":{"limits":{"cpu":"0.0001","memory":"1Gi"},"requests":{"memory":"1Mi"}},
        "livenessProbe":{"httpGet":{"port":"web"}},
        "env":[{"name":"N","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]}]}})"),
                 R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{
        "volumes":[{"name":"a","emptyDir":{}},{"name":"s","secret":{"secretName":"x","defaultMode":420}}],
        "initContainers":[{"name":"i","image":"r.io:5000/a/b:v1","resources":{},"imagePullPolicy":"IfNotPresent",
        "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],
        "containers":[{"name":"c","image":"nginx","ports":[{"hostPort":80,"containerPort":80,"protocol":"TCP"}],
        "env":[{"name":"N","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}}],
        "resources":{"limits":{"cpu":"1m","memory":"1Gi"},"requests":{"cpu":"1m","memory":"1Mi"}},
        "livenessProbe":{"httpGet":{"path":"/","port":"web","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,
        "successThreshold":1,"failureThreshold":3},"imagePullPolicy":"Always",
        "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],
        "restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",
        "serviceAccountName":"sa","serviceAccount":"sa","hostNetwork":true,"securityContext":{},
        "schedulerName":"default-scheduler","enableServiceLinks":true},"status":{}})");
}

void TestDefaults::deployment() {
    // A template gets no pod-only defaults: no enableServiceLinks, no requests, no host ports.
    COMPARE_JSON(defaulted("apps/v1", "Deployment", R"({"metadata":{"name":"d"},"spec":{"selector":{},
        "strategy":{"rollingUpdate":{"maxSurge":2}},"template":{"spec":{"hostNetwork":true,"containers":[
        {"name":"c","image":"a@sha256:00","ports":[{"containerPort":1}],"resources":{"limits":{"cpu":"1"}}}]}}}})"),
                 R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d"},"spec":{"replicas":1,
        "selector":{},"template":{"metadata":{},"spec":{"containers":[{"name":"c","image":"a@sha256:00",
        "ports":[{"containerPort":1,"protocol":"TCP"}],"resources":{"limits":{"cpu":"1"}},
        "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
        "imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,
        "dnsPolicy":"ClusterFirst","hostNetwork":true,"securityContext":{},"schedulerName":"default-scheduler"}},
        "strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"25%","maxSurge":2}},
        "revisionHistoryLimit":10,"progressDeadlineSeconds":600},"status":{}})");
}

struct Row {
    const char *name, *apiVersion, *kind;
    const char *input;    ///< the member "spec", or another one with its name
    const char *expected; ///< what the same member must be
    const char *member = "spec";
};

static const Row kRows[] = {
    {"service", "v1", "Service", R"({"ports":[{"port":80},{"port":81,"targetPort":"web","protocol":"UDP"}]})",
     R"({"ports":[{"protocol":"TCP","port":80,"targetPort":80},{"protocol":"UDP","port":81,"targetPort":"web"}],)"
     R"("type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster"})"},
    {"load balancer", "v1", "Service", R"({"type":"LoadBalancer","sessionAffinity":"ClientIP"})",
     R"({"type":"LoadBalancer","sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":)"
     R"({"timeoutSeconds":10800}},"externalTrafficPolicy":"Cluster","internalTrafficPolicy":"Cluster",)"
     R"("allocateLoadBalancerNodePorts":true})"},
    {"external name", "v1", "Service",
     R"({"type":"ExternalName","externalName":"a.b","sessionAffinityConfig":{"clientIP":{}}})",
     R"({"type":"ExternalName","externalName":"a.b","sessionAffinity":"None"})"},
    {"external IPs", "v1", "Service", R"({"externalIPs":["1.2.3.4"]})",
     R"({"type":"ClusterIP","sessionAffinity":"None","internalTrafficPolicy":"Cluster",)"
     R"("externalTrafficPolicy":"Cluster","externalIPs":["1.2.3.4"]})"},
    {"recreate", "apps/v1", "Deployment", R"({"strategy":{"type":"Recreate"},"paused":true})",
     R"({"replicas":1,"selector":null,"template":{"metadata":{},"spec":{"containers":null,"restartPolicy":"Always",)"
     R"("terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},)"
     R"("schedulerName":"default-scheduler"}},"strategy":{"type":"Recreate"},"revisionHistoryLimit":10,"paused":true,)"
     R"("progressDeadlineSeconds":600})"},
    {"claim", "v1", "PersistentVolumeClaim", "{}", R"({"volumeMode":"Filesystem","resources":{}})"},
    {"claim status", "v1", "PersistentVolumeClaim", "{}", R"({"phase":"Pending"})", "status"},
    {"namespace status", "v1", "Namespace", "{}", R"({"phase":"Active"})", "status"},
    {"node", "v1", "Node", R"({"capacity":{"cpu":"2"}})",
     R"({"capacity":{"cpu":"2"},"allocatable":{"cpu":"2"},"daemonEndpoints":{"kubeletEndpoint":{"Port":0}},)"
     R"("nodeInfo":{"machineID":"","systemUUID":"","bootID":"","kernelVersion":"","osImage":"",)"
     R"("containerRuntimeVersion":"","kubeletVersion":"","kubeProxyVersion":"","operatingSystem":"",)"
     R"("architecture":""}})",
     "status"},
    {"limit range", "v1", "LimitRange",
     R"({"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"},"default":{"memory":"2Mi"}},)"
     R"({"type":"Pod","max":{"cpu":"1"}}]})",
     R"({"limits":[{"type":"Container","max":{"cpu":"2"},"min":{"memory":"1Mi"},"default":{"cpu":"2","memory":"2Mi"},)"
     R"("defaultRequest":{"cpu":"2","memory":"2Mi"}},{"type":"Pod","max":{"cpu":"1"}}]})"},
    {"secret", "v1", "Secret", R"("")", R"("Opaque")", "type"},
    {"policy", "networking.k8s.io/v1", "NetworkPolicy", R"({"egress":[{"ports":[{"port":53}]}]})",
     R"({"podSelector":{},"egress":[{"ports":[{"protocol":"TCP","port":53}]}],"policyTypes":["Ingress","Egress"]})"},
    {"role reference", "rbac.authorization.k8s.io/v1", "RoleBinding", R"({"kind":"Role","name":"r"})",
     R"({"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"})", "roleRef"},
    {"subjects", "rbac.authorization.k8s.io/v1", "RoleBinding",
     R"([{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s","namespace":"n"}])",
     R"([{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"u"},)"
     R"({"kind":"ServiceAccount","name":"s","namespace":"n"}])",
     "subjects"},
    {"slice ports", "discovery.k8s.io/v1", "EndpointSlice", R"([{"port":1}])",
     R"([{"name":"","protocol":"TCP","port":1}])", "ports"},
    {"autoscaler", "autoscaling/v2", "HorizontalPodAutoscaler",
     R"({"maxReplicas":3,"scaleTargetRef":{"kind":"Deployment","name":"d"},"behavior":{"scaleDown":{}}})",
     R"({"scaleTargetRef":{"kind":"Deployment","name":"d"},"minReplicas":1,"maxReplicas":3,"metrics":[{"type":)"
     R"("Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}],"behavior":)"
     R"({"scaleUp":{"stabilizationWindowSeconds":0,"selectPolicy":"Max","policies":[{"type":"Pods","value":4,)"
     R"("periodSeconds":15},{"type":"Percent","value":100,"periodSeconds":15}]},"scaleDown":{"selectPolicy":"Max",)"
     R"("policies":[{"type":"Percent","value":100,"periodSeconds":15}]}}})"},
    {"pod as a whole", "v1", "Pod",
     R"({"resources":{"limits":{"cpu":"4","memory":"1Gi"}},"containers":[{"name":"a","image":"i:1","resources":{"requests":)"
     R"({"cpu":"500m"}}},{"name":"b","image":"i:1","resources":{"requests":{"cpu":"1"}}}]})",
     R"({"containers":[{"name":"a","image":"i:1","resources":{"requests":{"cpu":"500m"}},"terminationMessagePath":)"
     R"("/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"},{"name":"b","image":)"
     R"("i:1","resources":{"requests":{"cpu":"1"}},"terminationMessagePath":"/dev/termination-log",)"
     R"("terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always",)"
     R"("terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","securityContext":{},"schedulerName":)"
     R"("default-scheduler","enableServiceLinks":true,"resources":{"limits":{"cpu":"4","memory":"1Gi"},"requests":)"
     R"({"cpu":"1500m","memory":"1Gi"}}})"},
    {"old volumes", "v1", "PersistentVolume",
     R"({"rbd":{"monitors":["m"],"image":"i"},"iscsi":{"targetPortal":"p","iqn":"q","lun":0},"scaleIO":{"gateway":"g",)"
     R"("system":"s","secretRef":null},"azureDisk":{"diskName":"d","diskURI":"u"}})",
     R"({"rbd":{"monitors":["m"],"image":"i","pool":"rbd","user":"admin","keyring":"/etc/ceph/keyring"},"iscsi":)"
     R"({"targetPortal":"p","iqn":"q","lun":0,"iscsiInterface":"default"},"scaleIO":{"gateway":"g","system":"s",)"
     R"("secretRef":null,"storageMode":"ThinProvisioned","fsType":"xfs"},"azureDisk":{"diskName":"d","diskURI":"u",)"
     R"("cachingMode":"ReadWrite","fsType":"ext4","readOnly":false,"kind":"Shared"},"persistentVolumeReclaimPolicy":)"
     R"("Retain","volumeMode":"Filesystem"})"},
    {"ingress class", "networking.k8s.io/v1", "IngressClass",
     R"({"controller":"a/b","parameters":{"kind":"k","name":"n"}})",
     R"({"controller":"a/b","parameters":{"kind":"k","name":"n","scope":"Cluster"}})"},
    {"driver", "storage.k8s.io/v1", "CSIDriver", "{}",
     R"({"attachRequired":true,"podInfoOnMount":false,"volumeLifecycleModes":["Persistent"],"storageCapacity":false,)"
     R"("fsGroupPolicy":"ReadWriteOnceWithFSType","requiresRepublish":false,"seLinuxMount":false})"},
    {"flow schema", "flowcontrol.apiserver.k8s.io/v1", "FlowSchema", R"({"priorityLevelConfiguration":{"name":"p"}})",
     R"({"priorityLevelConfiguration":{"name":"p"},"matchingPrecedence":1000})"},
    {"priority level", "flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration",
     R"({"type":"Limited","limited":{"limitResponse":{"type":"Queue","queuing":{}}}})",
     R"({"type":"Limited","limited":{"nominalConcurrencyShares":30,"limitResponse":{"type":"Queue","queuing":{"queues":64,)"
     R"("handSize":8,"queueLengthLimit":50}},"lendablePercent":0}})"},
    {"device claim", "resource.k8s.io/v1", "ResourceClaim",
     R"({"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"x","tolerations":[{"key":"k"}]}},{"name":"b",)"
     R"("firstAvailable":[{"name":"c","deviceClassName":"y","allocationMode":"All"}]}]}})",
     R"({"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"x","allocationMode":"ExactCount","count":1,)"
     R"("tolerations":[{"key":"k","operator":"Equal"}]}},{"name":"b","firstAvailable":[{"name":"c","deviceClassName":"y",)"
     R"("allocationMode":"All"}]}]}})"},
    {"definition", "apiextensions.k8s.io/v1", "CustomResourceDefinition",
     R"({"group":"g","scope":"Cluster","names":{"kind":"FooBar","plural":"foobars"},"versions":[]})",
     R"({"group":"g","scope":"Cluster","names":{"kind":"FooBar","plural":"foobars","singular":"foobar",)"
     R"("listKind":"FooBarList"},"versions":[],"conversion":{"strategy":"None"}})"},
};

void TestDefaults::sets_data() {
    QTest::addColumn<int>("index");
    for (int i = 0; i < int(std::size(kRows)); ++i)
        QTest::newRow(kRows[i].name) << i;
}

void TestDefaults::sets() {
    QFETCH(int, index);
    const Row &row = kRows[index];
    const std::string json = "{\"" + std::string(row.member) + "\":" + row.input + "}";
    const bj::value object = defaulted(row.apiVersion, row.kind, json);
    QVERIFY2(object.is_object(), bj::serialize(object).c_str());
    COMPARE_JSON(object.at(row.member), row.expected);
}

void TestDefaults::isIdempotent_data() {
    QTest::addColumn<int>("index");
    const auto resources = api::builtinResources();
    for (int i = 0; i < int(resources.size()); ++i)
        QTest::newRow(qPrintable(
            QString::fromStdString(std::string(resources[i].apiVersion) + " " + std::string(resources[i].kind))))
            << i;
}

/// For every kind: defaults of defaults change nothing, and what was encoded reads back the same.
void TestDefaults::isIdempotent() {
    QFETCH(int, index);
    const api::ResourceInfo &resource = api::builtinResources()[index];
    const bj::value once = defaulted(resource.apiVersion, resource.kind, "{}");
    QVERIFY2(once.is_object(), bj::serialize(once).c_str());
    QVERIFY(defaulted(resource.apiVersion, resource.kind, bj::serialize(once)) == once);
}

void TestDefaults::leavesWrongTypesAlone() {
    const api::ResourceInfo &pods = *api::findResource("", "v1", "pods");
    for (const char *json : {R"({"spec":[]})", R"({"spec":{"containers":{"a":1}}})", R"({"spec":{"containers":[1]}})",
                             R"({"spec":{"containers":[{"resources":{"limits":[1]},"ports":1}],"volumes":[null]}})",
                             R"({"metadata":1,"spec":null,"status":[]})"}) {
        bj::object object = bj::parse(json).as_object();
        api::applyDefaults(pods, object);
        QVERIFY(!object.empty());
    }
}

QTEST_GUILESS_MAIN(TestDefaults)
#include "tst_defaults.moc"
