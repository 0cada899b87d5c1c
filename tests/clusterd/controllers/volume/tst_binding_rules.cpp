#include "clusterd/controllers/volume/binding_rules.h"
#include "clusterd/controllers/volume/free_volumes.h"
#include "clusterd/volume/annotations.h"
#include "clusterd/volume/matching.h"
#include "core/base/clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::controllers::binding;
namespace annotations = coracle::volume::annotations;

namespace {

using ClaimAction = ClaimDecision::Action;
using VolumeAction = VolumeDecision::Action;

corev1::PersistentVolumeClaim claim(std::optional<std::string> storageClass = std::nullopt) {
    corev1::PersistentVolumeClaim claim;
    claim.metadata.name = "data";
    claim.metadata.namespace_ = "default";
    claim.metadata.uid = "claim-uid";
    claim.spec.accessModes = {"ReadWriteOnce"};
    claim.spec.resources.requests["storage"] = *api::Quantity::parse("1Gi");
    claim.spec.storageClassName = std::move(storageClass);
    claim.status.phase = "Pending";
    return claim;
}

corev1::PersistentVolume pv(const std::string &policy = "Retain") {
    corev1::PersistentVolume volume;
    volume.metadata.name = "pv";
    volume.spec.capacity["storage"] = *api::Quantity::parse("2Gi");
    volume.spec.accessModes = {"ReadWriteOnce"};
    volume.spec.persistentVolumeReclaimPolicy = policy;
    volume.status.phase = "Available";
    return volume;
}

corev1::PersistentVolume referring(const std::string &uid, const std::string &policy = "Retain",
                                   const std::string &name = "data") {
    corev1::PersistentVolume volume = pv(policy);
    corev1::ObjectReference &reference = volume.spec.claimRef.ensure();
    reference.namespace_ = "default";
    reference.name = name;
    reference.uid = uid;
    return volume;
}

storagev1::StorageClass classOf(const std::string &provisioner, const std::string &mode = "Immediate") {
    storagev1::StorageClass storageClass;
    storageClass.metadata.name = "fast";
    storageClass.provisioner = provisioner;
    storageClass.volumeBindingMode = mode;
    return storageClass;
}

corev1::PersistentVolumeClaim with(corev1::PersistentVolumeClaim claim, std::string_view annotation,
                                   const std::string &value = "yes") {
    claim.metadata.annotations[std::string(annotation)] = value;
    return claim;
}

corev1::PersistentVolumeClaim naming(corev1::PersistentVolumeClaim claim, const std::string &name = "pv") {
    claim.spec.volumeName = name;
    return claim;
}

ClaimFacts facts(std::optional<corev1::PersistentVolume> volume = {}, std::optional<storagev1::StorageClass> c = {}) {
    ClaimFacts facts;
    facts.volume = std::move(volume);
    facts.storageClass = std::move(c);
    return facts;
}

std::string reason(const std::optional<Note> &note) {
    return note ? note->reason : "";
}

} // namespace

class BindingRulesTest : public QObject {
    Q_OBJECT

private slots:
    void unboundClaims_data() {
        claimColumns();
        auto row = [](const char *name, ClaimDecision decision, ClaimAction action, const char *phase,
                      const char *why) { QTest::newRow(name) << std::move(decision) << action << phase << why; };
        const auto external = classOf("example.com/disks"),
                   waiting = classOf("example.com/disks", "WaitForFirstConsumer");
        const ClaimAction phase = ClaimAction::SetPhase;
        row("a volume fits", decideClaim(claim(), facts(pv())), ClaimAction::Bind, "Bound", "");
        row("nothing at all", decideClaim(claim(), facts()), phase, "Pending", "FailedBinding");
        row("no class, by choice", decideClaim(claim(""), facts()), phase, "Pending", "FailedBinding");
        ClaimFacts later = facts();
        later.defaultClass = "fast";
        row("default class came later", decideClaim(claim(), later), ClaimAction::AssignClass, "Pending", "");
        row("no class, by choice, though there is a default", decideClaim(claim(""), later), phase, "Pending",
            "FailedBinding");
        row("class is missing", decideClaim(claim("fast"), facts()), phase, "Pending", "ProvisioningFailed");
        row("static class", decideClaim(claim("fast"), facts({}, classOf("kubernetes.io/no-provisioner"))), phase,
            "Pending", "ProvisioningFailed");
        row("external", decideClaim(claim("fast"), facts({}, external)), ClaimAction::Provision, "Pending",
            "ExternalProvisioning");
        row("waits", decideClaim(claim("fast"), facts({}, waiting)), phase, "Pending", "WaitForFirstConsumer");
        ClaimFacts scheduling = facts({}, waiting);
        scheduling.unscheduledPods = {"a", "b"};
        row("waits for its pods", decideClaim(claim("fast"), scheduling), phase, "Pending", "WaitForPodScheduled");
        row("waited, node selected",
            decideClaim(with(claim("fast"), annotations::kSelectedNode, "n"), facts({}, waiting)),
            ClaimAction::Provision, "Pending", "ExternalProvisioning");
        auto going = claim("fast");
        going.metadata.deletionTimestamp = api::Time(WallTime(std::chrono::seconds(9)));
        row("is being deleted", decideClaim(going, facts(pv(), external)), phase, "Pending", "");
    }
    void unboundClaims() { checkClaim(); }

    void claimsThatNameAVolume_data() {
        claimColumns();
        auto row = [](const char *name, ClaimDecision decision, ClaimAction action, const char *phase,
                      const char *why) { QTest::newRow(name) << std::move(decision) << action << phase << why; };
        const ClaimAction phase = ClaimAction::SetPhase;
        const auto named = naming(claim());
        row("not there", decideClaim(named, facts()), phase, "Pending", "");
        row("free", decideClaim(named, facts(pv())), ClaimAction::Bind, "Bound", "");
        row("reserved for it", decideClaim(named, facts(referring(""))), ClaimAction::Bind, "Bound", "");
        row("refers to it", decideClaim(named, facts(referring("claim-uid"))), ClaimAction::Bind, "Bound", "");
        row("another's", decideClaim(named, facts(referring("x", "Retain", "other"))), phase, "Pending",
            "FailedBinding");
        auto big = named;
        big.spec.resources.requests["storage"] = *api::Quantity::parse("9Gi");
        row("too small", decideClaim(big, facts(pv())), phase, "Pending", "VolumeMismatch");

        const auto completed = with(named, annotations::kBindCompleted);
        row("bound", decideClaim(completed, facts(referring("claim-uid"))), ClaimAction::Bind, "Bound", "");
        row("volume was freed", decideClaim(completed, facts(pv())), ClaimAction::Bind, "Bound", "");
        row("volume is gone", decideClaim(completed, facts()), phase, "Lost", "ClaimLost");
        row("volume is another's", decideClaim(completed, facts(referring("other"))), phase, "Lost", "ClaimMisbound");
        row("name is gone", decideClaim(with(claim(), annotations::kBindCompleted), facts()), phase, "Lost",
            "ClaimLost");
    }
    void claimsThatNameAVolume() { checkClaim(); }

    void volumes_data() {
        QTest::addColumn<VolumeDecision>("decision");
        QTest::addColumn<VolumeAction>("action");
        QTest::addColumn<QString>("phase");
        QTest::addColumn<QString>("reason");
        auto row = [](const char *name, VolumeDecision decision, VolumeAction action, const char *phase,
                      const char *why) { QTest::newRow(name) << std::move(decision) << action << phase << why; };
        const auto unnamed = claim(), named = naming(claim()), elsewhere = naming(claim(), "other");
        const VolumeAction phase = VolumeAction::SetPhase;
        row("unused", decideVolume(pv(), nullptr), phase, "Available", "");
        row("reserved", decideVolume(referring(""), nullptr), phase, "Available", "");
        row("bound", decideVolume(referring("u"), &named), phase, "Bound", "");
        row("chosen", decideVolume(referring("u"), &unnamed), VolumeAction::AskClaim, "", "");
        auto going = referring("u");
        going.metadata.deletionTimestamp = api::Time(WallTime(std::chrono::seconds(9)));
        row("chosen, but being deleted", decideVolume(going, &unnamed), phase, "Available", "");
        row("bound and being deleted", decideVolume(going, &named), phase, "Bound", "");
        auto block = referring("u");
        block.spec.volumeMode = "Block";
        row("of another mode", decideVolume(block, &unnamed), VolumeAction::AskClaim, "", "VolumeMismatch");
        row("claim has another", decideVolume(referring("u"), &elsewhere), VolumeAction::Unbind, "Available", "");
        auto made = referring("u", "Delete");
        made.metadata.annotations[std::string(annotations::kProvisionedBy)] = "example.com/disks";
        row("made in vain", decideVolume(made, &elsewhere), phase, "Released", "");
        row("claim gone, Retain", decideVolume(referring("u"), nullptr), phase, "Released", "");
        row("claim gone, Delete", decideVolume(made, nullptr), phase, "Released", "");
        row("claim gone, Delete by hand", decideVolume(referring("u", "Delete"), nullptr), phase, "Failed",
            "VolumeFailedDelete");
        row("claim gone, Recycle", decideVolume(referring("u", "Recycle"), nullptr), phase, "Failed",
            "VolumeFailedRecycle");
        row("claim gone, unknown", decideVolume(referring("u", "Burn"), nullptr), phase, "Failed",
            "VolumeUnknownReclaimPolicy");
        auto failed = made;
        failed.status.phase = "Failed";
        row("failed before", decideVolume(failed, nullptr), phase, "Failed", "");
    }
    void volumes() {
        QFETCH(VolumeDecision, decision);
        QFETCH(VolumeAction, action);
        QFETCH(QString, phase);
        QFETCH(QString, reason);
        QVERIFY(decision.action == action);
        QCOMPARE(decision.phase, phase.toStdString());
        QCOMPARE(::reason(decision.note), reason.toStdString());
    }

    void writesOfABinding() {
        auto c = claim();
        auto v = pv();
        QVERIFY(referToClaim(v, c));
        QCOMPARE(v.spec.claimRef->uid, "claim-uid");
        QCOMPARE(v.spec.claimRef->kind, "PersistentVolumeClaim");
        QVERIFY(v.metadata.annotations.contains(annotations::kBoundByController));
        QVERIFY(!referToClaim(v, c));
        QVERIFY(referToVolume(c, v));
        QCOMPARE(c.spec.volumeName, "pv");
        QVERIFY(c.metadata.annotations.contains(annotations::kBoundByController));
        QVERIFY(c.metadata.annotations.contains(annotations::kBindCompleted));
        QVERIFY(!referToVolume(c, v));
        QVERIFY(showBound(c, v));
        QCOMPARE(c.status.phase, "Bound");
        QVERIFY(c.status.capacity.at("storage") == *api::Quantity::parse("2Gi"));
        v.spec.capacity["storage"] = *api::Quantity::parse("3Gi"); // a resize is under way
        QVERIFY(!showBound(c, v));
        QVERIFY(showUnbound(c, "Lost"));
        QVERIFY(c.status.capacity.empty() && c.status.accessModes.empty());
        freeVolume(v);
        QVERIFY(!v.spec.claimRef && v.metadata.annotations.empty());
    }

    void whatTheUserWroteStays() {
        auto c = naming(claim());
        auto v = referring("");
        QVERIFY(referToClaim(v, c));
        QVERIFY(v.metadata.annotations.empty());
        QVERIFY(referToVolume(c, v));
        QVERIFY(!c.metadata.annotations.contains(annotations::kBoundByController));
        freeVolume(v);
        QVERIFY(v.spec.claimRef && v.spec.claimRef->uid.empty());
        QVERIFY(askProvisioner(c, "p"));
        QVERIFY(!askProvisioner(c, "p"));
        QCOMPARE(c.metadata.annotations.at(std::string(annotations::kStorageProvisioner)), "p");
    }

    void freeVolumesByClass() {
        FreeVolumes free;
        auto v = pv();
        QVERIFY(free.apply(v));
        QVERIFY(free.has(""));
        v.spec.storageClassName = "fast";
        QVERIFY(free.apply(v));
        QVERIFY(!free.has(""));
        QVERIFY(free.has("fast"));
        auto taken = referring("u");
        taken.spec.storageClassName = "fast";
        QVERIFY(!free.apply(taken));
        QVERIFY(!free.has("fast"));
        v.status.phase = "Pending";
        QVERIFY(!free.apply(v));
        free.remove("nobody");
    }

    /// As one look at all of them would choose.
    void prefersTheSmallestOfTheFewestModes() {
        const auto sized = [](const char *name, const char *size, std::vector<std::string> modes) {
            auto volume = pv();
            volume.metadata.name = name;
            volume.spec.capacity["storage"] = *api::Quantity::parse(size);
            volume.spec.accessModes = std::move(modes);
            return volume;
        };
        const std::vector<corev1::PersistentVolume> volumes{
            sized("c", "5Gi", {"ReadWriteOnce"}), sized("b", "5Gi", {"ReadWriteOnce"}),
            sized("large", "900Gi", {"ReadWriteOnce"}), sized("small", "500Mi", {"ReadWriteOnce"}),
            sized("both", "2Gi", {"ReadWriteOnce", "ReadWriteMany"})};
        FreeVolumes free;
        std::vector<const corev1::PersistentVolume *> all;
        for (const auto &volume : volumes) {
            QVERIFY(free.apply(volume));
            all.push_back(&volume);
        }
        for (const char *size : {"100Mi", "1Gi", "5Gi", "6Gi", "901Gi"})
            for (const char *mode : {"ReadWriteOnce", "ReadWriteMany"}) {
                auto c = claim();
                c.spec.resources.requests["storage"] = *api::Quantity::parse(size);
                c.spec.accessModes = {mode};
                const corev1::PersistentVolume *wanted = volume::findMatch(c, all), *chosen = free.choose(c);
                QCOMPARE(chosen ? chosen->metadata.name : "", wanted ? wanted->metadata.name : "");
            }
    }

private:
    static void claimColumns() {
        QTest::addColumn<ClaimDecision>("decision");
        QTest::addColumn<ClaimAction>("action");
        QTest::addColumn<QString>("phase");
        QTest::addColumn<QString>("reason");
    }
    static void checkClaim() {
        QFETCH(ClaimDecision, decision);
        QFETCH(ClaimAction, action);
        QFETCH(QString, phase);
        QFETCH(QString, reason);
        QVERIFY(decision.action == action);
        QCOMPARE(decision.phase, phase.toStdString());
        QCOMPARE(::reason(decision.note), reason.toStdString());
    }
};

QTEST_GUILESS_MAIN(BindingRulesTest)
#include "tst_binding_rules.moc"
