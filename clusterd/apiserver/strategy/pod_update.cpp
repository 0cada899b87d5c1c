#include "clusterd/apiserver/strategy/pod_validation.h"

#include <algorithm>
#include <fmt/format.h>

/// What may change of a pod, through the pod itself and through its sub-resources.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr std::string_view kUpdateWords =
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
constexpr std::string_view kMirror = "kubernetes.io/config.mirror";
constexpr std::string_view kAppArmor = "container.apparmor.security.beta.kubernetes.io/";
constexpr std::string_view kOnlyAdditions = "only additions are allowed (no mutations or deletions)";

/// The members of two objects that differ, as "spec.a, spec.b".
std::string differences(const JsonObject &a, const JsonObject &b) {
    std::set<std::string_view> names;
    for (const JsonObject *side : {&a, &b})
        for (const auto &[name, value] : *side)
            if (!sameMember(a, b, name))
                names.insert(name);
    std::string text;
    for (const std::string_view name : names)
        text += fmt::format("{}spec.{}", text.empty() ? "" : ", ", name);
    return text;
}

/// Gives the containers of `to` a member that they have in `from`; the lists are of the same length.
void copyInto(JsonObject &to, const JsonObject &from, std::string_view list, std::string_view member) {
    if (arrayAt(to, list).empty())
        return;
    JsonArray &containers = ensureArray(to, list);
    const JsonArray &others = arrayAt(from, list);
    for (size_t i = 0; i < containers.size() && i < others.size(); ++i)
        if (containers[i].is_object())
            copyMember(containers[i].get_object(), asObject(others[i]), member);
}

bool checkContainerCounts(Checker &check, const JsonObject &spec, const JsonObject &old) {
    for (const std::string_view list : {"containers", "initContainers"})
        if (arrayAt(spec, list).size() != arrayAt(old, list).size()) {
            check.errors.forbidden(kSpec / list, "pod updates may not add or remove containers");
            return false;
        }
    return true;
}

void checkDeadline(Checker &check, const JsonObject &spec, const JsonObject &old) {
    const FieldPath path = kSpec / "activeDeadlineSeconds";
    const int64_t now = intAt(spec, "activeDeadlineSeconds");
    if (hasAt(spec, "activeDeadlineSeconds")) {
        if (now < 0 || now > INT32_MAX)
            check.errors.invalid(path, now, "must be between 0 and 2147483647, inclusive");
        else if (hasAt(old, "activeDeadlineSeconds") && now > intAt(old, "activeDeadlineSeconds"))
            check.errors.invalid(path, now, "must be less than or equal to previous value");
    } else if (hasAt(old, "activeDeadlineSeconds")) {
        check.errors.invalid(path, JsonValue(), "must not update from a positive integer to nil value");
    }
}

JsonObject withoutSeconds(const JsonValue &toleration) {
    JsonObject copy = asObject(toleration);
    copy.erase("tolerationSeconds");
    return copy;
}

void checkTolerations(Checker &check, const JsonObject &spec, const JsonObject &old) {
    const JsonArray &now = arrayAt(spec, "tolerations");
    for (const JsonValue &before : arrayAt(old, "tolerations")) {
        const JsonObject wanted = withoutSeconds(before);
        if (std::ranges::none_of(now, [&](const JsonValue &one) { return withoutSeconds(one) == wanted; })) {
            check.errors.forbidden(kSpec / "tolerations",
                                   "existing toleration can not be modified except its tolerationSeconds");
            return;
        }
    }
}

void checkGates(Checker &check, const JsonObject &spec, const JsonObject &old) {
    const JsonArray &before = arrayAt(old, "schedulingGates");
    for (const JsonValue &gate : arrayAt(spec, "schedulingGates"))
        if (std::ranges::find(before, gate) == before.end())
            check.errors.forbidden(kSpec / "schedulingGates",
                                   fmt::format("only deletion is allowed, but found new scheduling gate '{}'",
                                               textAt(asObject(gate), "name")));
}

/// Whether each requirement of the old term is still there.
bool onlyAdds(const JsonObject &term, const JsonObject &old) {
    for (const std::string_view list : {"matchExpressions", "matchFields"}) {
        const JsonArray &now = arrayAt(term, list);
        for (const JsonValue &requirement : arrayAt(old, list))
            if (std::ranges::find(now, requirement) == now.end())
                return false;
        // An empty term matches nothing, so that filling it would widen it.
        if (arrayAt(old, "matchExpressions").empty() && arrayAt(old, "matchFields").empty() && !now.empty())
            return false;
    }
    return true;
}

/// A pod that is held back by gates may still be directed to fewer nodes.
void checkNarrowing(Checker &check, const JsonObject &spec, const JsonObject &old) {
    const JsonObject &labels = objectAt(spec, "nodeSelector");
    for (const auto &[key, value] : objectAt(old, "nodeSelector"))
        if (const JsonValue *now = labels.if_contains(key); !now || *now != value) {
            check.errors.invalid(kSpec / "nodeSelector", labels, kOnlyAdditions);
            break;
        }
    constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
    const JsonObject &before = objectAt(old, "affinity", "nodeAffinity", kRequired);
    if (before.empty())
        return;
    const FieldPath path = kSpec / "affinity" / "nodeAffinity" / kRequired / "nodeSelectorTerms";
    const JsonArray &terms = arrayAt(spec, "affinity", "nodeAffinity", kRequired, "nodeSelectorTerms");
    const JsonArray &oldTerms = arrayAt(before, "nodeSelectorTerms");
    if (terms.size() != oldTerms.size()) {
        check.errors.invalid(path, terms, "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
        return;
    }
    for (size_t i = 0; i < terms.size(); ++i)
        if (!onlyAdds(asObject(terms[i]), asObject(oldTerms[i])))
            check.errors.invalid(path[i], terms[i], kOnlyAdditions);
}

/// The new spec with everything that may change set back; the rest must be as it was.
void checkUnchanged(Checker &check, const JsonObject &spec, const JsonObject &old) {
    JsonObject rest = spec;
    copyInto(rest, old, "containers", "image");
    copyInto(rest, old, "initContainers", "image");
    for (const std::string_view name : {"activeDeadlineSeconds", "tolerations", "schedulingGates"})
        copyMember(rest, old, name);
    if (intAt(old, "terminationGracePeriodSeconds") < 0 && intAt(spec, "terminationGracePeriodSeconds") == 1)
        copyMember(rest, old, "terminationGracePeriodSeconds");
    if (!arrayAt(old, "schedulingGates").empty()) {
        checkNarrowing(check, spec, old);
        copyMember(rest, old, "nodeSelector");
        if (hasAt(rest, "affinity") || hasAt(old, "affinity")) {
            JsonObject &affinity = ensureObject(rest, "affinity");
            copyMember(affinity, objectAt(old, "affinity"), "nodeAffinity");
            if (affinity.empty() && !hasAt(old, "affinity"))
                rest.erase("affinity");
        }
    }
    if (const std::string changed = differences(rest, old); !changed.empty())
        check.errors.forbidden(kSpec, fmt::format("{}\nchanged: {}", kUpdateWords, changed));
}

void checkAnnotations(Checker &check, const JsonObject &pod, const JsonObject &old) {
    const JsonObject &now = objectAt(pod, "metadata", "annotations"),
                     &before = objectAt(old, "metadata", "annotations");
    const FieldPath path("metadata.annotations");
    auto guarded = [](std::string_view key) { return key == kMirror || key.starts_with(kAppArmor); };
    auto noun = [](std::string_view key) { return key == kMirror ? "mirror pod annotation" : "AppArmor annotations"; };
    for (const auto &[key, value] : before)
        if (const JsonValue *same = now.if_contains(key); guarded(key) && (!same || *same != value))
            check.errors.forbidden(path.key(key), fmt::format("may not remove or update {}", noun(key)));
    for (const auto &[key, value] : now)
        if (guarded(key) && !before.contains(key))
            check.errors.forbidden(path.key(key), fmt::format("may not add {}", noun(key)));
}

/// None of the resources may go.
void checkKept(Checker &check, const FieldPath &path, const JsonObject &now, const JsonObject &before,
               std::string_view words) {
    for (const auto &[name, value] : before)
        if (!now.contains(name)) {
            check.errors.forbidden(path, words);
            return;
        }
}

void checkResizedContainers(Checker &check, const JsonObject &spec, const JsonObject &old, std::string_view list) {
    const JsonArray &now = arrayAt(spec, list), &before = arrayAt(old, list);
    for (size_t i = 0; i < now.size() && i < before.size(); ++i) {
        const JsonObject &container = asObject(now[i]), &stored = asObject(before[i]);
        const FieldPath path = (kSpec / list)[i];
        if (textAt(container, "name") != textAt(stored, "name")) {
            check.errors.forbidden(path / "name", "containers may not be renamed or reordered on resize");
            continue;
        }
        checkKept(check, path / "resources" / "requests", objectAt(container, "resources", "requests"),
                  objectAt(stored, "resources", "requests"), "resource requests cannot be removed");
        checkKept(check, path / "resources" / "limits", objectAt(container, "resources", "limits"),
                  objectAt(stored, "resources", "limits"), "resource limits cannot be removed");
    }
}

/// A container's amounts of processor and memory set back to the stored ones.
void undoResize(JsonObject &spec, const JsonObject &old, std::string_view list) {
    if (arrayAt(spec, list).empty())
        return;
    JsonArray &containers = ensureArray(spec, list);
    const JsonArray &before = arrayAt(old, list);
    for (size_t i = 0; i < containers.size() && i < before.size(); ++i) {
        if (!containers[i].is_object())
            continue;
        JsonObject &resources = ensureObject(containers[i].get_object(), "resources");
        const JsonObject &stored = objectAt(asObject(before[i]), "resources");
        for (const std::string_view amounts : {"requests", "limits"}) {
            JsonObject &own = ensureObject(resources, amounts);
            for (const std::string_view name : {"cpu", "memory"})
                copyMember(own, objectAt(stored, amounts), name);
            if (own.empty())
                copyMember(resources, stored, amounts);
        }
    }
}

bool endedForGood(const JsonObject &status) {
    return hasAt(status, "state", "terminated");
}

/// A container that has ended and is not started again stays ended.
void checkStates(Checker &check, const FieldPath &path, const JsonArray &now, const JsonArray &before,
                 std::string_view restartPolicy) {
    if (restartPolicy == "Always")
        return;
    for (size_t i = 0; i < now.size(); ++i)
        for (const JsonValue &old : before) {
            const JsonObject &was = asObject(old), &is = asObject(now[i]);
            if (textAt(was, "name") != textAt(is, "name") || !endedForGood(was) || endedForGood(is))
                continue;
            if (restartPolicy == "OnFailure" && intAt(was, "state", "terminated", "exitCode") != 0)
                continue;
            check.errors.forbidden(path[i] / "state", "may not be transitioned to non-terminated state");
        }
}

void checkAddresses(Checker &check, const JsonObject &status, std::string_view list) {
    const JsonArray &addresses = arrayAt(status, list);
    const FieldPath path = FieldPath("status") / list;
    int families[2] = {0, 0};
    for (size_t i = 0; i < addresses.size(); ++i) {
        const std::string_view ip = textAt(asObject(addresses[i]), "ip");
        check.ip(path[i], ip);
        ++families[isIpv6(ip)];
    }
    if (addresses.size() > 1 && (families[0] > 1 || families[1] > 1))
        check.errors.invalid(path, addresses, "may specify no more than one IP for each IP family");
}

} // namespace

void validatePodUpdate(Checker &check, const JsonObject &pod, const JsonObject &old) {
    const JsonObject &spec = objectAt(pod, "spec"), &before = objectAt(old, "spec");
    checkAnnotations(check, pod, old);
    if (!checkContainerCounts(check, spec, before))
        return;
    checkDeadline(check, spec, before);
    checkTolerations(check, spec, before);
    checkGates(check, spec, before);
    checkUnchanged(check, spec, before);
}

void validatePodResize(Checker &check, const JsonObject &pod, const JsonObject &old) {
    const JsonObject &spec = objectAt(pod, "spec"), &before = objectAt(old, "spec");
    if (hasAt(old, "metadata", "annotations", kMirror)) {
        check.errors.forbidden(FieldPath(), "static pods cannot be resized");
        return;
    }
    if (textAt(before, "os", "name") == "windows") {
        check.errors.forbidden(FieldPath(), "windows pods cannot be resized");
        return;
    }
    if (qosClass(spec) != qosClass(before))
        check.errors.invalid(kSpec, qosClass(spec), "Pod QOS Class may not change as a result of resizing");
    JsonObject rest = spec, stored = before;
    for (const std::string_view list : {"containers", "initContainers"}) {
        checkResizedContainers(check, spec, before, list);
        undoResize(rest, before, list);
        undoResize(stored, before, list);
        copyInto(rest, before, list, "resizePolicy");
    }
    if (const std::string changed = differences(rest, stored); !changed.empty())
        check.errors.forbidden(kSpec, fmt::format("only cpu and memory resources are mutable\nchanged: {}", changed));
}

void validateEphemeralContainersUpdate(Checker &check, const JsonObject &pod, const JsonObject &old) {
    if (hasAt(old, "metadata", "annotations", kMirror)) {
        check.errors.forbidden(FieldPath(), "static pods do not support ephemeral containers");
        return;
    }
    const JsonArray &now = arrayAt(pod, "spec", "ephemeralContainers");
    for (const JsonValue &before : arrayAt(old, "spec", "ephemeralContainers")) {
        const std::string_view name = textAt(asObject(before), "name");
        const auto same =
            std::ranges::find_if(now, [&](const JsonValue &one) { return textAt(asObject(one), "name") == name; });
        if (same == now.end())
            check.errors.forbidden(kSpec / "ephemeralContainers",
                                   fmt::format("existing ephemeral containers \"{}\" may not be removed\n", name));
        else if (*same != before)
            check.errors.forbidden(kSpec / "ephemeralContainers",
                                   fmt::format("existing ephemeral containers \"{}\" may not be changed\n", name));
    }
}

/// What the scheduler tells about extended resources that are devices: which container gets which request of the claim.
static void checkExtendedClaim(Checker &check, const FieldPath &path, const JsonObject &status,
                               const JsonObject &spec) {
    const FieldPath list = path / "requestMappings";
    if (arrayAt(status, "requestMappings").empty())
        check.errors.required(list, "at least one request mapping is required");
    std::set<std::string> seen;
    check.each(path, status, "requestMappings", [&](const FieldPath &own, const JsonObject &mapping) {
        const std::string_view container = textAt(mapping, "containerName"), resource = textAt(mapping, "resourceName"),
                               request = textAt(mapping, "requestName");
        const JsonObject *found = nullptr;
        for (const std::string_view containers : {"initContainers", "containers"})
            for (const JsonValue &one : arrayAt(spec, containers))
                if (textAt(asObject(one), "name") == container)
                    found = &asObject(one);
        if (!found)
            check.errors.invalid(own / "containerName", container,
                                 "must match the name of an entry in spec.initContainers.name or spec.containers.name");
        else if (!hasAt(*found, "resources", "requests", resource))
            check.errors.invalid(own / "resourceName", resource,
                                 "must match the extended resource name of an entry in "
                                 "spec.initContainers.resources.requests or spec.containers.resources.requests");
        check.errors.invalidEach(path / "requestName", request, dns1123LabelErrors(request));
        if (!seen.insert(fmt::format("{} {} {}", container, resource, request)).second)
            for (const std::string_view name : {"containerName", "resourceName", "requestName"})
                check.errors.duplicate(own / name, textAt(mapping, name));
    });
    check.requiredText(path, status, "resourceClaimName", dns1123SubdomainErrors);
}

void validatePodStatus(Checker &check, const JsonObject &pod, const JsonObject &old) {
    const JsonObject &status = objectAt(pod, "status"), &before = objectAt(old, "status");
    const std::string_view policy = textAt(pod, "spec", "restartPolicy");
    const FieldPath path("status");
    check.optionalText(path, status, "nominatedNodeName", dns1123SubdomainErrors);
    check.notNegative(path, status, "observedGeneration");
    checkStates(check, path / "containerStatuses", arrayAt(status, "containerStatuses"),
                arrayAt(before, "containerStatuses"), policy);
    if (hasAt(status, "extendedResourceClaimStatus"))
        checkExtendedClaim(check, path / "extendedResourceClaimStatus", objectAt(status, "extendedResourceClaimStatus"),
                           objectAt(pod, "spec"));
    if (!sameMember(status, before, "podIPs"))
        checkAddresses(check, status, "podIPs");
    if (!sameMember(status, before, "hostIPs"))
        checkAddresses(check, status, "hostIPs");
}

} // namespace coracle::apiserver
