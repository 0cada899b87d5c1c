#include "clusterd/cluster/credentials.h"

#include "core/base/files.h"
#include "core/base/log.h"
#include "core/config/kubeconfig.h"
#include "core/pki/encoding.h"

#include <algorithm>
#include <fmt/format.h>
#include <grp.h>
#include <unistd.h>

namespace coracle::cluster {

namespace fs = std::filesystem;
using config::Kubeconfig;
using config::Token;

namespace {

constexpr size_t kTokenBytesMax = 4096;

/// The first line of a file; empty when the file is absent.
Result<std::string> readLine(const fs::path &file) {
    std::error_code error;
    if (!fs::exists(file, error))
        return std::string();
    TRY(std::string text, readFile(file, kTokenBytesMax));
    return text.substr(0, text.find_first_of("\r\n"));
}

Result<> linkTo(const fs::path &link, const fs::path &target) {
    std::error_code error;
    if (fs::read_symlink(link, error) == target)
        return {};
    fs::remove(link, error);
    fs::create_symlink(target, link, error);
    if (error)
        return errors::other(fmt::format("cannot link {} to {}: {}", link.string(), target.string(), error.message()));
    return {};
}

/// The password of a token text; its hash, where it has one, must be the CA's.
Result<std::string> passwordOf(const std::string &text, std::string_view option, const std::string &caHash) {
    auto token = Token::parse(text);
    if (!token)
        return Failure(withContext(option, std::move(token).error()));
    if (token->isBootstrap())
        return errors::other(fmt::format("{}: a bootstrap token cannot be the token of a server", option));
    if (!token->caHash.empty() && token->caHash != caHash)
        return errors::other(fmt::format(
            "{}: the token is of another cluster: its hash is not that of this server's CA; give the password alone",
            option));
    return token->password;
}

Result<std::string> preparePassword(const std::string &configured, std::string_view option, const fs::path &file,
                                    const std::string &caHash) {
    if (!configured.empty())
        return passwordOf(configured, option, caHash);
    std::error_code error;
    if (fs::is_symlink(file, error))
        return std::string();
    TRY(const std::string stored, readLine(file));
    if (stored.empty())
        return std::string();
    // The hash in the file may be of an earlier CA: it is written anew anyway.
    auto token = Token::parse(stored);
    if (!token)
        return Failure(withContext(file.string(), std::move(token).error()));
    return token->password;
}

struct ComponentKubeconfig {
    std::string_view file, certificate; ///< under server/cred/ and server/tls/
};

constexpr ComponentKubeconfig kComponents[] = {
    {"admin", "client-admin"},         {"supervisor", "client-supervisor"},     {"controller", "client-controller"},
    {"scheduler", "client-scheduler"}, {"api-server", "client-kube-apiserver"},
};

std::string componentKubeconfig(const std::string &serverUrl, const fs::path &ca, const fs::path &leafBase) {
    Kubeconfig config{.currentContext = "Default"};
    config.clusters.push_back({.name = "local", .server = serverUrl, .caFile = ca.string()});
    config.users.push_back(
        {.name = "user", .certificateFile = leafBase.string() + ".crt", .keyFile = leafBase.string() + ".key"});
    config.contexts.push_back({.name = "Default", .cluster = "local", .user = "user"});
    return config.text();
}

Result<> setGroup(const fs::path &file, const std::string &group) {
    if (group.empty())
        return {};
    const struct group *found = ::getgrnam(group.c_str());
    if (!found)
        return errors::other(fmt::format("--write-kubeconfig-group: there is no group \"{}\"", group));
    if (::chown(file.c_str(), static_cast<uid_t>(-1), found->gr_gid) != 0)
        return errors::fromErrno(fmt::format("cannot set the group of {}", file.string()), errno);
    return {};
}

Result<> writeAdminKubeconfig(const Paths &paths, const config::ServerConfig &config, const Certificates &certificates,
                              const std::string &serverUrl) {
    Kubeconfig admin{.currentContext = "default"};
    admin.clusters.push_back({.name = "default", .server = serverUrl, .caPem = certificates.serverCaPem});
    admin.users.push_back(
        {.name = "default", .certificatePem = certificates.admin.chainPem, .keyPem = certificates.admin.keyPem});
    admin.contexts.push_back({.name = "default", .cluster = "default", .user = "default"});
    CHECK(makeFolder(config.kubeconfig.parent_path()));
    if ((config.kubeconfigMode & 0044) != 0)
        log::warning("cluster", "{} is readable by others (mode {:04o}): whoever can read it is cluster administrator",
                     config.kubeconfig.string(), static_cast<unsigned>(config.kubeconfigMode));
    CHECK(writeFileAtomic(config.kubeconfig, admin.text(), config.kubeconfigMode));
    CHECK(setGroup(config.kubeconfig, config.kubeconfigGroup));
    const fs::path usual = config.product.kubeconfig;
    if (!paths.instance.isDefault() || config.kubeconfig == usual)
        return {};
    CHECK(makeFolder(usual.parent_path()));
    return linkTo(usual, config.kubeconfig);
}

/// A word that is made once and then stays.
Result<std::string> prepareWord(const fs::path &file, std::string (*make)(Random &), Random &random) {
    TRY(std::string word, readLine(file));
    if (!word.empty())
        return word;
    CHECK(makeFolder(file.parent_path()));
    word = make(random);
    CHECK(writeFileAtomic(file, word + "\n", 0600));
    return word;
}

} // namespace

Result<Tokens> prepareTokens(const Paths &paths, const config::ServerConfig &config, const std::string &serverCaPem,
                             Random &random) {
    TRY(const std::string hash, config::caHash(serverCaPem));
    Tokens tokens;
    TRY(tokens.server, preparePassword(config.token, "--token", paths.token(), hash));
    if (tokens.server.empty())
        tokens.server = config::generatePassword(random);
    CHECK(writeFileAtomic(paths.token(), Token{hash, "server", tokens.server}.text() + "\n", 0600));
    CHECK(linkTo(paths.nodeToken(), "token"));

    TRY(tokens.agent, preparePassword(config.agentToken, "--agent-token", paths.agentToken(), hash));
    if (tokens.agent.empty()) {
        tokens.agent = tokens.server;
        CHECK(linkTo(paths.agentToken(), "token"));
    } else {
        CHECK(writeFileAtomic(paths.agentToken(), Token{hash, "node", tokens.agent}.text() + "\n", 0600));
    }
    CHECK(makeFolder(paths.credentials(), 0700));
    TRY(tokens.admin, prepareWord(paths.adminToken(), config::generatePassword, random));
    return tokens;
}

Result<> writeKubeconfigs(const Paths &paths, const config::ServerConfig &config, const Certificates &certificates,
                          const std::string &serverUrl) {
    CHECK(makeFolder(paths.credentials(), 0700));
    const fs::path ca = paths.tls() / "server-ca.crt";
    for (const ComponentKubeconfig &component : kComponents)
        CHECK(writeFileAtomic(paths.credentials() / fmt::format("{}.kubeconfig", component.file),
                              componentKubeconfig(serverUrl, ca, paths.tls() / component.certificate), 0600));
    CHECK(writeFileAtomic(
        paths.agent() / "kubelet.kubeconfig",
        componentKubeconfig(serverUrl, paths.agent() / "server-ca.crt", paths.agent() / "client-kubelet"), 0600));
    return writeAdminKubeconfig(paths, config, certificates, serverUrl);
}

Result<> writeToolConfigs(const Paths &paths) {
    CHECK(makeFolder(paths.agentEtc()));
    CHECK(makeFolder(paths.images()));
    const std::string socket = paths.containerdSocket().string();
    return writeFileAtomic(paths.crictlConfig(),
                           fmt::format("runtime-endpoint: unix://{0}\nimage-endpoint: unix://{0}\n", socket), 0644);
}

Result<std::string> prepareNodePassword(const Paths &paths, Random &random) {
    return prepareWord(paths.nodePassword(), config::generatePassword, random);
}

std::string serverIdentity(const Paths &paths, const std::string &nodeName, const std::string &nodePassword) {
    const std::string hash = pki::sha256Hex(paths.data.string() + "\n" + nodePassword);
    const std::string_view digits = hash;
    return fmt::format("{}_{}-{}-{}-{}-{}", nodeName, digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                       digits.substr(16, 4), digits.substr(20, 12));
}

Result<std::string> prepareNodeName(const Paths &paths, const config::NodeConfig &node, Random &random) {
    std::string name = node.name;
    if (name.empty()) {
        char host[256] = {};
        if (::gethostname(host, sizeof host - 1) != 0)
            return errors::fromErrno("cannot read the host name", errno);
        name = host;
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    }
    if (node.withNodeId) {
        TRY(const std::string id,
            prepareWord(
                paths.nodeId(), [](Random &source) { return fmt::format("{:08x}", source.next() & 0xffffffffu); },
                random));
        name += "-" + id;
    }
    auto checked = config::parseDnsName(name);
    if (!checked)
        return errors::other(
            fmt::format("the host name {} and cannot name a node; give one by --node-name", checked.error().message));
    return checked;
}

} // namespace coracle::cluster
