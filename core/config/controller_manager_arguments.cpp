#include "core/config/controller_manager_arguments.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace coracle::config {

namespace {

using A = ControllerManagerArguments;

Result<A::Time> parsePositive(std::string_view text) {
    TRY(const A::Time value, parseDuration(text));
    if (value <= A::Time::zero())
        return errors::other(fmt::format("\"{}\" is not more than zero", text));
    return value;
}

Result<double> parseNumber(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value < 0)
        return errors::other(fmt::format("\"{}\" is not a number of at least 0", text));
    return value;
}

template<int64_t Least, int64_t Most>
Result<int> parseInt(std::string_view text) {
    TRY(const int64_t value, parseInteger(text, Least, Most));
    return static_cast<int>(value);
}

template<auto Member, auto Parse>
Result<> read(A &arguments, std::string_view value) {
    TRY(arguments.*Member, Parse(value));
    return {};
}

struct Row {
    std::string_view name;
    Result<> (*read)(A &, std::string_view);
};

constexpr Row kRows[] = {
    {"allocate-node-cidrs", read<&A::allocateNodeCidrs, parseBool>},
    {"horizontal-pod-autoscaler-cpu-initialization-period", read<&A::autoscalerCpuInitializationPeriod, parseDuration>},
    {"horizontal-pod-autoscaler-downscale-stabilization", read<&A::autoscalerDownscaleStabilization, parseDuration>},
    {"horizontal-pod-autoscaler-initial-readiness-delay", read<&A::autoscalerInitialReadinessDelay, parseDuration>},
    {"horizontal-pod-autoscaler-sync-period", read<&A::autoscalerSyncPeriod, parsePositive>},
    {"horizontal-pod-autoscaler-tolerance", read<&A::autoscalerTolerance, parseNumber>},
    {"large-cluster-size-threshold", read<&A::largeClusterSizeThreshold, parseInt<0, INT32_MAX>>},
    {"node-cidr-mask-size", read<&A::nodeCidrMaskSizeV4, parseInt<1, 32>>},
    {"node-cidr-mask-size-ipv4", read<&A::nodeCidrMaskSizeV4, parseInt<1, 32>>},
    {"node-cidr-mask-size-ipv6", read<&A::nodeCidrMaskSizeV6, parseInt<1, 128>>},
    {"node-eviction-rate", read<&A::nodeEvictionRate, parseNumber>},
    {"node-monitor-grace-period", read<&A::nodeMonitorGracePeriod, parsePositive>},
    {"node-monitor-period", read<&A::nodeMonitorPeriod, parsePositive>},
    {"node-startup-grace-period", read<&A::nodeStartupGracePeriod, parsePositive>},
    {"secondary-node-eviction-rate", read<&A::secondaryNodeEvictionRate, parseNumber>},
    {"unhealthy-zone-threshold", read<&A::unhealthyZoneThreshold, parseNumber>},
};

} // namespace

Result<ControllerManagerArguments> ControllerManagerArguments::from(std::span<const ComponentArgument> arguments) {
    ControllerManagerArguments result;
    for (const ComponentArgument &argument : arguments) {
        const auto row = std::ranges::find(kRows, argument.name, &Row::name);
        if (row == std::end(kRows)) {
            if (!argument.name.starts_with("leader-elect"))
                result.withoutEffect.push_back(argument.name);
        } else if (auto done = row->read(result, argument.value); !done) {
            return errors::other(fmt::format("invalid argument \"{}\" for \"--{}\" flag: {}", argument.value,
                                             argument.name, done.error().message));
        }
    }
    return result;
}

} // namespace coracle::config
