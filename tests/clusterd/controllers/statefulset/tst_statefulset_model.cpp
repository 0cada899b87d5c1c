#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/statefulset/statefulset_controller.h"
#include "clusterd/controllers/statefulset/statefulset_identity.h"
#include "clusterd/controllers/statefulset/statefulset_revisions.h"
#include "core/client/typed_client.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <random>
#include <set>

using namespace coracle;
using namespace coracle::controllers;
using namespace coracle::controllers::statefulset;

namespace {

/// What a restart of the daemon loses.
struct Manager {
    Manager(test::TestApi &api, client::Client &client, Clock &clock)
        : gate(api.context().get_executor()),
          informers(client, clock),
          context{client, clock, systemRandom(), gate, informers},
          manager(context) {
        manager.add(std::make_unique<StatefulSetController>(context));
        manager.start();
    }
    Gate gate;
    InformerFactory informers;
    ControllerContext context;
    ControllerManager manager;
};

/// One set whose spec and pods have a random life, with writes that fail and a controller that is made anew.
class World {
public:
    explicit World(uint64_t seed) : m_random(seed), m_api(m_clock), m_ordered(chance(2)) { begin(); }
    ~World() { end(); }

    void begin() { m_manager = std::make_unique<Manager>(m_api, m_client, m_clock); }
    void end() {
        bool closed = false;
        auto close = [](Gate *gate, bool *closed) -> Task<> {
            co_await gate->close();
            *closed = true;
        };
        boost::asio::co_spawn(m_api.context(), close(&m_manager->gate, &closed), boost::asio::detached);
        m_api.runUntil([&] { return closed; });
        m_manager.reset();
    }

    void createSet() {
        const std::string json = fmt::format(
            R"({{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{{"name":"web","namespace":"default"}},"spec":{{
            "replicas":2,"serviceName":"web","podManagementPolicy":"{}","revisionHistoryLimit":1,
            "selector":{{"matchLabels":{{"app":"web"}}}},
            "volumeClaimTemplates":[{{"metadata":{{"name":"data"}},"spec":{{"accessModes":["ReadWriteOnce"],"resources":{{"requests":{{"storage":"1Gi"}}}}}}}}],
            "template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"terminationGracePeriodSeconds":0,"containers":[{{"name":"c","image":"i0"}}]}}}}}}}})",
            m_ordered ? "OrderedReady" : "Parallel");
        auto made = m_api.run(m_api.client().create(appsv1::StatefulSet::resource(), "default", json));
        if (!made)
            qFatal("%s", made.error().message.c_str());
    }

    void live(int steps) {
        m_faults = true;
        while (steps-- > 0)
            step();
    }
    /// One thing happens; anything that was going on goes on for a while.
    void step() {
        switch (below(16)) {
        case 0:
        case 1:
            patchSet(fmt::format(R"({{"replicas":{}}})", below(6)));
            break;
        case 2:
        case 3:
            patchSet(
                fmt::format(R"({{"template":{{"spec":{{"containers":[{{"name":"c","image":"i{}"}}]}}}}}})", below(5)));
            break;
        case 4:
            patchSet(strategy());
            break;
        case 5:
            patchSet(
                fmt::format(R"({{"persistentVolumeClaimRetentionPolicy":{{"whenDeleted":"{}","whenScaled":"{}"}}}})",
                            chance(2) ? "Retain" : "Delete", chance(2) ? "Retain" : "Delete"));
            break;
        case 6:
            patchSet(fmt::format(R"({{"ordinals":{{"start":{}}},"minReadySeconds":{}}})", below(3), below(2) * 10));
            break;
        case 7:
            disturbPod();
            break;
        case 8:
            disturbRevision();
            break;
        case 9:
            collectGarbage();
            break;
        case 10:
            end();
            begin();
            break;
        default:
            podFate();
        }
        m_api.context().restart();
        for (size_t turns = below(40); turns > 0; --turns)
            m_api.context().poll_one();
        if (chance(3))
            m_clock.advance(std::chrono::milliseconds(below(3000)));
    }

    /// From now on all goes well: runs until what was declared is so. What is wrong still, if it does not come to that.
    std::string converge() {
        m_faults = false;
        std::string wrong;
        for (int round = 0; round < 3000; ++round) {
            kubelet();
            turn();
            wrong = complaint();
            if (wrong.empty() && m_manager->manager.running() && m_manager->manager.idle())
                return wrong;
        }
        return wrong.empty() ? "the controllers never rest" : wrong;
    }

    /// Deletes the set: what belongs to it goes, and only that.
    std::string removeSet() {
        const auto policy = set().spec.persistentVolumeClaimRetentionPolicy;
        const bool claimsStay = !policy || policy->whenDeleted != "Delete";
        const size_t used = claimsStay ? list<corev1::Pod>().size() : 0;
        (void)m_api.run(m_api.client().remove(appsv1::StatefulSet::resource(), "default", "web"));
        std::string wrong;
        for (int round = 0; round < 1000; ++round) {
            turn();
            const size_t pods = list<corev1::Pod>().size(), revisions = list<appsv1::ControllerRevision>().size(),
                         claims = ownedClaims();
            if (pods + revisions + claims == 0)
                return list<corev1::PersistentVolumeClaim>().size() < used ? "a claim that was to stay is gone" : "";
            wrong = fmt::format("{} pods, {} revisions and {} claims outlive their set", pods, revisions, claims);
        }
        return wrong;
    }

private:
    template<class T>
    void collect(const std::set<std::string> &living) {
        for (const T &object : list<T>()) {
            const auto &owners = object.metadata.ownerReferences;
            if (!owners.empty() && std::none_of(owners.begin(), owners.end(),
                                                [&](const auto &owner) { return living.contains(owner.uid); }))
                (void)m_api.run(client::remove(m_api.client(), object));
        }
    }
    /// A garbage collector: what has owners, none of which is left, goes.
    void collectGarbage() {
        std::set<std::string> living{set().metadata.uid};
        for (const corev1::Pod &pod : list<corev1::Pod>())
            living.insert(pod.metadata.uid);
        collect<corev1::Pod>(living);
        collect<corev1::PersistentVolumeClaim>(living);
        collect<appsv1::ControllerRevision>(living);
    }
    /// Lets everybody work for a moment, then a second passes.
    void turn() {
        collectGarbage();
        for (size_t ran = 1; ran > 0;) {
            m_api.context().restart();
            ran = m_api.context().poll();
        }
        m_api.context().run_for(std::chrono::microseconds(200));
        m_clock.advance(std::chrono::seconds(1));
    }
    size_t below(size_t bound) { return static_cast<size_t>(m_random() % bound); }
    bool chance(size_t oneIn) { return below(oneIn) == 0; }

    appsv1::StatefulSet set() {
        return m_api.run(client::get<appsv1::StatefulSet>(m_api.client(), "default", "web"))
            .value_or(appsv1::StatefulSet());
    }
    template<class T>
    std::vector<T> list() {
        std::vector<T> objects;
        if (auto listed = m_api.run(m_api.client().list(T::resource(), "default")))
            for (const client::ObjectPtr &object : listed->items)
                objects.push_back(*api::decode<T>(*object));
        return objects;
    }
    void merge(const api::ResourceInfo &resource, const std::string &name, std::string patch) {
        (void)m_api.run(m_api.client().patch(resource, "default", name, client::PatchType::Merge, std::move(patch)));
    }
    void patchSet(const std::string &spec) {
        merge(appsv1::StatefulSet::resource(), "web", fmt::format(R"({{"spec":{}}})", spec));
    }
    std::string strategy() {
        switch (below(5)) {
        case 0:
            return R"({"updateStrategy":{"type":"OnDelete","rollingUpdate":null}})";
        case 1:
            return fmt::format(
                R"({{"updateStrategy":{{"type":"RollingUpdate","rollingUpdate":{{"partition":{},"maxUnavailable":null}}}}}})",
                below(4));
        case 2:
            return R"({"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0,"maxUnavailable":"50%"}}})";
        default:
            return R"({"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":0,"maxUnavailable":null}}})";
        }
    }

    void setStatus(corev1::Pod pod, std::string_view phase, bool ready) {
        pod.status.phase = phase;
        pod.status.conditions.clear();
        corev1::PodCondition condition;
        condition.type = "Ready";
        condition.status = ready ? "True" : "False";
        condition.lastTransitionTime = api::Time(m_clock.now());
        pod.status.conditions.push_back(std::move(condition));
        (void)m_api.run(client::updateStatus(m_api.client(), std::move(pod)));
    }
    std::optional<corev1::Pod> anyPod() {
        auto pods = list<corev1::Pod>();
        return pods.empty() ? std::nullopt : std::optional(std::move(pods[below(pods.size())]));
    }
    void podFate() {
        const auto pod = anyPod();
        if (!pod)
            return;
        const size_t fate = below(10);
        if (fate < 6)
            setStatus(*pod, corev1::kPodRunning, true);
        else if (fate == 6)
            setStatus(*pod, corev1::kPodRunning, false);
        else if (fate == 7)
            setStatus(*pod, corev1::kPodFailed, false);
        else if (fate == 8)
            setStatus(*pod, corev1::kPodSucceeded, false);
        else
            (void)m_api.run(client::remove(m_api.client(), *pod));
    }
    /// Somebody plays with a pod's metadata.
    void disturbPod() {
        static constexpr const char *kPatches[] = {
            R"({"metadata":{"ownerReferences":null}})",
            R"({"metadata":{"labels":{"app":"stranger"}}})",
            R"({"metadata":{"labels":{"apps.kubernetes.io/pod-index":null}}})",
            R"({"metadata":{"finalizers":["example.com/hold"]}})",
            R"({"metadata":{"finalizers":null}})",
        };
        if (const auto pod = anyPod())
            merge(corev1::Pod::resource(), pod->metadata.name, kPatches[below(std::size(kPatches))]);
    }
    void disturbRevision() {
        const auto revisions = list<appsv1::ControllerRevision>();
        if (revisions.empty())
            return;
        const appsv1::ControllerRevision &victim = revisions[below(revisions.size())];
        if (chance(2))
            (void)m_api.run(client::remove(m_api.client(), victim));
        else
            merge(appsv1::ControllerRevision::resource(), victim.metadata.name,
                  R"({"metadata":{"ownerReferences":null}})");
    }
    /// Makes every pod ready, lets go of those that are held, and removes strangers from the set's names.
    void kubelet() {
        for (const corev1::Pod &pod : list<corev1::Pod>()) {
            if (!pod.metadata.finalizers.empty())
                merge(corev1::Pod::resource(), pod.metadata.name, R"({"metadata":{"finalizers":null}})");
            if (label(pod, "app") == "stranger")
                (void)m_api.run(client::remove(m_api.client(), pod));
            else if (!isPodReady(pod) && isPodActive(pod))
                setStatus(pod, corev1::kPodRunning, true);
        }
    }

    size_t ownedClaims() {
        const auto claims = list<corev1::PersistentVolumeClaim>();
        return static_cast<size_t>(std::count_if(
            claims.begin(), claims.end(), [](const auto &claim) { return !claim.metadata.ownerReferences.empty(); }));
    }

    static std::string label(const corev1::Pod &pod, std::string_view name) {
        const auto found = pod.metadata.labels.find(name);
        return found == pod.metadata.labels.end() ? std::string() : found->second;
    }

    /// What of the declared state is not so; empty when all is.
    std::string complaint() {
        const appsv1::StatefulSet web = set();
        const auto pods = list<corev1::Pod>();
        if (pods.size() != static_cast<size_t>(replicasOf(web)))
            return fmt::format("{} pods instead of {}", pods.size(), replicasOf(web));
        const auto *rolling = web.spec.updateStrategy.rollingUpdate.get();
        const bool onDelete = web.spec.updateStrategy.type == "OnDelete";
        const int32_t partition = rolling ? rolling->partition.value_or(0) : 0;
        const std::string image = web.spec.template_.spec.containers[0].image;
        int32_t updated = 0;
        for (const corev1::Pod &pod : pods) {
            const int32_t ordinal = ordinalOf(web, pod);
            if (!inRange(web, ordinal))
                return pod.metadata.name + " is out of range";
            if (const auto *owner = controllerOf(pod.metadata); !owner || owner->uid != web.metadata.uid)
                return pod.metadata.name + " is not owned";
            if (label(pod, kPodNameLabel) != pod.metadata.name || label(pod, kPodIndexLabel) != std::to_string(ordinal))
                return pod.metadata.name + " has wrong labels";
            const bool fresh = revisionOf(pod) == web.status.updateRevision;
            updated += fresh;
            if (fresh != (pod.spec.containers[0].image == image))
                return pod.metadata.name + " does not run what its revision says";
            if (!onDelete && !fresh && ordinal - startOf(web) >= partition)
                return pod.metadata.name + " is not updated";
            if (std::string wrong = claimComplaint(web, pod); !wrong.empty())
                return wrong;
        }
        return statusComplaint(web, updated);
    }
    std::string claimComplaint(const appsv1::StatefulSet &web, const corev1::Pod &pod) {
        const std::string name = fmt::format("data-{}", pod.metadata.name);
        const auto claim = m_api.run(client::get<corev1::PersistentVolumeClaim>(m_api.client(), "default", name));
        if (!claim)
            return name + " is missing";
        const auto &policy = web.spec.persistentVolumeClaimRetentionPolicy;
        const auto *owner = controllerOf(claim->metadata);
        if (policy && policy->whenDeleted == "Delete")
            return owner && owner->uid == web.metadata.uid ? "" : name + " is not the set's";
        return claim->metadata.ownerReferences.empty() ? "" : name + " is owned";
    }
    std::string statusComplaint(const appsv1::StatefulSet &web, int32_t updated) {
        const auto &status = web.status;
        const int32_t replicas = replicasOf(web);
        if (status.observedGeneration != web.metadata.generation || status.replicas != replicas ||
            status.readyReplicas != replicas || status.availableReplicas != replicas ||
            status.updatedReplicas != updated)
            return "the status is not true";
        Revisions revisions = list<appsv1::ControllerRevision>();
        history::sort(revisions);
        if (revisions.empty() || revisions.back().metadata.name != status.updateRevision ||
            !history::holds(revisions.back(), history::templatePatch(web.spec.template_)))
            return "the newest revision is not that of the template";
        std::set<std::string, std::less<>> used{status.currentRevision, status.updateRevision};
        for (const corev1::Pod &pod : list<corev1::Pod>())
            used.emplace(revisionOf(pod));
        return surplusRevisions(web, revisions, used).empty() ? "" : "old revisions are left";
    }

    std::mt19937_64 m_random;
    test::ManualClock m_clock;
    test::TestApi m_api;
    /// One write of twenty is lost, and the answer of another one.
    test::FaultyClient m_client{m_api.client(), [this](const api::ResourceInfo &) {
                                    using Fault = test::FaultyClient::Fault;
                                    const size_t fate = m_faults ? below(20) : 19;
                                    return fate == 0 ? Fault::Before : fate == 1 ? Fault::After : Fault::None;
                                }};
    bool m_faults = true;
    bool m_ordered;
    std::unique_ptr<Manager> m_manager;
};

} // namespace

class StatefulSetModelTest : public QObject {
    Q_OBJECT

private slots:
    void anyLifeEndsAsDeclared_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 12; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    void anyLifeEndsAsDeclared() {
        QFETCH(int, seed);
        World world(static_cast<uint64_t>(seed));
        world.createSet();
        for (int round = 0; round < 3; ++round) {
            world.live(40);
            const std::string wrong = world.converge();
            QVERIFY2(wrong.empty(), wrong.c_str());
        }
        const std::string left = world.removeSet();
        QVERIFY2(left.empty(), left.c_str());
    }
};

QTEST_GUILESS_MAIN(StatefulSetModelTest)
#include "tst_statefulset_model.moc"
