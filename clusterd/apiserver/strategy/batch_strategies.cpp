#include "clusterd/apiserver/strategy/cron_schedule.h"
#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <filesystem>
#include <fmt/format.h>

/// batch/v1.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kControllerUid = "batch.kubernetes.io/controller-uid";
constexpr std::string_view kPolicies[] = {"OnFailure", "Never"};
constexpr size_t kCronJobNameMax = 52; // a job adds eleven characters and must fit a label
constexpr int64_t kIndexedParallelismMax = 100000;
const FieldPath kSpec("spec");

void checkRestartPolicy(Checker &check, const FieldPath &path, const JsonObject &podSpec, bool onlyNever) {
    const std::string_view policy = textAt(podSpec, "restartPolicy");
    if (policy.empty() || policy == "Always")
        check.errors.required(path / "restartPolicy", "valid values: \"OnFailure\", \"Never\"");
    else if (!oneOf(policy, kPolicies))
        check.errors.notSupported(path / "restartPolicy", policy, kPolicies);
    else if (onlyNever && policy != "Never")
        check.errors.invalid(path / "restartPolicy", policy,
                             "only \"Never\" is supported when podFailurePolicy or backoffLimitPerIndex is specified");
}

void checkIndexed(Checker &check, const FieldPath &path, const JsonObject &spec) {
    static constexpr std::string_view kModes[] = {"Indexed", "NonIndexed"};
    check.optionalWord(path, spec, "completionMode", kModes);
    const bool indexed = textAt(spec, "completionMode") == "Indexed";
    if (indexed && !hasAt(spec, "completions"))
        check.errors.required(path / "completions", "when completion mode is Indexed");
    if (indexed && intAt(spec, "parallelism") > kIndexedParallelismMax)
        check.errors.invalid(path / "parallelism", intAt(spec, "parallelism"),
                             "must be less than or equal to 100000 when completion mode is Indexed");
    for (const std::string_view name : {"backoffLimitPerIndex", "maxFailedIndexes"})
        if (hasAt(spec, name) && !indexed)
            check.errors.invalid(path / name, intAt(spec, name), "requires indexed completion mode");
    if (hasAt(spec, "maxFailedIndexes") && !hasAt(spec, "backoffLimitPerIndex"))
        check.errors.required(path / "backoffLimitPerIndex", "when maxFailedIndexes is specified");
    if (hasAt(spec, "maxFailedIndexes") && intAt(spec, "maxFailedIndexes") > intAt(spec, "completions"))
        check.errors.invalid(path / "maxFailedIndexes", intAt(spec, "maxFailedIndexes"),
                             "must be less than or equal to completions");
}

void checkFailurePolicy(Checker &check, const FieldPath &path, const JsonArray &rules) {
    static constexpr std::string_view kActions[] = {"Count", "FailIndex", "FailJob", "Ignore"};
    static constexpr std::string_view kOperators[] = {"In", "NotIn"};
    if (rules.size() > 20)
        check.errors.tooMany(path, rules.size(), 20);
    for (size_t i = 0; i < rules.size(); ++i) {
        const JsonObject &rule = asObject(rules[i]);
        check.requiredWord(path[i], rule, "action", kActions);
        const bool codes = hasAt(rule, "onExitCodes"), conditions = !arrayAt(rule, "onPodConditions").empty();
        if (codes == conditions)
            check.errors.invalid(path[i], rule, "exactly one of onExitCodes and onPodConditions must be specified");
        if (!codes)
            continue;
        const JsonObject &on = objectAt(rule, "onExitCodes");
        check.requiredWord(path[i] / "onExitCodes", on, "operator", kOperators);
        const JsonArray &values = arrayAt(on, "values");
        if (values.empty())
            check.errors.invalid(path[i] / "onExitCodes" / "values", values, "at least one value is required");
        for (size_t j = 0; j < values.size(); ++j) {
            if (textAt(on, "operator") == "In" && asInt(values[j]) == 0)
                check.errors.invalid((path[i] / "onExitCodes" / "values")[j], int64_t(0),
                                     "must not be 0 for the In operator");
            if (j > 0 && asInt(values[j]) <= asInt(values[j - 1]))
                check.errors.invalid(path[i] / "onExitCodes" / "values", values,
                                     "must be ordered and without duplicates");
        }
    }
}

void checkJobSpec(Checker &check, const FieldPath &path, const JsonObject &spec) {
    for (const std::string_view name : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                                        "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"})
        check.notNegative(path, spec, name);
    checkIndexed(check, path, spec);
    checkFailurePolicy(check, path / "podFailurePolicy" / "rules", arrayAt(spec, "podFailurePolicy", "rules"));
    static constexpr std::string_view kReplacement[] = {"Failed", "TerminatingOrFailed"};
    check.optionalWord(path, spec, "podReplacementPolicy", kReplacement);
    check.optionalText(path, spec, "managedBy", domainPrefixedPathErrors);
    static constexpr std::string_view kAll[] = {"Always", "OnFailure", "Never"};
    validatePodTemplate(check, path / "template", objectAt(spec, "template"), kAll);
    checkRestartPolicy(check, path / "template" / "spec", objectAt(spec, "template", "spec"),
                       hasAt(spec, "podFailurePolicy") || hasAt(spec, "backoffLimitPerIndex"));
}

void validateJob(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    if (!hasAt(spec, "selector"))
        check.errors.required(kSpec / "selector");
    else
        check.labelSelector(kSpec / "selector", objectAt(spec, "selector"));
    const JsonObject &labels = objectAt(spec, "template", "metadata", "labels");
    if (hasAt(spec, "selector") && !selectorMatches(objectAt(spec, "selector"), labels))
        check.errors.invalid(kSpec / "template" / "metadata" / "labels", labels,
                             "`selector` does not match template `labels`");
    checkJobSpec(check, kSpec, spec);
}

/// A suspended job that has not started may still be moved to other nodes.
JsonObject withoutScheduling(const JsonObject &spec) {
    JsonObject copy = spec;
    if (JsonValue *podTemplate = copy.if_contains("template"); podTemplate && podTemplate->is_object()) {
        JsonObject &podSpec = ensureObject(podTemplate->get_object(), "spec");
        for (const std::string_view name : {"nodeSelector", "affinity", "tolerations", "schedulingGates"})
            podSpec.erase(name);
        if (hasAt(podTemplate->get_object(), "metadata"))
            podTemplate->get_object()["metadata"] = JsonObject();
    }
    return copy;
}

void validateJobUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
    for (const std::string_view name :
         {"selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"})
        check.immutable(kSpec, spec, before, name);
    const bool elastic =
        textAt(spec, "completionMode") == "Indexed" && intAt(spec, "completions") == intAt(spec, "parallelism");
    if (!elastic)
        check.immutable(kSpec, spec, before, "completions");
    const bool movable = flagAt(before, "suspend") && !hasAt(old, "status", "startTime");
    if (movable ? !sameMember(withoutScheduling(spec), withoutScheduling(before), "template")
                : !sameMember(spec, before, "template"))
        check.errors.immutable(kSpec / "template", Shown::member(spec, "template"));
}

class JobStrategy final : public RuleStrategy {
public:
    JobStrategy() : RuleStrategy(validateJob, validateJobUpdate) {}

    /// The registry has set metadata.uid before.
    void prepareForCreate(const StrategyContext &context, JsonObject &object) const override {
        Strategy::prepareForCreate(context, object);
        JsonObject &spec = ensureObject(object, "spec");
        if (flagAt(spec, "manualSelector"))
            return;
        const std::string uid(textAt(object, "metadata", "uid")), name(textAt(object, "metadata", "name"));
        JsonObject &labels = ensureObject(ensureObject(ensureObject(spec, "template"), "metadata"), "labels");
        for (const std::string_view key : {std::string_view("controller-uid"), kControllerUid})
            labels[key] = uid;
        for (const std::string_view key : {"job-name", "batch.kubernetes.io/job-name"})
            labels[key] = name;
        ensureObject(ensureObject(spec, "selector"), "matchLabels")[kControllerUid] = uid;
    }
};

bool isTimeZone(std::string_view name) {
    if (name.empty() || name == "Local" || name.starts_with('/') || name.find("..") != name.npos)
        return false;
    if (name == "UTC" || name == "Etc/UTC" || !std::filesystem::is_directory("/usr/share/zoneinfo"))
        return true;
    return std::filesystem::is_regular_file(std::filesystem::path("/usr/share/zoneinfo") / name);
}

void validateCronJob(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    if (const std::string_view name = textAt(object, "metadata", "name"); name.size() > kCronJobNameMax)
        check.errors.invalid(FieldPath("metadata.name"), name, "must be no more than 52 characters");
    const std::string_view schedule = textAt(spec, "schedule");
    if (schedule.empty())
        check.errors.required(kSpec / "schedule");
    else if (schedule.find("TZ") != schedule.npos)
        check.errors.invalid(kSpec / "schedule", schedule,
                             "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    else if (const std::string problem = cronScheduleProblem(schedule); !problem.empty())
        check.errors.invalid(kSpec / "schedule", schedule, problem);
    if (hasAt(spec, "timeZone") && !isTimeZone(textAt(spec, "timeZone")))
        check.errors.invalid(kSpec / "timeZone", textAt(spec, "timeZone"), "unknown time zone");
    check.notNegative(kSpec, spec, "startingDeadlineSeconds");
    static constexpr std::string_view kConcurrency[] = {"Allow", "Forbid", "Replace"};
    check.requiredWord(kSpec, spec, "concurrencyPolicy", kConcurrency);
    check.notNegative(kSpec, spec, "successfulJobsHistoryLimit");
    check.notNegative(kSpec, spec, "failedJobsHistoryLimit");
    const JsonObject &job = objectAt(spec, "jobTemplate", "spec");
    const FieldPath path = kSpec / "jobTemplate" / "spec";
    if (hasAt(job, "selector"))
        check.errors.invalid(path / "selector", objectAt(job, "selector"), "`selector` will be auto-generated");
    static constexpr std::string_view kFalse[] = {"nil", "false"};
    if (flagAt(job, "manualSelector"))
        check.errors.notSupported(path / "manualSelector", JsonValue(true), kFalse);
    checkJobSpec(check, path, job);
}

} // namespace

void addBatchStrategies(StrategyMap &map) {
    map.make<JobStrategy>("batch", "jobs");
    map.make<RuleStrategy>("batch", "cronjobs", validateCronJob);
}

} // namespace coracle::apiserver
