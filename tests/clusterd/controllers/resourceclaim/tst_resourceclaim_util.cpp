#include "clusterd/controllers/resourceclaim/resourceclaim_util.h"
#include "core/base/clock.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;

namespace {

resourcev1::ResourceClaim claimWith(const std::vector<std::string> &users, bool allocated, bool deleting = false) {
    resourcev1::ResourceClaim claim;
    for (const std::string &user : users)
        claim.status.reservedFor.push_back({.resource = "pods", .name = user, .uid = user});
    if (allocated)
        claim.status.allocation.ensure();
    if (deleting)
        claim.metadata.deletionTimestamp = api::Time(WallTime{});
    claim.metadata.finalizers.emplace_back(resourcev1::kFinalizer);
    return claim;
}

/// "<users> <allocated>" of what is left, or "same".
QString left(const resourcev1::ResourceClaim &claim, const std::set<std::string> &gone) {
    const auto status = cleanedStatus(claim, gone);
    if (!status)
        return "same";
    QString text;
    for (const auto &user : status->reservedFor)
        text += QString::fromStdString(user.name) + " ";
    return text + (status->allocation ? "allocated" : "free");
}

corev1::Pod podNamed(const std::string &name) {
    corev1::Pod pod;
    pod.metadata.name = name;
    pod.metadata.namespace_ = "default";
    pod.metadata.uid = "uid-" + name;
    return pod;
}

} // namespace

class ResourceClaimUtilTest : public QObject {
    Q_OBJECT

private slots:
    void cleaning() {
        QCOMPARE(left(claimWith({"a", "b"}, true), {}), QString("same"));
        QCOMPARE(left(claimWith({"a", "b"}, true), {"a"}), QString("b allocated"));
        QCOMPARE(left(claimWith({"a", "b"}, true), {"a", "b"}), QString("free"));
        // Allocated and not used yet: its pod is on its way.
        QCOMPARE(left(claimWith({}, true), {}), QString("same"));
        QCOMPARE(left(claimWith({}, true, true), {}), QString("free"));
        QCOMPARE(left(claimWith({"a"}, true, true), {}), QString("same"));
        QCOMPARE(left(claimWith({}, false, true), {}), QString("same"));
    }

    void finalizer() {
        QVERIFY(mayDropFinalizer(claimWith({}, false)));
        QVERIFY(!mayDropFinalizer(claimWith({}, true)));
        QVERIFY(!mayDropFinalizer(claimWith({"a"}, false)));
        resourcev1::ResourceClaim without = claimWith({}, false);
        without.metadata.finalizers.clear();
        QVERIFY(!mayDropFinalizer(without));
    }

    void donePods() {
        corev1::Pod pod = podNamed("p");
        QVERIFY(!isDone(pod));
        pod.metadata.deletionTimestamp = api::Time(WallTime{});
        QVERIFY(isDone(pod));
        // Its containers may still use the devices.
        pod.spec.nodeName = "n";
        QVERIFY(!isDone(pod));
        pod.status.phase = "Failed";
        QVERIFY(isDone(pod));
    }

    void claimsFromTemplates() {
        resourcev1::ResourceClaimTemplate from;
        from.spec.metadata.labels["a"] = "b";
        from.spec.metadata.annotations["x"] = "y";
        from.spec.spec.devices.requests.emplace_back().name = "r";
        const corev1::Pod pod = podNamed("web");
        const resourcev1::ResourceClaim claim = claimFromTemplate(from, pod, "gpu");
        QCOMPARE(claim.metadata.generateName, std::string("web-gpu-"));
        QCOMPARE(claim.metadata.labels.at("a"), std::string("b"));
        QCOMPARE(claim.metadata.annotations.at("x"), std::string("y"));
        QCOMPARE(claim.metadata.annotations.at("resource.kubernetes.io/pod-claim-name"), std::string("gpu"));
        QCOMPARE(claim.spec.devices.requests.at(0).name, std::string("r"));
        QVERIFY(isMadeFor(claim, pod, "gpu"));
        QVERIFY(!isMadeFor(claim, pod, "net"));
        QVERIFY(!isMadeFor(claim, podNamed("other"), "gpu"));
    }

    void longNamesAreCut() {
        const resourcev1::ResourceClaimTemplate from;
        const auto claim = claimFromTemplate(from, podNamed(std::string(200, 'p')), std::string(63, 'c'));
        QVERIFY(claim.metadata.generateName.size() <= 58);
        QVERIFY(claim.metadata.generateName.find("p-c") != std::string::npos);
        QVERIFY(claim.metadata.generateName.ends_with('-'));
        const auto shortClaim = claimFromTemplate(from, podNamed(std::string(200, 'p')), "gpu");
        QVERIFY(shortClaim.metadata.generateName.ends_with("p-gpu-"));
        QCOMPARE(shortClaim.metadata.generateName.size(), size_t(58));
    }
};

QTEST_GUILESS_MAIN(ResourceClaimUtilTest)
#include "tst_resourceclaim_util.moc"
