#include "clusterd/apiserver/strategy/job_validation.h"

#include "clusterd/apiserver/strategy/pod_validation.h"

#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr int64_t kIndexedMax = 100000, kManyIndexesMax = 10000;
constexpr size_t kRulesMax = 20, kExitCodesMax = 255, kIndexesBytesMax = 64 * 1024, kManagerMax = 63;

void checkNumbers(Checker &check, const FieldPath &path, const JsonObject &spec) {
    for (const std::string_view name : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                                        "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"})
        check.notNegative(path, spec, name);
    if (hasAt(spec, "maxFailedIndexes") && !hasAt(spec, "backoffLimitPerIndex"))
        check.errors.required(path / "backoffLimitPerIndex", "when maxFailedIndexes is specified");
    if (const std::string_view manager = textAt(spec, "managedBy"); hasAt(spec, "managedBy")) {
        check.errors.invalidEach(path / "managedBy", manager, domainPrefixedPathErrors(manager));
        if (manager.size() > kManagerMax)
            check.errors.tooLong(path / "managedBy", kManagerMax);
    }
}

/// So many indexes that their failures can only be kept for some.
void checkManyIndexes(Checker &check, const FieldPath &path, const JsonObject &spec) {
    if (intAt(spec, "completions") <= kIndexedMax || !hasAt(spec, "backoffLimitPerIndex"))
        return;
    if (!hasAt(spec, "maxFailedIndexes"))
        check.errors.required(path / "maxFailedIndexes", "must be specified when completions is above 100000");
    for (const std::string_view name : {"maxFailedIndexes", "parallelism"})
        if (intAt(spec, name) > kManyIndexesMax)
            check.errors.invalid(path / name, intAt(spec, name),
                                 "must be less than or equal to 10000 when completions are above 100000 and used with "
                                 "backoff limit per index");
}

void checkCompletionMode(Checker &check, const FieldPath &path, const JsonObject &spec) {
    static constexpr std::string_view kModes[] = {"Indexed", "NonIndexed"};
    check.optionalWord(path, spec, "completionMode", kModes);
    if (textAt(spec, "completionMode") != "Indexed") {
        for (const std::string_view name : {"backoffLimitPerIndex", "maxFailedIndexes"})
            if (hasAt(spec, name))
                check.errors.invalid(path / name, intAt(spec, name), "requires indexed completion mode");
        return;
    }
    if (!hasAt(spec, "completions"))
        check.errors.required(path / "completions", "when completion mode is Indexed");
    if (intAt(spec, "parallelism") > kIndexedMax)
        check.errors.invalid(path / "parallelism", intAt(spec, "parallelism"),
                             "must be less than or equal to 100000 when completion mode is Indexed");
    const int64_t failed = intAt(spec, "maxFailedIndexes");
    if (hasAt(spec, "completions") && failed > intAt(spec, "completions"))
        check.errors.invalid(path / "maxFailedIndexes", failed, "must be less than or equal to completions");
    if (failed > kIndexedMax)
        check.errors.invalid(path / "maxFailedIndexes", failed, "must be less than or equal to 100000");
    checkManyIndexes(check, path, spec);
}

void checkExitCodes(Checker &check, const FieldPath &path, const JsonObject &codes, const JsonObject &spec) {
    static constexpr std::string_view kOperators[] = {"In", "NotIn"};
    if (textAt(codes, "operator").empty())
        check.errors.required(path / "operator", "valid values: [\"In\" \"NotIn\"]");
    check.optionalWord(path, codes, "operator", kOperators);
    if (const std::string_view name = textAt(codes, "containerName"); hasAt(codes, "containerName")) {
        bool known = false;
        for (const std::string_view list : {"containers", "initContainers"})
            for (const JsonValue &container : arrayAt(spec, "template", "spec", list))
                known = known || textAt(asObject(container), "name") == name;
        if (!known)
            check.errors.invalid(path / "containerName", name,
                                 "must be one of the container or initContainer names in the pod template");
    }
    const JsonArray &values = arrayAt(codes, "values");
    if (values.empty())
        check.errors.invalid(path / "values", values, "at least one value is required");
    else
        check.maxItems(path, codes, "values", kExitCodesMax);
    std::set<int64_t> seen;
    bool ordered = true;
    for (size_t i = 0; i < values.size(); ++i) {
        const int64_t code = asInt(values[i]);
        if (textAt(codes, "operator") == "In" && code == 0)
            check.errors.invalid((path / "values")[i], code, "must not be 0 for the In operator");
        if (!seen.insert(code).second)
            check.errors.duplicate((path / "values")[i], code);
        ordered = ordered && (i == 0 || asInt(values[i - 1]) <= code);
    }
    if (!ordered)
        check.errors.invalid(path / "values", values, "must be ordered");
}

void checkFailureRule(Checker &check, const FieldPath &path, const JsonObject &rule, const JsonObject &spec) {
    static constexpr std::string_view kActions[] = {"Count", "FailIndex", "FailJob", "Ignore"};
    static constexpr std::string_view kStatuses[] = {"False", "True", "Unknown"};
    const std::string_view action = textAt(rule, "action");
    if (action.empty())
        check.errors.required(path / "action", "valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]");
    else if (action == "FailIndex" && !hasAt(spec, "backoffLimitPerIndex"))
        check.errors.invalid(path / "action", action, "requires the backoffLimitPerIndex to be set");
    check.optionalWord(path, rule, "action", kActions);
    const bool codes = hasAt(rule, "onExitCodes"), conditions = !arrayAt(rule, "onPodConditions").empty();
    if (codes)
        checkExitCodes(check, path / "onExitCodes", objectAt(rule, "onExitCodes"), spec);
    check.maxItems(path, rule, "onPodConditions", kRulesMax);
    check.each(path, rule, "onPodConditions", [&](const FieldPath &own, const JsonObject &condition) {
        check.errors.invalidEach(own / "type", textAt(condition, "type"),
                                 qualifiedNameErrors(textAt(condition, "type")));
        if (textAt(condition, "status").empty())
            check.errors.required(own / "status", "valid values: [\"False\" \"True\" \"Unknown\"]");
        check.optionalWord(own, condition, "status", kStatuses);
    });
    if (codes && conditions)
        check.errors.invalidWithoutValue(path, "specifying both OnExitCodes and OnPodConditions is not supported");
    if (!codes && !conditions)
        check.errors.invalidWithoutValue(path, "specifying one of OnExitCodes and OnPodConditions is required");
}

void checkSuccessRule(Checker &check, const FieldPath &path, const JsonObject &rule, int64_t completions) {
    const bool indexes = hasAt(rule, "succeededIndexes"), amount = hasAt(rule, "succeededCount");
    if (!indexes && !amount)
        check.errors.required(path, "at least one of succeededCount or succeededIndexes must be specified");
    int64_t named = completions;
    if (indexes) {
        const std::string_view text = textAt(rule, "succeededIndexes");
        check.maxBytes(path, rule, "succeededIndexes", kIndexesBytesMax);
        if (const Result<int64_t> counted = countIndexes(text, completions))
            named = *counted;
        else
            check.errors.invalid(path / "succeededIndexes", text,
                                 "error parsing succeededIndexes: " + counted.error().message);
    }
    const int64_t count = intAt(rule, "succeededCount");
    check.notNegative(path, rule, "succeededCount");
    if (amount && count > completions)
        check.errors.invalid(
            path / "succeededCount", count,
            fmt::format("must be less than or equal to {} (the number of specified completions)", completions));
    else if (amount && indexes && count > named)
        check.errors.invalid(path / "succeededCount", count,
                             fmt::format("must be less than or equal to {} (the number of indexes in the specified "
                                         "succeededIndexes field)",
                                         named));
}

void checkSuccessPolicy(Checker &check, const FieldPath &path, const JsonObject &spec) {
    if (!hasAt(spec, "successPolicy"))
        return;
    const JsonObject &policy = objectAt(spec, "successPolicy");
    if (textAt(spec, "completionMode") != "Indexed") {
        check.errors.invalid(path / "successPolicy", policy, "requires indexed completion mode");
        return;
    }
    if (arrayAt(policy, "rules").empty())
        check.errors.required(path / "successPolicy" / "rules",
                              "at least one rules must be specified when the successPolicy is specified");
    check.maxItems(path / "successPolicy", policy, "rules", kRulesMax);
    check.each(path / "successPolicy", policy, "rules", [&](const FieldPath &own, const JsonObject &rule) {
        checkSuccessRule(check, own, rule, intAt(spec, "completions"));
    });
}

void checkRestartPolicy(Checker &check, const FieldPath &path, const JsonObject &spec) {
    static constexpr std::string_view kPolicies[] = {"OnFailure", "Never"};
    const FieldPath own = path / "template" / "spec" / "restartPolicy";
    const std::string_view policy = textAt(spec, "template", "spec", "restartPolicy");
    if (policy.empty() || policy == "Always")
        check.errors.required(own, "valid values: \"OnFailure\", \"Never\"");
    else if (!oneOf(policy, kPolicies))
        check.errors.notSupported(own, policy, kPolicies);
    else if (policy != "Never")
        for (const std::string_view name : {"podFailurePolicy", "backoffLimitPerIndex"})
            if (hasAt(spec, name))
                check.errors.invalid(own, policy,
                                     fmt::format("only \"Never\" is supported when {} is specified", name));
}

} // namespace

Result<int64_t> countIndexes(std::string_view text, int64_t completions) {
    int64_t count = 0, last = -1;
    while (!text.empty()) {
        const size_t comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
        const size_t dash = part.find('-');
        int64_t ends[2] = {0, 0};
        const std::string_view words[2] = {part.substr(0, dash), dash == part.npos ? part : part.substr(dash + 1)};
        for (int i = 0; i < 2; ++i) {
            const char *end = words[i].data() + words[i].size();
            if (const auto [at, error] = std::from_chars(words[i].data(), end, ends[i]);
                error != std::errc() || at != end)
                return errors::other(fmt::format("cannot convert string to integer for index: {}", quoted(words[i])));
            if (ends[i] >= completions)
                return errors::other(fmt::format("too large index: {}", quoted(words[i])));
        }
        if (ends[0] <= last || ends[1] < ends[0])
            return errors::other(fmt::format("non-increasing order, previous: {}, current: {}",
                                             ends[0] <= last ? last : ends[0], ends[0] <= last ? ends[0] : ends[1]));
        count += ends[1] - ends[0] + 1;
        last = ends[1];
    }
    return count;
}

void validateJobSpec(Checker &check, const FieldPath &path, const JsonObject &spec) {
    static constexpr std::string_view kReplacement[] = {"Failed", "TerminatingOrFailed"};
    static constexpr std::string_view kOnlyFailed[] = {"Failed"};
    static constexpr std::string_view kAll[] = {"Always", "OnFailure", "Never"};
    checkNumbers(check, path, spec);
    checkCompletionMode(check, path, spec);
    const bool failurePolicy = hasAt(spec, "podFailurePolicy");
    const FieldPath own = path / "podFailurePolicy";
    check.maxItems(own, objectAt(spec, "podFailurePolicy"), "rules", kRulesMax);
    check.each(own, objectAt(spec, "podFailurePolicy"), "rules",
               [&](const FieldPath &at, const JsonObject &rule) { checkFailureRule(check, at, rule, spec); });
    checkSuccessPolicy(check, path, spec);
    check.optionalWord(path, spec, "podReplacementPolicy", failurePolicy ? Words(kOnlyFailed) : Words(kReplacement));
    validatePodTemplate(check, path / "template", objectAt(spec, "template"), kAll);
    checkRestartPolicy(check, path, spec);
}

} // namespace coracle::apiserver
