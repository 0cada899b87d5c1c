#include "clusterd/kubelet/container/security_context.h"

#include "clusterd/kubelet/container/pod_spec.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

const std::vector<std::string> &maskedPaths() {
    static const std::vector<std::string> paths{
        "/proc/asound",      "/proc/acpi",          "/proc/interrupts", "/proc/kcore",
        "/proc/keys",        "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi",          "/sys/firmware",    "/sys/devices/virtual/powercap"};
    return paths;
}

const std::vector<std::string> &readOnlyPaths() {
    static const std::vector<std::string> paths{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                                "/proc/sysrq-trigger"};
    return paths;
}

template<class Profile>
cri::SecurityProfile profile(const Profile &from, const std::string &localhostPrefix) {
    if (from.type == "RuntimeDefault")
        return {.type = cri::SecurityProfile::Type::RuntimeDefault};
    if (from.type == "Localhost")
        return {.type = cri::SecurityProfile::Type::Localhost,
                .localhostRef = localhostPrefix + from.localhostProfile.value_or("")};
    return {.type = cri::SecurityProfile::Type::Unconfined};
}

cri::SeLinuxOption seLinux(const corev1::SELinuxOptions &from) {
    return {from.user, from.role, from.type, from.level};
}

cri::NamespaceOption namespaces(const corev1::Pod &pod) {
    cri::NamespaceOption option;
    option.network = pod.spec.hostNetwork ? cri::NamespaceMode::Node : cri::NamespaceMode::Pod;
    option.ipc = pod.spec.hostIPC ? cri::NamespaceMode::Node : cri::NamespaceMode::Pod;
    option.pid = pod.spec.hostPID                                 ? cri::NamespaceMode::Node
                 : pod.spec.shareProcessNamespace.value_or(false) ? cri::NamespaceMode::Pod
                                                                  : cri::NamespaceMode::Container;
    return option;
}

/// runAsNonRoot against the user of the specification or, without one, of the image.
Result<> checkNonRoot(const cri::ContainerConfig &config, const corev1::Pod &pod, const corev1::Container &container,
                      const cri::Image &image) {
    std::string where = fmt::format("(pod: \"{}\", container: {})", describe(pod), container.name);
    if (config.runAsUser) {
        if (*config.runAsUser == 0)
            return errors::other("container's runAsUser breaks non-root policy " + where);
        return {};
    }
    if (image.uid ? *image.uid == 0 : image.username.empty())
        return errors::other("container has runAsNonRoot and image will run as root " + where);
    if (!image.uid)
        return errors::other(
            fmt::format("container has runAsNonRoot and image has non-numeric user ({}), cannot verify "
                        "user is non-root {}",
                        image.username, where));
    return {};
}

void applyOwn(cri::ContainerConfig &config, const corev1::SecurityContext &own) {
    if (own.runAsUser)
        config.runAsUser = own.runAsUser;
    if (own.runAsGroup)
        config.runAsGroup = own.runAsGroup;
    if (own.seLinuxOptions)
        config.seLinux = seLinux(*own.seLinuxOptions);
    if (own.seccompProfile)
        config.seccomp = profile(*own.seccompProfile, "");
    if (own.appArmorProfile)
        config.appArmor = profile(*own.appArmorProfile, "");
    if (own.capabilities) {
        config.addCapabilities = own.capabilities->add;
        config.dropCapabilities = own.capabilities->drop;
    }
    config.privileged = own.privileged.value_or(false);
    config.readOnlyRootFilesystem = own.readOnlyRootFilesystem.value_or(false);
    config.noNewPrivileges = !own.allowPrivilegeEscalation.value_or(true);
}

} // namespace

void applySecurityContext(cri::SandboxConfig &config, const corev1::Pod &pod) {
    config.namespaces = namespaces(pod);
    // The pause process needs nothing: it always gets the default filter.
    config.seccomp.type = cri::SecurityProfile::Type::RuntimeDefault;
    for (const auto *list : {&pod.spec.containers, &pod.spec.initContainers})
        for (const auto &container : *list)
            if (container.securityContext && container.securityContext->privileged.value_or(false))
                config.privileged = true;
    if (!pod.spec.securityContext)
        return;
    const auto &context = *pod.spec.securityContext;
    config.runAsUser = context.runAsUser;
    config.runAsGroup = context.runAsUser ? context.runAsGroup : std::nullopt;
    config.supplementalGroups = context.supplementalGroups;
    if (context.fsGroup)
        config.supplementalGroups.push_back(*context.fsGroup);
    if (context.seLinuxOptions)
        config.seLinux = seLinux(*context.seLinuxOptions);
    for (const auto &sysctl : context.sysctls)
        config.sysctls[sysctl.name] = sysctl.value;
}

Result<> applySecurityContext(cri::ContainerConfig &config, const corev1::Pod &pod, const corev1::Container &container,
                              const cri::Image &image) {
    config.namespaces = namespaces(pod);
    std::optional<bool> nonRoot;
    if (pod.spec.securityContext) {
        const auto &context = *pod.spec.securityContext;
        config.runAsUser = context.runAsUser;
        config.runAsGroup = context.runAsGroup;
        config.supplementalGroups = context.supplementalGroups;
        if (context.fsGroup)
            config.supplementalGroups.push_back(*context.fsGroup);
        if (context.seLinuxOptions)
            config.seLinux = seLinux(*context.seLinuxOptions);
        if (context.seccompProfile)
            config.seccomp = profile(*context.seccompProfile, "");
        if (context.appArmorProfile)
            config.appArmor = profile(*context.appArmorProfile, "");
        nonRoot = context.runAsNonRoot;
    }
    std::string procMount = "Default";
    if (container.securityContext) {
        applyOwn(config, *container.securityContext);
        if (container.securityContext->runAsNonRoot)
            nonRoot = container.securityContext->runAsNonRoot;
        if (container.securityContext->procMount)
            procMount = *container.securityContext->procMount;
    }
    if (procMount != "Unmasked") {
        config.maskedPaths = maskedPaths();
        config.readOnlyPaths = readOnlyPaths();
    }
    if (nonRoot.value_or(false))
        CHECK(checkNonRoot(config, pod, container, image));
    if (!config.runAsUser) {
        // An image without a user runs as root.
        if (image.uid || image.username.empty())
            config.runAsUser = image.uid.value_or(0);
        else
            config.runAsUsername = image.username;
    }
    return {};
}

} // namespace coracle::kubelet
