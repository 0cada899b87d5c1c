#include "clusterd/apiserver/admission/plugins.h"
#include "clusterd/apiserver/admission/pod_security_policy.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr size_t kNamespacePodsMax = 3000; ///< looked at when a namespace's level is raised
constexpr std::string_view kAudit = "pod-security.kubernetes.io/";

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

bool contains(const std::vector<std::string> &list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

std::string joined(const std::vector<PodSecurityViolation> &violations) {
    std::string text;
    for (const PodSecurityViolation &violation : violations)
        text += (text.empty() ? "" : ", ") + violation.text();
    return text;
}

std::vector<PodSecurityViolation> violations(const PodSecurityRule &rule, const JsonObject &pod) {
    return podSecurityViolations(rule.level, rule.minorVersion(), pod);
}

/// The Pod Security Standards (k8s.io/pod-security-admission): pods are held to the enforced level; warnings and audit
/// annotations also tell of workloads and of raised levels of namespaces.
class PodSecurity final : public DirectPlugin {
public:
    PodSecurity(const Reader &reader, PodSecurityOptions options)
        : DirectPlugin("PodSecurity", {Operation::Create, Operation::Update}),
          m_reader(reader),
          m_options(std::move(options)) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!attributes.object)
            return {};
        if (isAbout(attributes, "", "namespaces"))
            return checkNamespace(attributes);
        if (!attributes.resource.namespaced)
            return {};
        const bool pod = isAbout(attributes, "", "pods") || isAbout(attributes, "", "pods", "ephemeralcontainers");
        const JsonObject *subject = pod                              ? attributes.object
                                    : attributes.subresource.empty() ? templateOf(attributes)
                                                                     : nullptr;
        if (!subject || subject->empty())
            return {};
        if (const std::string_view why = exemption(attributes, *subject); !why.empty()) {
            annotate(attributes, "exempt", std::string(why));
            return {};
        }
        // An update that leaves the pod's security as it was is not judged again (metadata, tolerations).
        if (pod && attributes.old && sameSecurity(*attributes.object, *attributes.old))
            return {};
        const auto space = readJson(m_reader, "", "namespaces", {}, attributes.namespaceName);
        if (!space)
            return {};
        const PodSecurityPolicy policy = podSecurityPolicy(objectAt(*space, "metadata", "labels"), m_options.defaults);
        return judge(attributes, policy, *subject, pod);
    }

private:
    static void annotate(const AdmissionAttributes &attributes, std::string_view key, std::string value) {
        if (attributes.auditAnnotations)
            (*attributes.auditAnnotations)[fmt::format("{}{}", kAudit, key)] = std::move(value);
    }

    static Result<> judge(const AdmissionAttributes &attributes, const PodSecurityPolicy &policy,
                          const JsonObject &subject, bool pod) {
        Result<> verdict;
        if (pod) {
            annotate(attributes, "enforce-policy", policy.enforce.text());
            if (const auto found = violations(policy.enforce, subject); !found.empty())
                verdict = denied(attributes,
                                 fmt::format("violates PodSecurity \"{}\": {}", policy.enforce.text(), joined(found)));
        }
        if (const auto found = violations(policy.audit, subject); !found.empty())
            annotate(attributes, "audit-violations",
                     fmt::format("would violate PodSecurity \"{}\": {}", policy.audit.text(), joined(found)));
        if (!verdict || !attributes.warnings)
            return verdict;
        if (const auto found = violations(policy.warn, subject); !found.empty())
            attributes.warnings->push_back(
                fmt::format("would violate PodSecurity \"{}\": {}", policy.warn.text(), joined(found)));
        return verdict;
    }

    std::string_view exemption(const AdmissionAttributes &attributes, const JsonObject &subject) const {
        if (contains(m_options.exemptNamespaces, attributes.namespaceName))
            return "namespace";
        if (contains(m_options.exemptUsers, attributes.user.name))
            return "user";
        if (contains(m_options.exemptRuntimeClasses, textAt(subject, "spec", "runtimeClassName")))
            return "runtimeClass";
        return {};
    }

    /// Nothing else of a pod's security can change once it is there.
    static bool sameSecurity(const JsonObject &object, const JsonObject &old) {
        const JsonObject &now = objectAt(object, "spec"), &before = objectAt(old, "spec");
        return std::ranges::all_of(
                   std::initializer_list<std::string_view>{"containers", "initContainers", "ephemeralContainers"},
                   [&](std::string_view list) { return sameMember(now, before, list); }) &&
               sameMember(objectAt(object, "metadata"), objectAt(old, "metadata"), "annotations");
    }

    Result<> checkNamespace(const AdmissionAttributes &attributes) const {
        const JsonObject &labels = objectAt(*attributes.object, "metadata", "labels");
        std::vector<StatusCause> causes;
        const PodSecurityPolicy policy = podSecurityPolicy(labels, m_options.defaults, &causes);
        if (!attributes.old) {
            if (!causes.empty())
                return errors::invalid("Namespace", "", attributes.name, std::move(causes));
            warnOfExemption(attributes, policy);
            return {};
        }
        std::vector<StatusCause> before;
        const JsonObject &oldLabels = objectAt(*attributes.old, "metadata", "labels");
        const PodSecurityPolicy old = podSecurityPolicy(oldLabels, m_options.defaults, &before);
        if (!causes.empty() && before.empty()) // what was wrong already may stay
            return errors::invalid("Namespace", "", attributes.name, std::move(causes));
        if (policy.enforce == old.enforce || policy.enforce.level == PodSecurityLevel::Privileged)
            return {};
        if (policy.enforce.level < old.enforce.level && policy.enforce.version == old.enforce.version)
            return {};
        if (contains(m_options.exemptNamespaces, attributes.name))
            warnOfExemption(attributes, policy);
        else if (attributes.warnings)
            warnOfPods(attributes, policy.enforce);
        return {};
    }

    void warnOfExemption(const AdmissionAttributes &attributes, const PodSecurityPolicy &policy) const {
        if (!attributes.warnings || !contains(m_options.exemptNamespaces, attributes.name) ||
            policy.enforce.level == PodSecurityLevel::Privileged)
            return;
        attributes.warnings->push_back(
            fmt::format("namespace \"{}\" is exempt from Pod Security, and the policy (enforce={}, audit={}, warn={}) "
                        "will be ignored",
                        attributes.name, policy.enforce.text(), policy.audit.text(), policy.warn.text()));
    }

    /// Tells which pods the namespace's new level would not let in.
    void warnOfPods(const AdmissionAttributes &attributes, const PodSecurityRule &rule) const {
        struct Group {
            std::string first;
            size_t more = 0;
        };
        const std::vector<api::ObjectPtr> pods = m_reader.list(*api::findResource("", "pods"), attributes.name);
        std::map<std::string, Group> groups; // by reasons
        for (size_t i = 0; i < std::min(pods.size(), kNamespacePodsMax); ++i) {
            boost::json::error_code error;
            const JsonValue pod = boost::json::parse(pods[i]->json(), error);
            if (contains(m_options.exemptRuntimeClasses, textAt(asObject(pod), "spec", "runtimeClassName")))
                continue;
            std::string reasons;
            for (const PodSecurityViolation &violation : violations(rule, asObject(pod)))
                reasons += (reasons.empty() ? "" : ", ") + violation.reason;
            if (reasons.empty())
                continue;
            if (const auto [group, first] = groups.try_emplace(reasons); first)
                group->second.first = pods[i]->name();
            else
                ++group->second.more;
        }
        std::vector<std::string> lines;
        for (const auto &[reasons, group] : groups) {
            const std::string others = group.more == 0   ? std::string()
                                       : group.more == 1 ? std::string(" (and 1 other pod)")
                                                         : fmt::format(" (and {} other pods)", group.more);
            lines.push_back(fmt::format("{}{}: {}", group.first, others, reasons));
        }
        std::ranges::sort(lines);
        if (pods.size() > kNamespacePodsMax)
            attributes.warnings->push_back(
                fmt::format("new PodSecurity enforce level only checked against the first {} of {} existing pods",
                            kNamespacePodsMax, pods.size()));
        if (lines.empty())
            return;
        attributes.warnings->push_back(
            fmt::format("existing pods in namespace \"{}\" violate the new PodSecurity enforce level \"{}\"",
                        attributes.name, rule.text()));
        std::ranges::move(lines, std::back_inserter(*attributes.warnings));
    }

    const Reader &m_reader;
    const PodSecurityOptions m_options;
};

} // namespace

Plugin makePodSecurity(const Reader &reader, PodSecurityOptions options) {
    return std::make_unique<PodSecurity>(reader, std::move(options));
}

} // namespace coracle::apiserver
