#include "clusterd/controllers/devicetainteviction/device_taint_eviction_controller.h"
#include "clusterd/controllers/devicetainteviction/device_taints.h"
#include "tests/clusterd/controllers/resourceclaim/claim_testing.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;

namespace {

constexpr WallTime kSince = WallTime(std::chrono::seconds(1'000'000));

resourcev1::DeviceTaint taint(const char *effect, int addedAfter = -1) {
    resourcev1::DeviceTaint made;
    made.key = "k";
    made.value = "v";
    made.effect = effect;
    if (addedAfter >= 0)
        made.timeAdded = api::Time(kSince + std::chrono::seconds(addedAfter));
    return made;
}

resourcev1::DeviceToleration toleration(const char *key, const char *op, std::optional<int64_t> seconds = {}) {
    resourcev1::DeviceToleration made;
    made.key = key;
    made.operator_ = op;
    made.value = std::string_view(op) == "Equal" ? "v" : "";
    made.tolerationSeconds = seconds;
    return made;
}

/// Seconds after kSince, or "never".
QString due(const std::vector<resourcev1::DeviceTaint> &taints,
            const std::vector<resourcev1::DeviceToleration> &tolerations) {
    const auto time = evictionTime(taints, tolerations, kSince);
    return time ? QString::number(std::chrono::duration_cast<std::chrono::seconds>(*time - kSince).count()) : "never";
}

std::string slice(std::string_view taints, int generation = 1) {
    return fmt::format(R"({{"apiVersion":"resource.k8s.io/v1","kind":"ResourceSlice","metadata":{{"name":"s"}},"spec":)"
                       R"({{"driver":"d.example.com","nodeName":"n","pool":{{"name":"p","generation":{},)"
                       R"("resourceSliceCount":1}},"devices":[{{"name":"x","taints":[{}]}}]}}}})",
                       generation, taints);
}

struct Fixture : test::RestartableFixture {
    Fixture()
        : RestartableFixture([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<DeviceTaintEvictionController>(context));
          }) {
        create(slice(""));
        create(test::claimJson("c"));
        const auto pod = create(test::podJson("p", R"("resourceClaimName":"c")", "n"));
        merge(resourcev1::ResourceClaim::resource(), "c", test::allocatedJson(test::userJson("p", pod->uid())),
              "status");
        begin();
    }
    /// Waits for an event, which is written in the background.
    bool tells(std::string_view reason, std::string_view message = {}) {
        api.runUntil([&] { return hasEvent(reason, message); });
        return true;
    }
    /// "here", "leaving" or "gone".
    QString pod() {
        settle();
        const auto read = api.run(client::get<corev1::Pod>(api.client(), "default", "p"));
        return !read ? "gone" : read->metadata.deletionTimestamp ? "leaving" : "here";
    }
    void setTaints(const std::string &taints) {
        const auto read = *api.run(client::get<resourcev1::ResourceSlice>(api.client(), "", "s"));
        auto changed = *api::decode<resourcev1::ResourceSlice>(std::string_view(slice(taints, 2)));
        changed.metadata = read.metadata;
        if (auto done = api.run(client::update(api.client(), changed)); !done)
            qFatal("%s", done.error().message.c_str());
    }
};

} // namespace

class DeviceTaintEvictionTest : public QObject {
    Q_OBJECT

private slots:
    void times() {
        QCOMPARE(due({}, {}), QString("never"));
        QCOMPARE(due({taint("NoSchedule", 5)}, {}), QString("never"));
        QCOMPARE(due({taint("NoExecute", 5)}, {}), QString("5"));
        QCOMPARE(due({taint("NoExecute")}, {}), QString("0"));
        QCOMPARE(due({taint("NoExecute", 5)}, {toleration("k", "Equal")}), QString("never"));
        QCOMPARE(due({taint("NoExecute", 5)}, {toleration("", "Exists")}), QString("never"));
        QCOMPARE(due({taint("NoExecute", 5)}, {toleration("other", "Exists")}), QString("5"));
        QCOMPARE(due({taint("NoExecute", 5)}, {toleration("k", "Exists", 60)}), QString("65"));
        QCOMPARE(due({taint("NoExecute", 5)}, {toleration("k", "Exists", -1)}), QString("5"));
        QCOMPARE(due({taint("NoExecute", 5), taint("NoExecute", 2)}, {toleration("k", "Exists", 60)}), QString("62"));
        QCOMPARE(due({taint("NoExecute", 5)}, {toleration("k", "Exists", 60), toleration("k", "Exists", 10)}),
                 QString("15"));
    }

    void evicts() {
        Fixture f;
        QCOMPARE(f.pod(), QString("here"));
        f.setTaints(R"({"key":"k","effect":"NoSchedule"})");
        QCOMPARE(f.pod(), QString("here"));
        f.setTaints(R"({"key":"k","effect":"NoExecute"})");
        QVERIFY(f.pod() != QString("here"));
        QVERIFY(f.tells("DeviceTaintManagerEviction"));
    }

    void waitsForTolerations() {
        Fixture f;
        auto claim = *f.api.run(client::get<resourcev1::ResourceClaim>(f.api.client(), "default", "c"));
        claim.status.allocation.reset();
        claim.status.reservedFor.clear();
        (void)f.api.run(client::updateStatus(f.api.client(), claim));
        claim = *f.api.run(client::get<resourcev1::ResourceClaim>(f.api.client(), "default", "c"));
        const auto pod = *f.api.run(client::get<corev1::Pod>(f.api.client(), "default", "p"));
        auto allocated = *api::decode<resourcev1::ResourceClaim>(
            std::string_view(test::allocatedJson(test::userJson("p", pod.metadata.uid))));
        allocated.status.allocation->devices.results.at(0).tolerations.push_back(toleration("k", "Exists", 100));
        claim.status = allocated.status;
        if (auto done = f.api.run(client::updateStatus(f.api.client(), claim)); !done)
            qFatal("%s", done.error().message.c_str());
        f.setTaints(
            fmt::format(R"({{"key":"k","effect":"NoExecute","timeAdded":"{}"}})", api::Time(f.clock.now()).text()));
        QCOMPARE(f.pod(), QString("here"));
        f.clock.advance(std::chrono::seconds(50));
        f.restart();
        QCOMPARE(f.pod(), QString("here"));
        f.clock.advance(std::chrono::seconds(51));
        QVERIFY(f.pod() != QString("here"));
    }
};

QTEST_GUILESS_MAIN(DeviceTaintEvictionTest)
#include "tst_device_taint_eviction.moc"
