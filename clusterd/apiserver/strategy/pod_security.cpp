#include "clusterd/apiserver/strategy/pod_validation.h"

#include <algorithm>
#include <fmt/format.h>

/// Security contexts of pods and containers.
namespace coracle::apiserver {

namespace {

constexpr size_t kAppArmorProfileMax = 4095;
constexpr size_t kGmsaSpecMax = 64 * 1024;

void checkId(Checker &check, const FieldPath &path, const JsonObject &context, std::string_view name) {
    check.intRange(path, context, name, 0, INT32_MAX, kIdRange);
}

void checkSeccomp(Checker &check, const FieldPath &path, const JsonObject &context) {
    static constexpr std::string_view kTypes[] = {"Localhost", "RuntimeDefault", "Unconfined"};
    if (!hasAt(context, "seccompProfile"))
        return;
    const JsonObject &profile = objectAt(context, "seccompProfile");
    const FieldPath own = path / "seccompProfile";
    const std::string_view type = textAt(profile, "type"), file = textAt(profile, "localhostProfile");
    if (type == "Localhost") {
        if (file.empty())
            check.errors.required(own / "localhostProfile", "must be set when seccomp type is Localhost");
        else
            check.localPath(own / "localhostProfile", file);
    } else if (hasAt(profile, "localhostProfile")) {
        check.errors.invalid(own / "localhostProfile", file, "can only be set when seccomp type is Localhost");
    }
    if (type.empty())
        check.errors.required(own / "type", "type is required when seccompProfile is set");
    else if (!oneOf(type, kTypes))
        check.errors.notSupported(own / "type", type, kTypes);
}

void checkAppArmor(Checker &check, const FieldPath &path, const JsonObject &context) {
    static constexpr std::string_view kTypes[] = {"Localhost", "RuntimeDefault", "Unconfined"};
    if (!hasAt(context, "appArmorProfile"))
        return;
    const JsonObject &profile = objectAt(context, "appArmorProfile");
    const FieldPath own = path / "appArmorProfile";
    const std::string_view type = textAt(profile, "type"), name = textAt(profile, "localhostProfile");
    if (type == "Localhost") {
        if (!hasAt(profile, "localhostProfile")) {
            check.errors.required(own / "localhostProfile", "must be set when AppArmor type is Localhost");
        } else {
            const size_t first = name.find_first_not_of(" \t\n"), last = name.find_last_not_of(" \t\n");
            if (first == name.npos)
                check.errors.required(own / "localhostProfile", "must be set when AppArmor type is Localhost");
            else if (first != 0 || last + 1 != name.size())
                check.errors.invalid(own / "localhostProfile", name, "must not be padded with whitespace");
            check.maxBytes(own, profile, "localhostProfile", kAppArmorProfileMax);
        }
    } else if (hasAt(profile, "localhostProfile")) {
        check.errors.invalid(own / "localhostProfile", name, "can only be set when AppArmor type is Localhost");
    }
    if (type.empty())
        check.errors.required(own / "type", "type is required when appArmorProfile is set");
    else if (!oneOf(type, kTypes))
        check.errors.notSupported(own / "type", type, kTypes);
}

void checkWindowsUser(Checker &check, const FieldPath &path, std::string_view user) {
    if (user.empty())
        check.errors.invalid(path, user, "runAsUserName cannot be an empty string");
    else if (std::ranges::any_of(user, [](unsigned char letter) { return letter < 0x20 || letter == 0x7f; }))
        check.errors.invalid(path, user, "runAsUserName cannot contain control characters");
    else if (std::ranges::count(user, '\\') > 1)
        check.errors.invalid(path, user, "runAsUserName cannot contain more than one backslash");
}

void checkWindowsOptions(Checker &check, const FieldPath &path, const JsonObject &context) {
    const JsonObject &options = objectAt(context, "windowsOptions");
    const FieldPath own = path / "windowsOptions";
    if (hasAt(options, "gmsaCredentialSpecName"))
        check.errors.invalidEach(own / "gmsaCredentialSpecName", textAt(options, "gmsaCredentialSpecName"),
                                 dns1123SubdomainErrors(textAt(options, "gmsaCredentialSpecName")));
    if (const std::string_view spec = textAt(options, "gmsaCredentialSpec"); hasAt(options, "gmsaCredentialSpec")) {
        if (spec.empty())
            check.errors.invalid(own / "gmsaCredentialSpec", spec, "gmsaCredentialSpec cannot be an empty string");
        else if (spec.size() > kGmsaSpecMax)
            check.errors.invalid(own / "gmsaCredentialSpec", spec, "gmsaCredentialSpec size must be under 65536 bytes");
    }
    if (hasAt(options, "runAsUserName"))
        checkWindowsUser(check, own / "runAsUserName", textAt(options, "runAsUserName"));
}

/// Segments of letters, digits, "_" and "-" between dots or slashes.
bool isSysctlName(std::string_view name) {
    auto good = [](char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9'); };
    char before = '.';
    for (const char letter : name) {
        const bool boundary = letter == '.' || letter == '/';
        if (!boundary && !good(letter) && letter != '-' && letter != '_' && !(letter >= 'A' && letter <= 'Z'))
            return false;
        if (boundary && (before == '.' || before == '/' || before == '-' || before == '_'))
            return false;
        if ((before == '.' || before == '/') && !good(letter))
            return false;
        before = letter;
    }
    return good(before) && name.size() <= 253;
}

void checkSysctls(Checker &check, const FieldPath &path, const JsonObject &context, const JsonObject &spec) {
    std::set<std::string_view> seen;
    check.each(path, context, "sysctls", [&](const FieldPath &own, const JsonObject &sysctl) {
        const std::string_view name = textAt(sysctl, "name");
        if (name.empty())
            check.errors.required(own / "name");
        else if (!isSysctlName(name))
            check.errors.invalid(own / "name", name,
                                 "must have at most 253 characters and match regex "
                                 "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$");
        else if (!seen.insert(name).second)
            check.errors.duplicate(own / "name", name);
        if (flagAt(spec, "hostNetwork") && name.starts_with("net."))
            check.errors.invalid(own / "name", name, "may not be specified when 'hostNetwork' is set to true");
        if (flagAt(spec, "hostIPC") && (name.starts_with("kernel.shm") || name.starts_with("kernel.msg") ||
                                        name == "kernel.sem" || name.starts_with("fs.mqueue.")))
            check.errors.invalid(own / "name", name, "may not be specified when 'hostIPC' is set to true");
    });
}

bool addsCapability(const JsonObject &context, std::string_view name) {
    return std::ranges::any_of(arrayAt(context, "capabilities", "add"),
                               [&](const JsonValue &one) { return asText(one) == name; });
}

} // namespace

void validatePodSecurityContext(Checker &check, const FieldPath &path, const JsonObject &spec) {
    static constexpr std::string_view kChangePolicies[] = {"Always", "OnRootMismatch"};
    static constexpr std::string_view kGroupPolicies[] = {"Merge", "Strict"};
    static constexpr std::string_view kLabelPolicies[] = {"MountOption", "Recursive"};
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
    checkSysctls(check, path, context, spec);
    check.optionalWord(path, context, "fsGroupChangePolicy", kChangePolicies);
    check.optionalWord(path, context, "seLinuxChangePolicy", kLabelPolicies);
    check.optionalWord(path, context, "supplementalGroupsPolicy", kGroupPolicies);
    checkSeccomp(check, path, context);
    checkWindowsOptions(check, path, context);
    checkAppArmor(check, path, context);
}

void validateContainerSecurityContext(Checker &check, const FieldPath &path, const JsonObject &context,
                                      bool hostUsers) {
    static constexpr std::string_view kProcMounts[] = {"Default", "Unmasked"};
    checkId(check, path, context, "runAsUser");
    checkId(check, path, context, "runAsGroup");
    check.optionalWord(path, context, "procMount", kProcMounts);
    if (hostUsers && textAt(context, "procMount") == "Unmasked")
        check.errors.invalid(path / "procMount", "Unmasked", "`hostUsers` must be false to use `Unmasked`");
    checkSeccomp(check, path, context);
    if (hasAt(context, "allowPrivilegeEscalation") && !flagAt(context, "allowPrivilegeEscalation")) {
        if (flagAt(context, "privileged"))
            check.errors.invalid(path, context,
                                 "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        if (addsCapability(context, "CAP_SYS_ADMIN") || addsCapability(context, "SYS_ADMIN"))
            check.errors.invalid(path, context,
                                 "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
                                 "CAP_SYS_ADMIN");
    }
    checkWindowsOptions(check, path, context);
    checkAppArmor(check, path, context);
}

} // namespace coracle::apiserver
