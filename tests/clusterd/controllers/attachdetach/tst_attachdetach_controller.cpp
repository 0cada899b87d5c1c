#include "clusterd/controllers/attachdetach/attachdetach_controller.h"
#include "tests/clusterd/controllers/attachdetach/attach_testing.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct Fixture : test::RestartableFixture {
    Fixture()
        : RestartableFixture([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<AttachDetachController>(context));
          }) {
        create(test::nodeJson("n1"));
        create(test::nodeJson("n2"));
        addVolume("v", "c");
        begin();
    }
    /// Waits for an event, which is written in the background.
    bool tells(std::string_view reason, std::string_view message = {}) {
        api.runUntil([&] { return hasEvent(reason, message); });
        return true;
    }
    void addVolume(const std::string &volume, const std::string &claim, const std::string &mode = "ReadWriteOnce") {
        create(test::volumeJson(volume, mode));
        const auto made = create(test::claimJson(claim, volume, mode));
        mergeCluster(corev1::PersistentVolume::resource(), volume,
                     fmt::format(R"({{"spec":{{"claimRef":{{"namespace":"default","name":"{}","uid":"{}"}}}}}})", claim,
                                 made->uid()));
        merge(corev1::PersistentVolumeClaim::resource(), claim, R"({"status":{"phase":"Bound"}})", "status");
    }
    void mergeCluster(const api::ResourceInfo &resource, const std::string &name, const std::string &body,
                      const std::string &subresource = {}) {
        client::WriteOptions options;
        options.subresource = subresource;
        const auto done = api.run(api.client().patch(resource, "", name, client::PatchType::Merge, body, options));
        if (!done)
            qFatal("%s", done.error().message.c_str());
    }
    /// "volume@node" of all attachments; "+" behind those that are attached.
    QString attachments() {
        settle();
        QStringList all;
        const auto listed = api.run(api.client().list(storagev1::VolumeAttachment::resource(), ""));
        for (const auto &object : listed->items) {
            const auto attachment = *api::decode<storagev1::VolumeAttachment>(*object);
            all << QString::fromStdString(*attachment.spec.source.persistentVolumeName + "@" +
                                          attachment.spec.nodeName + (attachment.status.attached ? "+" : ""));
        }
        all.sort();
        return all.join(' ');
    }
    /// The driver's part.
    void finishAttaching() {
        settle();
        const auto listed = api.run(api.client().list(storagev1::VolumeAttachment::resource(), ""));
        for (const auto &object : listed->items)
            mergeCluster(storagev1::VolumeAttachment::resource(), std::string(object->name()),
                         R"({"status":{"attached":true}})", "status");
        settle();
    }
    QString told(const std::string &node) {
        settle();
        QStringList names;
        const auto read = *api.run(client::get<corev1::Node>(api.client(), "", node));
        for (const auto &volume : read.status.volumesAttached)
            names << QString::fromStdString(volume.name);
        return names.join(' ');
    }
    void setInUse(const std::string &node, const std::string &list) {
        mergeCluster(corev1::Node::resource(), node, R"({"status":{"volumesInUse":)" + list + "}}", "status");
    }
    void remove(const std::string &pod) {
        client::DeleteOptions options;
        options.gracePeriodSeconds = 0;
        (void)api.run(api.client().remove(corev1::Pod::resource(), "default", pod, options));
    }
};

const std::string kMounted = R"(["kubernetes.io/csi/d.example.com^v"])";

} // namespace

class AttachDetachControllerTest : public QObject {
    Q_OBJECT

private slots:
    void attachesAndDetaches() {
        Fixture f;
        QCOMPARE(f.attachments(), QString());
        f.create(test::podJson("p", "n1", "c"));
        QCOMPARE(f.attachments(), QString("v@n1"));
        QCOMPARE(f.told("n1"), QString());
        f.finishAttaching();
        QCOMPARE(f.told("n1"), QString("kubernetes.io/csi/d.example.com^v"));
        QVERIFY(f.tells("SuccessfulAttachVolume", "AttachVolume.Attach succeeded for volume \"v\" "));
        // The kubelet has it mounted until it says otherwise.
        f.setInUse("n1", kMounted);
        f.remove("p");
        QCOMPARE(f.attachments(), QString("v@n1+"));
        f.setInUse("n1", "[]");
        QCOMPARE(f.attachments(), QString());
        QCOMPARE(f.told("n1"), QString());
    }

    void driversThatDoNotAttach() {
        Fixture f;
        f.create(R"({"apiVersion":"storage.k8s.io/v1","kind":"CSIDriver","metadata":{"name":"d.example.com"},
            "spec":{"attachRequired":false}})");
        f.create(test::podJson("p", "n1", "c"));
        QCOMPARE(f.attachments(), QString());
    }

    void endedPodsNeedNothing() {
        Fixture f;
        f.create(test::podJson("p", "n1", "c"));
        QCOMPARE(f.attachments(), QString("v@n1"));
        f.merge(corev1::Pod::resource(), "p", R"({"status":{"phase":"Succeeded"}})", "status");
        QCOMPARE(f.attachments(), QString());
    }

    void oneNodeAtATime() {
        Fixture f;
        f.create(test::podJson("p", "n1", "c"));
        f.finishAttaching();
        f.create(test::podJson("q", "n2", "c"));
        QCOMPARE(f.attachments(), QString("v@n1+"));
        QVERIFY(
            f.tells("FailedAttachVolume", "Multi-Attach error for volume \"v\" Volume is already used by pod(s) p"));
        f.remove("p");
        QCOMPARE(f.attachments(), QString("v@n2"));
    }

    void bothAtOnce() {
        Fixture f;
        f.end();
        f.create(test::podJson("p", "n1", "c"));
        f.create(test::podJson("q", "n2", "c"));
        f.begin();
        QCOMPARE(f.attachments().split(' ').size(), 1);
    }

    void sharedVolumes() {
        Fixture f;
        f.addVolume("w", "shared", "ReadWriteMany");
        f.create(test::podJson("p", "n1", "shared"));
        f.create(test::podJson("q", "n2", "shared"));
        QCOMPARE(f.attachments(), QString("w@n1 w@n2"));
    }

    void failuresAreTold() {
        Fixture f;
        f.create(test::podJson("p", "n1", "c"));
        f.settle();
        const auto listed = f.api.run(f.api.client().list(storagev1::VolumeAttachment::resource(), ""));
        f.mergeCluster(storagev1::VolumeAttachment::resource(), std::string(listed->items.at(0)->name()),
                       R"({"status":{"attached":false,"attachError":{"time":"2026-01-01T00:00:00Z","message":"no"}}})",
                       "status");
        QVERIFY(f.tells("FailedAttachVolume", "AttachVolume.Attach failed for volume \"v\" : no"));
    }

    void aNodeThatDoesNotAnswer() {
        Fixture f;
        f.create(test::podJson("p", "n1", "c"));
        f.finishAttaching();
        f.setInUse("n1", kMounted);
        f.mergeCluster(corev1::Node::resource(), "n1",
                       R"({"status":{"conditions":[{"type":"Ready","status":"Unknown"}]}})", "status");
        f.remove("p");
        QCOMPARE(f.attachments(), QString("v@n1+"));
        f.clock.advance(std::chrono::minutes(5));
        QCOMPARE(f.attachments(), QString("v@n1+"));
        f.clock.advance(std::chrono::minutes(2));
        QCOMPARE(f.attachments(), QString());
    }

    void aNodeOutOfService() {
        Fixture f;
        f.create(test::podJson("p", "n1", "c"));
        f.finishAttaching();
        f.setInUse("n1", kMounted);
        f.remove("p");
        QCOMPARE(f.attachments(), QString("v@n1+"));
        f.mergeCluster(corev1::Node::resource(), "n1",
                       R"({"spec":{"taints":[{"key":"node.kubernetes.io/out-of-service","effect":"NoExecute"}]}})");
        QCOMPARE(f.attachments(), QString());
    }

    void aNodeThatIsGone() {
        Fixture f;
        f.create(test::podJson("p", "n1", "c"));
        f.finishAttaching();
        f.setInUse("n1", kMounted);
        (void)f.api.run(f.api.client().remove(corev1::Node::resource(), "", "n1"));
        f.remove("p");
        QCOMPARE(f.attachments(), QString());
    }
};

QTEST_GUILESS_MAIN(AttachDetachControllerTest)
#include "tst_attachdetach_controller.moc"
