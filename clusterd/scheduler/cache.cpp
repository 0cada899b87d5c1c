#include "clusterd/scheduler/cache.h"

#include <map>

namespace coracle::scheduler {

namespace {

/// Values of nodes that are gone are forgotten when there are many.
constexpr size_t kTopologySlack = 10'000;

std::string labelKey(std::string_view namespaceName, std::string_view key, std::string_view value) {
    std::string text;
    text.reserve(namespaceName.size() + key.size() + value.size() + 2);
    text.append(namespaceName).append(1, '\n').append(key).append(1, '=').append(value);
    return text;
}

} // namespace

NodeInfo &Cache::ensureNode(std::string_view name) {
    auto &node = m_nodes[std::string(name)];
    if (!node)
        node = std::make_unique<NodeInfo>(std::string(name));
    return *node;
}

void Cache::dropIfUnused(NodeInfo &node) {
    if (!node.exists() && node.pods().empty())
        m_nodes.erase(std::string(node.name()));
}

void Cache::countImages(const NodeInfo &node, int64_t difference) {
    for (const auto &[image, size] : node.images())
        if ((m_imageNodes[image] += difference) == 0)
            m_imageNodes.erase(image);
}

Result<> Cache::setNode(api::ObjectPtr object) {
    NodeInfo &node = ensureNode(object->name());
    const std::string zoneBefore = node.exists() ? node.zone() : "";
    const bool existed = node.exists();
    // Terms are counted by domain: they move with the node's labels.
    const bool moved = !existed || node.object()->labels() != object->labels();
    countImages(node, -1);
    if (existed && moved)
        for (const PlacedPod *placed : node.pods())
            indexTerms(*placed, false);
    auto set = node.setObject(std::move(object));
    countImages(node, 1);
    if (node.exists() && moved)
        for (const PlacedPod *placed : node.pods())
            indexTerms(*placed, true);
    if (moved && m_topology.size() > kTopologySlack + 4 * m_nodes.size())
        m_topology.reset();
    if (node.exists())
        m_orderChanged = m_orderChanged || !existed || node.zone() != zoneBefore;
    else
        dropIfUnused(node);
    return set;
}

void Cache::removeNode(std::string_view name) {
    NodeInfo *gone = node(name);
    if (!gone || !gone->exists())
        return;
    for (const PlacedPod *placed : gone->pods())
        indexTerms(*placed, false);
    countImages(*gone, -1);
    gone->clearObject();
    m_order.clear();
    m_orderChanged = true;
    dropIfUnused(*gone);
}

NodeInfo *Cache::node(std::string_view name) {
    const auto found = m_nodes.find(std::string(name));
    return found == m_nodes.end() ? nullptr : found->second.get();
}

const NodeInfo *Cache::node(std::string_view name) const {
    return const_cast<Cache *>(this)->node(name);
}

const std::vector<NodeInfo *> &Cache::nodes() const {
    if (!m_orderChanged)
        return m_order;
    m_orderChanged = false;
    std::map<std::string, std::map<std::string_view, NodeInfo *>> zones;
    for (const auto &[name, node] : m_nodes)
        if (node->exists())
            zones[node->zone()][node->name()] = node.get();
    m_order.clear();
    while (!zones.empty())
        for (auto zone = zones.begin(); zone != zones.end();) {
            m_order.push_back(zone->second.begin()->second);
            zone->second.erase(zone->second.begin());
            zone = zone->second.empty() ? zones.erase(zone) : std::next(zone);
        }
    return m_order;
}

int64_t Cache::nodesWithImage(const std::string &image) const {
    const auto found = m_imageNodes.find(image);
    return found == m_imageNodes.end() ? 0 : found->second;
}

void Cache::setPod(PodInfoPtr pod) {
    const std::string node = pod->node;
    removePod(pod->uid());
    place(std::move(pod), node, false);
}

void Cache::assume(PodInfoPtr pod, const std::string &node) {
    place(std::move(pod), node, true);
}

void Cache::forget(std::string_view uid) {
    const PlacedPod *placed = pod(uid);
    if (placed && placed->assumed)
        removePod(uid);
}

const PlacedPod *Cache::pod(std::string_view uid) const {
    const auto found = m_pods.find(std::string(uid));
    return found == m_pods.end() ? nullptr : found->second.get();
}

void Cache::place(PodInfoPtr pod, const std::string &node, bool assumed) {
    auto placed = std::make_unique<PlacedPod>(PlacedPod{std::move(pod), &ensureNode(node), assumed});
    restore(*placed);
    const std::string uid(placed->pod->uid());
    m_pods[uid] = std::move(placed);
}

void Cache::restore(const PlacedPod &placed) {
    placed.node->add(placed);
    indexPod(placed, true);
    if (placed.node->exists())
        indexTerms(placed, true);
}

void Cache::withdraw(const PlacedPod &placed) {
    placed.node->remove(placed);
    indexPod(placed, false);
    if (placed.node->exists())
        indexTerms(placed, false);
}

void Cache::removePod(std::string_view uid) {
    const auto found = m_pods.find(std::string(uid));
    if (found == m_pods.end())
        return;
    NodeInfo &node = *found->second->node;
    withdraw(*found->second);
    m_pods.erase(found);
    dropIfUnused(node);
}

void Cache::indexPod(const PlacedPod &placed, bool add) {
    auto change = [&](std::unordered_map<std::string, PodSet> &index, std::string key) {
        if (add) {
            index[std::move(key)].insert(&placed);
            return;
        }
        const auto found = index.find(key);
        found->second.erase(&placed);
        if (found->second.empty())
            index.erase(found);
    };
    const PodInfo &pod = *placed.pod;
    change(m_podsByNamespace, std::string(pod.namespaceName()));
    for (const auto &[key, value] : pod.object->labels())
        change(m_podsByLabel, labelKey(pod.namespaceName(), key, value));
}

void Cache::indexTerms(const PlacedPod &placed, bool add) {
    if (!placed.pod->affinity)
        return;
    auto change = [&](TermIndex &index, const std::vector<AffinityTerm> &terms, int64_t sign, int64_t fixed) {
        for (const AffinityTerm &term : terms) {
            const auto domain = placed.node->label(term.topologyKey);
            if (!domain)
                continue;
            const int64_t weight = fixed != 0 ? fixed : sign * term.weight;
            if (add)
                index.add(term, *domain, weight);
            else
                index.remove(term, *domain, weight);
        }
    };
    const AffinityTerms &terms = *placed.pod->affinity;
    change(m_antiAffinity, terms.requiredAnti, 0, 1);
    change(m_affinity, terms.required, 0, 1);
    change(m_preferences, terms.preferred, 1, 0);
    change(m_preferences, terms.preferredAnti, -1, 0);
}

void Cache::forMatching(std::string_view namespaceName, const api::LabelSelector &selector,
                        const std::function<void(const PlacedPod &)> &visit) const {
    if (selector.isNothing())
        return;
    auto visitSet = [&](const std::unordered_map<std::string, PodSet> &index, const std::string &key) {
        const auto found = index.find(key);
        if (found == index.end())
            return;
        for (const PlacedPod *placed : found->second)
            if (selector.matches(placed->pod->object->labels()))
                visit(*placed);
    };
    using Operator = api::LabelSelector::Operator;
    for (const auto &requirement : selector.requirements())
        if (requirement.op == Operator::Equals || requirement.op == Operator::In) {
            for (const std::string &value : requirement.values)
                visitSet(m_podsByLabel, labelKey(namespaceName, requirement.key, value));
            return;
        }
    visitSet(m_podsByNamespace, std::string(namespaceName));
}

void Cache::forMatching(const AffinityTerm &term, const std::function<void(const PlacedPod &)> &visit) const {
    if (!term.anyNamespace && !term.namespaceLabels) {
        for (const std::string &name : term.namespaces)
            forMatching(name, term.selector, visit);
        return;
    }
    for (const auto &[name, pods] : m_podsByNamespace)
        if (meansNamespace(term, name))
            forMatching(name, term.selector, visit);
}

bool Cache::meansNamespace(const AffinityTerm &term, std::string_view namespaceName) const {
    if (term.anyNamespace || term.namespaces.contains(namespaceName))
        return true;
    if (!term.namespaceLabels)
        return false;
    const auto found = m_namespaces.find(std::string(namespaceName));
    return found != m_namespaces.end() && term.namespaceLabels->matches(found->second->labels());
}

bool Cache::matches(const AffinityTerm &term, const PodInfo &pod) const {
    return meansNamespace(term, pod.namespaceName()) && term.selector.matches(pod.object->labels());
}

void Cache::setNamespace(const api::ObjectPtr &object) {
    m_namespaces[std::string(object->name())] = object;
}

void Cache::removeNamespace(std::string_view name) {
    m_namespaces.erase(std::string(name));
}

} // namespace coracle::scheduler
