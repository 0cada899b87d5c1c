#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/volume_sources.h"
#include "clusterd/apiserver/strategy/warnings.h"
#include "core/api/time.h"

#include <fmt/format.h>

/// PersistentVolume and PersistentVolumeClaim.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr std::string_view kVolumeModes[] = {"Block", "Filesystem"};
constexpr std::string_view kReclaimPolicies[] = {"Delete", "Recycle", "Retain"};
/// The members of a volume's spec that are not its source.
constexpr std::string_view kVolumeMembers[] = {
    "capacity",     "accessModes", "claimRef",     "persistentVolumeReclaimPolicy", "storageClassName",
    "mountOptions", "volumeMode",  "nodeAffinity", "volumeAttributesClassName"};

JsonObject volumeSource(const JsonObject &spec) {
    JsonObject source;
    for (const auto &[name, value] : spec)
        if (!oneOf(name, kVolumeMembers) && !value.is_null())
            source[name] = value;
    return source;
}

void checkVolumeSource(Checker &check, const JsonObject &spec) {
    int count = 0;
    for (const auto &[name, value] : volumeSource(spec)) {
        if (++count > 1) {
            check.errors.forbidden(kSpec / name, "may not specify more than 1 volume type");
            continue;
        }
        validateVolumeSource(check, kSpec / name, name, asObject(value), VolumeUse::Persistent);
        if (name == "local" && !hasAt(spec, "nodeAffinity", "required"))
            check.errors.required(FieldPath("metadata.annotations"), "Local volume requires node affinity");
    }
    if (count == 0)
        check.errors.required(kSpec, "must specify a volume type");
    if (textAt(spec, "hostPath", "path") == "/" && textAt(spec, "persistentVolumeReclaimPolicy") == "Recycle")
        check.errors.forbidden(kSpec / "persistentVolumeReclaimPolicy",
                               "may not be 'recycle' for a hostPath mount of '/'");
}

void checkNodeAffinity(Checker &check, const JsonObject &spec) {
    const FieldPath path = kSpec / "nodeAffinity" / "required";
    if (!hasAt(spec, "nodeAffinity"))
        return;
    if (hasAt(spec, "nodeAffinity", "required"))
        validateNodeSelector(check, path, objectAt(spec, "nodeAffinity", "required"));
    else
        check.errors.required(path, "must specify required node constraints");
}

void validateVolume(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec"), &capacity = objectAt(spec, "capacity");
    validateAccessModes(check, kSpec / "accessModes", arrayAt(spec, "accessModes"), "");
    static constexpr std::string_view kStorage[] = {"storage"};
    if (capacity.empty())
        check.errors.required(kSpec / "capacity");
    if (!hasAt(capacity, "storage") || capacity.size() > 1)
        check.errors.notSupported(kSpec / "capacity", capacity, kStorage);
    for (const auto &[name, value] : capacity)
        check.positiveQuantity((kSpec / "capacity").key(name), value);
    check.optionalWord(kSpec, spec, "persistentVolumeReclaimPolicy", kReclaimPolicies);
    checkNodeAffinity(check, spec);
    checkVolumeSource(check, spec);
    check.optionalText(kSpec, spec, "storageClassName", dns1123SubdomainErrors);
    check.optionalWord(kSpec, spec, "volumeMode", kVolumeModes);
    if (!hasAt(spec, "volumeAttributesClassName"))
        return;
    if (check.requiredText(kSpec, spec, "volumeAttributesClassName", dns1123SubdomainErrors) && !hasAt(spec, "csi"))
        check.errors.required(kSpec / "csi", "has to be specified when using volumeAttributesClassName");
}

void validateVolumeUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
    if (volumeSource(spec) != volumeSource(before))
        check.errors.forbidden(kSpec / "persistentvolumesource",
                               "spec.persistentvolumesource is immutable after creation");
    check.immutable(kSpec, spec, before, "volumeMode");
    if (hasAt(before, "nodeAffinity") && !sameMember(spec, before, "nodeAffinity"))
        check.errors.invalid(kSpec / "nodeAffinity", Shown::member(spec, "nodeAffinity"),
                             "field is immutable, except for updating from beta label to GA");
}

void warnVolume(WarningList &warnings, const JsonObject &object, const JsonObject *) {
    static constexpr std::pair<std::string_view, std::string_view> kAnnotations[] = {
        {"volume.beta.kubernetes.io/storage-class",
         "deprecated since v1.8; use \"storageClassName\" attribute instead"},
        {"volume.beta.kubernetes.io/mount-options", "deprecated since v1.31; use \"mountOptions\" attribute instead"},
    };
    const JsonObject &spec = objectAt(object, "spec");
    for (const auto &[key, words] : kAnnotations)
        if (hasAt(object, "metadata", "annotations", key))
            warnings.push_back(fmt::format("metadata.annotations[{}]: {}", key, words));
    if (textAt(spec, "persistentVolumeReclaimPolicy") == "Recycle")
        warnings.emplace_back("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, "
                              "the recommended approach is to use dynamic provisioning.");
    const JsonArray &terms = arrayAt(spec, "nodeAffinity", "required", "nodeSelectorTerms");
    for (size_t i = 0; i < terms.size(); ++i)
        warnNodeTerm(warnings, (kSpec / "nodeAffinity" / "required" / "nodeSelectorTerms")[i], asObject(terms[i]));
    warnVolumeSource(warnings, kSpec, spec);
}

class VolumeStrategy final : public RuleStrategy {
public:
    explicit VolumeStrategy(Clock &clock)
        : RuleStrategy(validateVolume, validateVolumeUpdate, {.warn = warnVolume}), m_clock(clock) {}

    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        object["status"] = JsonObject{{"phase", "Pending"}, {"lastPhaseTransitionTime", now()}};
    }
    void prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const override {
        Strategy::prepareForUpdate(context, object, old);
        if (textAt(object, "status", "phase") != textAt(old, "status", "phase"))
            ensureObject(object, "status")["lastPhaseTransitionTime"] = now();
    }

private:
    std::string now() const { return api::Time(m_clock.now()).text(); }
    Clock &m_clock;
};

void validateClaim(Checker &check, const JsonObject &object) {
    validateClaimSpec(check, kSpec, objectAt(object, "spec"));
}

/// The amount that a claim of this name asks for may grow, and shrink only back to more than what it has.
void checkClaimSize(Checker &check, const JsonObject &object, const JsonObject &old) {
    const FieldPath path = kSpec / "resources" / "requests" / "storage";
    const auto now = api::Quantity::parse(textAt(object, "spec", "resources", "requests", "storage"));
    const auto earlier = api::Quantity::parse(textAt(old, "spec", "resources", "requests", "storage"));
    const auto capacity = api::Quantity::parse(textAt(old, "status", "capacity", "storage"));
    if (!now || !earlier || *now >= *earlier)
        return;
    if (!capacity)
        check.errors.forbidden(path, "field can not be less than previous value");
    else if (*now <= *capacity)
        check.errors.forbidden(path, "field can not be less than status.capacity");
}

void validateClaimUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
    JsonObject rest = spec;
    copyMember(rest, before, "volumeAttributesClassName");
    if (textAt(before, "volumeName").empty())
        copyMember(rest, before, "volumeName"); // the binder sets it once
    if (!hasAt(before, "storageClassName"))
        copyMember(rest, before, "storageClassName"); // a default class that came later
    const bool bound = textAt(old, "status", "phase") == "Bound";
    if (bound && hasAt(rest, "resources"))
        copyMember(ensureObject(rest, "resources"), objectAt(before, "resources"), "requests");
    if (rest != before)
        check.errors.forbidden(kSpec, "spec is immutable after creation except resources.requests and "
                                      "volumeAttributesClassName for bound claims");
    else
        checkClaimSize(check, object, old);
    const std::string_view name = textAt(spec, "volumeAttributesClassName"),
                           earlier = textAt(before, "volumeAttributesClassName");
    if (!earlier.empty() && name.empty())
        check.errors.forbidden(kSpec / "volumeAttributesClassName", "update from non-nil value to nil is forbidden");
}

void validateClaimStatus(Checker &check, const JsonObject &object, const JsonObject &) {
    const JsonObject &status = objectAt(object, "status");
    const FieldPath path("status");
    for (const auto &[name, value] : objectAt(status, "capacity"))
        check.quantity((path / "capacity").key(name), value);
    for (const auto &[name, value] : objectAt(status, "allocatedResources"))
        check.quantity((path / "allocatedResources").key(name), value);
}

void warnClaim(WarningList &warnings, const JsonObject &object, const JsonObject *) {
    if (hasAt(object, "metadata", "annotations", "volume.beta.kubernetes.io/storage-class"))
        warnings.emplace_back("metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; "
                              "use \"storageClassName\" attribute instead");
    warnClaimSpec(warnings, kSpec, objectAt(object, "spec"));
}

class ClaimStrategy final : public RuleStrategy {
public:
    ClaimStrategy()
        : RuleStrategy(validateClaim, validateClaimUpdate, {.status = validateClaimStatus, .warn = warnClaim}) {}

    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        object["status"] = JsonObject{{"phase", "Pending"}};
        JsonObject &spec = ensureObject(object, "spec");
        // The two say the same where both can.
        if (hasAt(spec, "dataSource") && !hasAt(spec, "dataSourceRef"))
            copyMember(spec, JsonObject{{"dataSourceRef", objectAt(spec, "dataSource")}}, "dataSourceRef");
        else if (hasAt(spec, "dataSourceRef") && !hasAt(spec, "dataSource") &&
                 textAt(spec, "dataSourceRef", "namespace").empty())
            copyMember(spec, JsonObject{{"dataSource", objectAt(spec, "dataSourceRef")}}, "dataSource");
    }
};

} // namespace

void addStorageStrategies(StrategyMap &map, Clock &clock) {
    map.make<VolumeStrategy>("", "persistentvolumes", clock);
    map.make<ClaimStrategy>("", "persistentvolumeclaims");
}

} // namespace coracle::apiserver
