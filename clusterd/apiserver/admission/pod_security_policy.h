#pragma once

#include "clusterd/apiserver/admission/pod_security_checks.h"
#include "core/base/result.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// A level at a version of its rules: "baseline:v1.30".
struct PodSecurityRule {
    PodSecurityLevel level = PodSecurityLevel::Privileged;
    std::string version = "latest";

    int minorVersion() const;
    std::string text() const;
    friend bool operator==(const PodSecurityRule &, const PodSecurityRule &) = default;
};

/// What a namespace asks for, by its labels pod-security.kubernetes.io/<mode>[-version].
struct PodSecurityPolicy {
    PodSecurityRule enforce, audit, warn;
};

/// PodSecurityConfiguration (pod-security.admission.config.k8s.io/v1), from the admission configuration file.
struct PodSecurityOptions {
    PodSecurityPolicy defaults;
    std::vector<std::string> exemptUsers, exemptNamespaces, exemptRuntimeClasses;

    static Result<PodSecurityOptions> from(const JsonObject &configuration);
};

std::string_view levelName(PodSecurityLevel level);

/// An unknown level to enforce counts as restricted, so that a typing error never opens a namespace; of the other modes
/// as privileged. The causes, when given, say what is wrong with the labels.
PodSecurityPolicy podSecurityPolicy(const JsonObject &labels, const PodSecurityPolicy &defaults,
                                    std::vector<StatusCause> *causes = nullptr);

} // namespace coracle::apiserver
