#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/statefulset/statefulset_identity.h"
#include "clusterd/controllers/statefulset/statefulset_plan.h"
#include "clusterd/controllers/statefulset/statefulset_revisions.h"
#include "core/api/typed.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::controllers::statefulset;

namespace {

constexpr WallTime kNow{std::chrono::hours(1000)};
const RevisionNames kRevisions{.current = "old", .update = "new"};

appsv1::StatefulSet makeSet(const std::string &spec) {
    auto set = api::decode<appsv1::StatefulSet>(fmt::format(
        R"({{"metadata":{{"name":"web","namespace":"default","uid":"u","generation":7}},"spec":{{{}}}}})", spec));
    return std::move(*set);
}

/// "3+n": ordinal, then + available, ~ ready for five seconds, - running but not ready, ? pending, ! failed,
/// x terminating; then n or o: new or old.
corev1::Pod makePod(std::string_view text) {
    corev1::Pod pod;
    pod.metadata.name = fmt::format("web-{}", text[0]);
    pod.metadata.uid = pod.metadata.name;
    pod.metadata.labels[std::string(kRevisionLabel)] = text[2] == 'n' ? "new" : "old";
    const char state = text[1];
    pod.status.phase = state == '?' ? "Pending" : state == '!' ? "Failed" : "Running";
    if (state == 'x')
        pod.metadata.deletionTimestamp = api::Time(kNow);
    auto &ready = pod.status.conditions.emplace_back();
    ready.type = "Ready";
    ready.status = state == '+' || state == '~' || state == 'x' ? "True" : "False";
    ready.lastTransitionTime = api::Time(kNow - (state == '~' ? std::chrono::seconds(5) : std::chrono::hours(1)));
    return pod;
}

std::vector<corev1::Pod> makePods(const std::string &texts) {
    std::vector<corev1::Pod> pods;
    for (size_t at = 0; at < texts.size(); at += 4)
        pods.push_back(makePod(std::string_view(texts).substr(at, 3)));
    return pods;
}

/// "create 3:new, delete 1"
std::string describe(const Plan &steps) {
    std::string text;
    const auto add = [&](const std::string &step) { text += (text.empty() ? "" : ", ") + step; };
    for (const Plan::Creation &creation : steps.create)
        add(fmt::format("create {}:{}", creation.ordinal,
                        creation.revision == Plan::Creation::Revision::Update ? "new" : "old"));
    for (const corev1::Pod *pod : steps.remove)
        add("delete " + pod->metadata.name.substr(4));
    return text;
}

} // namespace

class StatefulSetPlanTest : public QObject {
    Q_OBJECT

private slots:
    void plans_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("pods");
        QTest::addColumn<QString>("steps");
        const char *ordered = R"("replicas":3)";
        const char *parallel = R"("replicas":3,"podManagementPolicy":"Parallel")";
        const char *minReady = R"("replicas":3,"minReadySeconds":10)";
        const char *onDelete = R"("replicas":3,"updateStrategy":{"type":"OnDelete"})";
        const char *partition = R"("replicas":3,"updateStrategy":{"rollingUpdate":{"partition":2}})";
        const char *two = R"("replicas":4,"updateStrategy":{"rollingUpdate":{"maxUnavailable":2}})";
        const char *percent = R"("replicas":4,"updateStrategy":{"rollingUpdate":{"maxUnavailable":"10%"}})";
        const char *partly = R"("replicas":4,"updateStrategy":{"rollingUpdate":{"partition":3,"maxUnavailable":2}})";
        const char *start = R"("replicas":2,"ordinals":{"start":5})";

        QTest::newRow("first") << ordered << "" << "create 0:new";
        QTest::newRow("next") << ordered << "0+n" << "create 1:new";
        QTest::newRow("waits for pending") << ordered << "0?n" << "";
        QTest::newRow("waits for unready") << ordered << "0+n 1-n" << "";
        QTest::newRow("waits for terminating") << ordered << "0xn" << "";
        QTest::newRow("fills a gap") << ordered << "0+n 2+n" << "create 1:new";
        QTest::newRow("done") << ordered << "0+n 1+n 2+n" << "";
        QTest::newRow("failed") << ordered << "0+n 1!n 2+n" << "delete 1";
        QTest::newRow("waits for availability") << minReady << "0~n" << "";
        QTest::newRow("available") << minReady << "0+n" << "create 1:new";
        QTest::newRow("parallel") << parallel << "1?n" << "create 0:new, create 2:new";
        QTest::newRow("parallel failed") << parallel << "0!n 1?n" << "create 2:new, delete 0";
        QTest::newRow("parallel terminating") << parallel << "0xn 1?n" << "create 2:new";
        QTest::newRow("start") << start << "" << "create 5:new";
        QTest::newRow("start moved") << start << "4+n 5+n 6+n" << "delete 4";

        QTest::newRow("scale down") << ordered << "0+n 1+n 2+n 3+n 4+n" << "delete 4";
        QTest::newRow("scale down waits below") << ordered << "0-n 1+n 2+n 3+n" << "";
        QTest::newRow("scale down waits for terminating") << ordered << "0+n 1+n 2+n 3+n 4xn" << "";
        QTest::newRow("scale down the unready") << ordered << "0+n 1+n 2+n 3-n" << "delete 3";
        QTest::newRow("scale down waits between") << ordered << "0+n 1+n 2+n 3-n 4-n" << "";
        QTest::newRow("scale down above unready") << ordered << "0+n 1+n 2+n 3-n 4+n" << "delete 4";
        QTest::newRow("scale down the finished") << ordered << "0+n 1+n 2+n 3-n 4!n" << "delete 4";
        QTest::newRow("scale down before update") << ordered << "0+o 1+o 2+o 3+o" << "delete 3";
        QTest::newRow("parallel scale down") << parallel << "0-n 1+n 2+n 3-n 4xn 5?n" << "delete 5, delete 3";

        QTest::newRow("update the highest") << ordered << "0+o 1+o 2+o" << "delete 2";
        QTest::newRow("update the next") << ordered << "0+o 1+o 2+n" << "delete 1";
        QTest::newRow("update waits") << ordered << "0+o 1+o 2-n" << "";
        QTest::newRow("parallel update waits") << parallel << "0+o 1+o 2-n" << "";
        QTest::newRow("parallel update waits for terminating") << parallel << "0+o 1+o 2xo" << "";
        QTest::newRow("parallel update of the unready") << parallel << "0+o 1+o 2-o" << "delete 2";
        QTest::newRow("on delete") << onDelete << "0+o 1+o 2+o" << "";
        QTest::newRow("on delete makes new ones") << onDelete << "0+o 2+o" << "create 1:new";
        QTest::newRow("partition") << partition << "0+o 1+o 2+o" << "delete 2";
        QTest::newRow("partition reached") << partition << "0+o 1+o 2+n" << "";
        QTest::newRow("partition keeps old ones old") << partition << "0+o 2+n" << "create 1:old";
        QTest::newRow("two at once") << two << "0+o 1+o 2+o 3+o" << "delete 3, delete 2";
        QTest::newRow("two, one is missing")
            << R"("replicas":4,"podManagementPolicy":"Parallel","updateStrategy":{"rollingUpdate":{"maxUnavailable":2}})"
            << "0+o 1+o 2+o 3-n" << "delete 2";
        QTest::newRow("at least one") << percent << "0+o 1+o 2+o 3+o" << "delete 3";
        QTest::newRow("two above the partition") << partly << "0+o 1+o 2+o 3+o" << "delete 3";
    }
    void plans() {
        QFETCH(QString, spec);
        QFETCH(QString, pods);
        QFETCH(QString, steps);
        const auto set = makeSet(spec.toStdString());
        const auto observed = makePods(pods.toStdString());
        QCOMPARE(QString::fromStdString(describe(plan(set, observed, kRevisions, kNow))), steps);
    }

    void oneBurstIsBounded() {
        const auto set = makeSet(R"("replicas":2000000000,"podManagementPolicy":"Parallel")");
        QCOMPARE(plan(set, {}, kRevisions, kNow).create.size(), size_t(500));
    }

    void withoutRollingUpdateTheLowestStayOld() {
        auto set = makeSet(R"("replicas":3,"updateStrategy":{"type":"RollingUpdate"})");
        set.status.currentReplicas = 2;
        QCOMPARE(describe(plan(set, makePods("0+o 2+n"), kRevisions, kNow)), std::string("create 1:old"));
        QCOMPARE(describe(plan(set, makePods("0+o 1+o"), kRevisions, kNow)), std::string("create 2:new"));
    }

    void countsTheStatus() {
        const auto set = makeSet(R"("replicas":4,"minReadySeconds":10)");
        const auto pods = makePods("0+o 1~n 2-n 3xn");
        const auto status = calculateStatus(set, pods, kRevisions, kNow);
        QCOMPARE(status.observedGeneration, int64_t(7));
        QCOMPARE(status.replicas, 4);
        QCOMPARE(status.readyReplicas, 3);
        QCOMPARE(status.availableReplicas, 2);
        QCOMPARE(status.currentReplicas, 1);
        QCOMPARE(status.updatedReplicas, 2);
        QCOMPARE(status.currentRevision, std::string("old"));
        QVERIFY(untilNextAvailable(set, pods, kNow) == Duration(std::chrono::seconds(5)));
        QVERIFY(!untilNextAvailable(set, makePods("0+o 2-n"), kNow));
    }

    void anUpdateIsCompleteWhenAllAreReady() {
        const auto set = makeSet(R"("replicas":2)");
        QCOMPARE(calculateStatus(set, makePods("0+n 1-n"), kRevisions, kNow).currentRevision, std::string("old"));
        const auto status = calculateStatus(set, makePods("0+n 1+n"), kRevisions, kNow);
        QCOMPARE(status.currentRevision, std::string("new"));
        QCOMPARE(status.currentReplicas, 2);
    }

    void namesOfPods() {
        QCOMPARE(parsePodName("web-0")->ordinal, 0);
        QCOMPARE(parsePodName("my-web-12")->set, std::string_view("my-web"));
        for (const char *name : {"web", "web-", "-1", "web-01", "web-x", "web-1x", "web-99999999999"})
            QVERIFY2(!parsePodName(name), name);
    }

    void claimsReplaceVolumesOfTheirName() {
        const auto set = makeSet(
            R"("replicas":1,"serviceName":"s","selector":{"matchLabels":{"app":"web"}},"volumeClaimTemplates":[{"metadata":{"name":"data"}}],"template":{"spec":{"volumes":[{"name":"data","emptyDir":{}},{"name":"tmp","emptyDir":{}}]}})");
        const corev1::Pod pod = newPod(set, set.spec.template_, "web-abc", 3);
        QCOMPARE(pod.spec.volumes.size(), size_t(2));
        QCOMPARE(pod.spec.volumes[0].persistentVolumeClaim->claimName, std::string("data-web-3"));
        QVERIFY(!pod.spec.volumes[0].emptyDir);
        QCOMPARE(pod.spec.volumes[1].name, std::string("tmp"));
        QCOMPARE(pod.spec.hostname, std::string("web-3"));
        QCOMPARE(pod.spec.subdomain, std::string("s"));
        QCOMPARE(revisionOf(pod), std::string_view("web-abc"));
    }

    void ownersOfClaims_data() {
        QTest::addColumn<QString>("deleted");
        QTest::addColumn<QString>("scaled");
        QTest::addColumn<QString>("staying");
        QTest::addColumn<QString>("condemned");
        QTest::newRow("retain") << "Retain" << "Retain" << "" << "";
        QTest::newRow("deleted") << "Delete" << "Retain" << "u" << "u";
        QTest::newRow("scaled") << "Retain" << "Delete" << "" << "web-2";
        QTest::newRow("both") << "Delete" << "Delete" << "u" << "web-2";
    }
    void ownersOfClaims() {
        QFETCH(QString, deleted);
        QFETCH(QString, scaled);
        QFETCH(QString, staying);
        QFETCH(QString, condemned);
        const auto set = makeSet(fmt::format(
            R"("replicas":2,"persistentVolumeClaimRetentionPolicy":{{"whenDeleted":"{}","whenScaled":"{}"}},"volumeClaimTemplates":[{{"metadata":{{"name":"data"}}}}])",
            deleted.toStdString(), scaled.toStdString()));
        const auto ownerOf = [](const corev1::PersistentVolumeClaim &claim) {
            const auto *owner = controllerOf(claim.metadata);
            return owner ? QString::fromStdString(owner->uid) : QString();
        };
        corev1::PersistentVolumeClaim claim;
        (void)own(claim, set, makePod("1+n"));
        QCOMPARE(ownerOf(claim), staying);
        QCOMPARE(ownerOf(newClaims(set, 1)[0]), staying);
        QVERIFY(!own(claim, set, makePod("1+n")));
        (void)own(claim, set, makePod("2+n"));
        QCOMPARE(ownerOf(claim), condemned);
        QCOMPARE(isStale(claim, "web-2"), condemned == "web-2");
        // Somebody else's claim is not touched.
        metav1::ObjectMeta stranger;
        stranger.uid = "stranger";
        corev1::PersistentVolumeClaim foreign;
        foreign.metadata.ownerReferences.push_back(controllerReference("v1", "ConfigMap", stranger));
        QVERIFY(!own(foreign, set, makePod("2+n")));
    }

    void revisionsAreChosenAndCut() {
        const auto withImage = [](const char *image) {
            return makeSet(fmt::format(
                R"("revisionHistoryLimit":1,"template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"c","image":"{}"}}]}}}})",
                image));
        };
        const auto revisionOf = [](const appsv1::StatefulSet &set, int64_t number) {
            return history::make("apps/v1", kKind, set.metadata, set.spec.template_, number, 0,
                                 history::kPlainHashLabel);
        };
        Revisions revisions;
        QCOMPARE(chooseRevision(withImage("a"), revisions).number, int64_t(1));
        for (const char *image : {"a", "b", "c"})
            revisions.push_back(revisionOf(withImage(image), static_cast<int64_t>(revisions.size()) + 1));
        QCOMPARE(templateOf(revisions[0])->spec.containers[0].image, std::string("a"));
        auto choice = chooseRevision(withImage("c"), revisions);
        QVERIFY(choice.existing == size_t(2) && choice.number == 3);
        choice = chooseRevision(withImage("a"), revisions);
        QVERIFY(choice.existing == size_t(0) && choice.number == 4);
        choice = chooseRevision(withImage("d"), revisions);
        QVERIFY(!choice.existing && choice.number == 4);
        const Revisions surplus = surplusRevisions(withImage("c"), revisions, {revisions[2].metadata.name});
        QCOMPARE(surplus.size(), size_t(1));
        QCOMPARE(surplus[0].metadata.name, revisions[0].metadata.name);
    }
};

QTEST_GUILESS_MAIN(StatefulSetPlanTest)
#include "tst_statefulset_plan.moc"
