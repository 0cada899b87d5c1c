#pragma once

#include "core/config/cidr.h"
#include "core/config/runtime_config.h"
#include "core/config/values.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace coracle::config {

/// What --kube-apiserver-arg says: the arguments of kube-apiserver that have a meaning here, with its defaults.
struct ApiserverArguments {
    std::vector<std::string> enableAdmissionPlugins, disableAdmissionPlugins;
    std::filesystem::path admissionConfigFile; ///< empty: none
    int64_t notReadyTolerationSeconds = 300, unreachableTolerationSeconds = 300;

    std::chrono::seconds eventTtl{3600};
    bool anonymousAuth = true;
    int maxRequestsInflight = 400, maxMutatingRequestsInflight = 200; ///< 0: no limit
    std::chrono::seconds requestTimeout{60};
    std::chrono::seconds minRequestTimeout{1800}; ///< of watches: each ends between this and twice of it
    std::optional<int64_t> verbosity;

    std::vector<Cidr> serviceCidrs;     ///< empty: --service-cidr decides
    std::optional<PortRange> nodePorts; ///< nothing: --service-node-port-range decides

    std::vector<std::string> runtimeSettings; ///< as given: "api/beta=true"
    RuntimeConfig runtimeConfig;              ///< what they say together

    std::vector<std::string> withoutEffect; ///< names that kube-apiserver knows and this version does not follow

    /// A name that kube-apiserver does not know is an error, in its words and with the nearest name; so is a value that
    /// it would not take.
    static Result<ApiserverArguments> from(std::span<const ComponentArgument> arguments);
};

} // namespace coracle::config
