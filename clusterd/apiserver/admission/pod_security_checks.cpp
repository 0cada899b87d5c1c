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
constexpr std::string_view kSelinuxTypes[] = {"", "container_t", "container_init_t", "container_kvm_t"};
constexpr std::string_view kAppArmorAnnotation = "container.apparmor.security.beta.kubernetes.io/";

struct Sysctl {
    std::string_view name;
    int since;
};
constexpr Sysctl kSafeSysctls[] = {{"kernel.shm_rmid_forced", 0},
                                   {"net.ipv4.ip_local_port_range", 0},
                                   {"net.ipv4.ip_unprivileged_port_start", 0},
                                   {"net.ipv4.tcp_syncookies", 0},
                                   {"net.ipv4.ping_group_range", 0},
                                   {"net.ipv4.ip_local_reserved_ports", 27},
                                   {"net.ipv4.tcp_keepalive_time", 29},
                                   {"net.ipv4.tcp_fin_timeout", 29},
                                   {"net.ipv4.tcp_keepalive_intvl", 29},
                                   {"net.ipv4.tcp_keepalive_probes", 29},
                                   {"net.ipv4.tcp_rmem", 32},
                                   {"net.ipv4.tcp_wmem", 32}};

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

std::string_view plural(std::string_view one, std::string_view many, size_t count) {
    return count == 1 ? one : many;
}

using Names = std::vector<std::string>;

/// `container "a"` or `containers "a", "b"`.
std::string containerList(const Names &names) {
    return fmt::format("{} {}", plural("container", "containers", names.size()), quotedList(names));
}

struct Pod {
    const JsonObject &object;
    const JsonObject &spec;
    int version;
    std::vector<PodSecurityViolation> found = {};

    void report(std::string_view reason, std::string detail) {
        found.push_back({std::string(reason), std::move(detail)});
    }

    /// The names of the containers, also init and ephemeral ones, for which a condition holds.
    Names containers(const std::function<bool(const JsonObject &)> &condition) const {
        Names names;
        for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
            for (const JsonValue &container : arrayAt(spec, list))
                if (condition(asObject(container)))
                    names.emplace_back(textAt(asObject(container), "name"));
        return names;
    }
    void reportContainers(std::string_view reason, const Names &names, std::string_view must) {
        if (!names.empty())
            report(reason, fmt::format("{} {}", containerList(names), must));
    }
    /// `pod and container "a"`: who of the pod and its containers fulfils a condition. Empty: nobody.
    std::string setters(const std::function<bool(const JsonObject &)> &condition) const {
        const Names names = containers(condition);
        std::string text = condition(spec) ? "pod" : "";
        if (!names.empty())
            text += fmt::format("{}{}", text.empty() ? "" : " and ", containerList(names));
        return text;
    }
    bool isWindows() const { return textAt(spec, "os", "name") == "windows"; }
};

std::string_view seccompType(const JsonObject &owner) {
    return textAt(owner, "securityContext", "seccompProfile", "type");
}

void checkEscalation(Pod &pod) {
    if (pod.version >= 25 && pod.isWindows())
        return;
    pod.reportContainers("allowPrivilegeEscalation != false", pod.containers([](const JsonObject &container) {
        return !hasAt(container, "securityContext", "allowPrivilegeEscalation") ||
               flagAt(container, "securityContext", "allowPrivilegeEscalation");
    }),
                         "must set securityContext.allowPrivilegeEscalation=false");
}

void checkAppArmor(Pod &pod) {
    std::set<std::string> types;
    std::string who = pod.setters([&](const JsonObject &owner) {
        const std::string_view type = textAt(owner, "securityContext", "appArmorProfile", "type");
        const bool wrong = !type.empty() && type != "RuntimeDefault" && type != "Localhost";
        if (wrong)
            types.emplace(type);
        return wrong;
    });
    Names values(types.begin(), types.end());
    std::set<std::string> annotations;
    for (const auto &[key, value] : objectAt(pod.object, "metadata", "annotations"))
        if (const std::string_view profile = asText(value); std::string_view(key).starts_with(kAppArmorAnnotation) &&
                                                            !profile.empty() && profile != "runtime/default" &&
                                                            !profile.starts_with("localhost/"))
            annotations.insert(fmt::format("{}=\"{}\"", std::string_view(key), profile));
    if (!annotations.empty())
        who += fmt::format("{}{}", who.empty() ? "" : " and ", plural("annotation", "annotations", annotations.size()));
    values.insert(values.end(), annotations.begin(), annotations.end());
    if (!who.empty())
        pod.report(plural("forbidden AppArmor profile", "forbidden AppArmor profiles", values.size()),
                   fmt::format("{} must not set AppArmor profile type to {}", who, quotedList(values)));
}

void checkBaselineCapabilities(Pod &pod) {
    std::set<std::string> added;
    const Names names = pod.containers([&](const JsonObject &container) {
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
    if (pod.version < 22 || (pod.version >= 25 && pod.isWindows()))
        return;
    std::set<std::string> added;
    const Names keeping = pod.containers([](const JsonObject &container) {
        return std::ranges::none_of(arrayAt(container, "securityContext", "capabilities", "drop"),
                                    [](const JsonValue &capability) { return asText(capability) == "ALL"; });
    });
    const Names adding = pod.containers([&](const JsonObject &container) {
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
        detail = fmt::format("{} must set securityContext.capabilities.drop=[\"ALL\"]", containerList(keeping));
    if (!adding.empty())
        detail += fmt::format("{}{} must not include {} in securityContext.capabilities.add",
                              detail.empty() ? "" : "; ", containerList(adding), quotedList(added));
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

void checkHostPaths(Pod &pod) {
    Names names;
    for (const JsonValue &volume : arrayAt(pod.spec, "volumes"))
        if (hasAt(asObject(volume), "hostPath"))
            names.emplace_back(textAt(asObject(volume), "name"));
    if (!names.empty())
        pod.report("hostPath volumes",
                   fmt::format("{} {}", plural("volume", "volumes", names.size()), quotedList(names)));
}

void checkVolumeTypes(Pod &pod) {
    Names names;
    std::set<std::string> types;
    for (const JsonValue &value : arrayAt(pod.spec, "volumes"))
        for (const auto &[type, source] : asObject(value))
            if (type != "name" && !source.is_null() && !listed(kRestrictedVolumes, std::string_view(type))) {
                names.emplace_back(textAt(asObject(value), "name"));
                types.emplace(type);
            }
    if (!names.empty())
        pod.report("restricted volume types",
                   fmt::format("{} {} {} {} {}", plural("volume", "volumes", names.size()), quotedList(names),
                               plural("uses", "use", names.size()),
                               plural("restricted volume type", "restricted volume types", types.size()),
                               quotedList(types)));
}

void checkHostPorts(Pod &pod) {
    std::set<int64_t> ports;
    const Names names = pod.containers([&](const JsonObject &container) {
        bool wrong = false;
        for (const JsonValue &port : arrayAt(container, "ports"))
            if (const int64_t number = intAt(asObject(port), "hostPort"); number != 0) {
                ports.insert(number);
                wrong = true;
            }
        return wrong;
    });
    pod.reportContainers("hostPort", names,
                         fmt::format("{} {} {}", plural("uses", "use", names.size()),
                                     plural("hostPort", "hostPorts", ports.size()), fmt::join(ports, ", ")));
}

/// A probe or hook that goes to another host lets the kubelet reach what the pod cannot.
void checkProbeHosts(Pod &pod) {
    if (pod.version < 34)
        return;
    std::set<std::string> hosts;
    const Names names = pod.containers([&](const JsonObject &container) {
        bool wrong = false;
        auto look = [&](const JsonObject &action) {
            for (const std::string_view kind : {"httpGet", "tcpSocket"})
                if (const std::string_view host = textAt(action, kind, "host"); !host.empty()) {
                    hosts.emplace(host);
                    wrong = true;
                }
        };
        for (const std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"})
            look(objectAt(container, probe));
        for (const std::string_view hook : {"postStart", "preStop"})
            look(objectAt(container, "lifecycle", hook));
        return wrong;
    });
    pod.reportContainers("probe or lifecycle host", names,
                         fmt::format("{} {} {}", plural("uses", "use", names.size()),
                                     plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.size()),
                                     quotedList(hosts)));
}

void checkPrivileged(Pod &pod) {
    pod.reportContainers("privileged", pod.containers([](const JsonObject &container) {
        return flagAt(container, "securityContext", "privileged");
    }),
                         "must not set securityContext.privileged=true");
}

void checkProcMount(Pod &pod) {
    std::set<std::string> types;
    const Names names = pod.containers([&](const JsonObject &container) {
        const std::string_view type = textAt(container, "securityContext", "procMount");
        const bool wrong = !type.empty() && type != "Default";
        if (wrong)
            types.emplace(type);
        return wrong;
    });
    pod.reportContainers("procMount", names,
                         fmt::format("must not set securityContext.procMount to {}", quotedList(types)));
}

void checkNonRoot(Pod &pod) {
    const bool podSays = flagAt(pod.spec, "securityContext", "runAsNonRoot");
    const std::string who = pod.setters([](const JsonObject &owner) {
        return hasAt(owner, "securityContext", "runAsNonRoot") && !flagAt(owner, "securityContext", "runAsNonRoot");
    });
    const Names silent = pod.containers(
        [&](const JsonObject &container) { return !podSays && !hasAt(container, "securityContext", "runAsNonRoot"); });
    if (!who.empty())
        pod.report("runAsNonRoot != true", who + " must not set securityContext.runAsNonRoot=false");
    else if (!silent.empty())
        pod.report("runAsNonRoot != true",
                   fmt::format("pod or {} must set securityContext.runAsNonRoot=true", containerList(silent)));
}

void checkUser(Pod &pod) {
    if (pod.version < 23)
        return;
    const std::string who = pod.setters([](const JsonObject &owner) {
        return hasAt(owner, "securityContext", "runAsUser") && intAt(owner, "securityContext", "runAsUser") == 0;
    });
    if (!who.empty())
        pod.report("runAsUser=0", who + " must not set runAsUser=0");
}

void checkSelinux(Pod &pod) {
    std::set<std::string> types;
    bool user = false, role = false;
    const std::string who = pod.setters([&](const JsonObject &owner) {
        const JsonObject &options = objectAt(owner, "securityContext", "seLinuxOptions");
        const std::string_view type = textAt(options, "type");
        const bool typeWrong = !listed(kSelinuxTypes, type) && !(pod.version >= 31 && type == "container_engine_t");
        const bool hasUser = !textAt(options, "user").empty(), hasRole = !textAt(options, "role").empty();
        if (typeWrong)
            types.emplace(type);
        user |= hasUser;
        role |= hasRole;
        return typeWrong || hasUser || hasRole;
    });
    Names wrong;
    if (!types.empty())
        wrong.push_back(fmt::format("{} {}", plural("type", "types", types.size()), quotedList(types)));
    if (user)
        wrong.emplace_back("user may not be set");
    if (role)
        wrong.emplace_back("role may not be set");
    if (!who.empty())
        pod.report("seLinuxOptions",
                   fmt::format("{} set forbidden securityContext.seLinuxOptions: {}", who, fmt::join(wrong, "; ")));
}

void checkSeccomp(Pod &pod, PodSecurityLevel level) {
    if (pod.version < 19 || (level == PodSecurityLevel::Restricted && pod.version >= 25 && pod.isWindows()))
        return;
    std::set<std::string> types;
    const std::string who = pod.setters([&](const JsonObject &owner) {
        const std::string_view type = seccompType(owner);
        const bool wrong = !type.empty() && type != "RuntimeDefault" && type != "Localhost";
        if (wrong)
            types.emplace(type);
        return wrong;
    });
    if (!who.empty()) {
        pod.report("seccompProfile",
                   fmt::format("{} must not set securityContext.seccompProfile.type to {}", who, quotedList(types)));
        return;
    }
    const Names silent = pod.containers([](const JsonObject &container) { return seccompType(container).empty(); });
    if (level == PodSecurityLevel::Restricted && seccompType(pod.spec).empty() && !silent.empty())
        pod.report("seccompProfile", fmt::format("pod or {} must set securityContext.seccompProfile.type to "
                                                 "\"RuntimeDefault\" or \"Localhost\"",
                                                 containerList(silent)));
}

void checkSysctls(Pod &pod) {
    Names names;
    for (const JsonValue &value : arrayAt(pod.spec, "securityContext", "sysctls")) {
        const std::string_view name = textAt(asObject(value), "name");
        if (std::ranges::none_of(kSafeSysctls,
                                 [&](const Sysctl &safe) { return safe.name == name && safe.since <= pod.version; }))
            names.emplace_back(name);
    }
    if (!names.empty())
        pod.report("forbidden sysctls", fmt::format("{}", fmt::join(names, ", ")));
}

void checkHostProcess(Pod &pod) {
    const std::string who = pod.setters(
        [](const JsonObject &owner) { return flagAt(owner, "securityContext", "windowsOptions", "hostProcess"); });
    if (!who.empty())
        pod.report("hostProcess", who + " must not set securityContext.windowsOptions.hostProcess=true");
}

} // namespace

std::string PodSecurityViolation::text() const {
    return detail.empty() ? reason : fmt::format("{} ({})", reason, detail);
}

std::vector<PodSecurityViolation> podSecurityViolations(PodSecurityLevel level, int minorVersion,
                                                        const JsonObject &object) {
    if (level == PodSecurityLevel::Privileged)
        return {};
    Pod pod{.object = object, .spec = objectAt(object, "spec"), .version = minorVersion};
    const bool restricted = level == PodSecurityLevel::Restricted;
    checkAppArmor(pod);
    if (!restricted || minorVersion < 22)
        checkBaselineCapabilities(pod);
    checkHostNamespaces(pod);
    if (!restricted)
        checkHostPaths(pod);
    checkHostPorts(pod);
    checkProbeHosts(pod);
    checkPrivileged(pod);
    checkProcMount(pod);
    checkSelinux(pod);
    if (!restricted)
        checkSeccomp(pod, level);
    checkSysctls(pod);
    checkHostProcess(pod);
    if (restricted) {
        checkEscalation(pod);
        checkRestrictedCapabilities(pod);
        checkVolumeTypes(pod);
        checkNonRoot(pod);
        checkUser(pod);
        checkSeccomp(pod, level);
    }
    return std::move(pod.found);
}

} // namespace coracle::apiserver
