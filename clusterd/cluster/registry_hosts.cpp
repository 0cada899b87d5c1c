#include "clusterd/cluster/registry_hosts.h"

#include "clusterd/cluster/toml_text.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <fmt/format.h>

namespace coracle::cluster {

namespace fs = std::filesystem;
using config::Registries;
using config::RegistryAccess;

namespace {

constexpr size_t kFileBytesMax = 1u << 20;
constexpr std::string_view kHeading = "# Made by clusterd of registries.yaml.\n";

/// "https://host:port/path" in its parts.
struct Endpoint {
    std::string host, path;
    explicit Endpoint(std::string_view url) {
        const size_t begin = url.find("://") + 3;
        const size_t slash = std::min(url.find('/', begin), url.size());
        host = url.substr(begin, slash - begin);
        path = url.substr(slash);
        while (path.ends_with('/'))
            path.pop_back();
    }
};

const RegistryAccess *accessOf(const Registries &registries, const std::string &host) {
    auto found = registries.configs.find(host);
    if (found == registries.configs.end())
        found = registries.configs.find("*");
    return found == registries.configs.end() ? nullptr : &found->second;
}

std::string defaultEndpointOf(const std::string &registry) {
    return registry == "docker.io" ? "https://registry-1.docker.io" : "https://" + registry;
}

std::string hostTable(const Registries &registries, const std::string &url) {
    const Endpoint endpoint(url);
    std::string text = fmt::format("\n[host.{}]\n  capabilities = [\"pull\", \"resolve\"]\n", tomlText(url));
    if (!endpoint.path.empty() && endpoint.path != "/v2")
        text += "  override_path = true\n";
    const RegistryAccess *access = accessOf(registries, endpoint.host);
    if (!access)
        return text;
    if (!access->caFile.empty())
        text += fmt::format("  ca = [{}]\n", tomlText(access->caFile));
    if (!access->certFile.empty())
        text += fmt::format("  client = [[{}, {}]]\n", tomlText(access->certFile), tomlText(access->keyFile));
    if (access->insecureSkipVerify)
        text += "  skip_verify = true\n";
    return text;
}

std::string hostsFile(const Registries &registries, const std::string &registry,
                      const std::vector<std::string> &mirrors, bool defaultEndpoint) {
    std::vector<std::string> urls = mirrors;
    std::string server;
    if (registry != "*" && (defaultEndpoint || mirrors.empty())) {
        server = defaultEndpointOf(registry);
        urls.push_back(server);
    } else if (registry != "*") {
        server = mirrors.back(); // containerd asks the registry itself where it is told no other
    }
    std::string text(kHeading);
    if (!server.empty())
        text += fmt::format("server = {}\n", tomlText(server));
    for (const std::string &url : urls)
        text += hostTable(registries, url);
    return text;
}

} // namespace

std::map<std::string, std::string> registryHosts(const Registries &registries, bool defaultEndpoint) {
    std::map<std::string, std::string> files;
    auto folderOf = [](const std::string &registry) { return registry == "*" ? std::string("_default") : registry; };
    for (const auto &[registry, mirror] : registries.mirrors)
        if (registry != "*" || !mirror.endpoints.empty())
            files[folderOf(registry)] = hostsFile(registries, registry, mirror.endpoints, defaultEndpoint);
    for (const auto &[registry, access] : registries.configs)
        if (registry != "*" && !files.contains(registry))
            files[registry] = hostsFile(registries, registry, {}, true);
    return files;
}

std::string registryConfig(const Paths &paths, const Registries &registries) {
    std::string text = fmt::format("\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\n  config_path = {}\n",
                                   tomlText(paths.containerdCerts().string()));
    for (const auto &[registry, access] : registries.configs) {
        if (access.username.empty() && access.auth.empty() && access.identityToken.empty())
            continue;
        text += fmt::format("\n[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.{}.auth]\n", tomlText(registry));
        auto put = [&](std::string_view name, const std::string &value) {
            if (!value.empty())
                text += fmt::format("  {} = {}\n", name, tomlText(value));
        };
        put("username", access.username);
        put("password", access.password);
        put("auth", access.auth);
        put("identitytoken", access.identityToken);
    }
    return text;
}

Result<> writeRegistryHosts(const Paths &paths, const std::map<std::string, std::string> &hosts) {
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(paths.containerdCerts(), error))
        if (!hosts.contains(entry.path().filename().string()))
            fs::remove_all(entry.path(), error);
    CHECK(makeFolder(paths.containerdCerts(), 0700));
    for (const auto &[folder, text] : hosts) {
        const fs::path file = paths.containerdCerts() / folder / "hosts.toml";
        CHECK(makeFolder(file.parent_path()));
        if (auto present = readFile(file); !present || *present != text)
            CHECK(writeFileAtomic(file, text, 0600));
    }
    return {};
}

Registries loadRegistries(const fs::path &file) {
    std::error_code error;
    if (!fs::exists(file, error))
        return {};
    auto text = readFile(file, kFileBytesMax);
    std::vector<config::RegistryProblem> problems;
    Registries registries;
    if (!text)
        problems.push_back({"", text.error().message, 0});
    else
        registries = Registries::parse(*text, problems);
    if (problems.empty())
        return registries;
    log::warning("cluster", "{} is left out: {}{}{}", file.string(), problems[0].field,
                 problems[0].field.empty() ? "" : ": ", problems[0].message);
    return {};
}

} // namespace coracle::cluster
