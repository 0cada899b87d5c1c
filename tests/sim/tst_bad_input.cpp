#include "core/api/types/apps_v1.h"
#include "core/api/types/batch_v1.h"
#include "core/api/types/core_v1.h"
#include "core/base/log.h"
#include "core/client/typed_client.h"
#include "tests/sim/simulation.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::sim;
using namespace std::chrono_literals;

namespace {

/// Calls of all parts in a minute in which nothing is to be done: leases, and status of nodes and servers.
constexpr uint64_t kQuietCallsMax = 400;

constexpr const char *kPodSpec =
    R"("spec":{"automountServiceAccountToken":false,"containers":[{"name":"serve","image":"app:1"}]})";

/// An empty cluster of two machines, and a user.
struct Cluster {
    Cluster() : user(simulation.network(), {.name = "user", .groups = {std::string(apiserver::kSystemMasters)}}) {
        user.faultless = true;
        simulation.begin();
    }

    /// The answer's code; 201 when it was made.
    int create(const std::string &json) {
        auto object = api::Object::parse(json);
        if (!object)
            qFatal("%s", json.c_str());
        int code = 0;
        world.finish(createIn(*object, json, &code));
        return code;
    }
    Task<> createIn(api::ObjectPtr object, std::string json, int *code) {
        const api::ResourceInfo &resource = *api::findKind(object->apiVersion(), object->kind());
        auto made = co_await client.create(resource, std::string(object->namespaceName()), json);
        *code = made ? 201 : made.error().code;
    }
    int merge(const api::ResourceInfo &resource, std::string name, std::string patch, std::string subresource = {}) {
        int code = 0;
        world.finish(mergeIn(resource, name, patch, subresource, &code));
        return code;
    }
    Task<> mergeIn(const api::ResourceInfo &resource, std::string name, std::string patch, std::string subresource,
                   int *code) {
        client::WriteOptions options;
        options.subresource = subresource;
        auto done = co_await client.patch(resource, "default", name, client::PatchType::Merge, patch, options);
        *code = done ? 200 : done.error().code;
    }
    void remove(const api::ResourceInfo &resource, std::string name, std::string policy) {
        world.finish(removeIn(resource, name, policy));
    }
    Task<> removeIn(const api::ResourceInfo &resource, std::string name, std::string policy) {
        client::DeleteOptions options;
        options.propagationPolicy = policy;
        (void)co_await client.remove(resource, "default", name, options);
    }
    template<class T>
    std::vector<T> list() {
        std::vector<T> objects;
        world.finish(listIn<T>(&objects));
        return objects;
    }
    template<class T>
    Task<> listIn(std::vector<T> *objects) {
        auto listed = co_await client.list(T::resource(), "default");
        if (listed)
            for (const client::ObjectPtr &object : listed->items)
                if (auto decoded = api::decode<T>(*object))
                    objects->push_back(std::move(*decoded));
    }
    size_t podsOf(std::string_view owner) {
        size_t count = 0;
        for (const corev1::Pod &pod : list<corev1::Pod>())
            count += !pod.metadata.ownerReferences.empty() && pod.metadata.ownerReferences[0].name == owner;
        return count;
    }
    /// How many calls the parts make in this time.
    uint64_t callsIn(Duration duration) {
        const uint64_t before = simulation.network().calls;
        world.pass(duration);
        return simulation.network().calls - before;
    }

    Simulation simulation{SimulationOptions{.nodes = 2, .controlPlanes = 1}};
    World &world = simulation.world();
    NetworkClient user;
    client::Client &client = user;
};

std::string replicaSet(const std::string &name, const std::string &replicas) {
    return fmt::format(
        R"({{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{{"name":"{}","namespace":"default"}},)"
        R"("spec":{{"replicas":{},"selector":{{"matchLabels":{{"app":"x"}}}},)"
        R"("template":{{"metadata":{{"labels":{{"app":"x"}}}},{}}}}}}})",
        name, replicas, kPodSpec);
}

std::string workload(const std::string &kind, const std::string &name, const std::string &spec) {
    return fmt::format(R"({{"apiVersion":"apps/v1","kind":"{0}","metadata":{{"name":"{1}","namespace":"default"}},)"
                       R"("spec":{{{2}"selector":{{"matchLabels":{{"app":"x"}}}},)"
                       R"("template":{{"metadata":{{"labels":{{"app":"x"}}}},{3}}}}}}})",
                       kind, name, spec, kPodSpec);
}

std::string ownedMap(const std::string &name, const std::string &owner, const std::string &uid) {
    return fmt::format(
        R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}","namespace":"default","ownerReferences":)"
        R"([{{"apiVersion":"v1","kind":"ConfigMap","name":"{}","uid":"{}","blockOwnerDeletion":true}}]}}}})",
        name, owner, uid);
}

} // namespace

class BadInputTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { log::configure(log::Level::Error, log::Format::Text); }

    /// Everybody whose selector matches: each takes what nobody owns, and leaves the others' alone.
    void manyWithOneSelector() {
        Cluster c;
        QCOMPARE(c.create(R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"bare","namespace":"default",)"
                          R"("labels":{"app":"x"}},)" +
                          std::string(kPodSpec) + "}"),
                 201);
        QCOMPARE(c.create(replicaSet("one", "3")), 201);
        QCOMPARE(c.create(replicaSet("two", "3")), 201);
        QCOMPARE(c.create(workload("StatefulSet", "set", R"("replicas":2,"serviceName":"s",)")), 201);
        QCOMPARE(c.create(workload("DaemonSet", "daemon", "")), 201);
        c.world.pass(3min);
        QCOMPARE(c.podsOf("one"), size_t(3));
        QCOMPARE(c.podsOf("two"), size_t(3));
        QCOMPARE(c.podsOf("set"), size_t(2));
        QCOMPARE(c.podsOf("daemon"), size_t(2));
        QCOMPARE(c.list<corev1::Pod>().size(), size_t(10)); // the bare one has an owner now
        const uint64_t calls = c.callsIn(1min);
        QVERIFY2(calls < kQuietCallsMax, qPrintable(QString::number(calls)));
    }

    void cyclicOwners_data() {
        QTest::addColumn<QString>("policy");
        QTest::newRow("foreground") << "Foreground";
        QTest::newRow("background") << "Background";
    }
    void cyclicOwners() {
        QFETCH(QString, policy);
        Cluster c;
        QCOMPARE(c.create(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"default"}})"),
                 201);
        auto uid = [&](std::string_view name) {
            for (const auto &map : c.list<corev1::ConfigMap>())
                if (map.metadata.name == name)
                    return map.metadata.uid;
            return std::string();
        };
        QCOMPARE(c.create(ownedMap("b", "a", uid("a"))), 201);
        QCOMPARE(c.create(ownedMap("c", "b", uid("b"))), 201);
        QCOMPARE(c.merge(corev1::ConfigMap::resource(), "a",
                         fmt::format(R"({{"metadata":{{"ownerReferences":[{{"apiVersion":"v1","kind":"ConfigMap",)"
                                     R"("name":"c","uid":"{}","blockOwnerDeletion":true}}]}}}})",
                                     uid("c"))),
                 200);
        c.world.pass(1min);
        QCOMPARE(uid("a").empty() || uid("b").empty() || uid("c").empty(), false); // each has its owner
        QVERIFY(c.callsIn(1min) < kQuietCallsMax);
        c.remove(corev1::ConfigMap::resource(), "b", policy.toStdString());
        c.world.pass(2min);
        for (const auto &map : c.list<corev1::ConfigMap>())
            QVERIFY2(map.metadata.ownerReferences.empty(), map.metadata.name.c_str());
        QVERIFY(c.callsIn(1min) < kQuietCallsMax);
    }

    /// What the pods' names or labels would be too long for: nothing is made, and it is not tried all the time.
    void longNames_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("length");
        QTest::newRow("Deployment") << "Deployment" << 253;
        QTest::newRow("ReplicaSet") << "ReplicaSet" << 253;
        QTest::newRow("StatefulSet") << "StatefulSet" << 253;
        QTest::newRow("StatefulSet, label") << "StatefulSet" << 62;
        QTest::newRow("DaemonSet") << "DaemonSet" << 253;
    }
    void longNames() {
        QFETCH(QString, kind);
        QFETCH(int, length);
        Cluster c;
        const std::string name(static_cast<size_t>(length), 'n');
        const std::string spec = kind == "StatefulSet" ? R"("serviceName":"s",)" : "";
        const int code = c.create(workload(kind.toStdString(), name, spec));
        QVERIFY(code == 201 || code == 422);
        c.world.pass(5min);
        const uint64_t calls = c.callsIn(1min);
        QVERIFY2(calls < kQuietCallsMax, qPrintable(QString::number(calls)));
    }

    void negativeCountsAreRefused() {
        Cluster c;
        QCOMPARE(c.create(replicaSet("r", "-1")), 422);
        QCOMPARE(c.create(workload("Deployment", "d", R"("replicas":-1,)")), 422);
        QCOMPARE(c.create(workload("StatefulSet", "s", R"("replicas":-1,"serviceName":"s",)")), 422);
        QCOMPARE(c.create(R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"j","namespace":"default"},)"
                          R"("spec":{"parallelism":-1,"template":{"spec":{"restartPolicy":"Never","containers":)"
                          R"([{"name":"work","image":"app:1"}]}}}})"),
                 422);
        QCOMPARE(c.create(replicaSet("r", "99999999999")), 400); // no int32
        QCOMPARE(c.create(replicaSet("r", "0")), 201);
        QCOMPARE(c.merge(appsv1::ReplicaSet::resource(), "r", R"({"spec":{"replicas":-5}})", "scale"), 422);
    }

    /// As many pods as the quota lets through, and then few further attempts.
    void hugeCounts() {
        Cluster c;
        QCOMPARE(c.create(R"({"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q","namespace":"default"},)"
                          R"("spec":{"hard":{"pods":"20"}}})"),
                 201);
        c.world.pass(10s);
        QCOMPARE(c.create(replicaSet("huge", "2147483647")), 201);
        c.world.pass(5min);
        QCOMPARE(c.list<corev1::Pod>().size(), size_t(20));
        const uint64_t calls = c.callsIn(1min);
        QVERIFY2(calls < kQuietCallsMax, qPrintable(QString::number(calls)));
        QCOMPARE(c.merge(appsv1::ReplicaSet::resource(), "huge", R"({"spec":{"replicas":1}})"), 200);
        c.world.pass(30min); // its next attempt may be far away
        QCOMPARE(c.podsOf("huge"), size_t(1));
    }

    /// The date jumps: a schedule never runs twice for one time, and what was missed is run once at most.
    void clockJumps() {
        Cluster c;
        QCOMPARE(c.create(R"({"apiVersion":"batch/v1","kind":"CronJob","metadata":{"name":"cron",)"
                          R"("namespace":"default"},"spec":{"schedule":"*/10 * * * *","successfulJobsHistoryLimit":50,)"
                          R"("jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":)"
                          R"([{"name":"work","image":"app:1"}],"automountServiceAccountToken":false}}}}}})"),
                 201);
        c.world.pass(31min);
        QCOMPARE(c.list<batchv1::Job>().size(), size_t(3));
        c.world.clock.jumpWall(5h); // thirty times are missed
        c.world.pass(2min);
        QCOMPARE(c.list<batchv1::Job>().size(), size_t(4));
        c.world.clock.jumpWall(-5h); // it has run for these times already
        c.world.pass(40min);
        QCOMPARE(c.list<batchv1::Job>().size(), size_t(4));
        c.world.clock.jumpWall(24h * 30); // more than a hundred times are missed
        c.world.pass(2min);
        QCOMPARE(c.list<batchv1::Job>().size(), size_t(5));
        c.world.pass(10min);
        QCOMPARE(c.list<batchv1::Job>().size(), size_t(6));
        QCOMPARE(c.simulation.checks().broken().size(), size_t(0));
    }
};

QTEST_GUILESS_MAIN(BadInputTest)
#include "tst_bad_input.moc"
