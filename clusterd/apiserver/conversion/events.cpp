#include "clusterd/apiserver/conversion/shapes.h"

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

/// Top-level members of an Event: core v1 on the left, events.k8s.io v1 on the right; others are the same.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kMembers{{
    {"involvedObject", "regarding"},
    {"message", "note"},
    {"source", "deprecatedSource"},
    {"firstTimestamp", "deprecatedFirstTimestamp"},
    {"lastTimestamp", "deprecatedLastTimestamp"},
    {"count", "deprecatedCount"},
    {"reportingComponent", "reportingController"},
}};

void rename(json::object &object, std::string_view from, std::string_view to) {
    json::value *member = object.if_contains(from);
    if (!member)
        return;
    json::value moved = std::move(*member);
    object.erase(from);
    object.insert_or_assign(to, std::move(moved));
}

} // namespace

void coreEventToEvents(json::object &event) {
    for (const auto &[core, events] : kMembers)
        rename(event, core, events);
}

void eventsEventToCore(json::object &event) {
    for (const auto &[core, events] : kMembers)
        rename(event, events, core);
}

} // namespace coracle::apiserver
