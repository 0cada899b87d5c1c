#include "clusterd/cluster/pod_network.h"

#include "clusterd/cluster/containerd_config.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/base/files.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <set>

namespace coracle::cluster {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr int kNodePrefixV4 = 24, kNodePrefixV6 = 64; // kube-controller-manager's --node-cidr-mask-size
constexpr uint64_t kNodesMax = 1u << 16;
constexpr auto kNodePoll = std::chrono::milliseconds(100);
constexpr std::string_view kConfigName = "10-clusterd.conflist";

const corev1::Node *findNode(const std::vector<corev1::Node> &nodes, const std::string &name) {
    auto found = std::ranges::find(nodes, name, [](const corev1::Node &node) { return node.metadata.name; });
    return found == nodes.end() ? nullptr : &*found;
}

Result<std::string> firstFree(const config::Cidr &cluster, const std::set<std::string> &taken) {
    const int prefix = std::max(cluster.prefixLength(), cluster.isV6() ? kNodePrefixV6 : kNodePrefixV4);
    for (uint64_t n = 0; n < kNodesMax; ++n) {
        const auto part = cluster.part(prefix, n);
        if (!part)
            break;
        if (!taken.contains(part->text()))
            return part->text();
    }
    return errors::other(fmt::format("cluster-cidr {} has no network left for another node", cluster.text()));
}

std::string completion(const std::vector<std::string> &podCidrs, bool hasCidrs) {
    json::object labels{{"node-role.kubernetes.io/control-plane", "true"}};
    json::object patch{{"metadata", json::object{{"labels", std::move(labels)}}}};
    if (!hasCidrs)
        patch["spec"] =
            json::object{{"podCIDR", podCidrs.front()}, {"podCIDRs", json::array(podCidrs.begin(), podCidrs.end())}};
    return json::serialize(patch);
}

} // namespace

Task<Result<std::vector<std::string>>> choosePodCidrs(client::Client &client, std::string nodeName,
                                                      std::vector<config::Cidr> clusterCidrs) {
    CO_TRY(const auto list, co_await client.list(corev1::Node::resource(), ""));
    std::vector<corev1::Node> nodes;
    for (const client::ObjectPtr &object : list.items) {
        CO_TRY(auto node, api::decode<corev1::Node>(*object));
        nodes.push_back(std::move(node));
    }
    if (const corev1::Node *own = findNode(nodes, nodeName); own && !own->spec.podCIDRs.empty())
        co_return own->spec.podCIDRs;
    std::set<std::string> taken;
    for (const corev1::Node &node : nodes)
        taken.insert(node.spec.podCIDRs.begin(), node.spec.podCIDRs.end());
    std::vector<std::string> chosen;
    for (const config::Cidr &cluster : clusterCidrs) {
        CO_TRY(auto cidr, firstFree(cluster, taken));
        chosen.push_back(std::move(cidr));
    }
    co_return chosen;
}

Result<> writeCniConfig(const Paths &paths, const std::vector<std::string> &podCidrs, const fs::path &userConfig) {
    std::string text = cniConfig(paths, podCidrs);
    if (!userConfig.empty()) {
        TRY(text, readFile(userConfig, 1u << 20));
    }
    CHECK(makeFolder(paths.cniConfigFolder()));
    const fs::path file = paths.cniConfigFolder() / kConfigName;
    if (auto present = readFile(file); present && *present == text)
        return {};
    return writeFileAtomic(file, text, 0644);
}

Task<Result<>> completeNode(client::Client &client, Clock &clock, std::string nodeName,
                            std::vector<std::string> podCidrs) {
    for (;;) {
        auto object = co_await client.get(corev1::Node::resource(), "", nodeName);
        if (object) {
            CO_TRY(const auto node, api::decode<corev1::Node>(**object));
            auto patched = co_await client.patch(corev1::Node::resource(), "", nodeName, client::PatchType::Merge,
                                                 completion(podCidrs, !node.spec.podCIDRs.empty()));
            CO_CHECK(patched);
            co_return Result<>();
        }
        if (!isNotFound(object.error()))
            co_return Failure(std::move(object).error());
        CO_CHECK(co_await clock.sleep(kNodePoll));
    }
}

} // namespace coracle::cluster
