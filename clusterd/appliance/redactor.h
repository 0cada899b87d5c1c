#pragma once

#include "clusterd/apiserver/registry/reader.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::appliance {

/// Takes what is secret out of texts that leave the machine: values that are known to be secret, wherever they stand,
/// also in base64; what only looks like one (private keys, tokens); and values of environment variables in pods.
class Redactor {
public:
    /// Knows all values of the cluster's Secrets, and each line of the files (tokens, keys).
    Redactor(const apiserver::Reader &reader, const std::vector<std::filesystem::path> &files);
    explicit Redactor(std::vector<std::string> secrets);

    std::string text(std::string_view given) const;
    /// An object of the Kubernetes API as JSON. Secrets' contents, managed fields, the copies that kubectl keeps
    /// in annotations, and the values of environment variables are left out.
    std::string object(const api::Object &object) const;

    static constexpr std::string_view kMask = "********";

private:
    void add(std::string secret);

    std::vector<std::string> m_secrets; ///< longest first
};

} // namespace coracle::appliance
