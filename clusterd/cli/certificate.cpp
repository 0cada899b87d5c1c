#include "clusterd/cli/arguments.h"
#include "clusterd/cli/command.h"
#include "clusterd/cluster/certificates.h"
#include "clusterd/datastore/data_lock.h"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::cli {

namespace {

using cluster::CertificateState;

const std::vector<Argument> kArguments{
    {.name = "data-dir", .shortName = 'd', .help = "folder that holds all state", .environment = "DATA_DIR"},
    {.name = "service", .shortName = 's', .list = true, .help = "only the certificates of this service (rotate)"},
    {.name = "output", .shortName = 'o', .help = "text or table (check)", .defaultText = "text"},
};

Result<ParsedArguments> parse(const Invocation &invocation, std::string_view purpose) {
    TRY(auto parsed, parseArguments(kArguments, invocation.arguments));
    if (parsed.help)
        fmt::print("{}", helpText({.command = invocation.command,
                                   .purpose = std::string(purpose),
                                   .usage = "[OPTIONS]",
                                   .arguments = kArguments}));
    return parsed;
}

std::string_view word(CertificateState::Health health) {
    switch (health) {
    case CertificateState::Health::Ok:
        return "OK";
    case CertificateState::Health::Warning:
        return "WARNING";
    case CertificateState::Health::Expired:
        return "EXPIRED";
    }
    return "";
}

Result<int> check(const Invocation &invocation) {
    TRY(const auto parsed, parse(invocation, "show when certificates expire"));
    if (parsed.help)
        return 0;
    const std::string form = parsed.value("output", "text");
    if (form != "text" && form != "table")
        return errors::other(fmt::format("--output: \"{}\" is not one of text|table", form));
    TRY(const auto paths, findPaths(invocation, parsed.value("data-dir")));
    const auto states = inspectCertificates(paths, systemClock());
    if (states.empty())
        return errors::other(fmt::format("there are no certificates below {}", paths.data.string()));
    if (form == "table")
        fmt::print("{:<42} {:<55} {:<12} {:<20} {:<10} {}\n", "FILENAME", "SUBJECT", "USAGES", "EXPIRES", "RESIDUAL",
                   "STATUS");
    for (const CertificateState &state : states) {
        const auto left = std::chrono::duration_cast<std::chrono::days>(state.notAfter - systemClock().now());
        const auto second = std::chrono::time_point_cast<std::chrono::seconds>(state.notAfter);
        if (form == "table")
            fmt::print("{:<42} {:<55} {:<12} {:%Y-%m-%dT%H:%M:%SZ} {:<10} {}\n", state.file, state.subject,
                       fmt::join(state.usages, ","), second, fmt::format("{}d", left.count()), word(state.health));
        else
            fmt::print("{}: certificate {} ({}) expires {:%Y-%m-%dT%H:%M:%SZ}: {}\n", state.file, state.subject,
                       fmt::join(state.usages, ","), second, word(state.health));
    }
    return std::ranges::any_of(states, [](auto &s) { return s.health == CertificateState::Health::Expired; }) ? 1 : 0;
}

Result<int> rotate(const Invocation &invocation) {
    TRY(const auto parsed, parse(invocation, "make new leaf certificates at the next start"));
    if (parsed.help)
        return 0;
    const auto services = parsed.values("service");
    const auto known = cluster::certificateServices();
    for (const std::string &service : services)
        if (std::ranges::find(known, service) == known.end())
            return errors::other(fmt::format("--service: \"{}\" is not one of {}", service, fmt::join(known, "|")));
    TRY(const auto paths, findPaths(invocation, parsed.value("data-dir")));
    auto lock = datastore::DataLock::acquire(paths.lock());
    if (!lock)
        return Failure(withContext("the server must be stopped first", std::move(lock).error()));
    TRY(const auto moved, rotateCertificates(paths, services, systemClock()));
    for (const std::string &file : moved)
        fmt::print("moved {}\n", file);
    fmt::print("{} files moved; the next start makes new certificates\n", moved.size());
    return 0;
}

} // namespace

Result<int> runCertificate(const Invocation &invocation) {
    static constexpr Command kCommands[] = {
        {"check", "show when certificates expire", check},
        {"rotate", "make new leaf certificates at the next start", rotate},
    };
    return runSubcommand(invocation, "manage certificates", kCommands);
}

} // namespace coracle::cli
