#include "clusterd/apiserver/admission/pod_security_checks.h"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kBaselineCapabilities[] = {"AUDIT_WRITE", "CHOWN",  "DAC_OVERRIDE",     "FOWNER",  "FSETID",
                                                      "KILL",        "MKNOD",  "NET_BIND_SERVICE", "SETFCAP", "SETGID",
                                                      "SETPCAP",     "SETUID", "SYS_CHROOT"};
constexpr std::string_view kRestrictedVolumes[] = {"configMap", "csi",   "downwardAPI",           "emptyDir",
                                                   "ephemeral", "image", "persistentVolumeClaim", "projected",
                                                   "secret"};
constexpr std::string_view kSafeSysctls[] = {"kernel.shm_rmid_forced",
                                             "net.ipv4.ip_local_port_range",
                                             "net.ipv4.ip_unprivileged_port_start",
                                             "net.ipv4.tcp_syncookies",
                                             "net.ipv4.ping_group_range",
                                             "net.ipv4.ip_local_reserved_ports",
                                             "net.ipv4.tcp_keepalive_time",
                                             "net.ipv4.tcp_fin_timeout",
                                             "net.ipv4.tcp_keepalive_intvl",
                                             "net.ipv4.tcp_keepalive_probes",
                                             "net.ipv4.tcp_rmem",
                                             "net.ipv4.tcp_wmem"};
constexpr std::string_view kSelinuxTypes[] = {"", "container_t", "container_init_t", "container_kvm_t",
                                              "container_engine_t"};

template<class Range>
bool listed(const Range &range, std::string_view word) {
    return std::ranges::find(range, word) != std::end(range);
}

/// `"a", "b"`.
template<class Texts>
std::string quotedList(const Texts &texts) {
    std::string text;
    for (const auto &one : texts)
        text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", one);
    return text;
}

struct Pod {
    const JsonObject &spec;
    std::vector<std::string> found;

    void report(std::string_view reason, std::string_view detail) {
        found.push_back(detail.empty() ? std::string(reason) : fmt::format("{} ({})", reason, detail));
    }

    /// The names of the containers, also init and ephemeral ones, for which a condition holds.
    std::vector<std::string> containers(const std::function<bool(const JsonObject &)> &condition) const {
        std::vector<std::string> names;
        for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
            for (const JsonValue &container : arrayAt(spec, list))
                if (condition(asObject(container)))
                    names.emplace_back(textAt(asObject(container), "name"));
        return names;
    }

    void reportContainers(std::string_view reason, const std::vector<std::string> &names, std::string_view must) {
        if (!names.empty())
            report(reason, fmt::format("container{} {} {}", names.size() > 1 ? "s" : "", quotedList(names), must));
    }
};

std::string_view seccompType(const JsonObject &owner) {
    return textAt(owner, "securityContext", "seccompProfile", "type");
}

void checkEscalation(Pod &pod) {
    pod.reportContainers("allowPrivilegeEscalation != false", pod.containers([](const JsonObject &container) {
        return !hasAt(container, "securityContext", "allowPrivilegeEscalation") ||
               flagAt(container, "securityContext", "allowPrivilegeEscalation");
    }),
                         "must set securityContext.allowPrivilegeEscalation=false");
}

void checkAppArmor(Pod &pod) {
    if (textAt(pod.spec, "securityContext", "appArmorProfile", "type") == "Unconfined")
        pod.report("forbidden AppArmor profile", "pod must not set AppArmor profile type to \"Unconfined\"");
    pod.reportContainers("forbidden AppArmor profile", pod.containers([](const JsonObject &container) {
        return textAt(container, "securityContext", "appArmorProfile", "type") == "Unconfined";
    }),
                         "must not set AppArmor profile type to \"Unconfined\"");
}

void checkBaselineCapabilities(Pod &pod) {
    std::set<std::string> added;
    const auto names = pod.containers([&](const JsonObject &container) {
        bool wrong = false;
        for (const JsonValue &capability : arrayAt(container, "securityContext", "capabilities", "add"))
            if (!listed(kBaselineCapabilities, asText(capability))) {
                added.emplace(asText(capability));
                wrong = true;
            }
        return wrong;
    });
    pod.reportContainers("non-default capabilities", names,
                         fmt::format("must not include {} in securityContext.capabilities.add", quotedList(added)));
}

void checkRestrictedCapabilities(Pod &pod) {
    std::set<std::string> added;
    const auto keeping = pod.containers([](const JsonObject &container) {
        return std::ranges::none_of(arrayAt(container, "securityContext", "capabilities", "drop"),
                                    [](const JsonValue &capability) { return asText(capability) == "ALL"; });
    });
    const auto adding = pod.containers([&](const JsonObject &container) {
        bool wrong = false;
        for (const JsonValue &capability : arrayAt(container, "securityContext", "capabilities", "add"))
            if (asText(capability) != "NET_BIND_SERVICE") {
                added.emplace(asText(capability));
                wrong = true;
            }
        return wrong;
    });
    std::string detail;
    if (!keeping.empty())
        detail = fmt::format("container{} {} must set securityContext.capabilities.drop=[\"ALL\"]",
                             keeping.size() > 1 ? "s" : "", quotedList(keeping));
    if (!adding.empty())
        detail += fmt::format("{}container{} {} must not include {} in securityContext.capabilities.add",
                              detail.empty() ? "" : "; ", adding.size() > 1 ? "s" : "", quotedList(adding),
                              quotedList(added));
    if (!detail.empty())
        pod.report("unrestricted capabilities", detail);
}

void checkHostNamespaces(Pod &pod) {
    std::string detail;
    for (const std::string_view name : {"hostNetwork", "hostPID", "hostIPC"})
        if (flagAt(pod.spec, name))
            detail += fmt::format("{}{}=true", detail.empty() ? "" : ", ", name);
    if (!detail.empty())
        pod.report("host namespaces", detail);
}

void checkVolumes(Pod &pod, PodSecurityLevel level) {
    std::vector<std::string> hostPaths, others;
    std::set<std::string> types;
    for (const JsonValue &value : arrayAt(pod.spec, "volumes")) {
        const JsonObject &volume = asObject(value);
        const std::string name(textAt(volume, "name"));
        if (hasAt(volume, "hostPath"))
            hostPaths.push_back(name);
        for (const auto &[type, source] : volume)
            if (type != "name" && !source.is_null() && !listed(kRestrictedVolumes, std::string_view(type))) {
                others.push_back(name);
                types.emplace(type);
            }
    }
    if (level == PodSecurityLevel::Baseline && !hostPaths.empty())
        pod.report("hostPath volumes",
                   fmt::format("volume{} {}", hostPaths.size() > 1 ? "s" : "", quotedList(hostPaths)));
    if (level == PodSecurityLevel::Restricted && !others.empty())
        pod.report("restricted volume types",
                   fmt::format("volume{} {} use{} restricted volume type{} {}", others.size() > 1 ? "s" : "",
                               quotedList(others), others.size() > 1 ? "" : "s", types.size() > 1 ? "s" : "",
                               quotedList(types)));
}

void checkHostPorts(Pod &pod) {
    std::set<int64_t> ports;
    const auto names = pod.containers([&](const JsonObject &container) {
        bool wrong = false;
        for (const JsonValue &port : arrayAt(container, "ports"))
            if (const int64_t number = intAt(asObject(port), "hostPort"); number != 0) {
                ports.insert(number);
                wrong = true;
            }
        return wrong;
    });
    pod.reportContainers("hostPort", names,
                         fmt::format("use{} hostPort{} {}", names.size() > 1 ? "" : "s", ports.size() > 1 ? "s" : "",
                                     fmt::join(ports, ", ")));
}

void checkPrivileged(Pod &pod) {
    pod.reportContainers("privileged", pod.containers([](const JsonObject &container) {
        return flagAt(container, "securityContext", "privileged");
    }),
                         "must not set securityContext.privileged=true");
}

void checkProcMount(Pod &pod) {
    pod.reportContainers("procMount", pod.containers([](const JsonObject &container) {
        return textAt(container, "securityContext", "procMount") == "Unmasked";
    }),
                         "must not set securityContext.procMount to \"Unmasked\"");
}

void checkNonRoot(Pod &pod) {
    const bool podSays = flagAt(pod.spec, "securityContext", "runAsNonRoot");
    if (hasAt(pod.spec, "securityContext", "runAsNonRoot") && !podSays) {
        pod.report("runAsNonRoot != true", "pod must not set securityContext.runAsNonRoot=false");
        return;
    }
    const auto wrong = pod.containers([](const JsonObject &container) {
        return hasAt(container, "securityContext", "runAsNonRoot") &&
               !flagAt(container, "securityContext", "runAsNonRoot");
    });
    const auto silent = pod.containers(
        [&](const JsonObject &container) { return !podSays && !hasAt(container, "securityContext", "runAsNonRoot"); });
    if (!wrong.empty())
        pod.reportContainers("runAsNonRoot != true", wrong, "must not set securityContext.runAsNonRoot=false");
    else if (!silent.empty())
        pod.report("runAsNonRoot != true",
                   fmt::format("pod or container{} {} must set securityContext.runAsNonRoot=true",
                               silent.size() > 1 ? "s" : "", quotedList(silent)));
}

void checkUser(Pod &pod) {
    auto isRoot = [](const JsonObject &owner) {
        return hasAt(owner, "securityContext", "runAsUser") && intAt(owner, "securityContext", "runAsUser") == 0;
    };
    if (isRoot(pod.spec))
        pod.report("runAsUser=0", "pod must not set runAsUser=0");
    pod.reportContainers("runAsUser=0", pod.containers(isRoot), "must not set runAsUser=0");
}

void checkSelinux(Pod &pod) {
    auto wrong = [](const JsonObject &owner) {
        const JsonObject &options = objectAt(owner, "securityContext", "seLinuxOptions");
        return !listed(kSelinuxTypes, textAt(options, "type")) || !textAt(options, "user").empty() ||
               !textAt(options, "role").empty();
    };
    if (wrong(pod.spec))
        pod.report("seLinuxOptions", "pod set forbidden securityContext.seLinuxOptions");
    pod.reportContainers("seLinuxOptions", pod.containers(wrong), "set forbidden securityContext.seLinuxOptions");
}

void checkSeccomp(Pod &pod, PodSecurityLevel level) {
    const std::string_view podType = seccompType(pod.spec);
    if (podType == "Unconfined") {
        pod.report("seccompProfile", "pod must not set securityContext.seccompProfile.type to \"Unconfined\"");
        return;
    }
    const auto wrong =
        pod.containers([](const JsonObject &container) { return seccompType(container) == "Unconfined"; });
    if (!wrong.empty()) {
        pod.reportContainers("seccompProfile", wrong,
                             "must not set securityContext.seccompProfile.type to \"Unconfined\"");
        return;
    }
    const auto silent = pod.containers([](const JsonObject &container) { return seccompType(container).empty(); });
    if (level == PodSecurityLevel::Restricted && podType.empty() && !silent.empty())
        pod.report("seccompProfile",
                   fmt::format("pod or container{} {} must set securityContext.seccompProfile.type to "
                               "\"RuntimeDefault\" or \"Localhost\"",
                               silent.size() > 1 ? "s" : "", quotedList(silent)));
}

void checkSysctls(Pod &pod) {
    std::vector<std::string> names;
    for (const JsonValue &sysctl : arrayAt(pod.spec, "securityContext", "sysctls"))
        if (!listed(kSafeSysctls, textAt(asObject(sysctl), "name")))
            names.emplace_back(textAt(asObject(sysctl), "name"));
    if (!names.empty())
        pod.report("forbidden sysctls", fmt::format("{}", fmt::join(names, ", ")));
}

} // namespace

std::vector<std::string> podSecurityViolations(PodSecurityLevel level, const JsonObject &spec) {
    Pod pod{spec, {}};
    if (level == PodSecurityLevel::Privileged)
        return {};
    const bool restricted = level == PodSecurityLevel::Restricted;
    if (restricted)
        checkEscalation(pod);
    checkAppArmor(pod);
    if (restricted)
        checkRestrictedCapabilities(pod);
    else
        checkBaselineCapabilities(pod);
    checkHostNamespaces(pod);
    checkVolumes(pod, level);
    checkHostPorts(pod);
    checkPrivileged(pod);
    checkProcMount(pod);
    if (restricted) {
        checkNonRoot(pod);
        checkUser(pod);
    }
    checkSelinux(pod);
    checkSeccomp(pod, level);
    checkSysctls(pod);
    return std::move(pod.found);
}

} // namespace coracle::apiserver
