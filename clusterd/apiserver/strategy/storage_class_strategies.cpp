#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <fmt/format.h>
#include <set>

/// storage.k8s.io.
namespace coracle::apiserver {

namespace {

const FieldPath kRoot, kSpec("spec");
constexpr size_t kParametersMax = 512, kParametersBytesMax = 256 * 1024, kDriverNameMax = 63, kNodeIdMax = 256;

Problems provisionerErrors(std::string_view text) {
    std::string lower(text);
    for (char &letter : lower)
        if (letter >= 'A' && letter <= 'Z')
            letter |= 0x20;
    return qualifiedNameErrors(lower);
}

void checkParameters(Checker &check, const JsonObject &parameters, bool required) {
    const FieldPath path("parameters");
    if (parameters.empty() && required)
        check.errors.required(path, "must contain at least one key/value pair");
    size_t bytes = 0;
    if (parameters.size() > kParametersMax)
        check.errors.tooLong(path, kParametersMax);
    for (const auto &[key, value] : parameters) {
        bytes += key.size() + asText(value).size();
        if (key.empty())
            check.errors.invalid(path, "", "field can not be empty.");
    }
    if (bytes > kParametersBytesMax)
        check.errors.tooLong(path, kParametersBytesMax);
}

/// Places where volumes may be made: each term once, each key once in a term.
void checkTopologies(Checker &check, const JsonObject &object) {
    std::set<std::string> terms;
    check.each(kRoot, object, "allowedTopologies", [&](const FieldPath &path, const JsonObject &term) {
        std::set<std::string_view> keys;
        check.each(path, term, "matchLabelExpressions", [&](const FieldPath &own, const JsonObject &requirement) {
            const std::string_view key = textAt(requirement, "key");
            check.errors.invalidEach(own / "key", key, qualifiedNameErrors(key));
            if (!keys.insert(key).second)
                check.errors.duplicate(own / "key", key);
            const JsonArray &values = arrayAt(requirement, "values");
            if (values.empty())
                check.errors.required(own / "values");
            std::set<std::string_view> seen;
            for (size_t i = 0; i < values.size(); ++i)
                if (!seen.insert(asText(values[i])).second)
                    check.errors.duplicate((own / "values")[i], asText(values[i]));
        });
        if (!terms.insert(Shown(term).text).second)
            check.errors.duplicate(path / "matchLabelExpressions", "");
    });
}

void validateStorageClass(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kReclaim[] = {"Delete", "Retain"};
    static constexpr std::string_view kBinding[] = {"Immediate", "WaitForFirstConsumer"};
    check.requiredText(kRoot, object, "provisioner", provisionerErrors);
    checkParameters(check, objectAt(object, "parameters"), false);
    check.optionalWord(kRoot, object, "reclaimPolicy", kReclaim);
    check.requiredWord(kRoot, object, "volumeBindingMode", kBinding);
    checkTopologies(check, object);
}

void validateStorageClassUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    static constexpr std::string_view kWords = "updates to this field are forbidden.";
    for (const std::string_view name : {"parameters", "provisioner", "reclaimPolicy"})
        if (!sameMember(object, old, name))
            check.errors.forbidden(FieldPath(std::string(name)), kWords);
    check.immutable(kRoot, object, old, "volumeBindingMode");
}

void warnStorageClass(WarningList &warnings, const JsonObject &object, const JsonObject *) {
    const JsonArray &terms = arrayAt(object, "allowedTopologies");
    for (size_t i = 0; i < terms.size(); ++i) {
        const JsonArray &requirements = arrayAt(asObject(terms[i]), "matchLabelExpressions");
        for (size_t j = 0; j < requirements.size(); ++j)
            if (const auto words = deprecatedNodeLabel(textAt(asObject(requirements[j]), "key")))
                warnings.push_back(
                    fmt::format("allowedTopologies[{}].matchLabelExpressions[{}].key: {}", i, j, *words));
    }
}

void validateAttributesClass(Checker &check, const JsonObject &object) {
    if (check.requiredText(kRoot, object, "driverName", csiDriverNameErrors) &&
        textAt(object, "driverName").size() > kDriverNameMax)
        check.errors.tooLong(FieldPath("driverName"), kDriverNameMax);
    checkParameters(check, objectAt(object, "parameters"), true);
}

void validateAttributesClassUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    for (const std::string_view name : {"driverName", "parameters"})
        if (!sameMember(object, old, name))
            check.errors.forbidden(FieldPath(std::string(name)), "updates to this field are forbidden.");
}

void validateCsiDriver(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kModes[] = {"Ephemeral", "Persistent"};
    static constexpr std::string_view kGroupPolicies[] = {"File", "None", "ReadWriteOnceWithFSType"};
    const JsonObject &spec = objectAt(object, "spec");
    if (const std::string_view name = textAt(object, "metadata", "name"); name.size() > kDriverNameMax)
        check.errors.tooLong(FieldPath("metadata.name"), kDriverNameMax);
    for (const std::string_view flag : {"attachRequired", "podInfoOnMount", "storageCapacity", "requiresRepublish"})
        if (!hasAt(spec, flag))
            check.errors.required(kSpec / flag);
    check.optionalWord(kSpec, spec, "fsGroupPolicy", kGroupPolicies);
    std::set<std::string_view> audiences;
    check.each(kSpec, spec, "tokenRequests", [&](const FieldPath &own, const JsonObject &request) {
        const std::string_view audience = textAt(request, "audience");
        if (!audiences.insert(audience).second)
            check.errors.duplicate(own / "audience", audience);
        const int64_t seconds = intAt(request, "expirationSeconds");
        if (hasAt(request, "expirationSeconds") && seconds < 600)
            check.errors.invalid(own / "expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
        else if (seconds > int64_t(1) << 32)
            check.errors.invalid(own / "expirationSeconds", seconds,
                                 "may not specify a duration larger than 2^32 seconds");
    });
    for (const JsonValue &mode : arrayAt(spec, "volumeLifecycleModes"))
        if (!oneOf(asText(mode), kModes))
            check.errors.notSupported(kSpec / "volumeLifecycleModes", asText(mode), kModes);
    check.intRange(kSpec, spec, "nodeAllocatableUpdatePeriodSeconds", 10, INT64_MAX,
                   "must be greater than or equal to 10");
}

void validateCsiDriverUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
    if (!sameMember(spec, before, "attachRequired"))
        check.errors.immutable(kSpec / "attachedRequired", Shown::member(spec, "attachRequired"));
    check.immutable(kSpec, spec, before, "volumeLifecycleModes");
}

void checkNodeDriver(Checker &check, const FieldPath &path, const JsonObject &driver) {
    check.requiredText(path, driver, "name", csiDriverNameErrors);
    if (textAt(driver, "name").size() > kDriverNameMax)
        check.errors.tooLong(path / "name", kDriverNameMax);
    const std::string_view id = textAt(driver, "nodeID");
    if (check.requiredText(path, driver, "nodeID") && id.size() > kNodeIdMax)
        check.errors.invalid(path / "nodeID", id, "must be 256 characters or less");
    check.notNegative(path / "allocatable", objectAt(driver, "allocatable"), "count");
    std::set<std::string_view> keys;
    check.eachText(path, driver, "topologyKeys", [&](const FieldPath &, std::string_view key) {
        const FieldPath own = path / "topologyKeys";
        if (key.empty())
            check.errors.required(own);
        else
            check.errors.invalidEach(own, key, qualifiedNameErrors(key));
        if (!keys.insert(key).second)
            check.errors.duplicate(own, key);
    });
}

void validateCsiNode(Checker &check, const JsonObject &object) {
    std::set<std::string_view> names;
    check.each(kSpec, objectAt(object, "spec"), "drivers", [&](const FieldPath &own, const JsonObject &driver) {
        checkNodeDriver(check, own, driver);
        const std::string_view name = textAt(driver, "name");
        if (!name.empty() && !names.insert(name).second)
            check.errors.duplicate(own / "name", name);
    });
}

void validateCsiNodeUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    for (const JsonValue &value : arrayAt(old, "spec", "drivers"))
        check.each(kSpec, objectAt(object, "spec"), "drivers", [&](const FieldPath &own, const JsonObject &driver) {
            const JsonObject &before = asObject(value);
            JsonObject rest = driver;
            copyMember(rest, before, "allocatable");
            if (textAt(driver, "name") == textAt(before, "name") && rest != before)
                check.errors.immutable(own, driver);
        });
}

void validateCapacity(Checker &check, const JsonObject &object) {
    check.labelSelector(FieldPath("nodeTopology"), objectAt(object, "nodeTopology"));
    check.requiredText(kRoot, object, "storageClassName", dns1123SubdomainErrors);
    for (const std::string_view name : {"capacity", "maximumVolumeSize"})
        if (const JsonValue *amount = memberAt(object, name))
            check.quantity(FieldPath(std::string(name)), *amount);
}

void validateCapacityUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(kRoot, object, old, "nodeTopology");
    check.immutable(kRoot, object, old, "storageClassName");
}

void validateAttachment(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    if (check.requiredText(kSpec, spec, "attacher", csiDriverNameErrors) &&
        textAt(spec, "attacher").size() > kDriverNameMax)
        check.errors.tooLong(kSpec / "attacher", kDriverNameMax);
    const std::string_view name = textAt(spec, "source", "persistentVolumeName");
    const bool inlined = hasAt(spec, "source", "inlineVolumeSpec");
    const FieldPath source = kSpec / "source";
    if (name.empty() && !inlined)
        check.errors.required(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    if (!name.empty() && inlined)
        check.errors.forbidden(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    if (!name.empty())
        check.errors.invalidEach(source / "persistentVolumeName", name, dns1123SubdomainErrors(name));
    check.requiredText(kSpec, spec, "nodeName", dns1123SubdomainErrors);
}

void validateAttachmentUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    if (!sameMember(object, old, "spec"))
        check.errors.immutable(kSpec, Shown::member(object, "spec"));
}

} // namespace

void addStorageClassStrategies(StrategyMap &map) {
    using Options = RuleStrategy::Options;
    const Options versioned{.unconditionalUpdate = false};
    const std::string group = "storage.k8s.io";
    map.make<RuleStrategy>(group, "storageclasses", validateStorageClass, validateStorageClassUpdate,
                           Options{.warn = warnStorageClass});
    map.make<RuleStrategy>(group, "volumeattributesclasses", validateAttributesClass, validateAttributesClassUpdate);
    map.make<RuleStrategy>(group, "csidrivers", validateCsiDriver, validateCsiDriverUpdate, versioned);
    map.make<RuleStrategy>(group, "csinodes", validateCsiNode, validateCsiNodeUpdate, versioned);
    map.make<RuleStrategy>(group, "csistoragecapacities", validateCapacity, validateCapacityUpdate, versioned);
    map.make<RuleStrategy>(group, "volumeattachments", validateAttachment, validateAttachmentUpdate, versioned);
}

} // namespace coracle::apiserver
