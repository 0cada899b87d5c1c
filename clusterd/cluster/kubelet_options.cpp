#include "clusterd/cluster/kubelet_options.h"

#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::cluster {

namespace fs = std::filesystem;

namespace {

constexpr uint16_t kKubeletPort = 10250;

Result<int> readInteger(const config::ComponentArgument &argument, int64_t least, int64_t most) {
    auto value = config::parseInteger(argument.value, least, most);
    if (!value)
        return Failure(withContext("--kubelet-arg " + argument.name, std::move(value).error()));
    return static_cast<int>(*value);
}

/// "cpu=100m,memory=50Mi" onto what is reserved already.
Result<> reserve(const config::ComponentArgument &argument, kubelet::KubeletOptions &options) {
    for (const std::string &part : config::splitCommas(argument.value)) {
        const size_t equals = part.find('=');
        auto quantity =
            api::Quantity::parse(equals == part.npos ? std::string_view() : std::string_view(part).substr(equals + 1));
        if (!quantity)
            return errors::other(fmt::format("--kubelet-arg {}: \"{}\" is not resource=quantity", argument.name, part));
        auto &total = options.reserved[part.substr(0, equals)];
        total = total + *quantity;
    }
    return {};
}

Result<> apply(const config::ComponentArgument &argument, kubelet::KubeletOptions &options) {
    auto set = [&](int &target, int64_t least, int64_t most) -> Result<> {
        TRY(target, readInteger(argument, least, most));
        return {};
    };
    if (argument.name == "max-pods")
        return set(options.podsMax, 1, 10000);
    if (argument.name == "image-gc-high-threshold")
        return set(options.imageGcHighPercent, 0, 100);
    if (argument.name == "image-gc-low-threshold")
        return set(options.imageGcLowPercent, 0, 100);
    if (argument.name == "container-log-max-files")
        return set(options.containerLogFilesMax, 2, 1000);
    if (argument.name == "port") {
        TRY(options.serverPort, config::parsePort(argument.value));
        return {};
    }
    if (argument.name == "system-reserved" || argument.name == "kube-reserved")
        return reserve(argument, options);
    log::warning("kubelet", "--kubelet-arg {} has no effect in this version", argument.name);
    return {};
}

/// Only the API server's own certificate, or an administrator's, opens the kubelet's API.
std::function<bool(const http::Peer &)> apiServerOnly(const std::string &clientCaPem, Clock &clock) {
    auto pool = pki::CertificatePool::fromPem(clientCaPem);
    if (!pool)
        return [](const http::Peer &) { return false; };
    return [pool = std::move(*pool), &clock](const http::Peer &peer) {
        if (!peer.certificates || peer.certificates->empty())
            return false;
        auto leaf = pool.verify(*peer.certificates, pki::Purpose::Client, clock.now());
        return leaf && std::ranges::count(leaf->subject().organizations, "system:masters") > 0;
    };
}

} // namespace

Result<kubelet::KubeletOptions> makeKubeletOptions(const config::ServerConfig &config, const Paths &paths,
                                                   const Certificates &certificates, const std::string &nodeName,
                                                   Clock &clock) {
    kubelet::KubeletOptions options;
    options.nodeName = nodeName;
    for (const config::Address &address : config.node.ips)
        options.nodeIps.push_back(address.text());
    options.paths = {.root = paths.kubelet(), .podLogs = paths.podLogs()};
    options.cgroupRoot = paths.instance.isDefault() ? "/" : "/" + paths.instance.name("clusterd");
    options.clusterDomain = config.clusterDomain;
    for (const config::Address &address : config.clusterDns)
        options.clusterDns.push_back(address.text());
    options.resolvConf = hostResolvConf(config.node);
    options.sandboxImage = config.node.pauseImage;
    for (const auto &[key, value] : config.node.labels)
        options.labels[key] = value;
    for (const config::Taint &taint : config.node.taints)
        options.taints.push_back({taint.key, taint.value, taint.effect});
    options.serverAddress = config.bindAddress.text();
    // The usual port belongs to the usual instance; the Node object tells the API server any other.
    options.serverPort = paths.instance.isDefault() ? kKubeletPort : 0;
    options.serverTls.identity = {certificates.kubeletServing.chainPem, certificates.kubeletServing.keyPem};
    options.serverTls.clientCaPem = certificates.clientCaPem;
    options.authorize = apiServerOnly(certificates.clientCaPem, clock);
    for (const config::ComponentArgument &argument : config.node.kubeletArguments)
        CHECK(apply(argument, options));
    return options;
}

fs::path hostResolvConf(const config::NodeConfig &node) {
    if (!node.resolvConf.empty())
        return node.resolvConf;
    static constexpr std::string_view kUsual = "/etc/resolv.conf", kBehindStub = "/run/systemd/resolve/resolv.conf";
    const auto usual = readFile(fs::path(kUsual), 64u << 10);
    std::error_code error;
    const bool onlyStub = usual && usual->find("nameserver 127.0.0.53") != std::string::npos;
    return onlyStub && fs::exists(kBehindStub, error) ? kBehindStub : kUsual;
}

} // namespace coracle::cluster
