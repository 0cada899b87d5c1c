#pragma once

#include "app/clusters/cluster_profile.h"

#include <optional>

namespace coracle::app {

/// A machine on the way to a cluster: the jump host, if there is one, or the cluster's own.
struct SshHop {
    QString host, user;
    int port = 22;
    QString identityFile; ///< empty: the agent's keys and the usual files
    QString pinnedKey;    ///< "ssh-ed25519 SHA256:..."; empty: not seen yet
    bool jump = false;

    /// "root@example.com", with the port where it is not 22.
    QString name() const;

    /// "user@host:port"; user and port may be left out, addresses with colons stand in brackets.
    static Result<SshHop> parse(const QString &text);
    static SshHop ofCluster(const ClusterProfile &profile);
    /// Nothing where the profile has no jump host.
    static Result<std::optional<SshHop>> ofJumpHost(const ClusterProfile &profile);
};

} // namespace coracle::app
