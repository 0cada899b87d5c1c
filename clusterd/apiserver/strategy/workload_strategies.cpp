#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/volume_sources.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <algorithm>

/// apps/v1, and core/v1 ReplicationController.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kAlways[] = {"Always"};
constexpr std::string_view kGenerationAnnotation = "deprecated.daemonset.template.generation";
const FieldPath kSpec("spec");

/// As the pods are made from it: each claim template stands for a volume of its name.
JsonObject templateWithClaims(const JsonObject &spec) {
    JsonObject podTemplate = objectAt(spec, "template");
    const JsonArray &claims = arrayAt(spec, "volumeClaimTemplates");
    if (claims.empty() || !hasAt(podTemplate, "spec"))
        return podTemplate;
    JsonArray &volumes = ensureArray(ensureObject(podTemplate, "spec"), "volumes");
    for (const JsonValue &claim : claims) {
        const std::string name(textAt(asObject(claim), "metadata", "name"));
        if (!dns1123LabelErrors(name).empty())
            continue; // the claim's own error
        const auto same = std::ranges::find_if(
            volumes, [&](const JsonValue &volume) { return textAt(asObject(volume), "name") == name; });
        JsonObject volume{{"name", name}, {"persistentVolumeClaim", JsonObject{{"claimName", name}}}};
        if (same != volumes.end())
            *same = std::move(volume);
        else
            volumes.emplace_back(std::move(volume));
    }
    return podTemplate;
}

void validateTemplate(Checker &check, const JsonObject &object) {
    const JsonObject podTemplate = templateWithClaims(objectAt(object, "spec"));
    validatePodTemplate(check, kSpec / "template", podTemplate, kAlways);
    if (hasAt(podTemplate, "spec", "activeDeadlineSeconds"))
        check.errors.forbidden(kSpec / "template" / "spec" / "activeDeadlineSeconds",
                               "activeDeadlineSeconds in ReplicaSet is not Supported");
}

/// collisionCount only grows: names are made with it.
void checkCollisions(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.notNegative(FieldPath("status"), objectAt(object, "status"), "collisionCount");
    const int64_t now = intAt(object, "status", "collisionCount"), before = intAt(old, "status", "collisionCount");
    if (hasAt(old, "status", "collisionCount") && now < before)
        check.errors.invalid(FieldPath("status.collisionCount"), now, "cannot be decremented");
}

constexpr std::string_view kAboveReady = "cannot be greater than readyReplicas";

void validateDeploymentStatus(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.counters(object,
                   {"observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
                    "unavailableReplicas", "terminatingReplicas"},
                   {{"updatedReplicas", "replicas"},
                    {"readyReplicas", "replicas"},
                    {"availableReplicas", "replicas"},
                    {"availableReplicas", "readyReplicas", kAboveReady}});
    checkCollisions(check, object, old);
}

/// ReplicaSet and ReplicationController.
void validateReplicaStatus(Checker &check, const JsonObject &object, const JsonObject &) {
    check.counters(object,
                   {"replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "observedGeneration",
                    "terminatingReplicas"},
                   {{"fullyLabeledReplicas", "replicas"},
                    {"readyReplicas", "replicas"},
                    {"availableReplicas", "replicas"},
                    {"availableReplicas", "readyReplicas", kAboveReady}});
}

void validateStatefulSetStatus(Checker &check, const JsonObject &object, const JsonObject &old) {
    constexpr std::string_view kAboveReadyStatus = "cannot be greater than status.readyReplicas";
    check.counters(
        object,
        {"replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas", "observedGeneration"},
        {{"readyReplicas", "replicas"},
         {"currentReplicas", "replicas"},
         {"updatedReplicas", "replicas"},
         {"availableReplicas", "readyReplicas", kAboveReadyStatus}});
    checkCollisions(check, object, old);
}

void validateDaemonSetStatus(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.counters(object, {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
                            "observedGeneration", "updatedNumberScheduled", "numberAvailable", "numberUnavailable"});
    checkCollisions(check, object, old);
}

/// What people write is the template; its warnings come again only when it changes.
void warnTemplate(WarningList &warnings, const JsonObject &object, const JsonObject *old) {
    const JsonObject &spec = objectAt(object, "spec");
    if (!old || !sameMember(spec, objectAt(*old, "spec"), "template"))
        warnPod(warnings, kSpec / "template", objectAt(spec, "template"));
}

void warnNamedPods(WarningList &warnings, const JsonObject &object, const JsonObject *old) {
    if (!old)
        warnHostname(warnings, object, "Pod names and hostnames");
    warnTemplate(warnings, object, old);
}

void warnStatefulSet(WarningList &warnings, const JsonObject &object, const JsonObject *old) {
    const JsonObject &spec = objectAt(object, "spec");
    warnTemplate(warnings, object, old);
    const JsonArray &claims = arrayAt(spec, "volumeClaimTemplates");
    for (size_t i = 0; i < claims.size() && !old; ++i)
        warnClaimSpec(warnings, (kSpec / "volumeClaimTemplates")[i], objectAt(asObject(claims[i]), "spec"));
    if (intAt(spec, "revisionHistoryLimit") < 0)
        warnings.emplace_back("spec.revisionHistoryLimit: a negative value retains all historical revisions; a value "
                              ">= 0 is recommended");
}

void selectorImmutable(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(kSpec, objectAt(object, "spec"), objectAt(old, "spec"), "selector");
}

/// An amount that is neither negative nor over all; how it is rounded makes no difference to whether it is zero.
bool isZero(const JsonValue *value) {
    return !value || (value->is_string() ? percentOf(*value) == 0 : asInt(*value) == 0);
}

void checkUnavailable(Checker &check, const FieldPath &path, const JsonObject &rolling) {
    const JsonValue *value = memberAt(rolling, "maxUnavailable");
    if (!value)
        return;
    check.intOrPercent(path / "maxUnavailable", *value);
    if (percentOf(*value).value_or(0) > 100)
        check.errors.invalid(path / "maxUnavailable", *value, "must not be greater than 100%");
}

void validateDeploymentStrategy(Checker &check, const JsonObject &spec) {
    const FieldPath path = kSpec / "strategy";
    const JsonObject &strategy = objectAt(spec, "strategy");
    const std::string_view type = textAt(strategy, "type");
    static constexpr std::string_view kTypes[] = {"Recreate", "RollingUpdate"};
    if (type == "Recreate") {
        if (hasAt(strategy, "rollingUpdate"))
            check.errors.forbidden(path / "rollingUpdate", "may not be specified when strategy `type` is 'Recreate'");
        return;
    }
    if (type != "RollingUpdate") {
        check.errors.notSupported(path, strategy, kTypes);
        return;
    }
    if (!hasAt(strategy, "rollingUpdate")) {
        check.errors.required(path / "rollingUpdate", "this should be defaulted and never be nil");
        return;
    }
    const JsonObject &rolling = objectAt(strategy, "rollingUpdate");
    checkUnavailable(check, path / "rollingUpdate", rolling);
    if (const JsonValue *surge = memberAt(rolling, "maxSurge"))
        check.intOrPercent(path / "rollingUpdate" / "maxSurge", *surge);
    const JsonValue *unavailable = memberAt(rolling, "maxUnavailable");
    if (isZero(unavailable) && isZero(memberAt(rolling, "maxSurge")))
        check.errors.invalid(path / "rollingUpdate" / "maxUnavailable", unavailable ? *unavailable : JsonValue(0),
                             "may not be 0 when `maxSurge` is 0");
}

void validateDeployment(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    check.notNegative(kSpec, spec, "replicas");
    check.workloadSelector(object, "deployment");
    validateTemplate(check, object);
    validateDeploymentStrategy(check, spec);
    check.notNegative(kSpec, spec, "minReadySeconds");
    check.notNegative(kSpec, spec, "revisionHistoryLimit");
    if (!hasAt(spec, "progressDeadlineSeconds"))
        return;
    check.notNegative(kSpec, spec, "progressDeadlineSeconds");
    if (const int64_t deadline = intAt(spec, "progressDeadlineSeconds"); deadline <= intAt(spec, "minReadySeconds"))
        check.errors.invalid(kSpec / "progressDeadlineSeconds", deadline, "must be greater than minReadySeconds");
}

void validateReplicaSet(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    check.notNegative(kSpec, spec, "replicas");
    check.notNegative(kSpec, spec, "minReadySeconds");
    check.workloadSelector(object, "deployment");
    if (hasAt(spec, "template"))
        validateTemplate(check, object);
    else
        check.errors.required(kSpec / "template");
}

void validateStatefulSet(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kManagement[] = {"OrderedReady", "Parallel"};
    static constexpr std::string_view kRetention[] = {"Delete", "Retain"};
    const JsonObject &spec = objectAt(object, "spec");
    const std::string_view management = textAt(spec, "podManagementPolicy");
    if (management.empty())
        check.errors.required(kSpec / "podManagementPolicy");
    else if (!oneOf(management, kManagement))
        check.errors.invalid(kSpec / "podManagementPolicy", management, "must be 'OrderedReady' or 'Parallel'");
    const JsonObject &strategy = objectAt(spec, "updateStrategy");
    const FieldPath path = kSpec / "updateStrategy";
    const std::string_view type = textAt(strategy, "type");
    if (type.empty())
        check.errors.required(path);
    else if (type == "OnDelete" && hasAt(strategy, "rollingUpdate"))
        check.errors.invalid(path / "rollingUpdate", objectAt(strategy, "rollingUpdate"),
                             "only allowed for updateStrategy 'RollingUpdate'");
    else if (type != "OnDelete" && type != "RollingUpdate")
        check.errors.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'");
    check.notNegative(path / "rollingUpdate", objectAt(strategy, "rollingUpdate"), "partition");
    if (hasAt(strategy, "rollingUpdate", "maxUnavailable")) {
        checkUnavailable(check, path / "rollingUpdate", objectAt(strategy, "rollingUpdate"));
        if (isZero(memberAt(strategy, "rollingUpdate", "maxUnavailable")))
            check.errors.invalid(path / "rollingUpdate" / "maxUnavailable", int64_t(0), "cannot be 0");
    }
    const JsonObject &retention = objectAt(spec, "persistentVolumeClaimRetentionPolicy");
    check.optionalWord(kSpec / "persistentVolumeClaimRetentionPolicy", retention, "whenDeleted", kRetention);
    check.optionalWord(kSpec / "persistentVolumeClaimRetentionPolicy", retention, "whenScaled", kRetention);
    check.notNegative(kSpec, spec, "replicas");
    check.notNegative(kSpec, spec, "minReadySeconds");
    check.notNegative(kSpec / "ordinals", objectAt(spec, "ordinals"), "start");
    check.workloadSelector(object, "statefulset");
    validateTemplate(check, object);
    check.optionalText(kSpec, spec, "serviceName", dns1123LabelErrors);
    check.each(kSpec, spec, "volumeClaimTemplates", [&](const FieldPath &own, const JsonObject &claim) {
        check.requiredText(own / "metadata", objectAt(claim, "metadata"), "name", dns1123SubdomainErrors);
        validateClaimSpec(check, own / "spec", objectAt(claim, "spec"));
    });
}

void validateStatefulSetUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    static constexpr std::string_view kMutable[] = {"replicas",
                                                    "ordinals",
                                                    "template",
                                                    "updateStrategy",
                                                    "revisionHistoryLimit",
                                                    "persistentVolumeClaimRetentionPolicy",
                                                    "minReadySeconds"};
    const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
    for (const JsonObject *side : {&spec, &before})
        for (const auto &[name, value] : *side)
            if (!oneOf(name, kMutable) && !sameMember(spec, before, name)) {
                check.errors.forbidden(kSpec,
                                       "updates to statefulset spec for fields other than 'replicas', 'ordinals', "
                                       "'template', 'updateStrategy', 'revisionHistoryLimit', "
                                       "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
                                       "forbidden");
                return;
            }
}

void validateDaemonSet(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kTypes[] = {"RollingUpdate", "OnDelete"};
    const JsonObject &spec = objectAt(object, "spec");
    check.workloadSelector(object, "daemonset");
    validateTemplate(check, object);
    check.notNegative(kSpec, spec, "minReadySeconds");
    const JsonObject &strategy = objectAt(spec, "updateStrategy");
    const FieldPath path = kSpec / "updateStrategy";
    const std::string_view type = textAt(strategy, "type");
    if (!oneOf(type, kTypes)) {
        check.errors.notSupported(path / "type", type, kTypes);
    } else if (type == "RollingUpdate" && !hasAt(strategy, "rollingUpdate")) {
        check.errors.required(path / "rollingUpdate");
    } else if (type == "RollingUpdate") {
        const JsonObject &rolling = objectAt(strategy, "rollingUpdate");
        const FieldPath own = path / "rollingUpdate";
        checkUnavailable(check, own, rolling);
        if (const JsonValue *surge = memberAt(rolling, "maxSurge"))
            check.intOrPercent(own / "maxSurge", *surge);
        const bool unavailable = !isZero(memberAt(rolling, "maxUnavailable")),
                   surge = !isZero(memberAt(rolling, "maxSurge"));
        if (unavailable && surge)
            check.errors.invalid(own / "maxSurge", Shown::member(rolling, "maxSurge"),
                                 "may not be set when maxUnavailable is non-zero");
        if (!unavailable && !surge)
            check.errors.required(own / "maxUnavailable", "cannot be 0 when maxSurge is 0");
    }
    check.notNegative(kSpec, spec, "revisionHistoryLimit");
}

void validateControllerRevision(Checker &check, const JsonObject &object) {
    if (!hasAt(object, "data"))
        check.errors.required(FieldPath("data"), "data is mandatory");
    check.notNegative(FieldPath(), object, "revision");
}

void validateControllerRevisionUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(FieldPath(), object, old, "data");
}

/// Its selector is a plain map.
void validateReplicationController(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec"), &selector = objectAt(spec, "selector");
    check.notNegative(kSpec, spec, "minReadySeconds");
    check.notNegative(kSpec, spec, "replicas");
    if (selector.empty())
        check.errors.required(kSpec / "selector");
    const JsonObject &labels = objectAt(spec, "template", "metadata", "labels");
    if (!hasAt(spec, "template"))
        check.errors.required(kSpec / "template");
    else if (!selectorMatches(JsonObject{{"matchLabels", selector}}, labels))
        check.errors.invalid(kSpec / "template" / "metadata" / "labels", labels,
                             "`selector` does not match template `labels`");
    else
        validateTemplate(check, object);
}

class DaemonSetStrategy final : public RuleStrategy {
public:
    DaemonSetStrategy()
        : RuleStrategy(validateDaemonSet, selectorImmutable,
                       {.status = validateDaemonSetStatus, .warn = warnTemplate}) {}

    // apps/v1 shows the template's generation as an annotation only.
    void prepareForCreate(const StrategyContext &context, JsonObject &object) const override {
        Strategy::prepareForCreate(context, object);
        setGeneration(object, 1);
    }
    void prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const override {
        Strategy::prepareForUpdate(context, object, old);
        const std::string_view text = textAt(old, "metadata", "annotations", kGenerationAnnotation);
        const int64_t generation = text.empty() ? 1 : std::strtoll(std::string(text).c_str(), nullptr, 10);
        const bool changed = !sameMember(objectAt(object, "spec"), objectAt(old, "spec"), "template");
        setGeneration(object, generation + (changed ? 1 : 0));
    }

private:
    static void setGeneration(JsonObject &object, int64_t generation) {
        ensureObject(ensureObject(object, "metadata"), "annotations")[kGenerationAnnotation] =
            std::to_string(generation);
    }
};

} // namespace

void addWorkloadStrategies(StrategyMap &map) {
    using Options = RuleStrategy::Options;
    map.make<RuleStrategy>("apps", "deployments", validateDeployment, selectorImmutable,
                           Options{.status = validateDeploymentStatus, .warn = warnNamedPods});
    map.make<RuleStrategy>("apps", "replicasets", validateReplicaSet, selectorImmutable,
                           Options{.status = validateReplicaStatus, .warn = warnNamedPods});
    map.make<RuleStrategy>("apps", "statefulsets", validateStatefulSet, validateStatefulSetUpdate,
                           Options{.status = validateStatefulSetStatus, .warn = warnStatefulSet});
    map.make<DaemonSetStrategy>("apps", "daemonsets");
    map.make<RuleStrategy>("apps", "controllerrevisions", validateControllerRevision, validateControllerRevisionUpdate);
    map.make<RuleStrategy>("", "replicationcontrollers", validateReplicationController, nullptr,
                           Options{.status = validateReplicaStatus, .warn = warnNamedPods});
}

} // namespace coracle::apiserver
