#include "core/config/leader_election_arguments.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::config {

namespace {

using A = LeaderElectionArguments;
using std::chrono::nanoseconds;

Result<std::chrono::seconds> parseLease(std::string_view text) {
    TRY(const nanoseconds value, parseDuration(text));
    return std::chrono::ceil<std::chrono::seconds>(value); // a Lease counts whole seconds
}

Result<std::string> parseName(std::string_view text) {
    return parseDnsName(text);
}

Result<bool> parseLock(std::string_view text) {
    if (text != "leases")
        return errors::other("only \"leases\" are supported");
    return true;
}

template<auto Member, auto Parse>
Result<> read(A &arguments, const std::string &value) {
    TRY(arguments.*Member, Parse(value));
    return {};
}

Result<> readLock(A &, const std::string &value) {
    CHECK(parseLock(value));
    return {};
}

struct Row {
    std::string_view name;
    Result<> (*read)(A &, const std::string &);
};

constexpr Row kRows[] = {
    {"leader-elect", read<&A::leaderElect, parseBool>},
    {"leader-elect-lease-duration", read<&A::leaseDuration, parseLease>},
    {"leader-elect-renew-deadline", read<&A::renewDeadline, parseDuration>},
    {"leader-elect-resource-lock", readLock},
    {"leader-elect-resource-name", read<&A::resourceName, parseName>},
    {"leader-elect-resource-namespace", read<&A::resourceNamespace, parseName>},
    {"leader-elect-retry-period", read<&A::retryPeriod, parseDuration>},
};

} // namespace

Result<LeaderElectionArguments> LeaderElectionArguments::from(std::span<const ComponentArgument> arguments) {
    LeaderElectionArguments result;
    for (const ComponentArgument &argument : arguments) {
        const auto row = std::ranges::find(kRows, argument.name, &Row::name);
        if (row == std::end(kRows))
            continue;
        if (auto done = row->read(result, argument.value); !done)
            return errors::other(fmt::format("invalid argument \"{}\" for \"--{}\" flag: {}", argument.value,
                                             argument.name, done.error().message));
    }
    if (result.leaseDuration <= result.renewDeadline)
        return errors::other("leader-elect-lease-duration must be greater than leader-elect-renew-deadline");
    if (result.retryPeriod <= nanoseconds::zero())
        return errors::other("leader-elect-retry-period must be greater than zero");
    if (result.renewDeadline <= result.retryPeriod + result.retryPeriod / 5)
        return errors::other("leader-elect-renew-deadline must be greater than 1.2 times leader-elect-retry-period");
    return result;
}

} // namespace coracle::config
