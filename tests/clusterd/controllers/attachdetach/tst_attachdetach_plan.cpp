#include "clusterd/controllers/attachdetach/attachdetach_plan.h"

#include <QTest>

using namespace coracle::controllers;

namespace {

const std::string kUnique = "kubernetes.io/csi/d^h";

/// A node "n" with one volume "v" of driver "d" and handle "h", in every state.
struct Case {
    bool wanted = false, present = false, attached = false, deleting = false, inUse = false;
    bool exists = true, managed = true, outOfService = false, overdue = false, exclusive = true, elsewhere = false;
};

NodeAttachments nodeOf(const Case &state) {
    NodeAttachments node{.node = "n", .exists = state.exists, .managed = state.managed};
    node.outOfService = state.outOfService;
    if (state.inUse)
        node.inUse.insert(kUnique);
    if (state.wanted)
        node.wanted["v"] = {.name = "v", .driver = "d", .handle = "h", .exclusive = state.exclusive, .podKeys = {"p"}};
    if (state.present)
        node.attachments.push_back({.name = "a",
                                    .volumeName = "v",
                                    .driver = "d",
                                    .handle = "h",
                                    .attached = state.attached,
                                    .deleting = state.deleting});
    if (state.elsewhere)
        node.elsewhere["v"] = {"m"};
    if (state.overdue)
        node.overdue.insert("v");
    return node;
}

/// "attach", "detach", "refuse", "wait", and "told" for what the node's status says.
QString planOf(const Case &state) {
    const AttachPlan plan = planAttachments(nodeOf(state));
    QStringList words;
    if (!plan.attach.empty())
        words << "attach";
    if (!plan.refused.empty())
        words << "refuse";
    if (!plan.detach.empty())
        words << "detach";
    if (!plan.inUse.empty())
        words << "wait";
    if (plan.attached.contains(kUnique))
        words << "told";
    return words.join(' ');
}

} // namespace

class AttachDetachPlanTest : public QObject {
    Q_OBJECT

private slots:
    void decisions() {
        QCOMPARE(planOf({}), QString());
        QCOMPARE(planOf({.wanted = true}), QString("attach"));
        QCOMPARE(planOf({.wanted = true, .managed = false}), QString());
        QCOMPARE(planOf({.wanted = true, .exists = false}), QString());
        QCOMPARE(planOf({.wanted = true, .elsewhere = true}), QString("refuse"));
        QCOMPARE(planOf({.wanted = true, .exclusive = false, .elsewhere = true}), QString("attach"));
        QCOMPARE(planOf({.wanted = true, .present = true}), QString());
        QCOMPARE(planOf({.wanted = true, .present = true, .attached = true}), QString("told"));
        // It has to go first, and then come back.
        QCOMPARE(planOf({.wanted = true, .present = true, .attached = true, .deleting = true}), QString());
        QCOMPARE(planOf({.present = true, .attached = true}), QString("detach"));
        QCOMPARE(planOf({.present = true}), QString("detach"));
        QCOMPARE(planOf({.present = true, .attached = true, .deleting = true}), QString());
    }

    void mountedVolumesStay() {
        QCOMPARE(planOf({.present = true, .attached = true, .inUse = true}), QString("wait told"));
        QCOMPARE(planOf({.present = true, .attached = true, .inUse = true, .exists = false}), QString("detach"));
        QCOMPARE(planOf({.present = true, .attached = true, .inUse = true, .outOfService = true}), QString("detach"));
        QCOMPARE(planOf({.present = true, .attached = true, .inUse = true, .overdue = true}), QString("detach"));
        QCOMPARE(planOf({.present = true, .attached = true, .inUse = true, .managed = false}), QString("wait told"));
    }

    void names() {
        QCOMPARE(uniqueVolumeName("d", "h"), kUnique);
        // The form that external attachers and other controllers know: csi-<sha256 of handle, driver, node>.
        QCOMPARE(attachmentName("d", "h", "n"),
                 std::string("csi-9072ed11cc1acb5fa433a877ff339b6311d013f33bddd1d0092711a8ace5b16d"));
        QVERIFY(attachmentName("d", "h", "n") != attachmentName("d", "h", "m"));
    }
};

QTEST_GUILESS_MAIN(AttachDetachPlanTest)
#include "tst_attachdetach_plan.moc"
