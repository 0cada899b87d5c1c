#include "core/api/typed.h"

#include "core/api/codec.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/authorization_v1.h"
#include "core/api/types/batch_v1.h"
#include "core/api/types/coordination_v1.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/networking_v1.h"

#include <QFile>
#include <QTest>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

using namespace coracle;
namespace bj = boost::json;

class TestTyped : public QObject {
    Q_OBJECT

private slots:
    void readsAPod();
    void writesAsGoDoes();
    void scalars();
    void isLenient();
    void refuses_data();
    void refuses();
    void trees();
    void vectors();
};

void TestTyped::readsAPod() {
    auto object = api::Object::parse(
        R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"a":"b"}},"spec":{"nodeName":"n",)"
        R"("terminationGracePeriodSeconds":0,"volumes":[{"name":"v","hostPath":{"path":"/"}}],"containers":[{"name":)"
        R"("c","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"500m"}},"livenessProbe":{"httpGet":)"
        R"({"port":"web"}}}]},"status":{"phase":"Running"}})");
    QVERIFY(object);
    auto pod = api::decode<corev1::Pod>(**object);
    QVERIFY2(pod, pod ? "" : pod.error().message.c_str());
    QCOMPARE(pod->metadata.labels.at("a"), std::string("b"));
    QCOMPARE(*pod->spec.terminationGracePeriodSeconds, int64_t(0));
    QVERIFY(!pod->spec.priority);
    QCOMPARE(pod->spec.volumes[0].hostPath->path, std::string("/"));
    QVERIFY(!pod->spec.volumes[0].emptyDir);
    const corev1::Container &container = pod->spec.containers[0];
    QCOMPARE(container.ports[0].containerPort, 80);
    QCOMPARE(container.resources.limits.at("cpu").milliValue(), int64_t(500));
    QCOMPARE(container.livenessProbe->httpGet->port, api::IntOrString("web"));
    QVERIFY(pod->status.phase == corev1::kPodRunning);
    QCOMPARE(corev1::Pod::resource().resource, std::string_view("pods"));
    const corev1::Pod copy = *pod;
    QVERIFY(copy == *pod);
    pod->spec.volumes[0].hostPath->path = "/x";
    QVERIFY(copy != *pod);
}

void TestTyped::writesAsGoDoes() {
    appsv1::Deployment deployment;
    deployment.metadata.name = "d";
    deployment.spec.replicas = 0;
    deployment.spec.selector.ensure().matchLabels["a"] = "b";
    QCOMPARE(QByteArray::fromStdString(api::encode(deployment)),
             QByteArray(R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"d"},"spec":{"replicas":0,)"
                        R"("selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{},"spec":{"containers":[]}},)"
                        R"("strategy":{}},"status":{}})"));
    QCOMPARE(api::encode(corev1::PodSpec()), std::string(R"({"containers":[]})"));
}

void TestTyped::scalars() {
    corev1::Secret secret;
    secret.data["k"] = std::string("\0\xff\n", 3);
    secret.type = "a\"b\\c\x01"; // escaped on the way
    const std::string json = api::encode(secret);
    const std::string end = "\"data\":{\"k\":\"AP8K\"},\"type\":\"a\\\"b\\\\c\\u0001\"}";
    QVERIFY2(json.ends_with(end), json.c_str());
    QVERIFY(*api::decode<corev1::Secret>(json) == secret);

    coordinationv1::Lease lease;
    lease.spec.renewTime = *api::MicroTime::parse("2026-01-02T03:04:05.000006Z");
    lease.metadata.creationTimestamp = *api::Time::parse("2026-01-02T04:04:05+01:00");
    QCOMPARE(api::encode(lease),
             std::string(R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"creationTimestamp":)"
                         R"("2026-01-02T03:04:05Z"},"spec":{"renewTime":"2026-01-02T03:04:05.000006Z"}})"));

    auto revision = api::decode<appsv1::ControllerRevision>(R"({"data": {"a": [1, {"b":null}]},"revision":7})");
    QCOMPARE(revision->data.text, std::string(R"({"a": [1, {"b":null}]})"));
    auto review = api::decode<authorizationv1::SubjectAccessReview>(R"({"spec":{"extra":{"k":["v","w"]}}})");
    QCOMPARE(review->spec.extra.at("k")[1], std::string("w"));
}

void TestTyped::isLenient() {
    auto pod = api::decode<corev1::Pod>(R"({"unknown":{"a":[1,2]},"metadata":null,"spec":{"containers":null,)"
                                        R"("nodeName":"a","nodeName":"b","volumes":[null]},"status":{}})");
    QVERIFY2(pod, pod ? "" : pod.error().message.c_str());
    QCOMPARE(pod->spec.nodeName, std::string("b"));
    QCOMPARE(pod->spec.volumes.size(), size_t(1));
}

void TestTyped::refuses_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("message");
    auto row = [](const char *json, const char *message) {
        QTest::newRow(message) << QByteArray(json) << QByteArray(message);
    };
    row("", "Pod: unexpected end of JSON input");
    row("[]", "Pod: expected an object, found a list");
    row("{} {}", "Pod: invalid character '{' after top-level value");
    row(R"({"spec":{"containers":[{"name":"a"},{"name":{}}]}})",
        "Pod spec.containers[1].name: expected a string, found an object");
    row(R"({"spec":{"priority":2147483648}})", "Pod spec.priority: number 2147483648 is not an int32");
    row(R"({"spec":{"priority":1e3}})", "Pod spec.priority: number 1e3 is not an int32");
    row(R"({"spec":{"hostNetwork":"yes"}})", "Pod spec.hostNetwork: expected a bool, found a string");
    row(R"({"metadata":{"labels":{"a":1}}})", "Pod metadata.labels.a: expected a string, found a number");
    row(R"({"metadata":{"labels":{"a":"b"}})", "Pod: unexpected end of JSON input");
}

void TestTyped::refuses() {
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, message);
    auto pod = api::decode<corev1::Pod>(std::string_view(json.constData(), size_t(json.size())));
    QVERIFY(!pod);
    QCOMPARE(QByteArray::fromStdString(pod.error().message), message);
}

void TestTyped::trees() {
    networkingv1::NetworkPolicy policy;
    policy.spec.policyTypes = {"Ingress"};
    const bj::value tree = api::encodeToValue(policy);
    QVERIFY(tree.at("spec").at("policyTypes") == bj::array{"Ingress"});
    QVERIFY(*api::decode<networkingv1::NetworkPolicy>(tree) == policy);
    QVERIFY(*api::decode<networkingv1::NetworkPolicy>(tree.as_object()) == policy);
}

/// Fully populated objects come back as they were, and equal to what the tables make of them.
template<class T>
static void compareVector(const char *name) {
    QFile file(QStringLiteral(CORACLE_VECTORS "/%1.json").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        QSKIP("no vectors on this machine");
    const std::string json = file.readAll().toStdString();
    auto typed = api::decode<T>(json);
    QVERIFY2(typed, typed ? "" : typed.error().message.c_str());
    bj::value back = bj::parse(api::encode(*typed));
    if constexpr (std::is_same_v<T, appsv1::StatefulSet>) {
        // Claims in a StatefulSet get their kind; the vector has none.
        bj::object &claim = back.at("spec").at("volumeClaimTemplates").at(0).as_object();
        claim.erase("kind");
        claim.erase("apiVersion");
    }
    QVERIFY2(back == bj::parse(json), bj::serialize(back).c_str());
    QVERIFY(*api::decode<T>(api::encode(*typed)) == *typed);
}

void TestTyped::vectors() {
    compareVector<appsv1::StatefulSet>("apps.v1.StatefulSet");
    compareVector<appsv1::ReplicaSet>("apps.v1.ReplicaSet");
    compareVector<batchv1::CronJob>("batch.v1.CronJob");
    compareVector<batchv1::Job>("batch.v1.Job");
    compareVector<corev1::Node>("core.v1.Node");
    compareVector<corev1::Service>("core.v1.Service");
    compareVector<corev1::Secret>("core.v1.Secret");
    compareVector<corev1::PersistentVolume>("core.v1.PersistentVolume");
    compareVector<corev1::PersistentVolumeClaim>("core.v1.PersistentVolumeClaim");
    compareVector<corev1::Event>("core.v1.Event");
    compareVector<networkingv1::Ingress>("networking.k8s.io.v1.Ingress");
    compareVector<coordinationv1::Lease>("coordination.k8s.io.v1.Lease");
}

QTEST_GUILESS_MAIN(TestTyped)
#include "tst_typed.moc"
