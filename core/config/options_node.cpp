#include "core/config/options.h"

namespace coracle::config::detail {

namespace {

using enum OptionType;
using enum Support;

// What a node decides for itself, on a server and on an agent.
// clang-format off

constexpr OptionInfo kNode[] = {
    {.name = "node-name", .type = DnsName, .environment = "NODE_NAME", .defaultText = "the host name, lower-case",
     .help = "name of the node"},
    {.name = "with-node-id", .type = Bool, .defaultText = "false",
     .help = "append an id of this machine to the name of the node"},
    {.name = "node-label", .type = Label, .list = true, .help = "label of the node"},
    {.name = "node-taint", .type = Taint, .list = true, .help = "taint that the node registers with"},
    {.name = "protect-kernel-defaults", .type = Bool, .defaultText = "false",
     .help = "refuse to run when sysctls differ from what the kubelet wants"},
    {.name = "selinux", .type = Bool, .support = Later, .environment = "SELINUX", .defaultText = "false",
     .help = "SELinux for containers"},
    {.name = "kubelet-arg", .type = ComponentArgument, .list = true, .help = "argument for the kubelet"},
    {.name = "kube-proxy-arg", .type = ComponentArgument, .list = true, .help = "argument for kube-proxy"},
    {.name = "rootless", .type = Bool, .support = Later, .defaultText = "false", .help = "run without root"},
    {.name = "prefer-bundled-bin", .type = Bool, .support = NoEffect, .defaultText = "false",
     .help = "prefer bundled programs to those of the machine"},
    {.name = "lb-server-port", .type = Port, .support = NoEffect, .environment = "LB_SERVER_PORT",
     .defaultText = "6444", .help = "port of the load balancer that agents reach servers through"},
    {.name = "disable-apiserver-lb", .type = Bool, .commands = kAgent, .support = NoEffect, .defaultText = "false",
     .help = "agents reach the server directly"},
};

constexpr OptionInfo kAgentNetworking[] = {
    {.name = "node-ip", .shortName = 'i', .type = Address, .list = true, .splitCommas = true,
     .defaultText = "the address of the default route", .help = "address of the node, one per family"},
    {.name = "node-external-ip", .type = Address, .list = true, .splitCommas = true,
     .help = "external address of the node"},
    {.name = "node-internal-dns", .type = DnsName, .list = true, .splitCommas = true,
     .help = "internal DNS name of the node"},
    {.name = "node-external-dns", .type = DnsName, .list = true, .splitCommas = true,
     .help = "external DNS name of the node"},
    {.name = "resolv-conf", .type = Path, .environment = "RESOLV_CONF", .help = "resolv.conf that pods get"},
    {.name = "flannel-iface", .help = "interface between nodes"},
    {.name = "flannel-conf", .type = Path, .support = NoEffect, .help = "own flannel configuration"},
    {.name = "flannel-cni-conf", .type = Path, .help = "own CNI configuration list"},
    {.name = "vpn-auth", .secret = true, .support = Later, .environment = "VPN_AUTH",
     .help = "credentials of a VPN between nodes"},
    {.name = "vpn-auth-file", .type = Path, .support = Later, .environment = "VPN_AUTH_FILE",
     .help = "file with the credentials of a VPN"},
};

constexpr OptionInfo kRuntime[] = {
    {.name = "container-runtime-endpoint", .help = "CRI socket of a container runtime that is not ours"},
    {.name = "image-service-endpoint", .help = "CRI socket of a separate image service"},
    {.name = "default-runtime", .defaultText = "runc", .help = "default runtime of containerd"},
    {.name = "docker", .type = Bool, .support = Later, .defaultText = "false",
     .help = "use Docker in place of containerd"},
    {.name = "pause-image", .defaultText = "docker.io/coracle/pause:0.1", .help = "image of pod sandboxes"},
    {.name = "snapshotter", .type = Choice, .defaultText = "overlayfs",
     .choices = "overlayfs|native|fuse-overlayfs|stargz", .help = "snapshotter of containerd"},
    {.name = "private-registry", .type = Path, .defaultText = "/etc/clusterd/registries.yaml",
     .help = "registries file"},
    {.name = "disable-default-registry-endpoint", .type = Bool, .defaultText = "false",
     .help = "no fall-back to the upstream registry of a mirrored one"},
    {.name = "nonroot-devices", .type = Bool, .defaultText = "false", .help = "devices belong to the user of the pod"},
    {.name = "image-credential-provider-bin-dir", .type = Path, .support = NoEffect,
     .help = "folder of credential provider programs"},
    {.name = "image-credential-provider-config", .type = Path, .support = NoEffect,
     .help = "configuration of credential providers"},
    {.name = "airgap-extra-registry", .list = true, .hidden = true,
     .help = "registry name that imported images get as well"},
};
// clang-format on

} // namespace

std::vector<OptionSection> nodeOptions() {
    return {{"Node", kNode}, {"Node networking", kAgentNetworking}, {"Container runtime", kRuntime}};
}

} // namespace coracle::config::detail
