#include "clusterd/apiserver/strategy/device_validation.h"
#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <fmt/format.h>
#include <map>
#include <set>

/// resource.k8s.io: claims, their templates and device classes.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr size_t kListMax = 32, kFirstAvailableMax = 8, kTolerationsMax = 16, kReservedMax = 256;
constexpr std::string_view kEffects[] = {"NoExecute", "NoSchedule", "None"};

/// The names of requests and of their alternatives.
using RequestNames = std::map<std::string_view, std::set<std::string_view>>;

RequestNames requestNames(const JsonObject &devices) {
    RequestNames names;
    for (const JsonValue &value : arrayAt(devices, "requests")) {
        const JsonObject &request = asObject(value);
        std::set<std::string_view> &alternatives = names[textAt(request, "name")];
        for (const JsonValue &one : arrayAt(request, "firstAvailable"))
            alternatives.insert(textAt(asObject(one), "name"));
    }
    return names;
}

bool isRequest(const RequestNames &names, std::string_view text) {
    const size_t slash = text.find('/');
    const auto request = names.find(text.substr(0, slash));
    return request != names.end() && (slash == text.npos || request->second.contains(text.substr(slash + 1)));
}

void checkRequestRefs(Checker &check, const FieldPath &path, const JsonObject &owner, const RequestNames &names) {
    check.maxItems(path, owner, "requests", kListMax);
    std::set<std::string_view> seen;
    check.eachText(path, owner, "requests", [&](const FieldPath &own, std::string_view name) {
        if (!isRequest(names, name))
            check.errors.invalid(own, name,
                                 "must be the name of a request in the claim or the name of a request and a "
                                 "subrequest separated by '/'");
        if (!seen.insert(name).second)
            check.errors.duplicate(own, name);
    });
}

void checkToleration(Checker &check, const FieldPath &path, const JsonObject &toleration) {
    static constexpr std::string_view kOperators[] = {"Equal", "Exists"};
    const std::string_view word = textAt(toleration, "operator");
    check.optionalText(path, toleration, "key", qualifiedNameErrors);
    check.requiredWord(path, toleration, "operator", kOperators);
    if (word == "Exists" && !textAt(toleration, "value").empty())
        check.errors.invalid(path / "value", textAt(toleration, "value"), "must be empty for operator `Exists`");
    else
        check.optionalText(path, toleration, "value", labelValueErrors);
    if (word == "Equal" && textAt(toleration, "key").empty())
        check.errors.required(path / "key");
    check.optionalWord(path, toleration, "effect", kEffects);
}

/// What an exact request and each alternative of a prioritized one have.
void checkDevices(Checker &check, const FieldPath &path, const JsonObject &request) {
    static constexpr std::string_view kModes[] = {"All", "ExactCount"};
    check.requiredText(path, request, "deviceClassName", dns1123SubdomainErrors);
    validateDeviceSelectors(check, path, request);
    const std::string_view mode = textAt(request, "allocationMode");
    const int64_t count = intAt(request, "count");
    if (mode == "All" && count != 0)
        check.errors.invalid(path / "count", count, "must not be specified when allocationMode is 'All'");
    else if (mode == "ExactCount" && count <= 0)
        check.errors.invalid(path / "count", count, "must be greater than zero");
    else if (!oneOf(mode, kModes))
        check.errors.notSupported(path / "allocationMode", mode, kModes);
    check.maxItems(path, request, "tolerations", kTolerationsMax);
    check.each(path, request, "tolerations",
               [&](const FieldPath &own, const JsonObject &one) { checkToleration(check, own, one); });
    for (const auto &[name, amount] : objectAt(request, "capacity", "requests"))
        validateDeviceKey(check, (path / "capacity" / "requests").key(name), name, false);
}

void checkRequest(Checker &check, const FieldPath &path, const JsonObject &request) {
    check.requiredText(path, request, "name", dns1123LabelErrors);
    const bool exactly = hasAt(request, "exactly"), first = !arrayAt(request, "firstAvailable").empty();
    if (exactly && first) {
        check.errors.invalid(path, JsonValue(),
                             "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set");
    } else if (exactly) {
        checkDevices(check, path / "exactly", objectAt(request, "exactly"));
    } else if (first) {
        check.maxItems(path, request, "firstAvailable", kFirstAvailableMax);
        std::set<std::string_view> names;
        check.each(path, request, "firstAvailable", [&](const FieldPath &own, const JsonObject &one) {
            const std::string_view name = textAt(one, "name");
            if (check.requiredText(own, one, "name", dns1123LabelErrors) && !names.insert(name).second)
                check.errors.duplicate(own, name);
            checkDevices(check, own, one);
        });
    } else {
        check.errors.required(path, "exactly one of `exactly` or `firstAvailable` is required");
    }
}

void checkConstraint(Checker &check, const FieldPath &path, const JsonObject &constraint, const RequestNames &names) {
    checkRequestRefs(check, path, constraint, names);
    const bool match = hasAt(constraint, "matchAttribute"), distinct = hasAt(constraint, "distinctAttribute");
    if (match && distinct)
        check.errors.invalid(path, constraint, "only one of `matchAttribute` and `distinctAttribute` may be set");
    else if (match)
        validateDeviceKey(check, path / "matchAttribute", textAt(constraint, "matchAttribute"), true);
    else if (distinct)
        validateDeviceKey(check, path / "distinctAttribute", textAt(constraint, "distinctAttribute"), true);
    else
        check.errors.required(path, "exactly one of `matchAttribute` or `distinctAttribute` is required");
}

void checkClaimSpec(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const JsonObject &devices = objectAt(spec, "devices");
    const FieldPath own = path / "devices";
    const RequestNames names = requestNames(devices);
    std::set<std::string_view> seen;
    for (const std::string_view list : {"requests", "constraints", "config"})
        check.maxItems(own, devices, list, kListMax);
    check.each(own, devices, "requests", [&](const FieldPath &at, const JsonObject &request) {
        checkRequest(check, at, request);
        const std::string_view name = textAt(request, "name");
        if (!name.empty() && !seen.insert(name).second)
            check.errors.duplicate(at, name);
    });
    check.each(own, devices, "constraints", [&](const FieldPath &at, const JsonObject &constraint) {
        checkConstraint(check, at, constraint, names);
    });
    check.each(own, devices, "config", [&](const FieldPath &at, const JsonObject &config) {
        checkRequestRefs(check, at, config, names);
        validateDeviceConfiguration(check, at, config);
    });
}

void validateClaim(Checker &check, const JsonObject &object) {
    checkClaimSpec(check, kSpec, objectAt(object, "spec"));
}

void validateSpecUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    if (!sameMember(object, old, "spec"))
        check.errors.immutable(kSpec, Shown::member(object, "spec"));
}

void validateClaimStatus(Checker &check, const JsonObject &object, const JsonObject &old) {
    const FieldPath path("status");
    const JsonObject &status = objectAt(object, "status"), &before = objectAt(old, "status");
    const RequestNames names = requestNames(objectAt(object, "spec", "devices"));
    std::set<std::string_view> owners;
    check.maxItems(path, status, "reservedFor", kReservedMax);
    check.each(path, status, "reservedFor", [&](const FieldPath &own, const JsonObject &consumer) {
        for (const std::string_view name : {"resource", "name", "uid"})
            check.requiredText(own, consumer, name);
        if (!owners.insert(textAt(consumer, "uid")).second)
            check.errors.duplicate(own, consumer);
    });
    if (!arrayAt(status, "reservedFor").empty() && !hasAt(status, "allocation"))
        check.errors.forbidden(path / "reservedFor", "may not be specified when `allocated` is not set");
    if (hasAt(before, "allocation") && hasAt(status, "allocation"))
        check.immutable(path, status, before, "allocation");
    const FieldPath results = path / "allocation" / "devices";
    check.maxItems(results, objectAt(status, "allocation", "devices"), "results", kListMax);
    check.each(results, objectAt(status, "allocation", "devices"), "results",
               [&](const FieldPath &own, const JsonObject &result) {
                   if (!isRequest(names, textAt(result, "request")))
                       check.errors.invalid(own / "request", textAt(result, "request"),
                                            "must be the name of a request in the claim or the name of a request and "
                                            "a subrequest separated by '/'");
                   validateDriverName(check, own, result, "driver");
                   validatePoolName(check, own / "pool", textAt(result, "pool"));
                   check.requiredText(own, result, "device", dns1123LabelErrors);
               });
}

void validateTemplate(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    check.labels(kSpec / "metadata" / "labels", objectAt(spec, "metadata", "labels"));
    check.annotations(kSpec / "metadata" / "annotations", objectAt(spec, "metadata", "annotations"));
    checkClaimSpec(check, kSpec / "spec", objectAt(spec, "spec"));
}

void validateDeviceClass(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    validateDeviceSelectors(check, kSpec, spec);
    check.maxItems(kSpec, spec, "config", kListMax);
    check.each(kSpec, spec, "config", [&](const FieldPath &own, const JsonObject &config) {
        validateDeviceConfiguration(check, own, config);
    });
    if (const std::string_view name = textAt(spec, "extendedResourceName");
        hasAt(spec, "extendedResourceName") &&
        (!isExtendedResource(name) || !qualifiedNameErrors(fmt::format("requests.{}", name)).empty()))
        check.errors.invalid(kSpec / "extendedResourceName", name, "must be a valid extended resource name");
}

} // namespace

void addResourceClaimStrategies(StrategyMap &map) {
    const std::string group = "resource.k8s.io";
    map.make<RuleStrategy>(group, "resourceclaims", validateClaim, validateSpecUpdate,
                           RuleStrategy::Options{.status = validateClaimStatus});
    map.make<RuleStrategy>(group, "resourceclaimtemplates", validateTemplate, validateSpecUpdate);
    map.make<RuleStrategy>(group, "deviceclasses", validateDeviceClass);
}

} // namespace coracle::apiserver
