#include "clusterd/controllers/attachdetach/attachdetach_controller.h"
#include "tests/clusterd/controllers/attachdetach/attach_testing.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <random>

/// Pods with volumes come and go on several nodes, writes fail or lose their answers, and the controller dies at any
/// time. At no time an exclusive volume is on two nodes; in the end exactly what pods use is attached.
using namespace coracle;
using namespace coracle::controllers;

namespace {

constexpr int kNodes = 3, kVolumes = 4, kSteps = 150;

struct World {
    explicit World(uint32_t seed)
        : random(seed), fixture([this](const ControllerContext &context, ControllerManager &manager) {
              faulty = std::make_unique<test::FaultyClient>(context.client, [this](const api::ResourceInfo &) {
                  return calm || below(6) > 0 ? test::FaultyClient::Fault::None
                         : below(2)           ? test::FaultyClient::Fault::Before
                                              : test::FaultyClient::Fault::After;
              });
              const ControllerContext spoiled{*faulty, context.clock, context.random, context.gate, context.informers};
              manager.add(std::make_unique<AttachDetachController>(spoiled));
          }) {
        for (int node = 0; node < kNodes; ++node)
            fixture.create(test::nodeJson(fmt::format("n{}", node)));
        for (int volume = 0; volume < kVolumes; ++volume)
            addVolume(volume);
        fixture.begin();
    }
    int below(int bound) { return static_cast<int>(random() % static_cast<uint32_t>(bound)); }

    void addVolume(int number) {
        const std::string volume = fmt::format("v{}", number), claim = fmt::format("c{}", number);
        const char *mode = number == 0 ? "ReadWriteMany" : "ReadWriteOnce";
        fixture.create(test::volumeJson(volume, mode));
        const auto made = fixture.create(test::claimJson(claim, volume, mode));
        patch(corev1::PersistentVolume::resource(), "", volume,
              fmt::format(R"({{"spec":{{"claimRef":{{"namespace":"default","name":"{}","uid":"{}"}}}}}})", claim,
                          made->uid()));
        patch(corev1::PersistentVolumeClaim::resource(), "default", claim, R"({"status":{"phase":"Bound"}})", "status");
    }
    void patch(const api::ResourceInfo &resource, const std::string &namespaceName, const std::string &name,
               const std::string &body, const std::string &subresource = {}) {
        client::WriteOptions options;
        options.subresource = subresource;
        (void)fixture.api.run(
            fixture.api.client().patch(resource, namespaceName, name, client::PatchType::Merge, body, options));
    }
    std::vector<storagev1::VolumeAttachment> attachments() {
        std::vector<storagev1::VolumeAttachment> all;
        const auto listed = fixture.api.run(fixture.api.client().list(storagev1::VolumeAttachment::resource(), ""));
        for (const auto &object : listed->items)
            all.push_back(*api::decode<storagev1::VolumeAttachment>(*object));
        return all;
    }
    void addPod() {
        const int volume = below(kVolumes);
        fixture.create(
            test::podJson(fmt::format("p{}", pods++), fmt::format("n{}", below(kNodes)), fmt::format("c{}", volume)));
    }
    void removePod() {
        const auto all = fixture.list<corev1::Pod>();
        if (all.empty())
            return;
        client::DeleteOptions options;
        options.gracePeriodSeconds = 0;
        (void)fixture.api.run(fixture.api.client().remove(
            corev1::Pod::resource(), "default",
            all[static_cast<size_t>(below(static_cast<int>(all.size())))].metadata.name, options));
    }
    /// A driver ends an attachment of its choice.
    void driverActs() {
        for (const auto &attachment : attachments())
            if (!attachment.status.attached && below(2))
                patch(storagev1::VolumeAttachment::resource(), "", attachment.metadata.name,
                      R"({"status":{"attached":true}})", "status");
    }
    void step() {
        fixture.runSome(static_cast<size_t>(below(40)));
        const int what = below(12);
        if (what < 4)
            addPod();
        else if (what < 8)
            removePod();
        else if (what < 10)
            driverActs();
        else if (what < 11)
            fixture.clock.advance(std::chrono::seconds(below(5)));
        else
            fixture.restart();
        checkExclusive();
    }
    void checkExclusive() {
        std::map<std::string, std::set<std::string>> nodes;
        for (const auto &attachment : attachments())
            nodes[*attachment.spec.source.persistentVolumeName].insert(attachment.spec.nodeName);
        for (const auto &[volume, on] : nodes)
            if (volume != "v0" && on.size() > 1)
                doubled = true;
    }
    /// No more faults: after enough time everything is as it should be.
    void finish() {
        calm = true;
        for (int round = 0; round < 8; ++round) {
            fixture.settle();
            for (const auto &attachment : attachments())
                patch(storagev1::VolumeAttachment::resource(), "", attachment.metadata.name,
                      R"({"status":{"attached":true}})", "status");
            fixture.clock.advance(std::chrono::minutes(20));
        }
        fixture.settle();
    }
    /// What is wrong with the end; empty when nothing is.
    QString fault() {
        std::map<std::string, std::set<std::string>> wanted, attached;
        for (const auto &pod : fixture.list<corev1::Pod>())
            wanted["v" + pod.spec.volumes.at(0).persistentVolumeClaim->claimName.substr(1)].insert(pod.spec.nodeName);
        for (const auto &attachment : attachments())
            attached[*attachment.spec.source.persistentVolumeName].insert(attachment.spec.nodeName);
        for (const auto &[volume, on] : attached)
            for (const std::string &node : on)
                if (!wanted[volume].contains(node))
                    return QString::fromStdString(volume + " is left on " + node);
        for (const auto &[volume, on] : wanted)
            if (attached[volume].size() != (volume == "v0" ? on.size() : std::min<size_t>(on.size(), 1)))
                return QString::fromStdString(volume + " is not where it should be");
        for (int number = 0; number < kNodes; ++number) {
            const std::string name = fmt::format("n{}", number);
            const auto node = *fixture.api.run(client::get<corev1::Node>(fixture.api.client(), "", name));
            std::set<std::string> told, real;
            for (const auto &volume : node.status.volumesAttached)
                told.insert(volume.name);
            for (const auto &[volume, on] : attached)
                if (on.contains(name))
                    real.insert(uniqueVolumeName("d.example.com", volume));
            if (told != real)
                return QString::fromStdString(name + " is told something else than what is");
        }
        return {};
    }

    std::mt19937 random;
    bool calm = false, doubled = false;
    int pods = 0;
    std::unique_ptr<test::FaultyClient> faulty;
    test::RestartableFixture fixture;
};

} // namespace

class AttachDetachModelTest : public QObject {
    Q_OBJECT

private slots:
    void random_data() {
        QTest::addColumn<uint32_t>("seed");
        for (uint32_t seed = 1; seed <= 8; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    void random() {
        QFETCH(uint32_t, seed);
        World world(seed);
        for (int i = 0; i < kSteps; ++i)
            world.step();
        world.finish();
        QVERIFY(!world.doubled);
        QCOMPARE(world.fault(), QString());
    }
};

QTEST_GUILESS_MAIN(AttachDetachModelTest)
#include "tst_attachdetach_model.moc"
