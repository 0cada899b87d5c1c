#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/replicaset/replicaset_controller.h"
#include "tests/clusterd/controllers/controllers_fixture.h"
#include "tests/clusterd/controllers/faulty_client.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct Fixture : test::ControllersFixture {
    Fixture() {
        const ControllerContext watched{client, clock, systemRandom(), gate, informers};
        manager.add(std::make_unique<ReplicaSetController>(watched, replicationControllers()));
        start();
    }
    /// Takes a pod away from its owner.
    static Task<> giveAway(Fixture *f, corev1::Pod pod) {
        pod.metadata.ownerReferences.clear();
        pod.metadata.resourceVersion.clear();
        (void)co_await client::update(f->api.client(), std::move(pod));
    }
    void createWeb(int replicas) {
        create(fmt::format(
            R"({{"apiVersion":"v1","kind":"ReplicationController","metadata":{{"name":"web","namespace":"default"}},
                "spec":{{"replicas":{},"selector":{{"app":"web"}},"template":{{"metadata":{{"labels":{{"app":"web"}}}},
                "spec":{{"containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
            replicas));
    }
    corev1::ReplicationController web() {
        return read<corev1::ReplicationController>("default", "web").value_or(corev1::ReplicationController());
    }
    bool has(int pods) {
        return static_cast<int>(list<corev1::Pod>("default").size()) == pods && web().status.replicas == pods &&
               web().status.observedGeneration == web().metadata.generation;
    }

    std::function<void(const api::ResourceInfo &)> onWrite;
    test::FaultyClient client{api.client(), [this](const api::ResourceInfo &resource) {
                                  if (onWrite)
                                      onWrite(resource);
                                  return test::FaultyClient::Fault::None;
                              }};
};

} // namespace

/// ReplicationControllers are kept by the controller of the ReplicaSets.
class ReplicationControllerTest : public QObject {
    Q_OBJECT

private slots:
    void keepsItsPods() {
        Fixture f;
        f.createWeb(2);
        f.until([&] { return f.has(2); });
        const corev1::Pod pod = f.list<corev1::Pod>("default").front();
        const metav1::OwnerReference *owner = controllerOf(pod.metadata);
        QVERIFY(owner);
        QCOMPARE(owner->kind, std::string("ReplicationController"));
        QCOMPARE(owner->apiVersion, std::string("v1"));
        QVERIFY(pod.metadata.name.starts_with("web-"));
        f.merge(corev1::ReplicationController::resource(), "default", "web", R"({"spec":{"replicas":3}})");
        f.until([&] { return f.has(3); });
        f.merge(corev1::ReplicationController::resource(), "default", "web", R"({"spec":{"replicas":0}})");
        f.until([&] { return f.has(0); });
        QCOMPARE(f.web().spec.selector.at("app"), std::string("web"));
        QVERIFY(f.web().spec.template_);
    }

    void adoptsAndReleases() {
        Fixture f;
        f.create(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"mine","namespace":"default",
            "labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"i"}]}})");
        f.createWeb(1);
        f.until([&] { return f.has(1); });
        QVERIFY(controllerOf(f.read<corev1::Pod>("default", "mine")->metadata));
        f.merge(corev1::Pod::resource(), "default", "mine", R"({"metadata":{"labels":{"app":"other"}}})");
        f.until([&] { return f.list<corev1::Pod>("default").size() == 2; });
        f.until([&] { return !controllerOf(f.read<corev1::Pod>("default", "mine")->metadata); });
    }

    void aPodThatIsGivenAwayWhileItIsDeletedIsNotWaitedFor() {
        Fixture f;
        f.createWeb(1);
        f.until([&] { return f.has(1); });
        const corev1::Pod pod = f.list<corev1::Pod>("default").front();
        bool givenAway = false;
        f.onWrite = [&](const api::ResourceInfo &resource) {
            if (&resource == &corev1::Pod::resource() && !std::exchange(givenAway, true))
                f.gate.spawn([&] { return Fixture::giveAway(&f, pod); });
        };
        f.merge(corev1::ReplicationController::resource(), "default", "web", R"({"spec":{"replicas":0}})");
        f.until([&] { return givenAway && f.has(0); });
        f.merge(corev1::ReplicationController::resource(), "default", "web", R"({"spec":{"replicas":1}})");
        f.until([&] { return f.has(1); });
    }

    void countsTheReady() {
        Fixture f;
        f.createWeb(1);
        f.until([&] { return f.has(1); });
        f.merge(corev1::Pod::resource(), "default", f.list<corev1::Pod>("default").front().metadata.name,
                R"({"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True",
                    "lastTransitionTime":"2026-01-01T00:00:00Z"}]}})",
                "status");
        f.until([&] { return f.web().status.readyReplicas == 1 && f.web().status.availableReplicas == 1; });
    }
};

QTEST_GUILESS_MAIN(ReplicationControllerTest)
#include "tst_replication_controller.moc"
