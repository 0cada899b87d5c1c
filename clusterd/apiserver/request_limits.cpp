#include "clusterd/apiserver/request_limits.h"

#include <algorithm>
#include <array>

namespace coracle::apiserver {

namespace {

constexpr std::array<std::string_view, 5> kLongSubresources = {"attach", "exec", "log", "portforward", "proxy"};
constexpr std::array<std::string_view, 6> kReadingVerbs = {"get", "list", "watch", "head", "options", "proxy"};
constexpr int kRetryAfterSeconds = 1;

metrics::Counter &dropped(std::string_view kind) {
    return metrics::registry()
        .counter("apiserver_dropped_requests_total",
                 "Number of requests dropped with 'Try again later' response. Use apiserver_request_total and/or "
                 "apiserver_request_terminations_total metrics instead.",
                 {"request_kind"})
        .with({kind});
}

} // namespace

bool isLongRunning(const RequestInfo &info) {
    return info.isResource && (info.verb == "watch" || info.verb == "proxy" ||
                               std::ranges::find(kLongSubresources, info.subresource) != kLongSubresources.end());
}

bool isMutating(const RequestInfo &info) {
    return std::ranges::find(kReadingVerbs, info.verb) == kReadingVerbs.end();
}

InFlightLimiter::InFlightLimiter(RequestLimits limits)
    : m_limits(limits), m_droppedReading(dropped("readOnly")), m_droppedMutating(dropped("mutating")) {}

Result<InFlightLimiter::Place> InFlightLimiter::enter(const RequestInfo &info, const UserInfo &user) {
    if (isLongRunning(info))
        return Place();
    const bool mutating = isMutating(info);
    std::atomic<int> &running = mutating ? m_mutating : m_reading;
    const int limit = mutating ? m_limits.maxMutatingRequestsInFlight : m_limits.maxRequestsInFlight;
    Place place(&running);
    const int before = running.fetch_add(1, std::memory_order_relaxed);
    if (limit <= 0 || before < limit || std::ranges::find(user.groups, kSystemMasters) != user.groups.end())
        return place;
    (mutating ? m_droppedMutating : m_droppedReading).add();
    return errors::tooManyRequests("Too many requests, please try again later.", kRetryAfterSeconds);
}

} // namespace coracle::apiserver
