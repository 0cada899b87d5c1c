#include "app/nodes/node_rows.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace coracle::app;

namespace {

QJsonObject condition(const char *type, const char *status) {
    return {{"type", type}, {"status", status}};
}

QJsonObject node(const QJsonArray &conditions, bool cordoned = false) {
    return {{"metadata", QJsonObject{{"name", "n1"},
                                     {"labels", QJsonObject{{"node-role.kubernetes.io/control-plane", "true"},
                                                            {"node-role.kubernetes.io/etcd", "true"},
                                                            {"a", "b"}}}}},
            {"spec", QJsonObject{{"unschedulable", cordoned}}},
            {"status", QJsonObject{{"conditions", conditions},
                                   {"allocatable", QJsonObject{{"cpu", "2"}, {"memory", "1Gi"}, {"pods", "110"}}}}}};
}

QJsonObject container(const char *cpu, const char *memory) {
    return {{"resources", QJsonObject{{"requests", QJsonObject{{"cpu", cpu}, {"memory", memory}}}}}};
}

QJsonObject pod(const QJsonArray &containers, const QJsonArray &initContainers = {}, const char *phase = "Running") {
    return {{"spec", QJsonObject{{"containers", containers}, {"initContainers", initContainers}}},
            {"status", QJsonObject{{"phase", phase}}}};
}

} // namespace

class NodeRowsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void states_data() {
        QTest::addColumn<QJsonObject>("object");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("tone");
        QTest::newRow("nothing known") << node({}) << "Unknown" << "error";
        QTest::newRow("ready") << node({condition("Ready", "True"), condition("DiskPressure", "False")}) << "Ready"
                               << "ok";
        QTest::newRow("not ready") << node({condition("Ready", "False")}) << "Not ready" << "error";
        QTest::newRow("lost") << node({condition("Ready", "Unknown")}) << "Unknown" << "error";
        QTest::newRow("pressed") << node({condition("Ready", "True"), condition("DiskPressure", "True")}) << "Ready"
                                 << "warning";
        QTest::newRow("cordoned") << node({condition("Ready", "True")}, true) << "Ready, takes no new pods"
                                  << "warning";
    }
    void states() {
        QFETCH(QJsonObject, object);
        QTEST(nodeStatusText(object), "text");
        QTEST(nodeTone(object), "tone");
        QCOMPARE(nodeRoles(object), (QStringList{"control-plane", "etcd"}));
    }

    void requests_data() {
        QTest::addColumn<QJsonObject>("object");
        QTest::addColumn<double>("cpu");
        QTest::addColumn<double>("memory");
        const QJsonArray two{container("500m", "128Mi"), container("250m", "128Mi")};
        QJsonObject beside = container("100m", "0");
        beside["restartPolicy"] = "Always";
        QTest::newRow("sum") << pod(two) << 0.375 << 0.25;
        QTest::newRow("a large one before") << pod(two, {container("1", "64Mi")}) << 0.5 << 0.25;
        QTest::newRow("one beside") << pod(two, {beside}) << 0.425 << 0.25;
        QTest::newRow("ended") << pod(two, {}, "Succeeded") << 0.0 << 0.0;
        QTest::newRow("asks for nothing") << pod({QJsonObject()}) << 0.0 << 0.0;
    }
    void requests() {
        QFETCH(QJsonObject, object);
        const QList<CapacityRow> rows = capacityRows(node({}), {object});
        QCOMPARE(rows.size(), 3);
        QCOMPARE(rows[0].key, QString("cpu"));
        QTEST(rows[0].share, "cpu");
        QTEST(rows[1].share, "memory");
    }

    void taints() {
        const QJsonObject tainted{
            {"spec",
             QJsonObject{{"taints", QJsonArray{QJsonObject{{"key", "a"}, {"value", "b"}, {"effect", "NoSchedule"}},
                                               QJsonObject{{"key", "c"}, {"effect", "NoExecute"}}}}}}};
        const QList<FactRow> rows = taintRows(tainted);
        QCOMPARE(rows.size(), 2);
        QCOMPARE(rows[0].value, QString("a=b"));
        QCOMPARE(rows[1].value, QString("c"));
        QCOMPARE(rows[1].label, QString("NoExecute"));
    }
};

QTEST_GUILESS_MAIN(NodeRowsTest)
#include "tst_node_rows.moc"
