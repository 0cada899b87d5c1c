#include "clusterd/apiserver/strategy/device_validation.h"
#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <algorithm>
#include <fmt/format.h>

/// resource.k8s.io: the devices that drivers publish.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr size_t kDevicesMax = 128, kPropertiesMax = 32, kTaintsMax = 16, kTextMax = 64, kCounterSetsMax = 8;

/// MAJOR.MINOR.PATCH with optional pre-release and build parts.
bool isVersion(std::string_view text) {
    text = text.substr(0, text.find_first_of("-+"));
    int parts = 0;
    for (;; ++parts) {
        const size_t dot = text.find('.');
        const std::string_view part = text.substr(0, dot);
        if (part.empty() || (part.size() > 1 && part.front() == '0') ||
            !std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; }))
            return false;
        if (dot == text.npos)
            return parts == 2;
        text.remove_prefix(dot + 1);
    }
}

void checkAttribute(Checker &check, const FieldPath &path, const JsonObject &attribute) {
    int values = 0;
    for (const auto &[name, value] : attribute)
        values += !value.is_null();
    if (values == 0)
        check.errors.required(path, "exactly one value must be specified");
    else if (values > 1)
        check.errors.invalid(path, attribute, "exactly one value must be specified");
    for (const std::string_view name : {"string", "version"})
        check.maxBytes(path, attribute, name, kTextMax);
    if (const std::string_view version = textAt(attribute, "version");
        hasAt(attribute, "version") && !isVersion(version))
        check.errors.invalid(path / "version", version, "must be a string compatible with semver.org spec 2.0.0");
}

void checkDeviceNode(Checker &check, const FieldPath &path, const JsonObject &device, bool perDevice) {
    const bool name = hasAt(device, "nodeName"), selector = hasAt(device, "nodeSelector"),
               all = hasAt(device, "allNodes");
    if (!perDevice) {
        for (const std::string_view member : {"nodeName", "nodeSelector", "allNodes"})
            if (hasAt(device, member))
                check.errors.invalid(path / member, *memberAt(device, member),
                                     "must not be specified when `spec.perDeviceNodeSelection` is not true");
        return;
    }
    if (name + selector + all == 0)
        check.errors.required(path, "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when "
                                    "`perDeviceNodeSelection` is set to true in the slice spec");
    else if (name + selector + all > 1)
        check.errors.invalid(path, JsonValue(),
                             "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when "
                             "`perDeviceNodeSelection` is set to true in the slice spec");
    else if (name)
        check.requiredText(path, device, "nodeName", dns1123SubdomainErrors);
    else if (selector)
        validateNodeSelector(check, path / "nodeSelector", objectAt(device, "nodeSelector"));
}

void checkDevice(Checker &check, const FieldPath &path, const JsonObject &device, bool perDevice) {
    check.requiredText(path, device, "name", dns1123LabelErrors);
    const JsonObject &attributes = objectAt(device, "attributes"), &capacity = objectAt(device, "capacity");
    if (const size_t count = attributes.size() + capacity.size(); count > kPropertiesMax)
        check.errors.invalid(path, static_cast<int64_t>(count),
                             "the total number of attributes and capacities must not exceed 32");
    for (const auto &[key, value] : attributes) {
        validateDeviceKey(check, (path / "attributes").key(key), key, false);
        checkAttribute(check, (path / "attributes").key(key), asObject(value));
    }
    for (const auto &[key, value] : capacity)
        validateDeviceKey(check, (path / "capacity").key(key), key, false);
    check.maxItems(path, device, "taints", kTaintsMax);
    check.each(path, device, "taints",
               [&](const FieldPath &own, const JsonObject &taint) { validateDeviceTaint(check, own, taint); });
    check.each(path, device, "consumesCounters", [&](const FieldPath &own, const JsonObject &consumption) {
        check.requiredText(own, consumption, "counterSet", dns1123LabelErrors);
        check.required(own, consumption, {"counters"});
    });
    checkDeviceNode(check, path, device, perDevice);
}

void checkPlace(Checker &check, const JsonObject &spec) {
    constexpr std::string_view kWords =
        "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
    int places = 0;
    for (const std::string_view name : {"nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"})
        places += hasAt(spec, name);
    if (places == 0)
        check.errors.required(kSpec, kWords);
    else if (places > 1)
        check.errors.invalid(kSpec, JsonValue(), fmt::format("{}, but multiple fields are set", kWords));
    if (hasAt(spec, "nodeName"))
        check.requiredText(kSpec, spec, "nodeName", dns1123SubdomainErrors);
    if (hasAt(spec, "nodeSelector")) {
        const FieldPath terms = kSpec / "nodeSelector" / "nodeSelectorTerms";
        validateNodeSelector(check, kSpec / "nodeSelector", objectAt(spec, "nodeSelector"));
        if (const JsonArray &list = arrayAt(spec, "nodeSelector", "nodeSelectorTerms"); list.size() != 1)
            check.errors.invalid(terms, list, "must have exactly one node selector term");
    }
    for (const std::string_view name : {"allNodes", "perDeviceNodeSelection"})
        if (hasAt(spec, name) && !flagAt(spec, name))
            check.errors.invalid(kSpec / name, JsonValue(false), "must be either unset or set to true");
}

void validateSlice(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec"), &pool = objectAt(spec, "pool");
    validateDriverName(check, kSpec, spec, "driver");
    validatePoolName(check, kSpec / "pool" / "name", textAt(pool, "name"));
    if (intAt(pool, "resourceSliceCount") <= 0)
        check.errors.invalid(kSpec / "pool" / "resourceSliceCount", intAt(pool, "resourceSliceCount"),
                             "must be greater than zero");
    check.notNegative(kSpec / "pool", pool, "generation");
    checkPlace(check, spec);
    check.maxItems(kSpec, spec, "devices", kDevicesMax);
    std::set<std::string_view> names, counters;
    const bool perDevice = flagAt(spec, "perDeviceNodeSelection");
    check.each(kSpec, spec, "devices", [&](const FieldPath &own, const JsonObject &device) {
        checkDevice(check, own, device, perDevice);
        if (const std::string_view name = textAt(device, "name"); !name.empty() && !names.insert(name).second)
            check.errors.duplicate(own / "name", name);
    });
    check.maxItems(kSpec, spec, "sharedCounters", kCounterSetsMax);
    check.each(kSpec, spec, "sharedCounters", [&](const FieldPath &own, const JsonObject &set) {
        const std::string_view name = textAt(set, "name");
        if (check.requiredText(own, set, "name", dns1123LabelErrors) && !counters.insert(name).second)
            check.errors.duplicate(own / "name", name);
        check.required(own, set, {"counters"});
    });
    if (!arrayAt(spec, "sharedCounters").empty() && !arrayAt(spec, "devices").empty())
        check.errors.invalid(kSpec, JsonValue(),
                             "only one of `sharedCounters` and `devices` can be set in a ResourceSlice");
}

void validateSliceUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
    check.immutable(kSpec / "pool", objectAt(spec, "pool"), objectAt(before, "pool"), "name");
    for (const std::string_view name : {"driver", "nodeName"})
        check.immutable(kSpec, spec, before, name);
}

} // namespace

void addResourceSliceStrategies(StrategyMap &map) {
    map.make<RuleStrategy>("resource.k8s.io", "resourceslices", validateSlice, validateSliceUpdate);
}

} // namespace coracle::apiserver
