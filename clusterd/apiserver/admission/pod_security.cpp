#include "clusterd/apiserver/admission/plugins.h"
#include "clusterd/apiserver/admission/pod_security_checks.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kPrefix = "pod-security.kubernetes.io/";

struct Policy {
    PodSecurityLevel level = PodSecurityLevel::Privileged;
    std::string text; ///< "baseline:latest"
};

/// An unknown level counts as restricted, so that a typing error never opens a namespace.
Policy policyOf(const api::Object &space, std::string_view mode) {
    const auto level = space.label(fmt::format("{}{}", kPrefix, mode));
    if (!level || *level == "privileged")
        return {};
    const auto version = space.label(fmt::format("{}{}-version", kPrefix, mode));
    return {*level == "baseline" ? PodSecurityLevel::Baseline : PodSecurityLevel::Restricted,
            fmt::format("{}:{}", *level == "baseline" ? "baseline" : "restricted", version.value_or("latest"))};
}

/// The pod template of a workload; null when the resource has none.
const JsonObject *templateOf(const AdmissionAttributes &attributes) {
    const std::string_view group = attributes.resource.group, resource = attributes.resource.resource;
    const JsonObject &object = *attributes.object;
    if (group == "batch" && resource == "cronjobs")
        return &objectAt(object, "spec", "jobTemplate", "spec", "template");
    if (group.empty() && resource == "podtemplates")
        return &objectAt(object, "template");
    const bool workload = (group == "apps" && (resource == "deployments" || resource == "replicasets" ||
                                               resource == "statefulsets" || resource == "daemonsets")) ||
                          (group == "batch" && resource == "jobs") ||
                          (group.empty() && resource == "replicationcontrollers");
    return workload ? &objectAt(object, "spec", "template") : nullptr;
}

class PodSecurity final : public DirectPlugin {
public:
    explicit PodSecurity(const Reader &reader)
        : DirectPlugin("PodSecurity", {Operation::Create, Operation::Update}), m_reader(reader) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!attributes.resource.namespaced || !attributes.object)
            return {};
        const bool pod = attributes.resource.group.empty() && attributes.resource.resource == "pods" &&
                         (attributes.subresource.empty() || attributes.subresource == "ephemeralcontainers");
        const JsonObject *subject = pod                              ? attributes.object
                                    : attributes.subresource.empty() ? templateOf(attributes)
                                                                     : nullptr;
        if (!subject || subject->empty())
            return {};
        const api::ObjectPtr space = m_reader.get(*api::findResource("", "namespaces"), {}, attributes.namespaceName);
        if (!space)
            return {};
        // An update that leaves the pod's security as it was is not judged again (metadata, tolerations, images).
        if (pod && attributes.old && sameSecurity(*attributes.object, *attributes.old))
            return {};
        const Policy enforce = policyOf(*space, "enforce"), warn = policyOf(*space, "warn");
        const JsonObject &spec = objectAt(*subject, "spec");
        if (pod) {
            const auto violations = podSecurityViolations(enforce.level, spec);
            if (!violations.empty())
                return denied(attributes, fmt::format("violates PodSecurity \"{}\": {}", enforce.text,
                                                      fmt::join(violations, ", ")));
        }
        const auto violations = podSecurityViolations(warn.level, spec);
        if (!violations.empty() && attributes.warnings)
            attributes.warnings->push_back(
                fmt::format("would violate PodSecurity \"{}\": {}", warn.text, fmt::join(violations, ", ")));
        return {};
    }

private:
    static bool sameSecurity(const JsonObject &object, const JsonObject &old) {
        JsonObject now = objectAt(object, "spec"), before = objectAt(old, "spec");
        for (JsonObject *spec : {&now, &before}) {
            spec->erase("tolerations");
            spec->erase("activeDeadlineSeconds");
        }
        return now == before;
    }

    const Reader &m_reader;
};

} // namespace

Plugin makePodSecurity(const Reader &reader) {
    return std::make_unique<PodSecurity>(reader);
}

} // namespace coracle::apiserver
