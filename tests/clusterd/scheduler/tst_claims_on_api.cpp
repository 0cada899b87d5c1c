#include "clusterd/controllers/resourceclaim/resourceclaim_controller.h"
#include "clusterd/controllers/volume/persistent_volume_controller.h"
#include "clusterd/scheduler/scheduler.h"
#include "core/api/types/resource_v1.h"
#include "core/api/types/storage_v1.h"
#include "tests/clusterd/controllers/restartable_fixture.h"
#include "tests/clusterd/scheduler/device_testing.h"

#include <QTest>

/// Scheduler, volume binder and claim controller together on a real API server in memory: what one writes the others
/// must understand, and the API server must take.
using namespace coracle;
using namespace coracle::controllers;
using resourcev1::ResourceClaim;

namespace {

struct Fixture : test::RestartableFixture {
    Fixture()
        : RestartableFixture([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<ResourceClaimController>(context));
              manager.add(std::make_unique<PersistentVolumeController>(context));
          }) {
        for (const char *node : {"n1", "n2"})
            addNode(node);
        begin();
        beginScheduler();
    }
    ~Fixture() { endScheduler(); }

    void beginScheduler() {
        scheduler =
            std::make_unique<scheduler::Scheduler>(api.client(), clock, systemRandom(), api.context().get_executor());
        scheduler->start();
        api.runUntil([this] { return scheduler->synced(); });
    }
    void endScheduler() {
        bool stopped = false;
        auto stop = [](scheduler::Scheduler *scheduler, bool *stopped) -> Task<> {
            co_await scheduler->stop();
            *stopped = true;
        };
        boost::asio::co_spawn(api.context(), stop(scheduler.get(), &stopped), boost::asio::detached);
        api.runUntil([&] { return stopped; });
        scheduler.reset();
    }
    void addNode(const std::string &name) {
        create(fmt::format(R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{0}","labels":)"
                           R"({{"kubernetes.io/hostname":"{0}"}}}},"status":{{"allocatable":)"
                           R"({{"cpu":"4","memory":"8Gi","pods":"110"}}}}}})",
                           name));
        client::WriteOptions status;
        status.subresource = "status";
        (void)api.run(api.client().patch(corev1::Node::resource(), "", name, client::PatchType::Merge,
                                         R"({"status":{"allocatable":{"cpu":"4","memory":"8Gi","pods":"110"}}})",
                                         status));
    }
    /// limits: insides of what its container may have, and asks for.
    void addPod(std::string_view name, std::string_view spec, std::string_view limits = {}) {
        create(fmt::format(
            R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"default"}},"spec":{{)"
            R"("schedulerName":"default-scheduler","containers":[{{"name":"c","image":"i","resources":{{"limits":)"
            R"({{{}}}}}}}]{}{}}}}})",
            name, limits, spec.empty() ? "" : ",", spec));
    }
    /// Waits for the pod's node.
    std::string nodeOf(const std::string &pod) {
        std::string node;
        api.runUntil([&] {
            clock.advance(std::chrono::milliseconds(200));
            const auto read = api.run(client::get<corev1::Pod>(api.client(), "default", pod));
            node = read ? read->spec.nodeName : "";
            return !node.empty();
        });
        return node;
    }
    /// Waits for the condition's message of a pod that fits nowhere.
    std::string reasonOf(const std::string &pod) {
        std::string message;
        api.runUntil([&] {
            const auto read = api.run(client::get<corev1::Pod>(api.client(), "default", pod));
            for (const auto &condition : read->status.conditions)
                if (condition.type == "PodScheduled" && condition.status == "False")
                    message = condition.message;
            return !message.empty();
        });
        return message;
    }
    void removeNow(const std::string &pod) {
        client::DeleteOptions options;
        options.gracePeriodSeconds = 0;
        (void)api.run(api.client().remove(corev1::Pod::resource(), "default", pod, options));
    }
    template<class T>
    T read(const std::string &namespaceName, const std::string &name) {
        return *api.run(client::get<T>(api.client(), namespaceName, name));
    }

    std::unique_ptr<scheduler::Scheduler> scheduler;
};

std::string claim(std::string_view name, std::string_view storageClass) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{{"name":"{}",)"
                       R"("namespace":"default"}},"spec":{{"storageClassName":"{}","accessModes":["ReadWriteOnce"],)"
                       R"("resources":{{"requests":{{"storage":"1Gi"}}}}}}}})",
                       name, storageClass);
}

std::string volumeOn(std::string_view name, std::string_view node) {
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"{}"}},"spec":{{"storageClassName":"local",)"
        R"("accessModes":["ReadWriteOnce"],"capacity":{{"storage":"1Gi"}},"local":{{"path":"/d"}},"nodeAffinity":)"
        R"({{"required":{{"nodeSelectorTerms":[{{"matchExpressions":[{{"key":"kubernetes.io/hostname","operator":"In",)"
        R"("values":["{}"]}}]}}]}}}}}}}})",
        name, node);
}

std::string storageClass(std::string_view name, std::string_view provisioner) {
    return fmt::format(R"({{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{{"name":"{}"}},)"
                       R"("provisioner":"{}","volumeBindingMode":"WaitForFirstConsumer"}})",
                       name, provisioner);
}

std::string uses(std::string_view claim) {
    return fmt::format(R"("volumes":[{{"name":"v","persistentVolumeClaim":{{"claimName":"{}"}}}}])", claim);
}

const std::string kTemplate =
    R"({"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaimTemplate","metadata":{"name":"t","namespace":"default"},)"
    R"("spec":{"spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"gpu"}}]}}}})";
const std::string kFromTemplate = R"("resourceClaims":[{"name":"gpu","resourceClaimTemplateName":"t"}])";

} // namespace

class ClaimsOnApiTest : public QObject {
    Q_OBJECT

private slots:
    void aVolumeThatExists() {
        Fixture f;
        f.create(storageClass("local", "kubernetes.io/no-provisioner"));
        f.create(volumeOn("disk", "n2"));
        f.create(claim("data", "local"));
        f.addPod("p", uses("data"));
        QCOMPARE(f.nodeOf("p"), std::string("n2"));
        const auto bound = f.read<corev1::PersistentVolumeClaim>("default", "data");
        QCOMPARE(bound.spec.volumeName, std::string("disk"));
        QCOMPARE(f.read<corev1::PersistentVolume>("", "disk").spec.claimRef->uid, bound.metadata.uid);
    }

    void aVolumeThatIsMade() {
        Fixture f;
        f.create(storageClass("made", "d.example.com"));
        f.create(claim("data", "made"));
        f.addPod("p", uses("data"));
        std::string node;
        f.api.runUntil([&] {
            const auto claim = f.read<corev1::PersistentVolumeClaim>("default", "data");
            const auto selected = claim.metadata.annotations.find("volume.kubernetes.io/selected-node");
            node = selected == claim.metadata.annotations.end() ? "" : selected->second;
            return !node.empty();
        });
        // What an external provisioner does.
        const auto claim = f.read<corev1::PersistentVolumeClaim>("default", "data");
        std::string made = volumeOn("pvc-1", node);
        made.replace(made.find("\"local\","), 8,
                     fmt::format(R"("made","claimRef":{{"namespace":"default","name":"data","uid":"{}"}},)",
                                 claim.metadata.uid));
        f.create(made);
        QCOMPARE(f.nodeOf("p"), node);
        QCOMPARE(f.read<corev1::PersistentVolumeClaim>("default", "data").spec.volumeName, std::string("pvc-1"));
    }

    void claimsThatAreMissing() {
        Fixture f;
        f.addPod("p", uses("data"));
        QCOMPARE(f.reasonOf("p").substr(0, 71),
                 std::string("0/2 nodes are available: persistentvolumeclaim \"data\" not found. no new"));
        f.create(storageClass("local", "kubernetes.io/no-provisioner"));
        f.create(volumeOn("disk", "n1"));
        f.create(claim("data", "local"));
        QCOMPARE(f.nodeOf("p"), std::string("n1"));
    }

    void devicesFromTemplates() {
        Fixture f;
        f.create(scheduler::testing::deviceClassJson("gpu"));
        f.create(scheduler::testing::sliceJson("s", scheduler::testing::deviceJson("a"), {.node = "n2"}));
        f.create(kTemplate);
        f.addPod("p", kFromTemplate);
        QCOMPARE(f.nodeOf("p"), std::string("n2"));
        const auto claims = f.list<ResourceClaim>();
        QCOMPARE(claims.size(), size_t(1));
        QCOMPARE(claims[0].status.allocation->devices.results.at(0).device, std::string("a"));
        QCOMPARE(claims[0].status.reservedFor.at(0).name, std::string("p"));
        // The only device is taken, until its pod ends.
        f.addPod("q", kFromTemplate);
        QVERIFY(f.reasonOf("q").starts_with("0/2 nodes are available: 2 cannot allocate all claims."));
        f.removeNow("p");
        QCOMPARE(f.nodeOf("q"), std::string("n2"));
    }

    void sharedAndPartialDevices() {
        Fixture f;
        f.create(scheduler::testing::deviceClassJson("gpu"));
        f.create(scheduler::testing::sliceJson(
            "s",
            scheduler::testing::deviceJson("net", R"("allowMultipleAllocations":true,"capacity":{"bw":{"value":"10",)"
                                                  R"("requestPolicy":{"default":"4","validRange":{"min":"1"}}}})"),
            {.node = "n1"}));
        f.create(kTemplate);
        f.addPod("p", kFromTemplate);
        f.addPod("q", kFromTemplate);
        QCOMPARE(f.nodeOf("p"), std::string("n1"));
        QCOMPARE(f.nodeOf("q"), std::string("n1"));
        f.addPod("r", kFromTemplate);
        QVERIFY(f.reasonOf("r").find("cannot allocate all claims") != std::string::npos);
        for (const auto &claim : f.list<ResourceClaim>())
            if (claim.status.allocation)
                QCOMPARE(claim.status.allocation->devices.results.at(0).consumedCapacity.at("d.example.com/bw").text(),
                         std::string("4"));
    }

    void devicesAsExtendedResources() {
        Fixture f;
        f.create(scheduler::testing::deviceClassJson("gpu", "\"extendedResourceName\":\"example.com/gpu\""));
        f.create(scheduler::testing::sliceJson("s", scheduler::testing::deviceJson("a"), {.node = "n2"}));
        f.addPod("p", "", "\"example.com/gpu\":\"1\"");
        QCOMPARE(f.nodeOf("p"), std::string("n2"));
        auto claims = f.list<ResourceClaim>();
        QCOMPARE(claims.size(), size_t(1));
        QCOMPARE(claims[0].status.allocation->devices.results.at(0).device, std::string("a"));
        QCOMPARE(claims[0].status.reservedFor.at(0).name, std::string("p"));
        const auto status = f.read<corev1::Pod>("default", "p").status.extendedResourceClaimStatus;
        QVERIFY(status);
        QCOMPARE(status->resourceClaimName, claims[0].metadata.name);
        QCOMPARE(status->requestMappings.at(0).requestName, std::string("container-0-request-0"));
        // The only device is taken, by whatever name it is asked for, until its pod has ended.
        f.addPod("q", "", "\"deviceclass.resource.kubernetes.io/gpu\":\"1\"");
        QVERIFY(f.reasonOf("q").starts_with("0/2 nodes are available: 2 cannot allocate all claims."));
        client::WriteOptions options;
        options.subresource = "status";
        (void)f.api.run(f.api.client().patch(corev1::Pod::resource(), "default", "p", client::PatchType::Merge,
                                             "{\"status\":{\"phase\":\"Succeeded\"}}", options));
        QCOMPARE(f.nodeOf("q"), std::string("n2"));
        claims = f.list<ResourceClaim>();
        QCOMPARE(claims.size(), size_t(1));
        QCOMPARE(claims[0].status.reservedFor.at(0).name, std::string("q"));
    }

    void aSchedulerThatEndsBetweenItsWrites_data() {
        QTest::addColumn<bool>("extended");
        QTest::newRow("claim from a template") << false;
        QTest::newRow("extended resource") << true;
    }
    void aSchedulerThatEndsBetweenItsWrites() {
        QFETCH(bool, extended);
        for (size_t first = 1; first <= 3; ++first) {
            Fixture f;
            f.create(scheduler::testing::deviceClassJson("gpu"));
            f.create(scheduler::testing::sliceJson("s", scheduler::testing::deviceJson("a"), {.node = "n2"}));
            f.create(kTemplate);
            if (extended)
                f.addPod("p", "", "\"deviceclass.resource.kubernetes.io/gpu\":\"1\"");
            else
                f.addPod("p", kFromTemplate);
            for (size_t handlers = first; handlers < 40; handlers += 3) {
                f.runSome(handlers);
                f.endScheduler();
                f.beginScheduler();
            }
            QCOMPARE(f.nodeOf("p"), std::string("n2"));
            const auto claims = f.list<ResourceClaim>();
            QCOMPARE(claims.size(), size_t(1));
            QCOMPARE(claims[0].status.reservedFor.size(), size_t(1));
            const auto status = f.read<corev1::Pod>("default", "p").status.extendedResourceClaimStatus;
            QCOMPARE(bool(status), extended);
            QVERIFY(!status || status->resourceClaimName == claims[0].metadata.name);
        }
    }
};

QTEST_GUILESS_MAIN(ClaimsOnApiTest)
#include "tst_claims_on_api.moc"
