#include "clusterd/volume/annotations.h"
#include "clusterd/volume/matching.h"
#include "clusterd/volume/node_affinity.h"

#include "core/base/clock.h"

#include <QTest>
#include <algorithm>

using namespace coracle;
using namespace coracle::volume;

namespace {

using Texts = std::vector<std::string>;

corev1::PersistentVolume pv(const std::string &name, const std::string &size, Texts modes = {"ReadWriteOnce"}) {
    corev1::PersistentVolume volume;
    volume.metadata.name = name;
    volume.metadata.uid = "uid-" + name;
    volume.spec.capacity["storage"] = *api::Quantity::parse(size);
    volume.spec.accessModes = std::move(modes);
    volume.spec.storageClassName = "fast";
    volume.status.phase = "Available";
    return volume;
}

corev1::PersistentVolumeClaim pvc(const std::string &size, Texts modes = {"ReadWriteOnce"}) {
    corev1::PersistentVolumeClaim claim;
    claim.metadata.name = "claim";
    claim.metadata.namespace_ = "default";
    claim.metadata.uid = "uid-claim";
    claim.spec.resources.requests["storage"] = *api::Quantity::parse(size);
    claim.spec.accessModes = std::move(modes);
    claim.spec.storageClassName = "fast";
    return claim;
}

void meanFor(corev1::PersistentVolume &volume, const std::string &claim, const std::string &uid) {
    corev1::ObjectReference &reference = volume.spec.claimRef.ensure();
    reference.namespace_ = "default";
    reference.name = claim;
    reference.uid = uid;
}

std::string chosen(const corev1::PersistentVolumeClaim &claim, const std::vector<corev1::PersistentVolume> &volumes,
                   const MatchOptions &options = {}) {
    std::vector<const corev1::PersistentVolume *> pointers;
    for (const corev1::PersistentVolume &volume : volumes)
        pointers.push_back(&volume);
    const corev1::PersistentVolume *match = findMatch(claim, pointers, options);
    std::ranges::reverse(pointers); // the order must make no difference
    const corev1::PersistentVolume *again = findMatch(claim, pointers, options);
    return match == again ? match ? match->metadata.name : "" : "depends on the order";
}

api::ObjectPtr node(const std::string &name, const std::string &zone) {
    return *api::Object::parse(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":")" + name +
                               R"(","labels":{"kubernetes.io/hostname":")" + name + R"(","zone":")" + zone + "\"}}}");
}

} // namespace

class MatchingTest : public QObject {
    Q_OBJECT

private slots:
    void smallestThatFits() {
        QCOMPARE(chosen(pvc("5Gi"), {pv("a", "20Gi"), pv("b", "6Gi"), pv("c", "4Gi"), pv("d", "10Gi")}), "b");
        QCOMPARE(chosen(pvc("5Gi"), {pv("b", "6Gi"), pv("a", "6Gi")}), "a");
        QCOMPARE(chosen(pvc("50Gi"), {pv("a", "20Gi")}), "");
        QCOMPARE(chosen(pvc("5Gi"), {}), "");
    }

    void accessModes() {
        const Texts once{"ReadWriteOnce"}, many{"ReadWriteMany"}, both{"ReadWriteOnce", "ReadWriteMany"};
        QCOMPARE(chosen(pvc("1Gi", many), {pv("a", "1Gi", once), pv("b", "9Gi", both)}), "b");
        QCOMPARE(chosen(pvc("1Gi", both), {pv("a", "1Gi", once), pv("b", "1Gi", many)}), "");
        QCOMPARE(chosen(pvc("1Gi", {"ReadWriteOncePod"}), {pv("a", "1Gi", both)}), "");
        // Binding keeps volumes with many modes for those who need them; scheduling takes the smallest.
        QCOMPARE(chosen(pvc("1Gi", once), {pv("a", "1Gi", both), pv("b", "9Gi", once)}), "b");
        MatchOptions scheduling;
        scheduling.reachable = [](const corev1::PersistentVolume &) { return true; };
        QCOMPARE(chosen(pvc("1Gi", once), {pv("a", "1Gi", both), pv("b", "9Gi", once)}, scheduling), "a");
    }

    void classModeAndAttributes() {
        auto other = pv("a", "5Gi");
        other.spec.storageClassName = "slow";
        QCOMPARE(chosen(pvc("5Gi"), {other}), "");
        auto annotated = pv("a", "5Gi");
        annotated.spec.storageClassName.clear();
        annotated.metadata.annotations[std::string(annotations::kBetaStorageClass)] = "fast";
        QCOMPARE(chosen(pvc("5Gi"), {annotated}), "a");
        auto block = pv("a", "5Gi");
        block.spec.volumeMode = "Block";
        QCOMPARE(chosen(pvc("5Gi"), {block}), "");
        auto gold = pv("a", "5Gi");
        gold.spec.volumeAttributesClassName = "gold";
        QCOMPARE(chosen(pvc("5Gi"), {gold}), "");
        auto wantsGold = pvc("5Gi");
        wantsGold.spec.volumeAttributesClassName = "gold";
        QCOMPARE(chosen(wantsGold, {pv("b", "5Gi"), gold}), "a");
        auto filesystem = pv("a", "5Gi");
        filesystem.spec.volumeMode = "Filesystem";
        filesystem.spec.volumeAttributesClassName = "";
        QCOMPARE(chosen(pvc("5Gi"), {filesystem}), "a");
    }

    void selector() {
        auto wants = pvc("1Gi");
        wants.spec.selector.ensure().matchLabels["disk"] = "ssd";
        auto ssd = pv("b", "9Gi");
        ssd.metadata.labels["disk"] = "ssd";
        QCOMPARE(chosen(wants, {pv("a", "1Gi"), ssd}), "b");
        wants.spec.selector.ensure();
        wants.spec.selector->matchExpressions.emplace_back().operator_ = "Nonsense";
        QCOMPARE(chosen(wants, {pv("a", "1Gi"), ssd}), "");
    }

    void onlyFreeVolumes() {
        auto pending = pv("a", "1Gi"), released = pv("b", "1Gi"), going = pv("c", "1Gi"), foreign = pv("d", "1Gi");
        pending.status.phase = "Pending";
        released.status.phase = "Released";
        going.metadata.deletionTimestamp = api::Time(WallTime(std::chrono::seconds(5)));
        meanFor(foreign, "other", "");
        QCOMPARE(chosen(pvc("1Gi"), {pending, released, going, foreign}), "");
        MatchOptions options;
        options.taken = [](const corev1::PersistentVolume &volume) { return volume.metadata.name == "e"; };
        QCOMPARE(chosen(pvc("1Gi"), {pv("e", "1Gi"), pv("f", "2Gi")}, options), "f");
    }

    void meantForTheClaimFirst() {
        auto reserved = pv("z", "9Gi", {"ReadWriteMany"});
        reserved.spec.storageClassName = "slow";
        meanFor(reserved, "claim", "");
        QCOMPARE(chosen(pvc("1Gi"), {pv("a", "1Gi"), reserved}), "z");
        meanFor(reserved, "claim", "uid-claim");
        QCOMPARE(chosen(pvc("1Gi"), {pv("a", "1Gi"), reserved}), "z");
        meanFor(reserved, "claim", "an earlier one");
        QCOMPARE(chosen(pvc("1Gi"), {pv("a", "1Gi"), reserved}), "a");
        meanFor(reserved, "claim", "");
        QCOMPARE(chosen(pvc("10Gi"), {pv("a", "10Gi"), reserved}), "a"); // too small for what it is meant for
        MatchOptions waiting{.waitForConsumer = true};
        QCOMPARE(chosen(pvc("1Gi"), {pv("a", "1Gi"), reserved}, waiting), "z");
        QCOMPARE(chosen(pvc("1Gi"), {pv("a", "1Gi")}, waiting), "");
    }

    void fromTheNode() {
        auto here = pv("a", "9Gi"), there = pv("b", "1Gi");
        for (auto *volume : {&here, &there}) {
            auto &term = volume->spec.nodeAffinity.ensure().required.ensure().nodeSelectorTerms.emplace_back();
            auto &requirement = term.matchExpressions.emplace_back();
            requirement.key = "kubernetes.io/hostname";
            requirement.operator_ = "In";
            requirement.values = {volume == &here ? "n1" : "n2"};
        }
        const auto n1 = node("n1", "x");
        MatchOptions options;
        options.reachable = [&](const corev1::PersistentVolume &volume) { return NodeAffinity(volume).matches(*n1); };
        QCOMPARE(chosen(pvc("1Gi"), {here, there}, options), "a");
        QCOMPARE(chosen(pvc("1Gi"), {here, there, pv("c", "2Gi")}, options), "c");
        meanFor(there, "claim", "");
        QCOMPARE(chosen(pvc("1Gi"), {here, there}, options), ""); // it must be that one
        QCOMPARE(NodeAffinity::singleValue(here, "kubernetes.io/hostname"), "n1");
        QCOMPARE(NodeAffinity::singleValue(here, "zone"), "");
        QVERIFY(!NodeAffinity(pv("c", "1Gi")).restricts());
    }

    void nodeAffinityAlternatives() {
        auto volume = pv("a", "1Gi");
        auto &terms = volume.spec.nodeAffinity.ensure().required.ensure().nodeSelectorTerms;
        QVERIFY(!NodeAffinity(volume).matches(*node("n1", "x"))); // no alternative
        for (const char *zone : {"x", "y"}) {
            auto &requirement = terms.emplace_back().matchExpressions.emplace_back();
            requirement.key = "zone";
            requirement.operator_ = "In";
            requirement.values = {zone};
        }
        QVERIFY(NodeAffinity(volume).matches(*node("n1", "x")));
        QVERIFY(NodeAffinity(volume).matches(*node("n1", "y")));
        QVERIFY(!NodeAffinity(volume).matches(*node("n1", "z")));
        QCOMPARE(NodeAffinity::singleValue(volume, "zone"), "");
    }

    void mismatches() {
        const auto claim = pvc("5Gi");
        QCOMPARE(mismatch(pv("a", "5Gi"), claim), "");
        QCOMPARE(mismatch(pv("a", "4Gi"), claim), "requested PV is too small");
        QCOMPARE(mismatch(pv("a", "5Gi", {"ReadOnlyMany"}), claim), "incompatible accessMode");
        auto volume = pv("a", "5Gi");
        volume.spec.storageClassName = "";
        QCOMPARE(mismatch(volume, claim), "storageClassName does not match");
        volume = pv("a", "5Gi");
        volume.spec.volumeMode = "Block";
        QCOMPARE(mismatch(volume, claim), "incompatible volumeMode");
        volume = pv("a", "5Gi");
        volume.spec.volumeAttributesClassName = "gold";
        QCOMPARE(mismatch(volume, claim), "VolumeAttributesClassName does not match");
    }

    void boundOnBothSides() {
        auto claim = pvc("1Gi");
        QVERIFY(!isFullyBound(claim));
        claim.spec.volumeName = "a";
        QVERIFY(!isFullyBound(claim));
        claim.metadata.annotations[std::string(annotations::kBindCompleted)] = "yes";
        QVERIFY(isFullyBound(claim));
        auto volume = pv("a", "1Gi");
        QVERIFY(!isMeantFor(volume, claim));
        meanFor(volume, "claim", "");
        QVERIFY(isMeantFor(volume, claim));
        volume.spec.claimRef->namespace_ = "other";
        QVERIFY(!isMeantFor(volume, claim));
    }
};

QTEST_GUILESS_MAIN(MatchingTest)
#include "tst_matching.moc"
