#include "clusterd/controllers/podautoscaler/scaling_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace coracle::controllers::podautoscaler {

namespace {

using Entries = std::vector<History::Entry>;

// Without behavior, the target may at most double, and may always reach four.
constexpr int32_t kScaleUpFactor = 2;
constexpr int32_t kScaleUpFloor = 4;

constexpr Reason kReady{"ReadyForNewScale", "the recommended size needs no stabilization"};
constexpr Reason kUpStabilized{"ScaleUpStabilized", "the lowest recommendation of the stabilization window is applied"};
constexpr Reason kDownStabilized{"ScaleDownStabilized",
                                 "the highest recommendation of the stabilization window is applied"};
constexpr Reason kWithin{"DesiredWithinRange", "the desired number of replicas is within its limits"};
constexpr Reason kTooMany{"TooManyReplicas", "the desired number of replicas is above maxReplicas"};
constexpr Reason kTooFew{"TooFewReplicas", "the desired number of replicas is below minReplicas"};
constexpr Reason kUpLimit{"ScaleUpLimit", "the desired number of replicas grows faster than the policies allow"};
constexpr Reason kDownLimit{"ScaleDownLimit", "the desired number of replicas shrinks faster than the policies allow"};

Duration window(const ScalingRules &rules, Duration otherwise) {
    return rules.stabilizationWindowSeconds ? std::chrono::seconds(*rules.stabilizationWindowSeconds) : otherwise;
}

Duration longestPeriod(const ScalingRules &rules) {
    int32_t longest = 0;
    for (const ScalingPolicy &policy : rules.policies)
        longest = std::max(longest, policy.periodSeconds);
    return std::chrono::seconds(longest);
}

void forget(Entries &entries, SteadyTime before) {
    std::erase_if(entries, [&](const History::Entry &entry) { return entry.when < before; });
}

int32_t changeSince(const Entries &entries, SteadyTime since) {
    int32_t sum = 0;
    for (const History::Entry &entry : entries)
        if (entry.when > since)
            sum += entry.replicas;
    return sum;
}

/// The number of replicas at the beginning of a policy's period.
int32_t atStart(const ScalingPolicy &policy, const History &history, int32_t current, SteadyTime now) {
    const SteadyTime since = now - std::chrono::seconds(policy.periodSeconds);
    return current - changeSince(history.added, since) + changeSince(history.removed, since);
}

int32_t clamped(double replicas) {
    return static_cast<int32_t>(std::clamp<double>(replicas, 0, std::numeric_limits<int32_t>::max()));
}

/// Between the lowest and the highest recommendation of the windows, as near to the current number as that allows.
int32_t stabilized(Duration upWindow, Duration downWindow, const History &history, int32_t current, int32_t desired,
                   SteadyTime now) {
    int32_t lowest = desired, highest = desired;
    for (const History::Entry &entry : history.recommendations) {
        if (entry.when > now - upWindow)
            lowest = std::min(lowest, entry.replicas);
        if (entry.when > now - downWindow)
            highest = std::max(highest, entry.replicas);
    }
    return std::min(std::max(current, lowest), highest);
}

void limit(Decision &decision, int32_t replicas, const Reason &reason) {
    decision.replicas = replicas;
    decision.limited = true;
    decision.limit = reason;
}

} // namespace

void History::recommend(const AutoscalerSpec &spec, const Settings &settings, int32_t replicas, SteadyTime now) {
    Duration keep = settings.downscaleStabilization;
    if (spec.behavior)
        keep = std::max(window(spec.behavior->up, Duration()),
                        window(spec.behavior->down, settings.downscaleStabilization));
    forget(recommendations, now - keep);
    recommendations.push_back({now, replicas});
}

void History::scaled(const AutoscalerSpec &spec, int32_t from, int32_t to, SteadyTime now) {
    if (!spec.behavior) { // there are no policies to ask for it
        added.clear();
        removed.clear();
        return;
    }
    const SteadyTime oldest = now - std::max(longestPeriod(spec.behavior->up), longestPeriod(spec.behavior->down));
    forget(added, oldest);
    forget(removed, oldest);
    (to > from ? added : removed).push_back({now, std::abs(to - from)});
}

int32_t scaleUpLimit(const ScalingRules &rules, const History &history, int32_t current, SteadyTime now) {
    if (rules.select == ScalingRules::Select::Disabled || rules.policies.empty())
        return current;
    const bool least = rules.select == ScalingRules::Select::Min;
    int32_t result = least ? std::numeric_limits<int32_t>::max() : current;
    for (const ScalingPolicy &policy : rules.policies) {
        const double start = atStart(policy, history, current, now);
        // Rounded up: a small target would otherwise never grow.
        const int32_t allowed = policy.type == ScalingPolicy::Type::Pods
                                    ? clamped(start + policy.value)
                                    : clamped(std::ceil(start * (100.0 + policy.value) / 100.0));
        result = least ? std::min(result, allowed) : std::max(result, allowed);
    }
    return std::max(result, current);
}

int32_t scaleDownLimit(const ScalingRules &rules, const History &history, int32_t current, SteadyTime now) {
    if (rules.select == ScalingRules::Select::Disabled || rules.policies.empty())
        return current;
    const bool least = rules.select == ScalingRules::Select::Min; // the smallest change leaves the most replicas
    int32_t result = least ? 0 : current;
    for (const ScalingPolicy &policy : rules.policies) {
        const double start = atStart(policy, history, current, now);
        const int32_t allowed = policy.type == ScalingPolicy::Type::Pods
                                    ? clamped(start - policy.value)
                                    : clamped(std::floor(start * (100.0 - policy.value) / 100.0));
        result = least ? std::max(result, allowed) : std::min(result, allowed);
    }
    return std::min(result, current);
}

Decision decide(const AutoscalerSpec &spec, const Settings &settings, const History &history, int32_t current,
                int32_t desired, SteadyTime now) {
    Decision decision{.ableToScale = kReady, .limit = kWithin};
    if (!spec.behavior) {
        int32_t wanted = desired;
        for (const History::Entry &entry : history.recommendations)
            if (entry.when >= now - settings.downscaleStabilization)
                wanted = std::max(wanted, entry.replicas);
        if (wanted != desired)
            decision.ableToScale = kDownStabilized;
        decision.replicas = wanted;
        const int64_t fastest = std::max<int64_t>(int64_t(current) * kScaleUpFactor, kScaleUpFloor);
        if (wanted < spec.minReplicas)
            limit(decision, spec.minReplicas, kTooFew);
        else if (wanted > std::min<int64_t>(fastest, spec.maxReplicas))
            limit(decision, static_cast<int32_t>(std::min<int64_t>(fastest, spec.maxReplicas)),
                  fastest < spec.maxReplicas ? kUpLimit : kTooMany);
        return decision;
    }
    const Behavior &behavior = *spec.behavior;
    const int32_t wanted =
        stabilized(window(behavior.up, Duration()), window(behavior.down, settings.downscaleStabilization), history,
                   current, desired, now);
    if (wanted != desired)
        decision.ableToScale = desired >= current ? kUpStabilized : kDownStabilized;
    decision.replicas = wanted;
    if (wanted > current) {
        const int32_t most = scaleUpLimit(behavior.up, history, current, now);
        if (wanted > std::min(most, spec.maxReplicas))
            limit(decision, std::min(most, spec.maxReplicas), most < spec.maxReplicas ? kUpLimit : kTooMany);
    } else if (wanted < current) {
        const int32_t fewest = scaleDownLimit(behavior.down, history, current, now);
        if (wanted < std::max(fewest, spec.minReplicas))
            limit(decision, std::max(fewest, spec.minReplicas), fewest > spec.minReplicas ? kDownLimit : kTooFew);
    }
    return decision;
}

} // namespace coracle::controllers::podautoscaler
