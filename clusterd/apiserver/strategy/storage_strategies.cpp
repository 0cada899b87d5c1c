#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include "core/api/time.h"

#include <fmt/format.h>
#include <set>

/// PersistentVolume, PersistentVolumeClaim and storage.k8s.io.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr std::string_view kAccessModes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"};
constexpr std::string_view kVolumeModes[] = {"Block", "Filesystem"};
constexpr std::string_view kReclaimPolicies[] = {"Delete", "Recycle", "Retain"};
/// The members of a volume's spec that are not its source.
constexpr std::string_view kVolumeMembers[] = {
    "capacity",     "accessModes", "claimRef",     "persistentVolumeReclaimPolicy", "storageClassName",
    "mountOptions", "volumeMode",  "nodeAffinity", "volumeAttributesClassName"};

void checkAccessModes(Checker &check, const FieldPath &path, const JsonArray &modes) {
    if (modes.empty())
        check.errors.required(path, "at least 1 access mode is required");
    bool exclusive = false;
    for (const JsonValue &mode : modes) {
        if (!oneOf(asText(mode), kAccessModes))
            check.errors.notSupported(path, asText(mode), kAccessModes);
        exclusive = exclusive || asText(mode) == "ReadWriteOncePod";
    }
    if (exclusive && modes.size() > 1)
        check.errors.forbidden(path, "may not use ReadWriteOncePod with other access modes");
}

void checkStorageAmount(Checker &check, const FieldPath &path, const JsonValue &value) {
    const auto amount = check.quantity(path, value);
    if (amount && amount->isZero())
        check.errors.invalid(path, amount->text(), "must be greater than zero");
}

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
        const FieldPath own = kSpec / name;
        const JsonObject &source = asObject(value);
        if (++count > 1)
            check.errors.forbidden(own, "may not specify more than 1 volume type");
        else if (name == "hostPath") {
            check.requiredText(own, source, "path");
            if (textAt(source, "path") == "/" && textAt(spec, "persistentVolumeReclaimPolicy") == "Recycle")
                check.errors.forbidden(kSpec / "persistentVolumeReclaimPolicy",
                                       "may not be 'recycle' for a hostPath mount of '/'");
        } else if (name == "local") {
            check.requiredText(own, source, "path");
            if (!hasAt(spec, "nodeAffinity"))
                check.errors.required(FieldPath("metadata.annotations"), "Local volume requires node affinity");
        } else if (name == "csi") {
            check.requiredText(own, source, "driver");
            check.requiredText(own, source, "volumeHandle");
        } else if (name == "nfs") {
            check.requiredText(own, source, "server");
            check.requiredText(own, source, "path");
        }
    }
    if (count == 0)
        check.errors.required(kSpec, "must specify a volume type");
}

void validateVolume(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec"), &capacity = objectAt(spec, "capacity");
    checkAccessModes(check, kSpec / "accessModes", arrayAt(spec, "accessModes"));
    static constexpr std::string_view kStorage[] = {"storage"};
    if (capacity.empty())
        check.errors.required(kSpec / "capacity");
    if (!hasAt(capacity, "storage") || capacity.size() > 1)
        check.errors.notSupported(kSpec / "capacity", capacity, kStorage);
    for (const auto &[name, value] : capacity)
        checkStorageAmount(check, (kSpec / "capacity").key(name), value);
    check.optionalWord(kSpec, spec, "persistentVolumeReclaimPolicy", kReclaimPolicies);
    if (hasAt(spec, "nodeAffinity", "required"))
        validateNodeSelector(check, kSpec / "nodeAffinity" / "required", objectAt(spec, "nodeAffinity", "required"));
    checkVolumeSource(check, spec);
    check.optionalText(kSpec, spec, "storageClassName", dns1123SubdomainErrors);
    check.optionalWord(kSpec, spec, "volumeMode", kVolumeModes);
}

void validateVolumeUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
    if (volumeSource(spec) != volumeSource(before))
        check.errors.forbidden(kSpec / "persistentvolumesource",
                               "spec.persistentvolumesource is immutable after creation");
    check.immutable(kSpec, spec, before, "volumeMode");
    if (hasAt(before, "nodeAffinity"))
        check.immutable(kSpec, spec, before, "nodeAffinity");
}

class VolumeStrategy final : public RuleStrategy {
public:
    explicit VolumeStrategy(Clock &clock) : RuleStrategy(validateVolume, validateVolumeUpdate), m_clock(clock) {}

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

void checkDataSource(Checker &check, const FieldPath &path, const JsonObject &source) {
    if (source.empty())
        return;
    check.requiredText(path, source, "name");
    check.requiredText(path, source, "kind");
    if (textAt(source, "apiGroup").empty() && textAt(source, "kind") != "PersistentVolumeClaim")
        check.errors.invalid(path, textAt(source, "kind"),
                             "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
}

void validateClaim(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    checkAccessModes(check, kSpec / "accessModes", arrayAt(spec, "accessModes"));
    check.labelSelector(kSpec / "selector", objectAt(spec, "selector"));
    if (const JsonValue *size = memberAt(spec, "resources", "requests", "storage"))
        checkStorageAmount(check, FieldPath("spec.resources").key("storage"), *size);
    else
        check.errors.required(FieldPath("spec.resources").key("storage"));
    check.optionalText(kSpec, spec, "storageClassName", dns1123SubdomainErrors);
    check.optionalWord(kSpec, spec, "volumeMode", kVolumeModes);
    checkDataSource(check, kSpec / "dataSource", objectAt(spec, "dataSource"));
    checkDataSource(check, kSpec / "dataSourceRef", objectAt(spec, "dataSourceRef"));
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
    const auto now = api::Quantity::parse(textAt(spec, "resources", "requests", "storage"));
    const auto earlier = api::Quantity::parse(textAt(before, "resources", "requests", "storage"));
    const auto capacity = api::Quantity::parse(textAt(old, "status", "capacity", "storage"));
    if (now && earlier && *now < *earlier && (!capacity || *now <= *capacity))
        check.errors.forbidden(kSpec / "resources" / "requests" / "storage",
                               "field can not be less than status.capacity");
}

class ClaimStrategy final : public RuleStrategy {
public:
    ClaimStrategy() : RuleStrategy(validateClaim, validateClaimUpdate) {}

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

void validateStorageClass(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kReclaim[] = {"Delete", "Retain"};
    static constexpr std::string_view kBinding[] = {"Immediate", "WaitForFirstConsumer"};
    check.requiredText(FieldPath(), object, "provisioner", qualifiedNameErrors);
    const JsonObject &parameters = objectAt(object, "parameters");
    size_t bytes = 0;
    for (const auto &[key, value] : parameters) {
        bytes += key.size() + asText(value).size();
        if (key.empty())
            check.errors.invalid(FieldPath("parameters"), "", "field can not be empty.");
    }
    if (parameters.size() > 512)
        check.errors.tooLong(FieldPath("parameters"), 512);
    if (bytes > 256 * 1024)
        check.errors.tooLong(FieldPath("parameters"), 256 * 1024);
    check.optionalWord(FieldPath(), object, "reclaimPolicy", kReclaim);
    check.requiredWord(FieldPath(), object, "volumeBindingMode", kBinding);
}

void validateStorageClassUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    static constexpr std::string_view kWords = "updates to this field are forbidden.";
    for (const std::string_view name : {"parameters", "provisioner", "reclaimPolicy"})
        if (!sameMember(object, old, name))
            check.errors.forbidden(FieldPath(std::string(name)), kWords);
    check.immutable(FieldPath(), object, old, "volumeBindingMode");
}

void validateCsiDriverUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
    if (!sameMember(spec, before, "attachRequired"))
        check.errors.immutable(kSpec / "attachedRequired", Shown::member(spec, "attachRequired"));
    check.immutable(kSpec, spec, before, "volumeLifecycleModes");
}

void validateCsiNode(Checker &check, const JsonObject &object) {
    std::set<std::string_view> names;
    const JsonArray &drivers = arrayAt(object, "spec", "drivers");
    for (size_t i = 0; i < drivers.size(); ++i) {
        const JsonObject &driver = asObject(drivers[i]);
        const FieldPath own = (kSpec / "drivers")[i];
        if (check.requiredText(own, driver, "name") && !names.insert(textAt(driver, "name")).second)
            check.errors.duplicate(own / "name", textAt(driver, "name"));
        check.requiredText(own, driver, "nodeID");
    }
}

void validateAttachment(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    check.requiredText(kSpec, spec, "attacher");
    const bool name = !textAt(spec, "source", "persistentVolumeName").empty(),
               inlined = hasAt(spec, "source", "inlineVolumeSpec");
    if (!name && !inlined)
        check.errors.required(kSpec / "source",
                              "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    if (name && inlined)
        check.errors.forbidden(kSpec / "source",
                               "must specify exactly one of inlineVolumeSpec and persistentVolumeName");
    check.requiredText(kSpec, spec, "nodeName", dns1123SubdomainErrors);
}

void validateAttachmentUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    if (!sameMember(object, old, "spec"))
        check.errors.immutable(kSpec, Shown::member(object, "spec"));
}

} // namespace

void addStorageStrategies(StrategyMap &map, Clock &clock) {
    const RuleStrategy::Options versioned{.unconditionalUpdate = false};
    map.make<VolumeStrategy>("", "persistentvolumes", clock);
    map.make<ClaimStrategy>("", "persistentvolumeclaims");
    map.make<RuleStrategy>("storage.k8s.io", "storageclasses", validateStorageClass, validateStorageClassUpdate);
    map.make<RuleStrategy>("storage.k8s.io", "csidrivers", nullptr, validateCsiDriverUpdate, versioned);
    map.make<RuleStrategy>("storage.k8s.io", "csinodes", validateCsiNode, nullptr, versioned);
    map.make<RuleStrategy>("storage.k8s.io", "csistoragecapacities", nullptr, nullptr, versioned);
    map.make<RuleStrategy>("storage.k8s.io", "volumeattachments", validateAttachment, validateAttachmentUpdate,
                           versioned);
}

} // namespace coracle::apiserver
