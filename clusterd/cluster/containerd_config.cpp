#include "clusterd/cluster/containerd_config.h"

#include "clusterd/cluster/child_process.h"
#include "clusterd/cluster/toml_text.h"
#include "core/base/files.h"

#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::cluster {

namespace fs = std::filesystem;

namespace {

std::string tomlPath(const fs::path &path) {
    return tomlText(path.native());
}

// Plug-ins that no node of ours uses: each costs memory or writes a warning at start.
constexpr std::string_view kDisabledPlugins =
    R"(["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", )"
    R"("io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", )"
    R"("io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"])";

constexpr std::string_view kTemplate = R"(# Made by clusterd at every start. Additions go into files in {dropIns}.
version = 2
imports = [{imports}]
root = {root}
state = {state}
oom_score = {oomScore}
disabled_plugins = {disabledPlugins}

[grpc]
  address = {socket}

[ttrpc]
  address = {ttrpcSocket}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = {pauseImage}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  restrict_oom_score_adj = {restrictOomScore}
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  disable_apparmor = {disableAppArmor}
  device_ownership_from_security_context = {nonRootDevices}

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = {cniPlugins}
  conf_dir = {cniConfig}
  max_conf_num = 1

[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = {snapshotter}
  default_runtime_name = {defaultRuntime}

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  BinaryName = {runc}
  SystemdCgroup = false
)";

} // namespace

std::string containerdConfig(const Paths &paths, const ContainerdOptions &options) {
    const std::string socket = paths.containerdSocket().string();
    std::error_code error;
    const bool hasDropIns = fs::is_directory(paths.containerdDropIns(), error);
    const std::string text = fmt::format(
        kTemplate, fmt::arg("dropIns", paths.containerdDropIns().string()),
        fmt::arg("imports", hasDropIns ? tomlPath(paths.containerdDropIns() / "*.toml") : ""),
        fmt::arg("root", tomlPath(paths.containerdRoot())), fmt::arg("state", tomlPath(paths.containerdState())),
        fmt::arg("oomScore", options.mayLowerOomScore ? -999 : 0), fmt::arg("disabledPlugins", kDisabledPlugins),
        fmt::arg("socket", tomlText(socket)), fmt::arg("ttrpcSocket", tomlText(socket + ".ttrpc")),
        fmt::arg("pauseImage", tomlText(options.pauseImage)), fmt::arg("restrictOomScore", !options.mayLowerOomScore),
        fmt::arg("disableAppArmor", !options.appArmor), fmt::arg("nonRootDevices", options.nonRootDevices),
        fmt::arg("cniPlugins", tomlPath(options.cniPlugins)), fmt::arg("cniConfig", tomlPath(paths.cniConfigFolder())),
        fmt::arg("snapshotter", tomlText(options.snapshotter)),
        fmt::arg("defaultRuntime", tomlText(options.defaultRuntime)), fmt::arg("runc", tomlPath(options.runc)));
    return text + options.registries;
}

std::string cniConfig(const Paths &paths, const std::vector<std::string> &podCidrs) {
    std::vector<std::string> ranges, routes;
    for (const std::string &cidr : podCidrs) {
        ranges.push_back(fmt::format(R"([{{"subnet": {}}}])", tomlText(cidr)));
        routes.push_back(cidr.find(':') == cidr.npos ? R"({"dst": "0.0.0.0/0"})" : R"({"dst": "::/0"})");
    }
    return fmt::format(R"({{
  "cniVersion": "0.4.0",
  "name": "{}",
  "plugins": [
    {{
      "type": "bridge",
      "bridge": "{}",
      "isGateway": true,
      "ipMasq": false,
      "hairpinMode": true,
      "forceAddress": true,
      "ipam": {{
        "type": "host-local",
        "ranges": [{}],
        "routes": [{}],
        "dataDir": {}
      }}
    }}
  ]
}}
)",
                       paths.instance.name("clusterd"), paths.instance.bridge(), fmt::join(ranges, ", "),
                       fmt::join(routes, ", "), tomlPath(paths.cniLeases()));
}

bool mayLowerOomScore() {
    constexpr unsigned kCapSysResource = 24;
    static constexpr std::string_view kLabel = "CapEff:\t";
    const auto status = readFile("/proc/self/status");
    const size_t begin = status ? status->find(kLabel) : std::string::npos;
    if (begin == std::string::npos)
        return false;
    uint64_t effective = 0;
    const char *digits = status->data() + begin + kLabel.size();
    std::from_chars(digits, status->data() + status->size(), effective, 16);
    return (effective >> kCapSysResource & 1) != 0;
}

bool appArmorUsable() {
    const auto enabled = readFile("/sys/module/apparmor/parameters/enabled");
    return enabled && enabled->starts_with('Y') && findProgram("apparmor_parser").has_value();
}

Result<fs::path> findCniPlugins() {
    for (const char *folder : {"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}) {
        std::error_code error;
        if (fs::exists(fs::path(folder) / "bridge", error) && fs::exists(fs::path(folder) / "host-local", error))
            return folder;
    }
    return errors::other("the CNI plug-ins bridge and host-local are missing; install them: "
                         "apt-get install containernetworking-plugins");
}

} // namespace coracle::cluster
