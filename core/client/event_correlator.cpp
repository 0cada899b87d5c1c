#include "core/client/event_correlator.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::client {

namespace {

constexpr size_t kSimilarMax = 10;
constexpr auto kSimilarFor = std::chrono::minutes(10);
constexpr double kBurst = 25;
constexpr std::chrono::duration<double> kRefill = std::chrono::minutes(5);

} // namespace

EventCorrelator::Decision EventCorrelator::take(const Event &event, SteadyTime now) {
    const std::string group = fmt::format("{}\n{}\n{}", event.object, event.type, event.reason);
    Similar &similar = m_similar[group];
    if (now - similar.last > kSimilarFor)
        similar.messages.clear();
    similar.last = now;
    similar.messages.emplace(event.message);
    Decision decision;
    if (similar.messages.size() < kSimilarMax) {
        decision.key = fmt::format("{}\n{}\n{}", group, event.fieldPath, event.message);
        decision.message = event.message;
    } else {
        similar.messages.erase(similar.messages.begin());
        decision.key = group;
        decision.message = fmt::format("(combined from similar events): {}", event.message);
    }
    Counted &counted = m_counted[decision.key];
    decision.count = ++counted.count;
    decision.record = counted.record;
    decision.skip = !spend(std::string(event.object), now);
    return decision;
}

bool EventCorrelator::spend(const std::string &object, SteadyTime now) {
    Bucket &bucket = m_buckets[object];
    if (!std::exchange(bucket.used, true))
        bucket.tokens = kBurst;
    else
        bucket.tokens = std::min(kBurst, bucket.tokens + (now - bucket.last) / kRefill);
    bucket.last = now;
    if (bucket.tokens < 1)
        return false;
    bucket.tokens -= 1;
    return true;
}

void EventCorrelator::wrote(const std::string &key, Record record) {
    m_counted[key].record = std::move(record);
}

} // namespace coracle::client
