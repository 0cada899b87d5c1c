#include "clusterd/apiserver/strategy/job_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/warnings.h"
#include "core/api/cron_schedule.h"

#include <filesystem>
#include <fmt/format.h>

/// batch/v1.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kControllerUid = "batch.kubernetes.io/controller-uid";
constexpr size_t kCronJobNameMax = 52; // a job adds eleven characters and must fit a label
const FieldPath kSpec("spec");

void checkSelector(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec"), &selector = objectAt(spec, "selector");
    const FieldPath path = kSpec / "selector";
    if (!hasAt(spec, "selector")) {
        check.errors.required(path);
        return;
    }
    check.labelSelector(path, selector);
    const std::string_view uid = textAt(object, "metadata", "uid");
    const JsonObject generated{{"matchLabels", JsonObject{{kControllerUid, uid}}}};
    const JsonObject earlier{{"matchLabels", JsonObject{{"controller-uid", uid}}}};
    if (!flagAt(spec, "manualSelector") && selector != generated && selector != earlier)
        check.errors.invalid(path, selector, "`selector` not auto-generated");
    const JsonObject &labels = objectAt(spec, "template", "metadata", "labels");
    if (!selectorMatches(selector, labels))
        check.errors.invalid(kSpec / "template" / "metadata" / "labels", labels,
                             "`selector` does not match template `labels`");
}

void validateJob(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    checkSelector(check, object);
    validateJobSpec(check, kSpec, spec);
    if (textAt(spec, "completionMode") != "Indexed" || intAt(spec, "completions") <= 0)
        return;
    const std::string_view name = textAt(object, "metadata", "name");
    const std::string host = fmt::format("{}-{}", name, intAt(spec, "completions") - 1);
    if (!dns1123LabelErrors(host).empty())
        check.errors.invalid(FieldPath("metadata.name"), name,
                             fmt::format("will not able to create pod with invalid DNS label: {}", host));
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
    // An indexed job grows and shrinks in both numbers at once.
    const bool elastic = textAt(spec, "completionMode") == "Indexed" && hasAt(spec, "completions") &&
                         intAt(spec, "completions") == intAt(spec, "parallelism");
    if (!elastic)
        check.immutable(kSpec, spec, before, "completions");
    else if (intAt(before, "completions") != intAt(spec, "completions") &&
             intAt(before, "completions") != intAt(before, "parallelism"))
        check.errors.invalid(kSpec / "completions", intAt(spec, "completions"),
                             "can only be modified in tandem with spec.parallelism");
    check.immutable(kSpec, spec, before, "selector");
    const bool movable = flagAt(before, "suspend") && !hasAt(old, "status", "startTime");
    if (movable ? !sameMember(withoutScheduling(spec), withoutScheduling(before), "template")
                : !sameMember(spec, before, "template"))
        check.errors.immutable(kSpec / "template", Shown::member(spec, "template"));
    for (const std::string_view name :
         {"completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"})
        check.immutable(kSpec, spec, before, name);
}

void warnJobSpec(WarningList &warnings, const FieldPath &path, const JsonObject &spec) {
    constexpr int64_t kCompletionsMany = 100000, kParallelMany = 10000;
    if (textAt(spec, "completionMode") == "Indexed" && intAt(spec, "completions") > kCompletionsMany &&
        intAt(spec, "parallelism") > kParallelMany)
        warnings.push_back(path.text() + ": In Indexed Jobs with a number of completions higher than 10^5 and a "
                                         "parallelism higher than 10^4, Kubernetes might not be able to track "
                                         "completedIndexes when a big number of indexes fail");
    warnPod(warnings, path / "template", objectAt(spec, "template"));
}

class JobStrategy final : public RuleStrategy {
public:
    JobStrategy() : RuleStrategy(validateJob, validateJobUpdate, {.status = validateJobStatus, .warn = warn}) {}

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

private:
    static void warn(WarningList &warnings, const JsonObject &object, const JsonObject *old) {
        if (old)
            return; // nothing that people change later has warnings
        warnHostname(warnings, object, "the Pod's hostname");
        warnJobSpec(warnings, kSpec, objectAt(object, "spec"));
    }
};

bool isTimeZone(std::string_view name) {
    if (name.starts_with('/') || name.find("..") != name.npos)
        return false;
    if (name == "UTC" || name == "Etc/UTC" || !std::filesystem::is_directory("/usr/share/zoneinfo"))
        return true;
    std::error_code error;
    return std::filesystem::is_regular_file(std::filesystem::path("/usr/share/zoneinfo") / name, error);
}

void checkTimeZone(Checker &check, const JsonObject &spec) {
    if (!hasAt(spec, "timeZone"))
        return;
    const std::string_view zone = textAt(spec, "timeZone");
    const bool local = zone.size() == 5 && (zone == "Local" || zone == "local" || zone == "LOCAL");
    if (zone.empty())
        check.errors.invalid(kSpec / "timeZone", zone, "timeZone must be nil or non-empty string");
    else if (local)
        check.errors.invalid(kSpec / "timeZone", zone,
                             "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
    else if (!isTimeZone(zone))
        check.errors.invalid(kSpec / "timeZone", zone, fmt::format("unknown time zone {}", zone));
}

void validateCronJob(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    const std::string_view schedule = textAt(spec, "schedule");
    if (schedule.empty())
        check.errors.required(kSpec / "schedule");
    else if (schedule.find("TZ") != schedule.npos)
        check.errors.invalid(kSpec / "schedule", schedule,
                             "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    else if (const auto parsed = api::CronSchedule::parse(schedule, "UTC"); !parsed)
        check.errors.invalid(kSpec / "schedule", schedule, parsed.error().message);
    check.notNegative(kSpec, spec, "startingDeadlineSeconds");
    checkTimeZone(check, spec);
    static constexpr std::string_view kConcurrency[] = {"Allow", "Forbid", "Replace"};
    check.requiredWord(kSpec, spec, "concurrencyPolicy", kConcurrency);
    const JsonObject &job = objectAt(spec, "jobTemplate", "spec");
    const FieldPath path = kSpec / "jobTemplate" / "spec";
    validateJobSpec(check, path, job);
    static constexpr std::string_view kFalse[] = {"nil", "false"};
    if (flagAt(job, "manualSelector"))
        check.errors.notSupported(path / "manualSelector", JsonValue(true), kFalse);
    check.notNegative(kSpec, spec, "successfulJobsHistoryLimit");
    check.notNegative(kSpec, spec, "failedJobsHistoryLimit");
    if (hasAt(job, "selector"))
        check.errors.invalid(path / "selector", objectAt(job, "selector"), "`selector` will be auto-generated");
    if (const std::string_view name = textAt(object, "metadata", "name"); name.size() > kCronJobNameMax)
        check.errors.invalid(FieldPath("metadata.name"), name, "must be no more than 52 characters");
}

void warnCronJob(WarningList &warnings, const JsonObject &object, const JsonObject *old) {
    const JsonObject &spec = objectAt(object, "spec");
    if (!old)
        warnHostname(warnings, object, "the Pod's hostname");
    if (!old || !sameMember(spec, objectAt(*old, "spec"), "jobTemplate"))
        warnJobSpec(warnings, kSpec / "jobTemplate" / "spec", objectAt(spec, "jobTemplate", "spec"));
}

} // namespace

void addBatchStrategies(StrategyMap &map) {
    map.make<JobStrategy>("batch", "jobs");
    map.make<RuleStrategy>("batch", "cronjobs", validateCronJob, nullptr, RuleStrategy::Options{.warn = warnCronJob});
}

} // namespace coracle::apiserver
