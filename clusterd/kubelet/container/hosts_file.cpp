#include "clusterd/kubelet/container/hosts_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::kubelet {

Result<PodHostname> podHostname(const corev1::Pod &pod, const std::string &clusterDomain) {
    constexpr size_t kHostnameBytesMax = 63, kKernelBytesMax = 64;
    PodHostname result;
    result.hostname = pod.spec.hostname.empty() ? pod.metadata.name : pod.spec.hostname;
    if (result.hostname.size() > kHostnameBytesMax) {
        result.hostname.resize(kHostnameBytesMax);
        result.hostname.resize(result.hostname.find_last_not_of("-.") + 1);
    }
    if (!pod.spec.subdomain.empty())
        result.fqdn =
            fmt::format("{}.{}.{}.svc.{}", result.hostname, pod.spec.subdomain, pod.metadata.namespace_, clusterDomain);
    if (pod.spec.setHostnameAsFQDN.value_or(false) && !result.fqdn.empty()) {
        if (result.fqdn.size() > kKernelBytesMax)
            return errors::other(
                fmt::format("failed to construct FQDN from pod hostname and cluster domain, FQDN {} is too long "
                            "({} characters is the max, {} characters requested)",
                            result.fqdn, kKernelBytesMax, result.fqdn.size()));
        result.hostname = result.fqdn;
    }
    return result;
}

std::string hostsFile(const corev1::Pod &pod, const std::vector<std::string> &podIps, const PodHostname &hostname,
                      const std::string &nodeHostsFile) {
    std::string text;
    if (pod.spec.hostNetwork) {
        text = "# Kubernetes-managed hosts file (host network).\n" + nodeHostsFile;
    } else {
        text = "# Kubernetes-managed hosts file.\n"
               "127.0.0.1\tlocalhost\n"
               "::1\tlocalhost ip6-localhost ip6-loopback\n"
               "fe00::0\tip6-localnet\n"
               "fe00::0\tip6-mcastprefix\n"
               "fe00::1\tip6-allnodes\n"
               "fe00::2\tip6-allrouters\n";
        for (const auto &ip : podIps)
            text += hostname.fqdn.empty() || hostname.fqdn == hostname.hostname
                        ? fmt::format("{}\t{}\n", ip, hostname.hostname)
                        : fmt::format("{}\t{}\t{}\n", ip, hostname.fqdn, hostname.hostname);
    }
    if (!pod.spec.hostAliases.empty()) {
        text += "\n# Entries added by HostAliases.\n";
        for (const auto &alias : pod.spec.hostAliases)
            text += fmt::format("{}\t{}\n", alias.ip, fmt::join(alias.hostnames, "\t"));
    }
    return text;
}

} // namespace coracle::kubelet
