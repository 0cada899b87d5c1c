#include "clusterd/controllers/daemon/daemonset_plan.h"
#include "clusterd/controllers/daemon/failed_pod_backoff.h"
#include "core/api/typed.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers::daemon;

namespace {

constexpr WallTime kNow{std::chrono::seconds(100000)};

corev1::Taint taintOf(const QString &text) {
    const QStringList parts = text.split(':');
    corev1::Taint taint;
    taint.key = parts[0].toStdString();
    taint.effect = parts[1].toStdString();
    return taint;
}

DaemonNode nodeOf(const std::string &name, const std::string &labels = "{}", const QStringList &taints = {}) {
    DaemonNode node;
    node.object = *api::Object::parse(
        fmt::format(R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{}","labels":{}}}}})", name, labels));
    for (const QString &taint : taints)
        node.taints.push_back(taintOf(taint));
    return node;
}

/// A word a pod, "node:attributes": u updated, r ready, a available (and ready), d deleting, f failed, s succeeded, p
/// not bound yet. Named p0, p1 ... in order, which is also their age.
std::vector<corev1::Pod> podsOf(const QString &text) {
    std::vector<corev1::Pod> pods;
    for (const QString &word : text.split(' ', Qt::SkipEmptyParts)) {
        const QString attributes = word.section(':', 1);
        corev1::Pod pod;
        pod.metadata.name = "p" + std::to_string(pods.size());
        pod.metadata.creationTimestamp = api::Time(kNow - std::chrono::hours(10) + std::chrono::seconds(pods.size()));
        pod.metadata.labels["controller-revision-hash"] = attributes.contains('u') ? "new" : "old";
        const std::string node = word.section(':', 0, 0).toStdString();
        pinToNode(pod.spec, node);
        if (!attributes.contains('p'))
            pod.spec.nodeName = node;
        if (attributes.contains('d'))
            pod.metadata.deletionTimestamp = api::Time(kNow);
        pod.status.phase = attributes.contains('f') ? "Failed" : attributes.contains('s') ? "Succeeded" : "Running";
        if (attributes.contains('r') || attributes.contains('a')) {
            auto &condition = pod.status.conditions.emplace_back();
            condition.type = "Ready";
            condition.status = "True";
            condition.lastTransitionTime = kNow - std::chrono::seconds(attributes.contains('a') ? 60 : 10);
        }
        pods.push_back(std::move(pod));
    }
    return pods;
}

/// A word a node: "a", "a!" with an untolerated NoSchedule taint, "a!!" with a NoExecute one.
DaemonNodes nodesOf(const QString &text) {
    DaemonNodes nodes;
    for (const QString &word : text.split(' ', Qt::SkipEmptyParts)) {
        const std::string name = word.left(1).toStdString();
        nodes[name] = nodeOf(name, "{}",
                             word.size() == 3   ? QStringList{"mine:NoExecute"}
                             : word.size() == 2 ? QStringList{"mine:NoSchedule"}
                                                : QStringList());
    }
    return nodes;
}

/// The strategy: "OnDelete", or "unavailable/surge".
appsv1::DaemonSet setOf(const QString &strategy) {
    appsv1::DaemonSet set;
    set.metadata.name = "agent";
    set.spec.minReadySeconds = 30;
    set.spec.updateStrategy.type = strategy == "OnDelete" ? "OnDelete" : "RollingUpdate";
    if (strategy != "OnDelete") {
        auto &rolling = set.spec.updateStrategy.rollingUpdate.ensure();
        rolling.maxUnavailable = api::IntOrString::parse(strategy.section('/', 0, 0).toStdString());
        rolling.maxSurge = api::IntOrString::parse(strategy.section('/', 1, 1).toStdString());
    }
    return set;
}

std::string textOf(const Plan &plan) {
    std::string text;
    for (const std::string &node : plan.create)
        text += "+" + node + " ";
    for (const corev1::Pod *pod : plan.remove)
        text += "-" + pod->metadata.name + " ";
    for (const corev1::Pod *pod : plan.ended)
        text += "?" + pod->metadata.name + " ";
    return text;
}

} // namespace

class DaemonSetPlanTest : public QObject {
    Q_OBJECT

private slots:
    void fits_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("labels");
        QTest::addColumn<QStringList>("taints");
        QTest::addColumn<QString>("fit");
        const QString plain = "{}", none = "{}";
        QTest::newRow("anything") << plain << none << QStringList() << "run keep";
        QTest::newRow("node name") << R"({"nodeName":"n"})" << none << QStringList() << "run keep";
        QTest::newRow("other node name") << R"({"nodeName":"m"})" << none << QStringList() << "";
        QTest::newRow("selector") << R"({"nodeSelector":{"a":"b"}})" << R"({"a":"b"})" << QStringList() << "run keep";
        QTest::newRow("selector misses") << R"({"nodeSelector":{"a":"b"}})" << R"({"a":"c"})" << QStringList() << "";
        const auto required = [](const char *terms) {
            return QString(R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":
                {"nodeSelectorTerms":%1}}}})")
                .arg(terms);
        };
        const QString either = required(
            R"([{"matchExpressions":[{"key":"a","operator":"Exists"}]},{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}])");
        QTest::newRow("one of the terms") << either << none << QStringList() << "run keep";
        QTest::newRow("no term") << required(R"([{"matchExpressions":[{"key":"a","operator":"Exists"}]}])") << none
                                 << QStringList() << "";
        QTest::newRow("no terms at all") << required("[]") << none << QStringList() << "";
        QTest::newRow("NoSchedule") << plain << none << QStringList{"mine:NoSchedule"} << "keep";
        QTest::newRow("NoExecute") << plain << none << QStringList{"mine:NoExecute"} << "";
        QTest::newRow("both") << plain << none << QStringList{"mine:NoExecute", "mine:NoSchedule"} << "";
        QTest::newRow("PreferNoSchedule") << plain << none << QStringList{"mine:PreferNoSchedule"} << "run keep";
        QTest::newRow("tolerated") << R"({"tolerations":[{"key":"mine","operator":"Exists"}]})" << none
                                   << QStringList{"mine:NoExecute"} << "run keep";
        QTest::newRow("the troubles of a node")
            << plain << none << QStringList{"node.kubernetes.io/not-ready:NoExecute",
                                            "node.kubernetes.io/unreachable:NoExecute",
                                            "node.kubernetes.io/disk-pressure:NoSchedule",
                                            "node.kubernetes.io/memory-pressure:NoSchedule",
                                            "node.kubernetes.io/pid-pressure:NoSchedule",
                                            "node.kubernetes.io/unschedulable:NoSchedule"}
            << "run keep";
        QTest::newRow("no network") << plain << none << QStringList{"node.kubernetes.io/network-unavailable:NoSchedule"}
                                    << "keep";
        QTest::newRow("no network, own one")
            << R"({"hostNetwork":true})" << none << QStringList{"node.kubernetes.io/network-unavailable:NoSchedule"}
            << "run keep";
    }
    void fits() {
        QFETCH(QString, spec);
        QFETCH(QString, labels);
        QFETCH(QStringList, taints);
        const auto podSpec = api::decode<corev1::PodSpec>(std::string_view(spec.toStdString()));
        QVERIFY(podSpec);
        const Fit fit = Placement(*podSpec).on(nodeOf("n", labels.toStdString(), taints));
        QTEST(QString("%1%2").arg(fit.run ? "run " : "", fit.keep ? "keep" : ""), "fit");
    }

    void podsArePinnedAndTolerant() {
        appsv1::DaemonSet set = setOf("1/0");
        set.metadata.annotations["deprecated.daemonset.template.generation"] = "4";
        auto &limited = set.spec.template_.spec.tolerations.emplace_back();
        limited.key = "node.kubernetes.io/not-ready";
        limited.operator_ = "Exists";
        limited.effect = "NoExecute";
        limited.tolerationSeconds = 300;
        auto &affinity = set.spec.template_.spec.affinity.ensure();
        affinity.podAntiAffinity.ensure();
        auto &terms = affinity.nodeAffinity.ensure().requiredDuringSchedulingIgnoredDuringExecution.ensure();
        terms.nodeSelectorTerms.resize(2);
        const corev1::Pod pod = podFor(set, "h", "n1");
        QCOMPARE(pod.metadata.generateName, std::string("agent-"));
        QCOMPARE(pod.metadata.labels.at("controller-revision-hash"), std::string("h"));
        QCOMPARE(pod.metadata.labels.at("pod-template-generation"), std::string("4"));
        QCOMPARE(pod.spec.tolerations.size(), size_t(6));
        for (const corev1::Toleration &toleration : pod.spec.tolerations)
            QVERIFY(!toleration.tolerationSeconds);
        QVERIFY(bool(pod.spec.affinity->podAntiAffinity));
        const auto &pinned =
            pod.spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution->nodeSelectorTerms;
        QCOMPARE(pinned.size(), size_t(1));
        QCOMPARE(pinned[0].matchFields.at(0).key, std::string("metadata.name"));
        QCOMPARE(targetNode(pod.spec), std::string("n1"));
        QCOMPARE(targetNode(corev1::PodSpec()), std::string());
    }

    void plansPods_data() {
        QTest::addColumn<QString>("strategy");
        QTest::addColumn<QString>("nodes");
        QTest::addColumn<QString>("pods");
        QTest::addColumn<QString>("plan");
        QTest::newRow("one for each node") << "1/0" << "a b c" << "" << "+a +b +c ";
        QTest::newRow("only where one is missing") << "1/0" << "a b" << "a:ur" << "+b ";
        QTest::newRow("waits for the old one to go") << "1/0" << "a" << "a:d" << "";
        QTest::newRow("an ended one that goes is gone") << "1/0" << "a" << "a:df" << "+a ";
        QTest::newRow("one that is not bound counts") << "1/0" << "a" << "a:up" << "";
        QTest::newRow("not wanted") << "1/0" << "a!! b" << "a:ua a:d b:ua" << "-p0 ";
        QTest::newRow("may stay but is not made") << "1/0" << "a! b!" << "a:ua" << "";
        QTest::newRow("failed") << "1/0" << "a" << "a:uf" << "?p0 ";
        QTest::newRow("succeeded") << "1/0" << "a" << "a:us" << "?p0 ";
        QTest::newRow("failed beside another") << "1/0" << "a" << "a:uf a:ua" << "?p0 ";
        QTest::newRow("failed where none is wanted") << "1/0" << "a!!" << "a:uf" << "-p0 ";
        QTest::newRow("duplicates: the oldest stays") << "1/0" << "a" << "a:ur a:ua a:ua" << "-p1 -p2 ";
        QTest::newRow("duplicates: a bound one stays") << "1/0" << "a" << "a:up a:ur" << "-p0 ";
        QTest::newRow("node is gone, not bound") << "1/0" << "" << "x:up" << "-p0 ";
        QTest::newRow("node is gone, bound") << "1/0" << "" << "x:ua" << "";
        QTest::newRow("OnDelete") << "OnDelete" << "a b" << "a:a" << "+b ";
        QTest::newRow("surge: beside one that goes") << "0/1" << "a" << "a:d" << "+a ";
        QTest::newRow("surge: not beside a failed one") << "0/1" << "a" << "a:uf" << "?p0 ";
        QTest::newRow("surge: both while the new one comes") << "0/1" << "a" << "a:a a:ur" << "";
        QTest::newRow("surge: the new one is available") << "0/1" << "a" << "a:a a:ua" << "-p0 ";
        QTest::newRow("surge: the old one broke") << "0/1" << "a" << "a: a:u" << "-p0 ";
        QTest::newRow("surge: three") << "0/1" << "a" << "a:a a:a a:u a:u" << "-p1 -p3 ";
        QTest::newRow("surge: two new ones") << "0/1" << "a" << "a:ur a:ur" << "-p1 ";
    }
    void plansPods() {
        QFETCH(QString, strategy);
        QFETCH(QString, nodes);
        QFETCH(QString, pods);
        QFETCH(QString, plan);
        const appsv1::DaemonSet set = setOf(strategy);
        const View view = lookAt(set, "new", kNow, nodesOf(nodes), podsOf(pods));
        QCOMPARE(textOf(planPods(view)), plan.toStdString());
    }

    void plansRollouts_data() {
        QTest::addColumn<QString>("strategy");
        QTest::addColumn<QString>("nodes");
        QTest::addColumn<QString>("pods");
        QTest::addColumn<QString>("plan");
        QTest::newRow("OnDelete") << "OnDelete" << "a b" << "a:a b:a" << "";
        QTest::newRow("all new") << "1/0" << "a b" << "a:ua b:ua" << "";
        QTest::newRow("one at a time") << "1/0" << "a b c" << "a:a b:a c:a" << "-p0 ";
        QTest::newRow("two at a time") << "2/0" << "a b c" << "a:a b:a c:a" << "-p0 -p1 ";
        QTest::newRow("percent is rounded up") << "34%/0" << "a b c" << "a:a b:a c:a" << "-p0 -p1 ";
        QTest::newRow("all") << "100%/0" << "a b c" << "a:a b:a c:a" << "-p0 -p1 -p2 ";
        QTest::newRow("waits for availability") << "1/0" << "a b" << "a:ur b:a" << "";
        QTest::newRow("waits for one that goes") << "1/0" << "a b" << "a:d b:a" << "";
        QTest::newRow("waits for a node without") << "1/0" << "a b" << "b:a" << "";
        QTest::newRow("broken ones first, and all") << "1/0" << "a b c" << "a:a b: c:" << "-p1 -p2 ";
        QTest::newRow("neither") << "0/0" << "a b" << "a:a b:a" << "-p0 ";
        QTest::newRow("nodes without a pod that want none don't count") << "1/0" << "a! b" << "b:a" << "-p0 ";
        QTest::newRow("a node that is gone doesn't count") << "1/0" << "b" << "a:a b:a" << "-p1 ";
        QTest::newRow("surge: beside the old one") << "0/1" << "a b c" << "a:a b:a c:a" << "+a ";
        QTest::newRow("surge: percent") << "0/50%" << "a b c" << "a:a b:a c:a" << "+a +b ";
        QTest::newRow("surge: waits for availability") << "0/1" << "a b" << "a:a a:ur b:a" << "";
        QTest::newRow("surge: the old one goes") << "0/1" << "a b" << "a:a a:ua b:a" << "+b -p0 ";
        QTest::newRow("surge: broken ones are free") << "0/1" << "a b c" << "a: b: c:a" << "+a +b +c ";
        QTest::newRow("surge: a broken one where none is wanted") << "0/1" << "a! b" << "a: b:ua" << "-p0 ";
        QTest::newRow("surge: a misplaced one goes when others serve") << "0/1" << "a! b" << "a:a b:ua" << "-p0 ";
        QTest::newRow("surge: a misplaced one stays until then") << "0/1" << "a! b" << "a:a b:ur" << "";
        QTest::newRow("surge: in disorder") << "0/1" << "a b" << "a:u a:u b:a" << "";
    }
    void plansRollouts() {
        QFETCH(QString, strategy);
        QFETCH(QString, nodes);
        QFETCH(QString, pods);
        QFETCH(QString, plan);
        const appsv1::DaemonSet set = setOf(strategy);
        const View view = lookAt(set, "new", kNow, nodesOf(nodes), podsOf(pods));
        QCOMPARE(textOf(planRollout(view)), plan.toStdString());
    }

    void countsForTheStatus_data() {
        QTest::addColumn<QString>("nodes");
        QTest::addColumn<QString>("pods");
        QTest::addColumn<QString>("numbers"); // desired current misscheduled ready updated available unavailable
        QTest::newRow("none") << "" << "" << "0 0 0 0 0 0 0";
        QTest::newRow("not made yet") << "a b" << "" << "2 0 0 0 0 0 2";
        QTest::newRow("all kinds") << "a b c d" << "a:ua b:ur c:a d:u" << "4 4 0 3 3 2 2";
        QTest::newRow("misscheduled") << "a! b!! c" << "a:ua b:ua" << "1 0 2 0 0 0 1";
        QTest::newRow("the elder of two counts") << "a" << "a:a a:u" << "1 1 0 1 0 1 0";
        QTest::newRow("going ones count while they run") << "a" << "a:uad" << "1 1 0 1 1 1 0";
        QTest::newRow("a node that is gone") << "a" << "x:ua a:ua" << "1 1 0 1 1 1 0";
    }
    void countsForTheStatus() {
        QFETCH(QString, nodes);
        QFETCH(QString, pods);
        appsv1::DaemonSet set = setOf("1/0");
        set.status.observedGeneration = 3;
        set.status.collisionCount = 2;
        set.status.numberMisscheduled = 9;
        const auto status = calculateStatus(lookAt(set, "new", kNow, nodesOf(nodes), podsOf(pods)));
        QTEST(QString::fromStdString(fmt::format("{} {} {} {} {} {} {}", status.desiredNumberScheduled,
                                                 status.currentNumberScheduled, status.numberMisscheduled,
                                                 status.numberReady, status.updatedNumberScheduled,
                                                 status.numberAvailable, status.numberUnavailable)),
              "numbers");
        QCOMPARE(status.observedGeneration, int64_t(3));
        QCOMPARE(status.collisionCount, std::optional<int32_t>(2));
    }

    void aPodIsUpdatedByHashOrGeneration() {
        appsv1::DaemonSet set = setOf("1/0");
        const View view = lookAt(set, "new", kNow, {}, {});
        corev1::Pod pod;
        QVERIFY(!isUpdated(view, pod));
        pod.metadata.labels["pod-template-generation"] = "2";
        QVERIFY(!isUpdated(view, pod));
        set.metadata.annotations["deprecated.daemonset.template.generation"] = "2";
        QVERIFY(isUpdated(view, pod));
        set.metadata.annotations["deprecated.daemonset.template.generation"] = "x";
        QVERIFY(!isUpdated(view, pod));
        pod.metadata.labels["controller-revision-hash"] = "new";
        QVERIFY(isUpdated(view, pod));
    }

    void comesAgainWhenAPodBecomesAvailable() {
        const appsv1::DaemonSet set = setOf("1/0");
        QVERIFY(!untilAvailable(lookAt(set, "new", kNow, nodesOf("a"), podsOf("a:ua"))));
        const auto left = untilAvailable(lookAt(set, "new", kNow, nodesOf("a b"), podsOf("a:ua b:ur")));
        QVERIFY(left.has_value());
        QVERIFY(*left == std::chrono::seconds(20));
    }

    void failedPodsAreReplacedMoreAndMoreRarely() {
        test::ManualClock clock;
        FailedPodBackoff backoff(clock);
        QVERIFY(backoff.remaining("a") == Duration::zero());
        for (int seconds : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
            backoff.next("a");
            QVERIFY(backoff.remaining("a") == std::chrono::seconds(seconds));
            QVERIFY(backoff.remaining("b") == Duration::zero());
            clock.advance(std::chrono::seconds(seconds));
            QVERIFY(backoff.remaining("a") == Duration::zero());
        }
        backoff.collect();
        QCOMPARE(backoff.size(), size_t(1));
        clock.advance(std::chrono::minutes(31));
        backoff.next("a");
        QVERIFY(backoff.remaining("a") == std::chrono::seconds(1));
        clock.advance(std::chrono::minutes(31));
        backoff.collect();
        QCOMPARE(backoff.size(), size_t(0));
    }
};

QTEST_GUILESS_MAIN(DaemonSetPlanTest)
#include "tst_daemonset_plan.moc"
