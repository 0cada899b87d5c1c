#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// registries.yaml: where images come from and how their registries are spoken to, in K3s' form.
namespace coracle::config {

struct RegistryMirror {
    std::vector<std::string> endpoints;          ///< "https://host[:port][/path]", tried in this order
    std::map<std::string, std::string> rewrites; ///< regular expressions of repositories, and what they become
};

struct RegistryAccess {
    std::string username, password;
    std::string auth; ///< "user:password" in Base64
    std::string identityToken;
    std::string caFile, certFile, keyFile;
    bool insecureSkipVerify = false;
};

/// What is wrong in the file, and where.
struct RegistryProblem {
    std::string field; ///< "mirrors.docker.io.endpoint[0]"
    std::string message;
    int line = 0; ///< from 1; 0: not known
};

struct Registries {
    std::map<std::string, RegistryMirror> mirrors; ///< by "host[:port]"; "*": all others
    std::map<std::string, RegistryAccess> configs; ///< likewise

    /// What is wrong is added to the problems; what could be read is returned all the same.
    static Registries parse(std::string_view yaml, std::vector<RegistryProblem> &problems);
    /// Of values that are no text's: adds what is wrong with them.
    void validate(std::vector<RegistryProblem> &problems) const;
    /// The file's text.
    std::string yaml() const;
};

} // namespace coracle::config
