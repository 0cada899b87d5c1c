#include "clusterd/apiserver/health.h"

#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

void HealthChecks::add(std::string name, Check check, Kind kind) {
    std::lock_guard lock(m_mutex);
    m_checks.push_back({std::move(name), std::move(check), kind});
}

std::vector<HealthChecks::Entry> HealthChecks::checks() const {
    std::lock_guard lock(m_mutex);
    return m_checks;
}

bool HealthChecks::ready() const {
    return std::ranges::all_of(checks(), [](const Entry &entry) { return entry.check().has_value(); });
}

HealthChecks::Report HealthChecks::report(std::string_view endpoint, std::string_view check,
                                          const http::Target &target) const {
    std::vector<std::string_view> excluded = target.params("exclude");
    Report report;
    bool found = check.empty();
    for (const Entry &entry : checks()) {
        if ((!check.empty() && entry.name != check) || (endpoint == "livez" && entry.kind == Kind::Ready))
            continue;
        found = true;
        if (std::ranges::find(excluded, entry.name) != excluded.end()) {
            std::erase(excluded, entry.name);
            report.text += fmt::format("[+]{} excluded: ok\n", entry.name);
            continue;
        }
        Result<> result = entry.check();
        if (!result) {
            report.code = 500;
            log::debug("apiserver", "{} check \"{}\" failed: {}", endpoint, entry.name, result.error().message);
        }
        report.text +=
            result ? fmt::format("[+]{} ok\n", entry.name) : fmt::format("[-]{} failed: reason withheld\n", entry.name);
    }
    if (!found)
        return {404, "404 page not found\n"};
    for (std::string_view unknown : excluded)
        report.text += fmt::format("warn: some health checks cannot be excluded: no matches for \"{}\"\n", unknown);
    if (report.code != 200)
        report.text += fmt::format("{} check failed\n", endpoint);
    else if (target.hasParam("verbose") && check.empty())
        report.text += fmt::format("{} check passed\n", endpoint);
    else
        report.text = "ok";
    return report;
}

} // namespace coracle::apiserver
