#include "clusterd/cluster/pod_network.h"

#include "clusterd/cluster/containerd_config.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"
#include "core/base/files.h"

#include <algorithm>

namespace coracle::cluster {

namespace fs = std::filesystem;

namespace {

constexpr Duration kNodePoll = std::chrono::milliseconds(100), kNodePollLongest = std::chrono::seconds(5);
constexpr std::string_view kConfigName = "10-clusterd.conflist";
constexpr const char *kServerLabels = R"({"metadata":{"labels":{"node-role.kubernetes.io/control-plane":"true"}}})";

} // namespace

Task<Result<std::vector<std::string>>> podCidrsOf(client::Client &client, std::string nodeName) {
    auto object = co_await client.get(corev1::Node::resource(), "", std::move(nodeName));
    if (!object && isNotFound(object.error()))
        co_return std::vector<std::string>();
    if (!object)
        co_return std::unexpected(std::move(object).error());
    CO_TRY(const auto node, api::decode<corev1::Node>(**object));
    co_return node.spec.podCIDRs;
}

Task<Result<std::vector<std::string>>> awaitPodCidrs(client::Client &client, Clock &clock, std::string nodeName) {
    for (Duration pause = kNodePoll;; pause = std::min(2 * pause, kNodePollLongest)) {
        CO_TRY(std::vector<std::string> cidrs, co_await podCidrsOf(client, nodeName));
        if (!cidrs.empty())
            co_return cidrs;
        CO_CHECK(co_await clock.sleep(pause));
    }
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

Task<Result<>> labelServerNode(client::Client &client, Clock &clock, std::string nodeName) {
    for (;;) {
        auto patched =
            co_await client.patch(corev1::Node::resource(), "", nodeName, client::PatchType::Merge, kServerLabels);
        if (patched)
            co_return Result<>();
        if (!isNotFound(patched.error()))
            co_return Failure(std::move(patched).error());
        CO_CHECK(co_await clock.sleep(kNodePoll));
    }
}

} // namespace coracle::cluster
