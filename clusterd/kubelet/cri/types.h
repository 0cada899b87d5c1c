#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The Container Runtime Interface's messages (runtime.v1) as plain structs: what the kubelet reads and writes, without
/// protobuf in the headers. Times are nanoseconds since the epoch, 0 where unset.
namespace coracle::kubelet::cri {

using Strings = std::map<std::string, std::string, std::less<>>;

enum class ContainerState { Created, Running, Exited, Unknown };
enum class SandboxState { Ready, NotReady };
enum class NamespaceMode { Pod, Container, Node, Target };
enum class MountPropagation { Private, HostToContainer, Bidirectional };
enum class Protocol { Tcp, Udp, Sctp };

struct SecurityProfile {
    enum class Type { RuntimeDefault, Unconfined, Localhost };
    Type type = Type::Unconfined;
    std::string localhostRef;
};

struct NamespaceOption {
    NamespaceMode network = NamespaceMode::Pod, pid = NamespaceMode::Pod, ipc = NamespaceMode::Pod;
    std::string targetId; ///< the container whose process namespace is shared (Target)
};

struct SeLinuxOption {
    std::string user, role, type, level;
};

struct Resources {
    int64_t cpuPeriod = 0, cpuQuota = 0, cpuShares = 0;
    int64_t memoryLimitBytes = 0;
    int64_t oomScoreAdj = 0;
    std::vector<std::pair<std::string, uint64_t>> hugepageLimits; ///< page size ("2MB") and bytes
    Strings unified;                                              ///< cgroup v2 files, for example memory.min
};

struct SandboxMetadata {
    std::string name, uid, namespaceName;
    uint32_t attempt = 0;
};

struct PortMapping {
    Protocol protocol = Protocol::Tcp;
    int32_t containerPort = 0, hostPort = 0;
    std::string hostIp;
};

struct DnsConfig {
    std::vector<std::string> servers, searches, options;
};

struct SandboxConfig {
    SandboxMetadata metadata;
    std::string hostname, logDirectory;
    std::optional<DnsConfig> dns; ///< nothing: the node's resolv.conf
    std::vector<PortMapping> portMappings;
    Strings labels, annotations;
    std::string cgroupParent;
    Strings sysctls;
    // Security context of the sandbox.
    NamespaceOption namespaces;
    std::optional<SeLinuxOption> seLinux;
    std::optional<int64_t> runAsUser, runAsGroup;
    std::vector<int64_t> supplementalGroups;
    bool privileged = false, readOnlyRootFilesystem = false;
    SecurityProfile seccomp;
    Resources overhead, resources;
};

struct Sandbox {
    std::string id;
    SandboxMetadata metadata;
    SandboxState state = SandboxState::NotReady;
    int64_t createdAt = 0;
    Strings labels, annotations;
    std::string runtimeHandler;
};

struct SandboxStatus : Sandbox {
    std::vector<std::string> ips; ///< the first is the primary one
    NamespaceOption namespaces;
};

struct Mount {
    std::string containerPath, hostPath;
    bool readOnly = false, selinuxRelabel = false;
    MountPropagation propagation = MountPropagation::Private;
    bool recursiveReadOnly = false;
};

struct Device {
    std::string containerPath, hostPath, permissions;
};

struct ContainerConfig {
    std::string name;
    uint32_t attempt = 0;
    std::string image; ///< id or reference that the runtime resolves
    std::vector<std::string> command, args;
    std::string workingDirectory;
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<Mount> mounts;
    std::vector<Device> devices;
    Strings labels, annotations;
    std::string logPath; ///< relative to the sandbox's log directory
    bool stdin = false, stdinOnce = false, tty = false;
    Resources resources;
    // Security context of the container.
    std::vector<std::string> addCapabilities, dropCapabilities;
    bool privileged = false, readOnlyRootFilesystem = false, noNewPrivileges = false;
    NamespaceOption namespaces;
    std::optional<SeLinuxOption> seLinux;
    std::optional<int64_t> runAsUser, runAsGroup;
    std::string runAsUsername;
    std::vector<int64_t> supplementalGroups;
    std::vector<std::string> maskedPaths, readOnlyPaths;
    SecurityProfile seccomp;
    std::optional<SecurityProfile> appArmor;
};

struct Container {
    std::string id, sandboxId, name;
    uint32_t attempt = 0;
    std::string image, imageRef;
    ContainerState state = ContainerState::Unknown;
    int64_t createdAt = 0;
    Strings labels, annotations;
};

struct ContainerStatus : Container {
    int64_t startedAt = 0, finishedAt = 0;
    int32_t exitCode = 0;
    std::string reason, message, logPath;
};

struct ContainerFilter {
    std::string id, sandboxId;
    Strings labels;
};

struct ExecResult {
    std::string standardOutput, standardError;
    int32_t exitCode = 0;
};

struct ExecOptions {
    std::string containerId;
    std::vector<std::string> command;
    bool tty = false, stdin = false, stdout = true, stderr = true;
};

struct ContainerStats {
    std::string id, name;
    Strings labels;
    int64_t cpuTimestamp = 0, memoryTimestamp = 0;
    uint64_t cpuUsageNanoseconds = 0;
    uint64_t memoryWorkingSetBytes = 0, memoryUsageBytes = 0, memoryRssBytes = 0, memoryAvailableBytes = 0;
    uint64_t pageFaults = 0, majorPageFaults = 0;
    uint64_t writableLayerBytes = 0, writableLayerInodes = 0;
};

struct RuntimeCondition {
    std::string type; ///< "RuntimeReady", "NetworkReady"
    bool status = false;
    std::string reason, message;
};

struct Version {
    std::string runtimeName, runtimeVersion;
};

/// A container ended; the runtime tells it without being asked.
struct ContainerEvent {
    std::string containerId; ///< or a sandbox's
};

struct Image {
    std::string id;
    std::vector<std::string> tags, digests;
    uint64_t sizeBytes = 0;
    std::optional<int64_t> uid;
    std::string username;
    bool pinned = false;
};

struct RegistryAuth {
    std::string username, password, auth, serverAddress, identityToken, registryToken;
};

struct ImageFilesystem {
    std::string mountpoint;
    uint64_t usedBytes = 0, inodesUsed = 0;
};

} // namespace coracle::kubelet::cri
