#include "clusterd/controllers/deployment/deployment_controller.h"
#include "clusterd/controllers/deployment/deployment_util.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/replicaset/replicaset_controller.h"
#include "core/api/types/apps_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

std::string
deploymentJson(int replicas, const char *image,
               const char *strategy = R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":1}})") {
    return fmt::format(
        R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"web","namespace":"default"}},"spec":{{"replicas":{},
        "selector":{{"matchLabels":{{"app":"web"}}}},"strategy":{},"revisionHistoryLimit":10,"progressDeadlineSeconds":600,
        "template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"c","image":"{}"}}]}}}}}}}})",
        replicas, strategy, image);
}

struct Fixture : test::ControllersFixture {
    Fixture() {
        add<DeploymentController>();
        add<ReplicaSetController>();
        // A kubelet that makes every pod ready and lets deleted ones end at once.
        informers.get<corev1::Pod>().addHandler([this](const api::ObjectPtr &, const api::ObjectPtr &after) {
            if (!after)
                return;
            auto pod = api::decode<corev1::Pod>(*after);
            if (!isPodReady(*pod) && makeReady)
                gate.spawn([this, pod = *pod] { return ready(this, pod); });
        });
        start();
    }
    static Task<> ready(Fixture *f, corev1::Pod pod) {
        pod.status.phase = "Running";
        auto &condition = pod.status.conditions.emplace_back();
        condition.type = "Ready";
        condition.status = "True";
        condition.lastTransitionTime = api::Time(f->clock.now());
        (void)co_await client::updateStatus(f->api.client(), std::move(pod));
    }
    appsv1::Deployment web() { return read<appsv1::Deployment>("default", "web").value_or(appsv1::Deployment()); }
    int podsOf(const char *image) {
        int count = 0;
        for (const corev1::Pod &pod : list<corev1::Pod>("default"))
            count += !pod.spec.containers.empty() && pod.spec.containers[0].image == image;
        return count;
    }
    bool complete(int replicas) {
        const auto status = web().status;
        return status.updatedReplicas == replicas && status.availableReplicas == replicas &&
               status.replicas == replicas;
    }
    void patch(const std::string &body) { merge(appsv1::Deployment::resource(), "default", "web", body); }
    void setImage(const char *image) {
        patch(fmt::format(R"({{"spec":{{"template":{{"spec":{{"containers":[{{"name":"c","image":"{}"}}]}}}}}}}})",
                          image));
    }

    bool makeReady = true;
};

} // namespace

class DeploymentControllerTest : public QObject {
    Q_OBJECT

private slots:
    void makesAReplicaSetAndItsPods() {
        Fixture f;
        f.create(deploymentJson(3, "one"));
        f.until([&] { return f.complete(3); });
        const auto sets = f.list<appsv1::ReplicaSet>("default");
        QCOMPARE(sets.size(), size_t(1));
        QVERIFY(sets[0].metadata.name.starts_with("web-"));
        QCOMPARE(sets[0].metadata.labels.at("app"), std::string("web"));
        QCOMPARE(f.web().metadata.annotations.at("deployment.kubernetes.io/revision"), std::string("1"));
        f.until([&] {
            const auto web = f.web();
            const auto *progressing = deployment::findCondition(web.status, "Progressing");
            return progressing && progressing->reason == "NewReplicaSetAvailable";
        });
    }

    /// Pods that are on their way out are counted beside the others.
    void countsTerminatingPods() {
        Fixture f;
        f.create(deploymentJson(2, "one"));
        f.until([&] { return f.complete(2); });
        f.until([&] { return f.web().status.terminatingReplicas == 0; });
        const std::string name = f.list<corev1::Pod>("default")[0].metadata.name;
        f.merge(corev1::Pod::resource(), "default", name, R"({"metadata":{"finalizers":["example.com/hold"]}})");
        QVERIFY(f.api.run(f.api.client().remove(corev1::Pod::resource(), "default", name)).has_value());
        f.until([&] { return f.web().status.terminatingReplicas == 1 && f.complete(2); });
        QCOMPARE(f.list<appsv1::ReplicaSet>("default")[0].status.terminatingReplicas.value_or(-1), 1);
        f.merge(corev1::Pod::resource(), "default", name, R"({"metadata":{"finalizers":null}})");
        f.until([&] { return f.web().status.terminatingReplicas == 0; });
    }

    void rollsWithinItsBoundsAndBack() {
        Fixture f;
        f.create(deploymentJson(4, "one"));
        f.until([&] { return f.complete(4); });
        int most = 0, leastAvailable = 99;
        f.informers.get<corev1::Pod>().addHandler([&](const api::ObjectPtr &, const api::ObjectPtr &) {
            int count = 0, available = 0;
            for (const api::ObjectPtr &object : f.informers.get<corev1::Pod>().list()) {
                auto pod = api::decode<corev1::Pod>(*object);
                count += isPodActive(*pod);
                available += isPodActive(*pod) && isPodReady(*pod);
            }
            most = std::max(most, count);
            leastAvailable = std::min(leastAvailable, available);
        });
        leastAvailable = 99;
        f.setImage("two");
        f.until([&] { return f.podsOf("two") == 4 && f.podsOf("one") == 0 && f.complete(4); });
        QVERIFY2(most <= 5, std::to_string(most).c_str());
        QVERIFY2(leastAvailable >= 3, std::to_string(leastAvailable).c_str());
        QCOMPARE(f.list<appsv1::ReplicaSet>("default").size(), size_t(2));
        f.setImage("one");
        f.until([&] { return f.podsOf("one") == 4 && f.podsOf("two") == 0 && f.complete(4); });
        QCOMPARE(f.list<appsv1::ReplicaSet>("default").size(), size_t(2));
        QCOMPARE(f.web().metadata.annotations.at("deployment.kubernetes.io/revision"), std::string("3"));
    }

    void aRolloutThatNeverGetsReadyStopsAtItsBounds() {
        Fixture f;
        f.create(deploymentJson(3, "one"));
        f.until([&] { return f.complete(3); });
        f.makeReady = false;
        f.setImage("broken");
        f.until([&] { return f.podsOf("broken") == 2; });
        f.settle();
        QCOMPARE(f.podsOf("one"), 2);
        QCOMPARE(f.podsOf("broken"), 2);
    }

    void recreateWaitsForTheOldPods() {
        Fixture f;
        f.create(deploymentJson(2, "one", R"({"type":"Recreate"})"));
        f.until([&] { return f.complete(2); });
        bool together = false;
        f.informers.get<corev1::Pod>().addHandler([&](const api::ObjectPtr &, const api::ObjectPtr &) {
            together |= f.informers.get<corev1::Pod>().size() > 2;
        });
        f.setImage("two");
        f.until([&] { return f.podsOf("two") == 2 && f.complete(2); });
        QVERIFY(!together);
    }

    void scalesAndPauses() {
        Fixture f;
        f.create(deploymentJson(1, "one"));
        f.until([&] { return f.complete(1); });
        f.patch(R"({"spec":{"paused":true}})");
        f.setImage("two");
        f.patch(R"({"spec":{"replicas":3}})");
        f.until([&] { return f.web().status.availableReplicas == 3; });
        QCOMPARE(f.podsOf("one"), 3);
        f.patch(R"({"spec":{"paused":false}})");
        f.until([&] { return f.podsOf("two") == 3 && f.complete(3); });
    }

    void deletedPodsAreReplacedAndOrphansAdopted() {
        Fixture f;
        f.create(deploymentJson(2, "one"));
        f.until([&] { return f.complete(2); });
        auto pods = f.list<corev1::Pod>("default");
        (void)f.api.run(client::remove(f.api.client(), pods[0]));
        f.until([&] { return f.podsOf("one") == 2 && f.complete(2); });
        // One that lost its owner is taken back instead of making another.
        pods = f.list<corev1::Pod>("default");
        const std::string uid = pods[0].metadata.uid;
        f.merge(corev1::Pod::resource(), "default", pods[0].metadata.name, R"({"metadata":{"ownerReferences":null}})");
        f.until([&] {
            for (const corev1::Pod &pod : f.list<corev1::Pod>("default"))
                if (pod.metadata.uid == uid)
                    return controllerOf(pod.metadata) != nullptr;
            return true; // or given up as surplus: what counts is the number
        });
        f.settle();
        QCOMPARE(f.podsOf("one"), 2);
    }

    void oldSetsBeyondTheHistoryLimitGo() {
        Fixture f;
        f.create(deploymentJson(1, "v0"));
        f.until([&] { return f.complete(1); });
        f.patch(R"({"spec":{"revisionHistoryLimit":2}})");
        for (const char *image : {"v1", "v2", "v3", "v4"}) {
            f.setImage(image);
            f.until([&] { return f.podsOf(image) == 1 && f.complete(1); });
        }
        f.until([&] { return f.list<appsv1::ReplicaSet>("default").size() == 3; });
    }
};

QTEST_GUILESS_MAIN(DeploymentControllerTest)
#include "tst_deployment_controller.moc"
