#include "clusterd/appliance/notices.h"

#include "core/api/time.h"

#include <algorithm>
#include <tuple>

namespace coracle::appliance {

namespace json = boost::json;

std::vector<Notice> Notices::current() {
    std::vector<Notice> all;
    for (const NoticeSource &source : m_sources)
        source(all);
    std::lock_guard lock(m_mutex);
    std::map<std::string, WallTime> seen;
    for (Notice &notice : all) {
        const std::string id = notice.id();
        const auto before = m_firstSeen.find(id);
        const WallTime first = before == m_firstSeen.end() ? m_clock.now() : before->second;
        seen[id] = first;
        if (!notice.since)
            notice.since = first;
    }
    m_firstSeen = std::move(seen);
    std::ranges::stable_sort(all, [](const Notice &a, const Notice &b) {
        return std::tie(a.severity, *a.since) < std::tie(b.severity, *b.since);
    });
    if (all.size() > kMost)
        all.erase(all.begin() + kMost, all.end());
    return all;
}

json::object describe(const Notice &notice) {
    static constexpr std::string_view kSeverities[] = {"critical", "warning", "info"};
    json::object parameters;
    for (const auto &[name, value] : notice.parameters)
        parameters[name] = value;
    json::object made{{"id", notice.id()},
                      {"severity", kSeverities[static_cast<size_t>(notice.severity)]},
                      {"reason", notice.reason},
                      {"message", notice.message},
                      {"mend", notice.mend},
                      {"parameters", std::move(parameters)},
                      {"since", api::Time(notice.since.value_or(WallTime())).text()}};
    if (notice.object) {
        json::object object{
            {"apiVersion", notice.object->apiVersion}, {"kind", notice.object->kind}, {"name", notice.object->name}};
        if (!notice.object->namespaceName.empty())
            object["namespace"] = notice.object->namespaceName;
        made["object"] = std::move(object);
    }
    if (notice.action) {
        json::object action{{"method", notice.action->method}, {"path", notice.action->path}};
        if (!notice.action->body.empty())
            action["body"] = notice.action->body;
        made["action"] = std::move(action);
    }
    return made;
}

} // namespace coracle::appliance
