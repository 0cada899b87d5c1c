#include "clusterd/controllers/nodeipam/node_ipam_controller.h"

#include "core/client/typed_client.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::controllers {

namespace json = boost::json;

namespace {

std::vector<config::Cidr> podCidrs(const corev1::Node &node) {
    std::vector<config::Cidr> cidrs;
    for (const std::string &text : node.spec.podCIDRs)
        if (auto cidr = config::Cidr::parse(text))
            cidrs.push_back(*cidr);
    return cidrs;
}

std::string patchOf(const corev1::Node &node, const std::vector<config::Cidr> &cidrs) {
    json::array texts;
    for (const config::Cidr &cidr : cidrs)
        texts.emplace_back(cidr.text());
    const json::value first = texts.front();
    return json::serialize(json::object{{"metadata", json::object{{"uid", node.metadata.uid}}},
                                        {"spec", json::object{{"podCIDR", first}, {"podCIDRs", std::move(texts)}}}});
}

} // namespace

Result<std::unique_ptr<Controller>> NodeIpamController::create(const ControllerContext &context,
                                                               const NodeIpamSettings &settings) {
    std::vector<CidrSet> sets;
    for (const config::Cidr &cluster : settings.clusterCidrs) {
        const int size = cluster.isV6() ? settings.maskSizeV6 : settings.maskSizeV4;
        // A cluster of one node may name a network that is smaller than a node's usual one.
        TRY(CidrSet set, CidrSet::create(cluster, std::max(size, cluster.prefixLength())));
        sets.push_back(std::move(set));
    }
    return std::unique_ptr<Controller>(new NodeIpamController(context, std::move(sets)));
}

NodeIpamController::NodeIpamController(const ControllerContext &context, std::vector<CidrSet> sets)
    : Controller(context, "node-ipam"), m_nodes(informers().get<corev1::Node>()), m_sets(std::move(sets)) {
    m_nodes.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { observe(before, after); });
}

void NodeIpamController::observe(const ObjectPtr &before, const ObjectPtr &after) {
    const std::string name((after ? after : before)->name());
    Cidrs fresh;
    if (after)
        if (const auto node = api::decode<corev1::Node>(*after))
            fresh = podCidrs(*node);
    const auto known = m_seen.find(name);
    if (before && after && fresh == (known == m_seen.end() ? Cidrs() : known->second))
        return; // a status: those come often
    letGo(m_seen, name);
    if (!fresh.empty())
        hold(m_seen, name, fresh);
    if (!after || !fresh.empty())
        letGo(m_chosen, name);
    if (after)
        queue().add(name);
    for (const std::string &node : std::exchange(m_waiting, {}))
        queue().add(node);
}

void NodeIpamController::hold(std::map<std::string, Cidrs> &held, const std::string &node, Cidrs cidrs) {
    for (const config::Cidr &cidr : cidrs)
        for (CidrSet &set : m_sets)
            set.occupy(cidr);
    held[node] = std::move(cidrs);
}

void NodeIpamController::letGo(std::map<std::string, Cidrs> &held, const std::string &node) {
    const auto at = held.find(node);
    if (at == held.end())
        return;
    for (const config::Cidr &cidr : at->second)
        for (CidrSet &set : m_sets)
            set.release(cidr);
    held.erase(at);
}

/// One network of each family, held back from now on; false when one family has none left.
bool NodeIpamController::choose(const std::string &node) {
    Cidrs cidrs;
    for (const CidrSet &set : m_sets) {
        const auto cidr = set.next();
        if (!cidr)
            return false;
        cidrs.push_back(*cidr);
    }
    hold(m_chosen, node, std::move(cidrs));
    return true;
}

Task<Result<>> NodeIpamController::reconcile(std::string key) {
    const ObjectPtr object = m_nodes.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(const corev1::Node node, api::decode<corev1::Node>(*object));
    if (!node.spec.podCIDRs.empty() || m_sets.empty())
        co_return Result<>{};
    if (!m_chosen.contains(key) && !choose(key)) {
        if (m_waiting.insert(key).second)
            events().event(client::ObjectReference::to(*object), client::EventKind::Normal, "CIDRNotAvailable",
                           fmt::format("Node {} status is now: CIDRNotAvailable", key));
        co_return Result<>{};
    }
    std::string patch = patchOf(node, m_chosen.at(key));
    auto written =
        co_await client().patch(corev1::Node::resource(), {}, key, client::PatchType::Merge, std::move(patch));
    // Whatever became of it, the informer will show: until then the networks are held back.
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
