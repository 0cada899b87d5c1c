#include "tests/clusterd/controllers/daemon/daemonset_fixture.h"

#include <QTest>
#include <random>

using namespace coracle;
using namespace coracle::controllers;
using test::DaemonSetFixture;
using test::FaultyClient;

namespace {

constexpr int kHistoryLimit = 3;

/// A daemon set and its cluster under random changes and faults. What is done follows from the seed alone; the faults
/// have a generator of their own, because how many writes there are depends on the controller.
class Model {
public:
    explicit Model(unsigned seed) : m_random(seed), m_faultRandom(seed) {
        m_cluster.faults = [this](const api::ResourceInfo &) {
            const unsigned number = m_faults ? m_faultRandom() % 20 : 20;
            return number == 0   ? FaultyClient::Fault::Before
                   : number == 1 ? FaultyClient::Fault::After
                                 : FaultyClient::Fault::None;
        };
        m_cluster.becomesReady = [this](const corev1::Pod &pod) { return !m_sick.contains(pod.spec.nodeName); };
        m_cluster.restart();
        for (int i = 0; i < 4; ++i)
            toggleNode(i);
        m_cluster.daemonSet(fmt::format(R"({{"revisionHistoryLimit":{}}})", kHistoryLimit));
    }

    void disturb() {
        const int i = pick(6);
        switch (pick(17)) {
        case 0:
            return toggleNode(i);
        case 1:
            return taint(i);
        case 2:
            return zone(i);
        case 3:
        case 4:
            return m_cluster.setImage("v" + std::to_string(pick(4)));
        case 5:
            return changeStrategy(pick(5));
        case 6:
            return withPod(i, [this](const corev1::Pod &pod) { m_cluster.end(pod, "Failed"); });
        case 7:
            return withPod(i, [this](const corev1::Pod &pod) { m_cluster.end(pod, "Succeeded"); });
        case 8:
            return withPod(i, [this](const corev1::Pod &pod) { m_cluster.remove(pod); });
        case 9:
            return withPod(i, [this](const corev1::Pod &pod) { m_cluster.remove(pod, 0); });
        case 10:
            return withPod(i, [this](const corev1::Pod &pod) {
                change(corev1::Pod::resource(), pod.metadata.name, R"({"metadata":{"ownerReferences":null}})");
            });
        case 11:
            return withPod(i, [this](const corev1::Pod &pod) {
                change(corev1::Pod::resource(), pod.metadata.name, R"({"metadata":{"labels":{"app":"other"}}})");
            });
        case 12:
            if (const auto revisions = m_cluster.revisions(); !revisions.empty())
                (void)m_cluster.f.api.run(client::remove(m_cluster.f.api.client(), revisions[0]));
            return;
        case 13:
            if (const auto revisions = m_cluster.revisions(); !revisions.empty())
                change(appsv1::ControllerRevision::resource(), revisions[0].metadata.name,
                       R"({"metadata":{"ownerReferences":null}})");
            return;
        case 14:
            m_cluster.patch(fmt::format(R"({{"spec":{{"template":{{"spec":{{"nodeSelector":{}}}}}}}}})",
                                        pick(2) ? R"({"zone":"on"})" : "null"));
            return;
        case 15:
            if (!m_sick.insert(nameOf(i)).second)
                m_sick.clear();
            m_cluster.attendAll();
            return;
        case 16:
            return m_cluster.restart();
        }
    }

    void someSteps() {
        for (int i = pick(4); i > 0; --i)
            m_cluster.step(static_cast<size_t>(pick(60)));
        m_cluster.clock.advance(std::chrono::milliseconds(pick(800)));
        collectGarbage();
    }

    /// Ends the disturbances and waits until everything is as declared.
    bool heals() {
        m_faults = false;
        m_sick.clear();
        changeStrategy(pick(4));
        const auto tick = std::chrono::milliseconds(200);
        return m_cluster.converge(
            [this] {
                collectGarbage();
                m_cluster.attendAll();
                return problem().empty();
            },
            tick);
    }

    /// What is not as declared; empty: nothing.
    std::string problem() {
        const appsv1::DaemonSet agent = m_cluster.agent();
        const daemon::Placement placement(agent.spec.template_.spec);
        const std::string image = agent.spec.template_.spec.containers[0].image;
        std::map<std::string, int> count;
        std::set<std::string> old; ///< nodes with a pod of another template
        for (const corev1::Pod &pod : m_cluster.pods()) {
            const bool matches = pod.metadata.labels.at("app") == "agent";
            const bool own = controllerOf(pod.metadata) && controllerOf(pod.metadata)->uid == agent.metadata.uid;
            if (matches != own)
                return pod.metadata.name + " has the wrong owner";
            if (!own)
                continue;
            if (!isPodActive(pod))
                return pod.metadata.name + " is left over";
            ++count[daemon::targetNode(pod.spec)];
            if (pod.spec.containers[0].image != image)
                old.insert(daemon::targetNode(pod.spec));
        }
        int desired = 0, misscheduled = 0;
        for (const corev1::Node &node : m_cluster.f.list<corev1::Node>("")) {
            const int pods = std::exchange(count[node.metadata.name], 0);
            const auto object = api::Object::parse(api::encode(node));
            const daemon::Fit fit = placement.on(*daemon::DaemonNode::from(*object));
            if (fit.run ? pods != 1 : pods > (fit.keep ? 1 : 0))
                return fmt::format("{} has {} pods", node.metadata.name, pods);
            if (fit.run && old.contains(node.metadata.name))
                return node.metadata.name + " has an old pod";
            desired += fit.run;
            misscheduled += !fit.run && pods > 0;
        }
        for (const auto &[node, pods] : count)
            if (pods > 0)
                return node + " is gone but has pods";
        const appsv1::DaemonSetStatus &status = agent.status;
        if (status.desiredNumberScheduled != desired || status.numberMisscheduled != misscheduled ||
            status.currentNumberScheduled != desired || status.updatedNumberScheduled != desired ||
            status.numberAvailable != desired || status.numberReady != desired || status.numberUnavailable != 0 ||
            status.observedGeneration != agent.metadata.generation)
            return "the status is " + api::encode(agent);
        return problemOfRevisions(agent);
    }

private:
    std::string problemOfRevisions(const appsv1::DaemonSet &agent) {
        auto revisions = m_cluster.revisions();
        history::sort(revisions);
        const std::string patch = history::templatePatch(agent.spec.template_);
        if (revisions.empty() || !history::holds(revisions.back(), patch))
            return "the current revision is not the last one";
        if (revisions.size() > kHistoryLimit + 1)
            return fmt::format("{} revisions", revisions.size());
        for (size_t i = 0; i < revisions.size(); ++i) {
            if (!controllerOf(revisions[i].metadata))
                return revisions[i].metadata.name + " has no owner";
            if (i > 0 &&
                (revisions[i].revision == revisions[i - 1].revision || history::holds(revisions[i - 1], patch)))
                return revisions[i].metadata.name + " is there twice";
        }
        return {};
    }

    int pick(int bound) { return static_cast<int>(m_random() % static_cast<unsigned>(bound)); }
    static std::string nameOf(int i) { return std::string(1, static_cast<char>('a' + i)); }

    void toggleNode(int i) {
        if (m_nodes.erase(i) == 0) {
            m_nodes.insert(i);
            m_cluster.node(nameOf(i), R"({"zone":"on"})");
        } else {
            (void)m_cluster.f.api.run(m_cluster.f.api.client().remove(corev1::Node::resource(), {}, nameOf(i)));
        }
    }
    void taint(int i) {
        static constexpr const char *kTaints[] = {"[]", R"([{"key":"mine","effect":"NoSchedule"}])",
                                                  R"([{"key":"mine","effect":"NoExecute"}])"};
        const char *taints = kTaints[pick(3)];
        if (m_nodes.contains(i))
            m_cluster.taint(nameOf(i), taints);
    }
    void zone(int i) {
        const char *zone = pick(2) ? "on" : "off";
        if (m_nodes.contains(i))
            m_cluster.f.merge(corev1::Node::resource(), {}, nameOf(i),
                              fmt::format(R"({{"metadata":{{"labels":{{"zone":"{}"}}}}}})", zone));
    }
    void changeStrategy(int i) {
        static constexpr const char *kStrategies[] = {
            R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}})",
            R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":"50%","maxSurge":0}})",
            R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":1}})",
            R"({"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":"50%"}})",
            R"({"type":"OnDelete","rollingUpdate":null})"};
        m_cluster.patch(
            fmt::format(R"({{"spec":{{"minReadySeconds":{},"updateStrategy":{}}}}})", pick(2) * 3, kStrategies[i]));
    }
    void withPod(int i, const std::function<void(const corev1::Pod &)> &action) {
        for (const corev1::Pod &pod : m_cluster.pods())
            if (daemon::targetNode(pod.spec) == nameOf(i))
                return action(pod);
    }
    /// What is chosen may be gone by now.
    void change(const api::ResourceInfo &resource, const std::string &name, const char *patch) {
        (void)m_cluster.f.api.run(
            m_cluster.f.api.client().patch(resource, "default", name, client::PatchType::Merge, patch));
    }
    /// As the garbage collector of pods: those on nodes that are gone.
    void collectGarbage() {
        for (const corev1::Pod &pod : m_cluster.pods())
            if (!pod.spec.nodeName.empty() && !m_nodes.contains(pod.spec.nodeName[0] - 'a'))
                m_cluster.remove(pod, 0);
    }

    std::mt19937 m_random, m_faultRandom;
    bool m_faults = true;
    std::set<int> m_nodes;
    std::set<std::string, std::less<>> m_sick; ///< nodes whose pods don't get ready
    DaemonSetFixture m_cluster;
};

} // namespace

class DaemonSetModelTest : public QObject {
    Q_OBJECT

private slots:
    void healsFromAnything_data() {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 12; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    void healsFromAnything() {
        QFETCH(unsigned, seed);
        Model model(seed);
        for (int i = 0; i < 120; ++i) {
            model.disturb();
            model.someSteps();
        }
        QVERIFY2(model.heals(), model.problem().c_str());
    }
};

QTEST_GUILESS_MAIN(DaemonSetModelTest)
#include "tst_daemonset_model.moc"
