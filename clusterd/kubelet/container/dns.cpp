#include "clusterd/kubelet/container/dns.h"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>

namespace coracle::kubelet {

namespace {

/// Limits of the C library's resolver, which upstream applies too (KEP-2595).
constexpr size_t kServersMax = 3, kSearchesMax = 32;

template<class List>
void appendNew(List &list, const List &more) {
    for (const auto &entry : more)
        if (std::ranges::find(list, entry) == list.end())
            list.push_back(entry);
}

void setOption(std::vector<std::string> &options, const std::string &name, const std::optional<std::string> &value) {
    std::string text = value && !value->empty() ? name + ":" + *value : name;
    for (auto &option : options)
        if (option == name || option.starts_with(name + ":")) {
            option = text;
            return;
        }
    options.push_back(text);
}

} // namespace

cri::DnsConfig parseResolvConf(std::string_view text) {
    cri::DnsConfig config;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string keyword, word;
        if (!(words >> keyword) || keyword[0] == '#' || keyword[0] == ';')
            continue;
        if (keyword == "nameserver" && words >> word)
            config.servers.push_back(word);
        if (keyword == "search" || keyword == "options") {
            auto &list = keyword == "search" ? config.searches : config.options;
            // The last line of each kind counts.
            list.clear();
            while (words >> word)
                list.push_back(word);
        }
    }
    return config;
}

cri::DnsConfig podDns(const corev1::Pod &pod, const NodeDns &node) {
    cri::DnsConfig config;
    bool cluster = pod.spec.dnsPolicy == "ClusterFirstWithHostNet" ||
                   ((pod.spec.dnsPolicy == "ClusterFirst" || pod.spec.dnsPolicy.empty()) && !pod.spec.hostNetwork);
    if (cluster && !node.clusterServers.empty()) {
        config.servers = node.clusterServers;
        config.searches = {fmt::format("{}.svc.{}", pod.metadata.namespace_, node.clusterDomain),
                           "svc." + node.clusterDomain, node.clusterDomain};
        appendNew(config.searches, node.host.searches);
        config.options = {"ndots:5"};
    } else if (pod.spec.dnsPolicy != "None") {
        config = node.host;
        // Without any server a resolver asks its own host.
        if (config.servers.empty())
            config.servers = {"127.0.0.1"};
    }
    if (pod.spec.dnsConfig) {
        appendNew(config.servers, pod.spec.dnsConfig->nameservers);
        appendNew(config.searches, pod.spec.dnsConfig->searches);
        for (const auto &option : pod.spec.dnsConfig->options)
            setOption(config.options, option.name, option.value);
    }
    if (config.servers.size() > kServersMax)
        config.servers.resize(kServersMax);
    if (config.searches.size() > kSearchesMax)
        config.searches.resize(kSearchesMax);
    return config;
}

} // namespace coracle::kubelet
