#include "clusterd/apiserver/strategy/validators.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <fmt/format.h>
#include <map>
#include <set>

/// Warnings about pods and pod templates.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kNoSelector = "a null labelSelector results in matching no pod";

/// One pod and what is found out about it.
class PodWarnings {
public:
    PodWarnings(WarningList &warnings, const FieldPath &path, const JsonObject &pod)
        : m_warnings(warnings),
          m_isTemplate(!path.text().empty()),
          m_spec(path / "spec"),
          m_annotations(path / "metadata" / "annotations"),
          m_pod(pod),
          m_values(objectAt(pod, "spec")) {}

    void all() {
        nodeLabels();
        spreading();
        annotations();
        volumes();
        duplicates("hostAliases", "ip", "duplicate ip");
        duplicates("imagePullSecrets", "name", "duplicate name");
        each("imagePullSecrets", [&](const FieldPath &own, const JsonObject &secret) {
            if (textAt(secret, "name").empty())
                say(own / "name", "invalid empty name \"\"");
        });
        fractions(m_spec / "overhead", objectAt(m_values, "overhead"));
        for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
            each(list, [&](const FieldPath &own, const JsonObject &container) { oneContainer(own, container); });
        for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
            each(list, [&](const FieldPath &own, const JsonObject &container) { ports(own, container); });
        if (intAt(m_values, "terminationGracePeriodSeconds") < 0)
            say(m_spec / "terminationGracePeriodSeconds",
                "must be >= 0; negative values are invalid and will be treated as 1");
        podAffinity("podAffinity");
        podAffinity("podAntiAffinity");
        addresses();
    }

private:
    void say(const FieldPath &path, std::string_view words) {
        m_warnings.push_back(fmt::format("{}: {}", path.text(), words));
    }
    template<class Visit>
    static void eachIn(const FieldPath &path, const JsonArray &items, Visit visit) {
        for (size_t i = 0; i < items.size(); ++i)
            visit(path[i], asObject(items[i]));
    }
    template<class Visit>
    void each(std::string_view list, Visit visit) {
        eachIn(m_spec / list, arrayAt(m_values, list), visit);
    }

    void nodeLabels() {
        for (const auto &[key, value] : objectAt(m_values, "nodeSelector"))
            if (const auto words = deprecatedNodeLabel(key))
                say((m_spec / "nodeSelector").key(key), *words);
        const FieldPath path = m_spec / "affinity" / "nodeAffinity";
        eachIn(path / kRequired / "nodeSelectorTerms",
               arrayAt(m_values, "affinity", "nodeAffinity", kRequired, "nodeSelectorTerms"),
               [&](const FieldPath &own, const JsonObject &term) { warnNodeTerm(m_warnings, own, term); });
        eachIn(path / kPreferred, arrayAt(m_values, "affinity", "nodeAffinity", kPreferred),
               [&](const FieldPath &own, const JsonObject &term) {
                   warnNodeTerm(m_warnings, own / "preference", objectAt(term, "preference"));
               });
    }

    void spreading() {
        each("topologySpreadConstraints", [&](const FieldPath &own, const JsonObject &constraint) {
            const std::string_view key = textAt(constraint, "topologyKey");
            if (const auto words = deprecatedNodeLabel(key))
                say(own / "topologyKey", fmt::format("{} is {}", key, *words));
            if (!hasAt(constraint, "labelSelector"))
                say(own / "labelSelector", kNoSelector);
        });
    }

    void annotations() {
        static constexpr std::pair<std::string_view, std::string_view> kDeprecated[] = {
            {"scheduler.alpha.kubernetes.io/critical-pod",
             "non-functional in v1.16+; use the \"priorityClassName\" field instead"},
            {"security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"},
            {"security.alpha.kubernetes.io/unsafe-sysctls",
             "non-functional in v1.11+; use the \"sysctls\" field instead"},
        };
        for (const auto &[key, words] : kDeprecated)
            if (annotated(key))
                say(m_annotations.key(key), words);
        constexpr std::string_view kSeccomp = "seccomp.security.alpha.kubernetes.io/pod";
        if (!hasAt(m_values, "securityContext", "seccompProfile") && annotated(kSeccomp))
            say(m_annotations.key(kSeccomp), "non-functional in v1.27+; use the \"seccompProfile\" field instead");
    }

    bool annotated(std::string_view key) const { return hasAt(m_pod, "metadata", "annotations", key); }

    void volumes() {
        each("volumes", [&](const FieldPath &own, const JsonObject &volume) {
            warnVolumeSource(m_warnings, own, volume);
            if (hasAt(volume, "ephemeral", "volumeClaimTemplate"))
                warnClaimSpec(m_warnings, own / "ephemeral" / "volumeClaimTemplate" / "spec",
                              objectAt(volume, "ephemeral", "volumeClaimTemplate", "spec"));
        });
    }

    void duplicates(std::string_view list, std::string_view member, std::string_view words) {
        std::set<std::string_view> seen;
        each(list, [&](const FieldPath &own, const JsonObject &item) {
            if (const std::string_view value = textAt(item, member); !seen.insert(value).second)
                say(own / member, fmt::format("{} {}", words, quoted(value)));
        });
    }

    void fractions(const FieldPath &path, const JsonObject &amounts) {
        for (const std::string_view name : {"memory", "ephemeral-storage"}) {
            const auto amount = api::Quantity::parse(textAt(amounts, name));
            if (hasAt(amounts, name) && amount && amount->milliValue() % 1000 != 0)
                say(path.key(name),
                    fmt::format("fractional byte value {} is invalid, must be an integer", quoted(amount->text())));
        }
    }

    void oneContainer(const FieldPath &path, const JsonObject &container) {
        const std::string name(textAt(container, "name"));
        const std::string seccomp = "container.seccomp.security.alpha.kubernetes.io/" + name;
        if (!hasAt(container, "securityContext", "seccompProfile") && annotated(seccomp))
            say(m_annotations.key(seccomp), "non-functional in v1.27+; use the \"seccompProfile\" field instead");
        // The strategy has turned the annotation of a pod into the field by now; it is deprecated all the same.
        const std::string apparmor = "container.apparmor.security.beta.kubernetes.io/" + name;
        const bool field = hasAt(container, "securityContext", "appArmorProfile") ||
                           hasAt(m_values, "securityContext", "appArmorProfile");
        if (m_isTemplate && !field && annotated(apparmor))
            say(m_annotations.key(apparmor), "deprecated since v1.30; use the \"appArmorProfile\" field instead");
        for (const std::string_view list : {"limits", "requests"})
            fractions(path / "resources" / list, objectAt(container, "resources", list));
        environment(path, container);
    }

    void environment(const FieldPath &path, const JsonObject &container) {
        std::set<std::string_view> seen;
        eachIn(path / "env", arrayAt(container, "env"), [&](const FieldPath &own, const JsonObject &variable) {
            const std::string_view name = textAt(variable, "name"), value = textAt(variable, "value");
            if (seen.insert(name).second)
                return;
            // A new value may build upon the old one.
            const std::string reference = fmt::format("$({})", name);
            if (hasAt(variable, "valueFrom") || value == reference || value.find(reference) == value.npos)
                say(own, fmt::format("hides previous definition of {}, which may be dropped when using apply",
                                     quoted(name)));
        });
    }

    void ports(const FieldPath &path, const JsonObject &container) {
        eachIn(path / "ports", arrayAt(container, "ports"), [&](const FieldPath &own, const JsonObject &port) {
            const std::string_view name = textAt(port, "name");
            if (const auto other = m_portNames.find(name); !name.empty() && other != m_portNames.end())
                say(own / "name",
                    fmt::format("duplicate port name {} with {}, services and probes that select ports by name will "
                                "use {}",
                                quoted(name), other->second, other->second));
            else if (!name.empty())
                m_portNames.emplace(name, own.text());
            auto &others = m_ports[fmt::format("{}/{}", intAt(port, "containerPort"), textAt(port, "protocol"))];
            for (const auto &[otherPath, other] : others)
                comparePorts(own, port, otherPath, *other);
            others.emplace_back(own.text(), &port);
        });
    }

    void comparePorts(const FieldPath &own, const JsonObject &port, const std::string &otherPath,
                      const JsonObject &other) {
        const int64_t hostPort = intAt(port, "hostPort"), otherHostPort = intAt(other, "hostPort");
        const std::string_view ip = textAt(port, "hostIP"), otherIp = textAt(other, "hostIP");
        if (ip == otherIp && hostPort == otherHostPort)
            say(own, "duplicate port definition with " + otherPath);
        else if (hostPort == 0 || otherHostPort == 0 || (hostPort == otherHostPort && (ip.empty() || otherIp.empty())))
            say(own, "overlapping port definition with " + otherPath);
    }

    void podAffinity(std::string_view kind) {
        const FieldPath path = m_spec / "affinity" / kind;
        eachIn(path / kRequired, arrayAt(m_values, "affinity", kind, kRequired),
               [&](const FieldPath &own, const JsonObject &term) {
                   if (!hasAt(term, "labelSelector"))
                       say(own / "labelSelector", kNoSelector);
               });
        eachIn(path / kPreferred, arrayAt(m_values, "affinity", kind, kPreferred),
               [&](const FieldPath &own, const JsonObject &term) {
                   if (!hasAt(term, "podAffinityTerm", "labelSelector"))
                       say(own / "podAffinityTerm" / "labelSelector", kNoSelector);
               });
    }

    void addresses() {
        each("hostAliases", [&](const FieldPath &own, const JsonObject &alias) {
            warnIp(m_warnings, own / "ip", textAt(alias, "ip"));
        });
        const JsonArray &servers = arrayAt(m_values, "dnsConfig", "nameservers");
        for (size_t i = 0; i < servers.size(); ++i)
            warnIp(m_warnings, (m_spec / "dnsConfig" / "nameservers")[i], asText(servers[i]));
    }

    WarningList &m_warnings;
    const bool m_isTemplate;
    const FieldPath m_spec, m_annotations;
    const JsonObject &m_pod, &m_values;
    std::map<std::string, std::string, std::less<>> m_portNames; ///< and where they are
    std::map<std::string, std::vector<std::pair<std::string, const JsonObject *>>> m_ports;
};

} // namespace

void warnPod(WarningList &warnings, const FieldPath &path, const JsonObject &podTemplate) {
    PodWarnings(warnings, path, podTemplate).all();
}

} // namespace coracle::apiserver
