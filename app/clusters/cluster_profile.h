#pragma once

#include "core/base/result.h"

#include <QJsonObject>
#include <QString>

namespace coracle::app {

/// How a cluster is reached, as kept in the settings. Passwords are not part of it: they are in the key store.
struct ClusterProfile {
    enum class Kind { Local, Ssh, Demo };

    QString id; ///< never changes; names the secrets in the key store
    QString name;
    Kind kind = Kind::Local;
    bool production = false; ///< destructive actions must be confirmed by typing
    QString socketPath;      ///< of the daemon, on its machine; empty: the default
    QString host, user;      ///< SSH
    int port = 22;
    QString identityFile; ///< SSH private key; empty: the agent's and the usual files
    QString jumpHost;     ///< "user@host:port"; empty: none
    QString hostKey;      ///< pinned: "ssh-ed25519 SHA256:..."; empty: not seen yet
    QString jumpHostKey;

    QJsonObject toJson() const;
    static Result<ClusterProfile> fromJson(const QJsonObject &object);
    bool operator==(const ClusterProfile &) const = default;
    /// Whether the same connection serves both: they differ in the name, the mark and pinned keys at most.
    bool reachedLike(const ClusterProfile &other) const;
    /// Keys that were pinned for another host than this profile's say nothing.
    void forgetKeysOf(const ClusterProfile &before);
};

/// /run/clusterd/clusterd.sock, or CLUSTERD_SOCKET.
QString defaultSocketPath();

} // namespace coracle::app
