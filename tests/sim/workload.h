#pragma once

#include "tests/sim/fake_node.h"
#include "tests/sim/faults.h"
#include "tests/sim/world.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace coracle::sim {

/// The machines by name.
using Nodes = std::map<std::string, std::unique_ptr<FakeNode>>;

/// What people do with a cluster, at random: make, change and delete workloads, drain and remove nodes.
class Workload {
public:
    Workload(Network &network, Nodes &nodes, std::function<void()> addNode);

    /// One random operation. What fails is passed over, as people do.
    void step();
    /// Says where each of so many machines keeps its local volumes, and makes a class of volumes that people make.
    void prepareStorage(int machines, const std::function<std::filesystem::path(int)> &folder);
    /// Leaves a state that the cluster can reach: enough room, nothing paused, no node cordoned.
    void calm();
    /// What only people can do, and do again until it is done: data on machines that are gone is given up.
    void tend();
    /// People wanted the claim away, or its whole namespace.
    bool gaveUp(const client::ObjectPtr &claim) const;

private:
    using Operation = Task<> (Workload::*)();
    struct Row {
        int weight;
        Operation operation;
    };
    static const Row kRows[];

    Task<> makeDeployment();
    Task<> makeStatefulSet();
    Task<> makeDaemonSet();
    Task<> makeJob();
    Task<> makeCronJob();
    Task<> makeVolume();
    Task<> removeVolume();
    Task<> removeClaim();
    Task<> makeService();
    Task<> makeDisruptionBudget();
    Task<> makeNamespace();
    Task<> scale();
    Task<> rollOut();
    Task<> pause();
    Task<> removeWorkload();
    Task<> removePod();
    Task<> removeNamespace();
    Task<> evictPod();
    Task<> cordon();
    Task<> drain();
    Task<> removeNode();
    Task<> outage();
    Task<> bePreempted();
    Task<> calmDown();

    Task<> configureStorage(std::string config);
    Task<> giveUp(std::string namespaceName, std::string name);
    Task<> giveUpLostVolumes();
    Task<> removePodsInTheWay();
    Task<> makeEnoughVolumes();
    Task<> createVolume(int gigabytes);
    Task<> forgetNode(std::string name);
    Task<> create(std::string json);
    Task<> merge(client::ObjectPtr object, std::string patch);
    Task<> evict(client::ObjectPtr pod);
    Task<> setCordoned(std::string node, bool cordoned);
    /// Objects of the resource; of the workload's own namespaces only.
    Task<std::vector<client::ObjectPtr>> all(const api::ResourceInfo &resource);
    Task<client::ObjectPtr> any(const api::ResourceInfo &resource);
    const api::ResourceInfo &anyOf(std::initializer_list<const api::ResourceInfo *> resources);
    const api::ResourceInfo &anyScalable();
    const api::ResourceInfo &anyWithPods();
    const api::ResourceInfo &anyRemovable();
    std::string anyNamespace();
    std::string podTemplate(const std::string &app, const std::string &container, const std::string &extra = {},
                            const std::string &mounts = {});
    std::string probes();
    /// Members of a StatefulSet's spec, with a comma after them; those of a container that go with them.
    std::string claimTemplates();
    std::string ephemeralVolume();
    static const char *volumeMount();
    std::string newName(std::string_view prefix);

    Network &m_network;
    World &m_world;
    SeededRandom m_random;
    NetworkClient m_client;
    client::Client &m_api = m_client;
    Nodes &m_nodes;
    std::function<void()> m_addNode;
    std::vector<std::string> m_gone;           ///< machines to take away when the operation is over
    std::set<std::string> m_givenUp;           ///< claims by UID
    std::set<std::string> m_removedNamespaces; ///< by name
    int m_next = 0;
};

} // namespace coracle::sim
