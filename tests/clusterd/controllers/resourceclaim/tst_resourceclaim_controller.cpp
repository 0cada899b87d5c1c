#include "clusterd/controllers/resourceclaim/resourceclaim_controller.h"
#include "clusterd/controllers/resourceclaim/resourceclaim_util.h"
#include "tests/clusterd/controllers/resourceclaim/claim_testing.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
using resourcev1::ResourceClaim;

namespace {

struct Fixture : test::RestartableFixture {
    Fixture()
        : RestartableFixture([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<ResourceClaimController>(context));
          }) {
        begin();
    }
    /// Waits for an event, which is written in the background.
    bool tells(std::string_view reason, std::string_view message = {}) {
        api.runUntil([&] { return hasEvent(reason, message); });
        return true;
    }
    std::vector<ResourceClaim> claims() {
        settle();
        return list<ResourceClaim>();
    }
    ResourceClaim claim(const std::string &name) {
        settle();
        auto found = api.run(client::get<ResourceClaim>(api.client(), "default", name));
        return found ? *found : ResourceClaim();
    }
    corev1::Pod pod(const std::string &name) {
        settle();
        return *api.run(client::get<corev1::Pod>(api.client(), "default", name));
    }
    /// What the scheduler does.
    void allocate(const std::string &name, const std::string &users) {
        merge(ResourceClaim::resource(), name, std::string(test::kFinalizerPatch));
        merge(ResourceClaim::resource(), name, test::allocatedJson(users), "status");
    }
    void removeNow(const std::string &pod) {
        client::DeleteOptions options;
        options.gracePeriodSeconds = 0;
        (void)api.run(api.client().remove(corev1::Pod::resource(), "default", pod, options));
    }
    void finish(const std::string &pod) {
        merge(corev1::Pod::resource(), pod, R"({"status":{"phase":"Succeeded"}})", "status");
    }
};

} // namespace

class ResourceClaimControllerTest : public QObject {
    Q_OBJECT

private slots:
    void makesClaimsFromTemplates() {
        Fixture f;
        f.create(test::templateJson("t"));
        f.create(test::podJson("p", test::kFromTemplate));
        const auto claims = f.claims();
        QCOMPARE(claims.size(), size_t(1));
        QVERIFY(claims[0].metadata.name.starts_with("p-gpu-"));
        const corev1::Pod pod = f.pod("p");
        QCOMPARE(claims[0].metadata.ownerReferences.at(0).uid, pod.metadata.uid);
        QCOMPARE(findClaimStatus(pod, "gpu")->resourceClaimName.value_or(""), claims[0].metadata.name);
        // Made anew when somebody deletes it.
        (void)f.api.run(client::remove(f.api.client(), claims[0]));
        const auto again = f.claims();
        QCOMPARE(again.size(), size_t(1));
        QCOMPARE(findClaimStatus(f.pod("p"), "gpu")->resourceClaimName.value_or(""), again[0].metadata.name);
    }

    void aTemplateThatComesLater() {
        Fixture f;
        f.create(test::podJson("p", test::kFromTemplate));
        QVERIFY(f.tells("FailedResourceClaimCreation"));
        QCOMPARE(f.claims().size(), size_t(0));
        f.create(test::templateJson("t"));
        QCOMPARE(f.claims().size(), size_t(1));
    }

    void aClaimThatWasMadeBefore() {
        Fixture f;
        f.end();
        f.create(test::templateJson("t"));
        const auto pod = f.create(test::podJson("p", test::kFromTemplate));
        f.begin();
        QCOMPARE(f.claims().size(), size_t(1));
        // As if the controller had died between the claim and the pod's status.
        f.end();
        f.merge(corev1::Pod::resource(), "p", R"({"status":{"resourceClaimStatuses":null}})", "status");
        f.begin();
        QCOMPARE(f.claims().size(), size_t(1));
        QVERIFY(findClaimStatus(f.pod("p"), "gpu"));
    }

    void endedPodsGiveTheirClaimsBack() {
        Fixture f;
        f.create(test::claimJson("shared"));
        const auto a = f.create(test::podJson("a", R"("resourceClaimName":"shared")", "n"));
        const auto b = f.create(test::podJson("b", R"("resourceClaimName":"shared")", "n"));
        f.allocate("shared", test::userJson("a", a->uid()) + "," + test::userJson("b", b->uid()));
        QCOMPARE(f.claim("shared").status.reservedFor.size(), size_t(2));
        f.finish("a");
        QCOMPARE(f.claim("shared").status.reservedFor.size(), size_t(1));
        QVERIFY(f.claim("shared").status.allocation);
        f.removeNow("b");
        const ResourceClaim claim = f.claim("shared");
        QVERIFY(claim.status.reservedFor.empty());
        QVERIFY(!claim.status.allocation);
        QVERIFY(claim.metadata.finalizers.empty());
        QCOMPARE(claim.metadata.name, std::string("shared"));
    }

    void podsThatEndedMeanwhile() {
        Fixture f;
        f.create(test::claimJson("c"));
        const auto pod = f.create(test::podJson("a", R"("resourceClaimName":"c")", "n"));
        f.allocate("c", test::userJson("a", pod->uid()));
        f.settle();
        f.end();
        f.removeNow("a");
        // Another pod of the name is another user.
        f.create(test::podJson("a", R"("resourceClaimName":"other")", "n"));
        f.begin();
        QVERIFY(f.claim("c").status.reservedFor.empty());
        QVERIFY(!f.claim("c").status.allocation);
    }

    void generatedClaimsGo() {
        Fixture f;
        f.create(test::templateJson("t"));
        const auto pod = f.create(test::podJson("p", test::kFromTemplate));
        const std::string name = f.claims().at(0).metadata.name;
        f.allocate(name, test::userJson("p", pod->uid()));
        QCOMPARE(f.claims().size(), size_t(1));
        f.finish("p");
        QCOMPARE(f.claims().size(), size_t(0));
        QCOMPARE(f.pod("p").status.phase, std::string("Succeeded"));
    }

    void aUsedClaimIsNotDeleted() {
        Fixture f;
        f.create(test::claimJson("c"));
        const auto pod = f.create(test::podJson("p", R"("resourceClaimName":"c")", "n"));
        f.allocate("c", test::userJson("p", pod->uid()));
        (void)f.api.run(client::remove(f.api.client(), f.claim("c")));
        QVERIFY(f.claim("c").metadata.deletionTimestamp);
        f.removeNow("p");
        QCOMPARE(f.claims().size(), size_t(0));
    }

    void othersUsersStay() {
        Fixture f;
        f.create(test::claimJson("c"));
        f.allocate("c", R"({"apiGroup":"x.example.com","resource":"things","name":"t","uid":"1"})");
        QCOMPARE(f.claim("c").status.reservedFor.size(), size_t(1));
        QVERIFY(f.claim("c").status.allocation);
    }

    void podsThatCameWithoutTheScheduler() {
        Fixture f;
        f.create(test::claimJson("c"));
        f.allocate("c", "");
        const auto pod = f.create(test::podJson("p", R"("resourceClaimName":"c")", "n"));
        QCOMPARE(f.claim("c").status.reservedFor.at(0).uid, std::string(pod->uid()));
    }
};

QTEST_GUILESS_MAIN(ResourceClaimControllerTest)
#include "tst_resourceclaim_controller.moc"
