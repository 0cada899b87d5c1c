#include "clusterd/controllers/resourceclaim/resourceclaim_controller.h"
#include "clusterd/controllers/resourceclaim/resourceclaim_util.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/clusterd/controllers/resourceclaim/claim_testing.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <random>

/// Pods with generated and with common claims come, get devices, end and go; writes fail or lose their answers, and the
/// controller dies at any time. In the end each running pod has exactly one claim of its own, and no claim keeps
/// devices or users that are gone.
using namespace coracle;
using namespace coracle::controllers;
using resourcev1::ResourceClaim;

namespace {

constexpr int kSteps = 150;

struct World {
    explicit World(uint32_t seed)
        : random(seed), fixture([this](const ControllerContext &context, ControllerManager &manager) {
              faulty = std::make_unique<test::FaultyClient>(context.client, [this](const api::ResourceInfo &) {
                  return calm || below(6) > 0 ? test::FaultyClient::Fault::None
                         : below(2)           ? test::FaultyClient::Fault::Before
                                              : test::FaultyClient::Fault::After;
              });
              const ControllerContext spoiled{*faulty, context.clock, context.random, context.gate, context.informers};
              manager.add(std::make_unique<ResourceClaimController>(spoiled));
          }) {
        fixture.create(test::templateJson("t"));
        fixture.create(test::claimJson("common"));
        fixture.begin();
    }
    int below(int bound) { return static_cast<int>(random() % static_cast<uint32_t>(bound)); }
    bool patch(const api::ResourceInfo &resource, const std::string &name, const std::string &body,
               const std::string &subresource = {}) {
        client::WriteOptions options;
        options.subresource = subresource;
        return fixture.api
            .run(fixture.api.client().patch(resource, "default", name, client::PatchType::Merge, body, options))
            .has_value();
    }
    std::optional<corev1::Pod> somePod() {
        auto all = fixture.list<corev1::Pod>();
        if (all.empty())
            return std::nullopt;
        return all[static_cast<size_t>(below(static_cast<int>(all.size())))];
    }
    /// As the scheduler binds a claim, if its status has the name.
    void schedule(const corev1::Pod &pod) {
        if (isDone(pod))
            return;
        for (const std::string &name : claimNames(pod)) {
            auto claim = fixture.api.run(client::get<ResourceClaim>(fixture.api.client(), "default", name));
            if (!claim || claim->metadata.deletionTimestamp)
                return;
            for (const auto &user : claim->status.reservedFor)
                if (user.uid == pod.metadata.uid)
                    return;
            if (claim->metadata.finalizers.empty()) {
                claim->metadata.finalizers.emplace_back(resourcev1::kFinalizer);
                claim = fixture.api.run(client::update(fixture.api.client(), *claim));
                if (!claim)
                    return;
            }
            if (!claim->status.allocation) {
                auto result = claim->status.allocation.ensure().devices.results.emplace(
                    claim->status.allocation->devices.results.end());
                result->request = "r";
                result->driver = "d.example.com";
                result->pool = "p";
                result->device = "x";
            }
            claim->status.reservedFor.push_back(
                {.resource = "pods", .name = pod.metadata.name, .uid = pod.metadata.uid});
            (void)fixture.api.run(client::updateStatus(fixture.api.client(), *claim));
        }
    }
    void step() {
        fixture.runSome(static_cast<size_t>(below(40)));
        const int what = below(14);
        if (what < 3) {
            const bool common = below(3) == 0;
            fixture.create(test::podJson(fmt::format("p{}", pods++),
                                         common ? R"("resourceClaimName":"common")" : test::kFromTemplate,
                                         below(4) ? "n" : ""));
        } else if (what < 7) {
            if (const auto pod = somePod())
                schedule(*pod);
        } else if (what < 9) {
            if (const auto pod = somePod())
                patch(corev1::Pod::resource(), pod->metadata.name, R"({"status":{"phase":"Succeeded"}})", "status");
        } else if (what < 11) {
            if (const auto pod = somePod()) {
                client::DeleteOptions options;
                options.gracePeriodSeconds = 0;
                (void)fixture.api.run(
                    fixture.api.client().remove(corev1::Pod::resource(), "default", pod->metadata.name, options));
            }
        } else if (what < 12) {
            fixture.clock.advance(std::chrono::seconds(below(5)));
        } else {
            fixture.restart();
        }
    }
    void finish() {
        calm = true;
        for (int round = 0; round < 6; ++round) {
            fixture.settle();
            fixture.clock.advance(std::chrono::minutes(20));
        }
        fixture.settle();
    }
    QString fault() {
        std::map<std::string, corev1::Pod> running;
        for (auto &pod : fixture.list<corev1::Pod>())
            if (!isDone(pod))
                running.emplace(pod.metadata.uid, pod);
        std::map<std::string, std::string> ownClaims;
        for (const auto &claim : fixture.list<ResourceClaim>()) {
            for (const auto &user : claim.status.reservedFor)
                if (!running.contains(user.uid))
                    return QString::fromStdString(claim.metadata.name + " is reserved for a pod that is gone");
            if (claim.status.reservedFor.empty() && claim.status.allocation)
                return QString::fromStdString(claim.metadata.name + " keeps its devices");
            if (claim.metadata.ownerReferences.empty())
                continue;
            const std::string owner = claim.metadata.ownerReferences.at(0).uid;
            if (!running.contains(owner))
                return QString::fromStdString(claim.metadata.name + " is left over");
            if (!ownClaims.emplace(owner, claim.metadata.name).second)
                return QString::fromStdString(running.at(owner).metadata.name + " has two claims");
        }
        for (const auto &[uid, pod] : running) {
            if (!pod.spec.resourceClaims.at(0).resourceClaimTemplateName)
                continue;
            const auto *status = findClaimStatus(pod, "gpu");
            if (!status || status->resourceClaimName.value_or("") != ownClaims[uid])
                return QString::fromStdString(pod.metadata.name + " does not know its claim");
        }
        return {};
    }

    std::mt19937 random;
    bool calm = false;
    int pods = 0;
    std::unique_ptr<test::FaultyClient> faulty;
    test::RestartableFixture fixture;
};

} // namespace

class ResourceClaimModelTest : public QObject {
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
        QCOMPARE(world.fault(), QString());
    }
};

QTEST_GUILESS_MAIN(ResourceClaimModelTest)
#include "tst_resourceclaim_model.moc"
