#pragma once

#include "clusterd/cluster/certificates.h"
#include "clusterd/cluster/paths.h"
#include "core/base/random.h"
#include "core/config/token.h"

#include <string>

/// What people and components sign in with: tokens, kubeconfigs, the node's password.
namespace coracle::cluster {

struct Tokens {
    std::string server; ///< the password of user "server"
    std::string agent;  ///< of user "node"; the same when no agent token was set
    std::string admin;  ///< bearer token of the cluster's administrator, for clients that cannot use a certificate
};

/// The configured tokens, else those that are stored, else new ones; leaves them in server/token, server/node-token and
/// server/agent-token in the secure form. A configured token in the secure form must fit the server CA. The
/// administrator's token is made once and lies in server/cred/admin.token; without the file a new one is made.
Result<Tokens> prepareTokens(const Paths &paths, const config::ServerConfig &config, const std::string &serverCaPem,
                             Random &random);

/// Kubeconfigs under server/cred/ and agent/, and the administrator's file with the configured mode and group.
/// serverUrl is how this machine reaches the API, for example "https://127.0.0.1:6443".
Result<> writeKubeconfigs(const Paths &paths, const config::ServerConfig &config, const Certificates &certificates,
                          const std::string &serverUrl);

/// crictl.yaml and folders for users' files.
Result<> writeToolConfigs(const Paths &paths);

/// Secret by which servers recognise the node when it joins again; made once, 0600.
Result<std::string> prepareNodePassword(const Paths &paths, Random &random);

/// "<node>_<UUID>", under which the server leads: the same after each start with this data folder, which only one
/// process uses at a time. Made from the node's password, which it does not tell.
std::string serverIdentity(const Paths &paths, const std::string &nodeName, const std::string &nodePassword);

/// The configured name or the host's, lower-case, checked; with its id from the node's folder when that is asked for.
Result<std::string> prepareNodeName(const Paths &paths, const config::NodeConfig &node, Random &random);

} // namespace coracle::cluster
