#pragma once

#include "core/base/result.h"

#include <map>
#include <span>
#include <string>

namespace coracle::api {
struct ResourceInfo;
}

namespace coracle::config {

/// Which of the built-in resources are served: kube-apiserver's --runtime-config. Without it, what is on by default.
class RuntimeConfig {
public:
    /// Of settings "api/all=false", "api/beta=true", "resource.k8s.io/v1beta2=true", "apps/v1/deployments=false";
    /// without a value one means true. Errors are in kube-apiserver's words: a malformed key, a group or version that
    /// nobody knows, a value that is no boolean, and api/all=false alone.
    static Result<RuntimeConfig> parse(std::span<const std::string> settings);

    /// A resource's own setting decides; else its version's; else that of all versions of its stability.
    bool serves(const api::ResourceInfo &resource, bool byDefault) const;

private:
    std::map<std::string, bool, std::less<>> m_settings;
};

} // namespace coracle::config
