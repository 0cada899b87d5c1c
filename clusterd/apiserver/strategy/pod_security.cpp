#include "clusterd/apiserver/strategy/pod_validation.h"

#include <algorithm>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kProfileTypes[] = {"Localhost", "RuntimeDefault", "Unconfined"};

void checkId(Checker &check, const FieldPath &path, const JsonObject &context, std::string_view name) {
    check.intRange(path, context, name, 0, INT32_MAX, kIdRange);
}

/// seccompProfile and appArmorProfile.
void checkProfile(Checker &check, const FieldPath &path, const JsonObject &profile) {
    check.requiredWord(path, profile, "type", kProfileTypes);
    const std::string_view type = textAt(profile, "type"), file = textAt(profile, "localhostProfile");
    if (type == "Localhost") {
        if (file.empty())
            check.errors.required(path / "localhostProfile", "must be set when seccomp type is Localhost");
        else if (file.starts_with('/'))
            check.errors.invalid(path / "localhostProfile", file, "must be a relative path");
        else if (file == ".." || file.starts_with("../") || file.ends_with("/..") || file.find("/../") != file.npos)
            check.errors.invalid(path / "localhostProfile", file, "must not contain '..'");
    } else if (!file.empty()) {
        check.errors.invalid(path / "localhostProfile", file, "can only be set when seccomp type is Localhost");
    }
}

bool isSysctlName(std::string_view name) {
    auto good = [](unsigned char letter) {
        return std::islower(letter) || std::isdigit(letter) || letter == '_' || letter == '-' || letter == '.' ||
               letter == '/' || std::isupper(letter);
    };
    return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, good) &&
           std::isalnum(static_cast<unsigned char>(name.front())) &&
           std::isalnum(static_cast<unsigned char>(name.back()));
}

void checkSysctls(Checker &check, const FieldPath &path, const JsonArray &sysctls, const JsonObject &spec) {
    std::set<std::string_view> seen;
    for (size_t i = 0; i < sysctls.size(); ++i) {
        const std::string_view name = textAt(asObject(sysctls[i]), "name");
        if (name.empty())
            check.errors.required(path[i] / "name");
        else if (!isSysctlName(name))
            check.errors.invalid(path[i] / "name", name, "must be a sysctl name of at most 253 characters");
        else if (!seen.insert(name).second)
            check.errors.duplicate(path[i] / "name", name);
        if (flagAt(spec, "hostNetwork") && name.starts_with("net."))
            check.errors.invalid(path[i] / "name", name, "may not be specified when 'hostNetwork' is set to true");
        if (flagAt(spec, "hostIPC") && (name.starts_with("kernel.shm") || name.starts_with("kernel.msg") ||
                                        name == "kernel.sem" || name.starts_with("fs.mqueue.")))
            check.errors.invalid(path[i] / "name", name, "may not be specified when 'hostIPC' is set to true");
    }
}

bool addsCapability(const JsonObject &context, std::string_view name) {
    for (const JsonValue &capability : arrayAt(context, "capabilities", "add"))
        if (asText(capability) == name)
            return true;
    return false;
}

} // namespace

void validatePodSecurityContext(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const JsonObject &context = objectAt(spec, "securityContext");
    for (const std::string_view name : {"fsGroup", "runAsUser", "runAsGroup"})
        checkId(check, path, context, name);
    const JsonArray &groups = arrayAt(context, "supplementalGroups");
    for (size_t i = 0; i < groups.size(); ++i)
        if (const int64_t group = asInt(groups[i]); group < 0 || group > INT32_MAX)
            check.errors.invalid((path / "supplementalGroups")[i], group, kIdRange);
    if (flagAt(spec, "shareProcessNamespace") && flagAt(spec, "hostPID"))
        check.errors.invalid(path / "shareProcessNamespace", JsonValue(true),
                             "ShareProcessNamespace and HostPID cannot both be enabled");
    checkSysctls(check, path / "sysctls", arrayAt(context, "sysctls"), spec);
    static constexpr std::string_view kChangePolicies[] = {"Always", "OnRootMismatch"};
    check.optionalWord(path, context, "fsGroupChangePolicy", kChangePolicies);
    static constexpr std::string_view kGroupPolicies[] = {"Merge", "Strict"};
    check.optionalWord(path, context, "supplementalGroupsPolicy", kGroupPolicies);
    static constexpr std::string_view kLabelPolicies[] = {"MountOption", "Recursive"};
    check.optionalWord(path, context, "seLinuxChangePolicy", kLabelPolicies);
    if (hasAt(context, "seccompProfile"))
        checkProfile(check, path / "seccompProfile", objectAt(context, "seccompProfile"));
    if (hasAt(context, "appArmorProfile"))
        checkProfile(check, path / "appArmorProfile", objectAt(context, "appArmorProfile"));
}

void validateContainerSecurityContext(Checker &check, const FieldPath &path, const JsonObject &context) {
    checkId(check, path, context, "runAsUser");
    checkId(check, path, context, "runAsGroup");
    static constexpr std::string_view kProcMounts[] = {"Default", "Unmasked"};
    check.optionalWord(path, context, "procMount", kProcMounts);
    if (hasAt(context, "seccompProfile"))
        checkProfile(check, path / "seccompProfile", objectAt(context, "seccompProfile"));
    if (hasAt(context, "appArmorProfile"))
        checkProfile(check, path / "appArmorProfile", objectAt(context, "appArmorProfile"));
    if (!hasAt(context, "allowPrivilegeEscalation") || flagAt(context, "allowPrivilegeEscalation"))
        return;
    if (flagAt(context, "privileged"))
        check.errors.invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    if (addsCapability(context, "CAP_SYS_ADMIN") || addsCapability(context, "SYS_ADMIN"))
        check.errors.invalid(path, context,
                             "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
}

} // namespace coracle::apiserver
