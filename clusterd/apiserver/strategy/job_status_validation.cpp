#include "clusterd/apiserver/strategy/job_validation.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

bool holds(const JsonObject &job, std::string_view condition) {
    for (const JsonValue &one : arrayAt(job, "status", "conditions"))
        if (textAt(asObject(one), "type") == condition && textAt(asObject(one), "status") == "True")
            return true;
    return false;
}

/// A Job's status before and after. What was wrong before may stay so: a rule holds when something it is about changes.
class JobStatusRules {
public:
    JobStatusRules(Checker &check, const JsonObject &object, const JsonObject &old)
        : m_check(check), m_job(object), m_old(old) {}

    void validate() {
        m_check.counters(m_job, {"active", "ready", "terminating", "succeeded", "failed"});
        finalConditions();
        counters();
        if (turned("Complete") || turned("Failed"))
            finished();
        indexes();
        times();
        exclusiveConditions();
    }

private:
    bool changed(std::string_view member) const { return !sameMember(status(m_job), status(m_old), member); }
    bool turned(std::string_view condition) const { return holds(m_job, condition) != holds(m_old, condition); }
    static const JsonObject &status(const JsonObject &job) { return objectAt(job, "status"); }
    int64_t count(std::string_view member) const { return intAt(status(m_job), member); }
    void invalid(std::string_view member, std::string_view why) {
        m_check.errors.invalid(m_path / member, Shown::member(status(m_job), member), why);
    }
    void conflict(std::string_view why) { m_check.errors.invalidWithoutValue(m_path / "conditions", why); }

    void finalConditions() {
        for (const std::string_view type : {"Failed", "Complete", "FailureTarget"})
            if (holds(m_old, type) && !holds(m_job, type))
                conflict(fmt::format("cannot disable the terminal {}=True condition", type));
    }

    void counters() {
        const JsonObject &spec = objectAt(m_job, "spec");
        // An Indexed Job of as many pods at once as it has indexes can be made smaller, and then has succeeded less
        // often.
        const bool shrinks =
            textAt(spec, "completionMode") == "Indexed" && intAt(spec, "completions") == intAt(spec, "parallelism");
        for (const std::string_view counter : {"failed", "succeeded"})
            if (count(counter) < intAt(status(m_old), counter) && (counter == "failed" || !shrinks))
                invalid(counter, fmt::format("cannot decrease the {} counter", counter));
        if ((changed("ready") || changed("active")) && count("ready") > count("active"))
            invalid("ready", "cannot set more ready pods than active");
    }

    /// Of a Job that ends with this change.
    void finished() {
        if (!holds(m_job, "Complete") && !holds(m_job, "Failed"))
            return;
        for (const std::string_view counter : {"active", "terminating"})
            if (count(counter) > 0)
                invalid(counter, fmt::format("{}>0 is invalid for finished job", counter));
        const JsonObject &spec = objectAt(m_job, "spec");
        const bool neverRan = flagAt(spec, "suspend") && hasAt(spec, "completions") && intAt(spec, "completions") == 0;
        if (!hasAt(m_job, "status", "startTime") && !neverRan)
            m_check.errors.required(m_path / "startTime", "startTime is required for finished job");
        const JsonObject &uncounted = objectAt(m_job, "status", "uncountedTerminatedPods");
        if (!arrayAt(uncounted, "succeeded").empty() || !arrayAt(uncounted, "failed").empty())
            invalid("uncountedTerminatedPods", "uncountedTerminatedPods needs to be empty for finished job");
    }

    void indexes() {
        const JsonObject &spec = objectAt(m_job, "spec");
        const int64_t completions = intAt(spec, "completions");
        const bool indexed = textAt(spec, "completionMode") == "Indexed";
        for (const std::string_view member : {"completedIndexes", "failedIndexes"}) {
            if (!changed(member) || !indexed || textAt(status(m_job), member).empty())
                continue;
            if (const Result<int64_t> counted = countIndexes(textAt(status(m_job), member), completions); !counted)
                invalid(member, fmt::format("error parsing {}: {}", member, counted.error().message));
        }
        if (changed("completedIndexes") && !indexed && !textAt(status(m_job), "completedIndexes").empty())
            invalid("completedIndexes", "cannot set non-empty completedIndexes when non-indexed completion mode");
        if (changed("failedIndexes") && !hasAt(spec, "backoffLimitPerIndex") && hasAt(m_job, "status", "failedIndexes"))
            invalid("failedIndexes", "cannot set non-null failedIndexes when backoffLimitPerIndex is null");
    }

    void times() {
        const std::string_view start = textAt(status(m_job), "startTime"),
                               end = textAt(status(m_job), "completionTime");
        // Also one that is being resumed starts anew.
        const bool suspended = flagAt(m_job, "spec", "suspend") || holds(m_old, "Suspended");
        if (hasAt(m_old, "status", "startTime") && changed("startTime") && !suspended)
            m_check.errors.required(m_path / "startTime", start.empty()
                                                              ? "startTime cannot be removed for unsuspended job"
                                                              : "startTime cannot be modified for unsuspended job");
        if (hasAt(m_old, "status", "completionTime") && !end.empty() && changed("completionTime"))
            invalid("completionTime", "completionTime cannot be mutated");
        // Times of the API sort as texts.
        if ((changed("startTime") || changed("completionTime")) && !start.empty() && !end.empty() && end < start)
            invalid("completionTime", "completionTime cannot be set before startTime");
        if (!turned("Complete") && !changed("completionTime"))
            return;
        if (holds(m_job, "Complete") && end.empty())
            m_check.errors.required(m_path / "completionTime", "completionTime is required for Complete jobs");
        if (!holds(m_job, "Complete") && !end.empty())
            invalid("completionTime", "cannot set completionTime when there is no Complete=True condition");
    }

    void exclusiveConditions() {
        struct Pair {
            std::string_view a, b;
            bool together; ///< the first needs the second; else they exclude each other
        };
        static constexpr Pair kPairs[] = {{"Complete", "Failed", false},
                                          {"Complete", "FailureTarget", false},
                                          {"Failed", "FailureTarget", true},
                                          {"Failed", "SuccessCriteriaMet", false},
                                          {"FailureTarget", "SuccessCriteriaMet", false},
                                          {"Complete", "SuccessCriteriaMet", true}};
        for (const Pair &pair : kPairs) {
            if ((!turned(pair.a) && !turned(pair.b)) || !holds(m_job, pair.a) || holds(m_job, pair.b) == pair.together)
                continue;
            conflict(pair.together
                         ? fmt::format("cannot set {}=True condition without the {}=true condition", pair.a, pair.b)
                         : fmt::format("cannot set {}=True and {}=True conditions", pair.a, pair.b));
        }
    }

    Checker &m_check;
    const JsonObject &m_job, &m_old;
    const FieldPath m_path{"status"};
};

} // namespace

void validateJobStatus(Checker &check, const JsonObject &object, const JsonObject &old) {
    JobStatusRules(check, object, old).validate();
}

} // namespace coracle::apiserver
