#include "clusterd/kubelet/cri/convert.h"

namespace coracle::kubelet::cri {

namespace wire = runtime::v1;

namespace {

Strings strings(const google::protobuf::Map<std::string, std::string> &map) {
    return {map.begin(), map.end()};
}

void fill(google::protobuf::Map<std::string, std::string> &to, const Strings &from) {
    for (const auto &[key, value] : from)
        to[key] = value;
}

template<class Repeated, class List>
void fillList(Repeated &to, const List &from) {
    to.Add(from.begin(), from.end());
}

void fill(wire::NamespaceOption &to, const NamespaceOption &from) {
    to.set_network(static_cast<wire::NamespaceMode>(from.network));
    to.set_pid(static_cast<wire::NamespaceMode>(from.pid));
    to.set_ipc(static_cast<wire::NamespaceMode>(from.ipc));
    to.set_target_id(from.targetId);
}

void fill(wire::SecurityProfile &to, const SecurityProfile &from) {
    to.set_profile_type(static_cast<wire::SecurityProfile::ProfileType>(from.type));
    to.set_localhost_ref(from.localhostRef);
}

void fill(wire::SELinuxOption &to, const SeLinuxOption &from) {
    to.set_user(from.user);
    to.set_role(from.role);
    to.set_type(from.type);
    to.set_level(from.level);
}

void fill(wire::LinuxContainerResources &to, const Resources &from) {
    to.set_cpu_period(from.cpuPeriod);
    to.set_cpu_quota(from.cpuQuota);
    to.set_cpu_shares(from.cpuShares);
    to.set_memory_limit_in_bytes(from.memoryLimitBytes);
    to.set_oom_score_adj(from.oomScoreAdj);
    for (const auto &[size, limit] : from.hugepageLimits) {
        auto *entry = to.add_hugepage_limits();
        entry->set_page_size(size);
        entry->set_limit(limit);
    }
    fill(*to.mutable_unified(), from.unified);
}

template<class Context, class Config>
void fillIdentity(Context &to, const Config &from) {
    if (from.runAsUser)
        to.mutable_run_as_user()->set_value(*from.runAsUser);
    if (from.runAsGroup)
        to.mutable_run_as_group()->set_value(*from.runAsGroup);
    if (from.seLinux)
        fill(*to.mutable_selinux_options(), *from.seLinux);
    fillList(*to.mutable_supplemental_groups(), from.supplementalGroups);
    to.set_privileged(from.privileged);
    to.set_readonly_rootfs(from.readOnlyRootFilesystem);
    fill(*to.mutable_namespace_options(), from.namespaces);
    fill(*to.mutable_seccomp(), from.seccomp);
}

SandboxMetadata metadata(const wire::PodSandboxMetadata &from) {
    return {.name = from.name(), .uid = from.uid(), .namespaceName = from.namespace_(), .attempt = from.attempt()};
}

} // namespace

wire::PodSandboxConfig toWire(const SandboxConfig &config) {
    wire::PodSandboxConfig to;
    to.mutable_metadata()->set_name(config.metadata.name);
    to.mutable_metadata()->set_uid(config.metadata.uid);
    to.mutable_metadata()->set_namespace_(config.metadata.namespaceName);
    to.mutable_metadata()->set_attempt(config.metadata.attempt);
    to.set_hostname(config.hostname);
    to.set_log_directory(config.logDirectory);
    if (config.dns) {
        fillList(*to.mutable_dns_config()->mutable_servers(), config.dns->servers);
        fillList(*to.mutable_dns_config()->mutable_searches(), config.dns->searches);
        fillList(*to.mutable_dns_config()->mutable_options(), config.dns->options);
    }
    for (const auto &mapping : config.portMappings) {
        auto *entry = to.add_port_mappings();
        entry->set_protocol(static_cast<wire::Protocol>(mapping.protocol));
        entry->set_container_port(mapping.containerPort);
        entry->set_host_port(mapping.hostPort);
        entry->set_host_ip(mapping.hostIp);
    }
    fill(*to.mutable_labels(), config.labels);
    fill(*to.mutable_annotations(), config.annotations);
    auto &linux_ = *to.mutable_linux();
    linux_.set_cgroup_parent(config.cgroupParent);
    fill(*linux_.mutable_sysctls(), config.sysctls);
    fill(*linux_.mutable_overhead(), config.overhead);
    fill(*linux_.mutable_resources(), config.resources);
    fillIdentity(*linux_.mutable_security_context(), config);
    return to;
}

wire::ContainerConfig toWire(const ContainerConfig &config) {
    wire::ContainerConfig to;
    to.mutable_metadata()->set_name(config.name);
    to.mutable_metadata()->set_attempt(config.attempt);
    to.mutable_image()->set_image(config.image);
    fillList(*to.mutable_command(), config.command);
    fillList(*to.mutable_args(), config.args);
    to.set_working_dir(config.workingDirectory);
    for (const auto &[key, value] : config.environment) {
        auto *entry = to.add_envs();
        entry->set_key(key);
        entry->set_value(value);
    }
    for (const auto &mount : config.mounts) {
        auto *entry = to.add_mounts();
        entry->set_container_path(mount.containerPath);
        entry->set_host_path(mount.hostPath);
        entry->set_readonly(mount.readOnly);
        entry->set_selinux_relabel(mount.selinuxRelabel);
        entry->set_propagation(static_cast<wire::MountPropagation>(mount.propagation));
        entry->set_recursive_read_only(mount.recursiveReadOnly);
    }
    for (const auto &device : config.devices) {
        auto *entry = to.add_devices();
        entry->set_container_path(device.containerPath);
        entry->set_host_path(device.hostPath);
        entry->set_permissions(device.permissions);
    }
    fill(*to.mutable_labels(), config.labels);
    fill(*to.mutable_annotations(), config.annotations);
    to.set_log_path(config.logPath);
    to.set_stdin(config.stdin);
    to.set_stdin_once(config.stdinOnce);
    to.set_tty(config.tty);
    fill(*to.mutable_linux()->mutable_resources(), config.resources);
    auto &context = *to.mutable_linux()->mutable_security_context();
    fillIdentity(context, config);
    fillList(*context.mutable_capabilities()->mutable_add_capabilities(), config.addCapabilities);
    fillList(*context.mutable_capabilities()->mutable_drop_capabilities(), config.dropCapabilities);
    context.set_no_new_privs(config.noNewPrivileges);
    context.set_run_as_username(config.runAsUsername);
    fillList(*context.mutable_masked_paths(), config.maskedPaths);
    fillList(*context.mutable_readonly_paths(), config.readOnlyPaths);
    if (config.appArmor)
        fill(*context.mutable_apparmor(), *config.appArmor);
    return to;
}

wire::AuthConfig toWire(const RegistryAuth &auth) {
    wire::AuthConfig to;
    to.set_username(auth.username);
    to.set_password(auth.password);
    to.set_auth(auth.auth);
    to.set_server_address(auth.serverAddress);
    to.set_identity_token(auth.identityToken);
    to.set_registry_token(auth.registryToken);
    return to;
}

Sandbox fromWire(const wire::PodSandbox &from) {
    return {.id = from.id(),
            .metadata = metadata(from.metadata()),
            .state = from.state() == wire::SANDBOX_READY ? SandboxState::Ready : SandboxState::NotReady,
            .createdAt = from.created_at(),
            .labels = strings(from.labels()),
            .annotations = strings(from.annotations()),
            .runtimeHandler = from.runtime_handler()};
}

SandboxStatus fromWire(const wire::PodSandboxStatus &from) {
    SandboxStatus to;
    to.id = from.id();
    to.metadata = metadata(from.metadata());
    to.state = from.state() == wire::SANDBOX_READY ? SandboxState::Ready : SandboxState::NotReady;
    to.createdAt = from.created_at();
    to.labels = strings(from.labels());
    to.annotations = strings(from.annotations());
    to.runtimeHandler = from.runtime_handler();
    if (!from.network().ip().empty())
        to.ips.push_back(from.network().ip());
    for (const auto &ip : from.network().additional_ips())
        to.ips.push_back(ip.ip());
    const auto &options = from.linux().namespaces().options();
    to.namespaces.network = static_cast<NamespaceMode>(options.network());
    to.namespaces.pid = static_cast<NamespaceMode>(options.pid());
    to.namespaces.ipc = static_cast<NamespaceMode>(options.ipc());
    return to;
}

Container fromWire(const wire::Container &from) {
    return {.id = from.id(),
            .sandboxId = from.pod_sandbox_id(),
            .name = from.metadata().name(),
            .attempt = from.metadata().attempt(),
            .image = from.image().image(),
            .imageRef = from.image_ref(),
            .state = static_cast<ContainerState>(from.state()),
            .createdAt = from.created_at(),
            .labels = strings(from.labels()),
            .annotations = strings(from.annotations())};
}

ContainerStatus fromWire(const wire::ContainerStatus &from) {
    ContainerStatus to;
    to.id = from.id();
    to.name = from.metadata().name();
    to.attempt = from.metadata().attempt();
    to.image = from.image().image();
    to.imageRef = from.image_ref();
    to.state = static_cast<ContainerState>(from.state());
    to.createdAt = from.created_at();
    to.labels = strings(from.labels());
    to.annotations = strings(from.annotations());
    to.startedAt = from.started_at();
    to.finishedAt = from.finished_at();
    to.exitCode = from.exit_code();
    to.reason = from.reason();
    to.message = from.message();
    to.logPath = from.log_path();
    return to;
}

ContainerStats fromWire(const wire::ContainerStats &from) {
    return {.id = from.attributes().id(),
            .name = from.attributes().metadata().name(),
            .labels = strings(from.attributes().labels()),
            .cpuTimestamp = from.cpu().timestamp(),
            .memoryTimestamp = from.memory().timestamp(),
            .cpuUsageNanoseconds = from.cpu().usage_core_nano_seconds().value(),
            .memoryWorkingSetBytes = from.memory().working_set_bytes().value(),
            .memoryUsageBytes = from.memory().usage_bytes().value(),
            .memoryRssBytes = from.memory().rss_bytes().value(),
            .memoryAvailableBytes = from.memory().available_bytes().value(),
            .pageFaults = from.memory().page_faults().value(),
            .majorPageFaults = from.memory().major_page_faults().value(),
            .writableLayerBytes = from.writable_layer().used_bytes().value(),
            .writableLayerInodes = from.writable_layer().inodes_used().value()};
}

Image fromWire(const wire::Image &from) {
    Image to;
    to.id = from.id();
    to.tags.assign(from.repo_tags().begin(), from.repo_tags().end());
    to.digests.assign(from.repo_digests().begin(), from.repo_digests().end());
    to.sizeBytes = from.size();
    if (from.has_uid())
        to.uid = from.uid().value();
    to.username = from.username();
    to.pinned = from.pinned();
    return to;
}

} // namespace coracle::kubelet::cri
