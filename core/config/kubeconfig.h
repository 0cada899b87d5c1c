#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace coracle::config {

/// A kubeconfig file (clientcmd api/v1 Config), as far as Coracle reads and writes it. Certificate material is either
/// embedded PEM or the path of a file.
struct Kubeconfig {
    struct Cluster {
        std::string name, server, caPem, caFile, tlsServerName;
        bool insecureSkipTlsVerify = false;
    };
    struct User {
        std::string name, certificatePem, certificateFile, keyPem, keyFile, token, tokenFile;
    };
    struct Context {
        std::string name, cluster, user, namespaceName;
    };

    std::vector<Cluster> clusters;
    std::vector<User> users;
    std::vector<Context> contexts;
    std::string currentContext;

    static Result<Kubeconfig> parse(std::string_view yaml);
    /// Holds secrets: write it with mode 0600.
    std::string text() const;

    /// Null when there is none of that name.
    const Cluster *cluster(std::string_view name) const;
    const User *user(std::string_view name) const;
    const Context *context(std::string_view name) const;
};

} // namespace coracle::config
