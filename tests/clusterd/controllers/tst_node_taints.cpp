#include "clusterd/controllers/nodelifecycle/node_taints.h"
#include "core/api/tolerations.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers;

namespace {

constexpr WallTime kNow{std::chrono::seconds(1000)};

corev1::Node nodeWith(const char *type, const char *status) {
    corev1::Node node;
    auto &condition = node.status.conditions.emplace_back();
    condition.type = type;
    condition.status = status;
    return node;
}

std::vector<std::string> keys(const corev1::Node &node) {
    std::vector<std::string> keys;
    for (const corev1::Taint &taint : wantedTaints(node, kNow))
        keys.push_back(taint.key + ":" + taint.effect);
    return keys;
}

using Texts = std::vector<std::string>;

} // namespace

class NodeTaintsTest : public QObject {
    Q_OBJECT

private slots:
    void conditionsBecomeTaints() {
        QCOMPARE(keys(nodeWith("Ready", "True")), Texts{});
        QCOMPARE(keys(nodeWith("Ready", "False")),
                 (Texts{"node.kubernetes.io/not-ready:NoSchedule", "node.kubernetes.io/not-ready:NoExecute"}));
        QCOMPARE(keys(nodeWith("Ready", "Unknown")),
                 (Texts{"node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"}));
        QCOMPARE(keys(nodeWith("DiskPressure", "True")), Texts{"node.kubernetes.io/disk-pressure:NoSchedule"});
    }

    void ownTaintsStayAndOldOnesGo() {
        corev1::Node node = nodeWith("Ready", "True");
        node.spec.unschedulable = true;
        node.spec.taints.resize(2);
        node.spec.taints[0].key = "mine";
        node.spec.taints[0].effect = "NoExecute";
        node.spec.taints[1].key = "node.kubernetes.io/not-ready";
        node.spec.taints[1].effect = "NoSchedule";
        QCOMPARE(keys(node), (Texts{"mine:NoExecute", "node.kubernetes.io/unschedulable:NoSchedule"}));
    }

    void tolerations_data() {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("op");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("effect");
        QTest::addColumn<bool>("result");
        QTest::newRow("equal") << "k" << "Equal" << "v" << "NoExecute" << true;
        QTest::newRow("no operator means equal") << "k" << "" << "v" << "" << true;
        QTest::newRow("other value") << "k" << "Equal" << "w" << "" << false;
        QTest::newRow("exists") << "k" << "Exists" << "" << "" << true;
        QTest::newRow("everything") << "" << "Exists" << "" << "" << true;
        QTest::newRow("other effect") << "k" << "Exists" << "" << "NoSchedule" << false;
        QTest::newRow("other key") << "x" << "Exists" << "" << "" << false;
    }
    void tolerations() {
        QFETCH(QString, key);
        QFETCH(QString, op);
        QFETCH(QString, value);
        QFETCH(QString, effect);
        corev1::Taint taint;
        taint.key = "k";
        taint.value = "v";
        taint.effect = "NoExecute";
        corev1::Toleration toleration;
        toleration.key = key.toStdString();
        toleration.operator_ = op.toStdString();
        toleration.value = value.toStdString();
        toleration.effect = effect.toStdString();
        QTEST(api::tolerates(toleration, taint), "result");
    }

    void theShortestTolerationCounts() {
        std::vector<corev1::Taint> taints(2);
        taints[0].key = "a";
        taints[1].key = "b";
        taints[0].effect = taints[1].effect = "NoExecute";
        corev1::PodSpec pod;
        QCOMPARE(toleratedFor(pod, taints), std::optional(std::chrono::seconds(0)));
        for (const char *key : {"a", "b"}) {
            auto &toleration = pod.tolerations.emplace_back();
            toleration.key = key;
            toleration.operator_ = "Exists";
        }
        QVERIFY(!toleratedFor(pod, taints));
        pod.tolerations[0].tolerationSeconds = 300;
        pod.tolerations[1].tolerationSeconds = 60;
        QCOMPARE(toleratedFor(pod, taints), std::optional(std::chrono::seconds(60)));
    }
};

QTEST_GUILESS_MAIN(NodeTaintsTest)
#include "tst_node_taints.moc"
