#include "clusterd/kubelet/container/container_config.h"

#include "clusterd/kubelet/container/expansion.h"
#include "clusterd/kubelet/container/hosts_file.h"
#include "clusterd/kubelet/container/labels.h"
#include "clusterd/kubelet/container/pod_spec.h"
#include "clusterd/kubelet/container/resources.h"
#include "clusterd/kubelet/container/security_context.h"
#include "core/api/typed.h"

#include <charconv>
#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

cri::Protocol protocol(std::string_view name) {
    return name == "UDP" ? cri::Protocol::Udp : name == "SCTP" ? cri::Protocol::Sctp : cri::Protocol::Tcp;
}

cri::Strings podLabels(const corev1::Pod &pod) {
    return {{std::string(kPodNameLabel), pod.metadata.name},
            {std::string(kPodNamespaceLabel), pod.metadata.namespace_},
            {std::string(kPodUidLabel), pod.metadata.uid}};
}

std::vector<std::string> expandAll(const std::vector<std::string> &words, const Environment &environment) {
    auto lookup = [&](std::string_view name) -> std::optional<std::string> {
        for (const auto &[key, value] : environment)
            if (key == name)
                return value;
        return std::nullopt;
    };
    std::vector<std::string> expanded;
    for (const auto &word : words)
        expanded.push_back(expandVariables(word, lookup));
    return expanded;
}

} // namespace

Result<cri::SandboxConfig> makeSandboxConfig(const SandboxInput &input) {
    const auto &pod = input.pod;
    cri::SandboxConfig config;
    config.metadata = {pod.metadata.name, pod.metadata.uid, pod.metadata.namespace_, input.attempt};
    // With the node's network the pod has the node's name, too.
    if (!pod.spec.hostNetwork) {
        TRY(auto hostname, podHostname(pod, input.dns.clusterDomain));
        config.hostname = hostname.hostname;
    }
    config.logDirectory = input.paths.logs(pod.metadata.namespace_, pod.metadata.name, pod.metadata.uid);
    config.dns = podDns(pod, input.dns);
    for (const auto *list : {&pod.spec.containers, &pod.spec.initContainers})
        for (const auto &container : *list)
            for (const auto &port : container.ports)
                if (port.hostPort > 0 && !pod.spec.hostNetwork)
                    config.portMappings.push_back(
                        {protocol(port.protocol), port.containerPort, port.hostPort, port.hostIP});
    config.labels = podLabels(pod);
    for (const auto &[key, value] : pod.metadata.labels)
        config.labels.try_emplace(key, value);
    config.annotations = pod.metadata.annotations;
    config.cgroupParent = input.cgroupParent;
    applySecurityContext(config, pod);
    return config;
}

Result<cri::ContainerConfig> makeContainerConfig(const ContainerInput &input) {
    const auto &pod = input.pod;
    const auto &container = input.container;
    cri::ContainerConfig config;
    config.name = container.name;
    config.attempt = input.restartCount;
    config.image = input.image.id;
    config.command = expandAll(container.command, input.environment);
    config.args = expandAll(container.args, input.environment);
    config.workingDirectory = container.workingDir;
    config.environment = input.environment;
    config.mounts = input.mounts;
    config.devices = input.devices;
    if (!input.hostsFile.empty())
        config.mounts.push_back({.containerPath = "/etc/hosts", .hostPath = input.hostsFile});
    if (!input.messageFile.empty())
        config.mounts.push_back({.containerPath = container.terminationMessagePath, .hostPath = input.messageFile});
    config.labels = podLabels(pod);
    config.labels[std::string(kContainerNameLabel)] = container.name;
    auto annotate = [&](std::string_view key, std::string value) {
        config.annotations[std::string(key)] = std::move(value);
    };
    annotate(kHashAnnotation, containerHash(container));
    annotate(kRestartCountAnnotation, std::to_string(input.restartCount));
    annotate(kMessagePathAnnotation, container.terminationMessagePath);
    annotate(kMessagePolicyAnnotation, container.terminationMessagePolicy);
    if (!input.messageFile.empty())
        annotate(kMessageFileAnnotation, input.messageFile);
    annotate(kGracePeriodAnnotation, std::to_string(pod.spec.terminationGracePeriodSeconds.value_or(30)));
    config.logPath = fmt::format("{}/{}.log", container.name, input.restartCount);
    config.stdin = container.stdin;
    config.stdinOnce = container.stdinOnce;
    config.tty = container.tty;
    config.resources = containerResources(pod, container, input.memoryCapacity);
    CHECK(applySecurityContext(config, pod, container, input.image));
    return config;
}

int restartCount(const cri::Container &container) {
    auto found = container.annotations.find(kRestartCountAnnotation);
    int count = static_cast<int>(container.attempt);
    if (found != container.annotations.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), count);
    return count;
}

} // namespace coracle::kubelet
