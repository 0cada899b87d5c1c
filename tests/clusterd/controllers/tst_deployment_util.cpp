#include "clusterd/controllers/deployment/deployment_util.h"

#include <QTest>

using namespace coracle;
using namespace coracle::controllers::deployment;

namespace {

appsv1::Deployment deployment(int32_t replicas, api::IntOrString surge, api::IntOrString unavailable) {
    appsv1::Deployment made;
    made.spec.replicas = replicas;
    made.spec.strategy.type = "RollingUpdate";
    auto &update = made.spec.strategy.rollingUpdate.ensure();
    update.maxSurge = surge;
    update.maxUnavailable = unavailable;
    return made;
}

appsv1::ReplicaSet replicaSet(int32_t replicas, int32_t most) {
    appsv1::ReplicaSet set;
    set.spec.replicas = replicas;
    annotateReplicas(set, replicas, most);
    return set;
}

} // namespace

class DeploymentUtilTest : public QObject {
    Q_OBJECT

private slots:
    void boundsOfARollout_data() {
        QTest::addColumn<int>("replicas");
        QTest::addColumn<QString>("surge");
        QTest::addColumn<QString>("unavailable");
        QTest::addColumn<int>("maxSurgeIs");
        QTest::addColumn<int>("maxUnavailableIs");
        QTest::newRow("percentages round apart") << 10 << "25%" << "25%" << 3 << 2;
        QTest::newRow("never both zero") << 3 << "0" << "0" << 0 << 1;
        QTest::newRow("rounded down to zero with surge") << 3 << "1" << "25%" << 1 << 0;
        QTest::newRow("not more than there are") << 2 << "1" << "5" << 1 << 2;
        QTest::newRow("nothing declared") << 0 << "1" << "1" << 1 << 0;
    }
    void boundsOfARollout() {
        QFETCH(int, replicas);
        QFETCH(QString, surge);
        QFETCH(QString, unavailable);
        const auto d = deployment(replicas, api::IntOrString::parse(surge.toStdString()),
                                  api::IntOrString::parse(unavailable.toStdString()));
        QTEST(static_cast<int>(maxSurge(d)), "maxSurgeIs");
        QTEST(static_cast<int>(maxUnavailable(d)), "maxUnavailableIs");
    }

    void theNewSetTakesTheRoomThatSurgeGives() {
        const auto d = deployment(10, 2, 1);
        const auto fresh = replicaSet(1, 12);
        QCOMPARE(newReplicaSetReplicas(d, {replicaSet(8, 12), fresh}, fresh), 4);
        QCOMPARE(newReplicaSetReplicas(d, {replicaSet(11, 12), fresh}, fresh), 1);
        auto recreate = d;
        recreate.spec.strategy.type = "Recreate";
        QCOMPARE(newReplicaSetReplicas(recreate, {}, fresh), 10);
    }

    void sharesInTheMiddleOfARolloutAreProportional() {
        // 10 of at most 12 are scaled to 20 of at most 22 while 8 are old and 3 new.
        const auto d = deployment(20, 2, 1);
        const int32_t toAdd = 22 - 11;
        const int32_t old = proportion(replicaSet(8, 12), d, toAdd, 0);
        QCOMPARE(old, 7);
        QCOMPARE(proportion(replicaSet(3, 12), d, toAdd, old), 3);
        QCOMPARE(proportion(replicaSet(5, 12), deployment(0, 2, 1), -5, 0), -5);
    }

    void templatesCompareWithoutTheirHash() {
        corev1::PodTemplateSpec a, b;
        a.metadata.labels["app"] = b.metadata.labels["app"] = "x";
        b.metadata.labels[std::string(kPodTemplateHash)] = "abc";
        QVERIFY(sameTemplate(a, b));
        b.spec.containers.emplace_back().name = "c";
        QVERIFY(!sameTemplate(a, b));
    }

    void hashesAreStableAndAvoidCollisions() {
        corev1::PodTemplateSpec a;
        QCOMPARE(templateHash(a, std::nullopt), templateHash(a, std::nullopt));
        QVERIFY(templateHash(a, std::nullopt) != templateHash(a, 1));
        QVERIFY(templateHash(a, 1) != templateHash(a, 2));
    }

    void revisionsAreKeptInTheHistory() {
        const auto d = deployment(3, 1, 1);
        appsv1::ReplicaSet set;
        QVERIFY(annotateNew(d, set, 1, false));
        QCOMPARE(revisionOf(set.metadata), 1);
        QVERIFY(!annotateNew(d, set, 1, true));
        QVERIFY(annotateNew(d, set, 4, true));
        QCOMPARE(set.metadata.annotations.at(std::string(kRevisionHistory)), std::string("1"));
        QVERIFY(!annotateNew(d, set, 2, true)); // never back
    }

    void conditionsKeepTheirTransitionTime() {
        appsv1::DeploymentStatus status;
        const WallTime early{std::chrono::seconds(100)}, late{std::chrono::seconds(200)};
        setCondition(status, makeCondition("Available", "True", "A", "", early));
        setCondition(status, makeCondition("Available", "True", "B", "", late));
        QCOMPARE(findCondition(status, "Available")->reason, std::string("B"));
        QVERIFY(findCondition(status, "Available")->lastTransitionTime == api::Time(early));
        setCondition(status, makeCondition("Available", "False", "B", "", late));
        QVERIFY(findCondition(status, "Available")->lastTransitionTime == api::Time(late));
        QCOMPARE(status.conditions.size(), size_t(1));
    }

    void deadlinesPass() {
        auto d = deployment(1, 1, 1);
        d.spec.progressDeadlineSeconds = 60;
        const WallTime start{std::chrono::seconds(1000)};
        setCondition(d.status, makeCondition("Progressing", "True", "ReplicaSetUpdated", "", start));
        QVERIFY(!isTimedOut(d, d.status, start + std::chrono::seconds(60)));
        QVERIFY(isTimedOut(d, d.status, start + std::chrono::seconds(61)));
        d.spec.progressDeadlineSeconds.reset();
        QVERIFY(!isTimedOut(d, d.status, start + std::chrono::hours(1)));
    }
};

QTEST_GUILESS_MAIN(DeploymentUtilTest)
#include "tst_deployment_util.moc"
