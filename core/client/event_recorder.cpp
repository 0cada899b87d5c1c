#include "core/client/event_recorder.h"

#include "core/api/time.h"
#include "core/base/clock.h"
#include "core/base/log.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::client {

namespace json = boost::json;

namespace {

constexpr size_t kQueueLengthMax = 1000;
constexpr size_t kSeenMax = 4096;

const ResourceInfo &events() {
    static const ResourceInfo &resource = *api::findResource("", "v1", "events");
    return resource;
}

json::object referenceJson(const ObjectReference &about) {
    json::object reference;
    auto put = [&](const char *name, const std::string &value) {
        if (!value.empty())
            reference[name] = value;
    };
    put("kind", about.kind);
    put("namespace", about.namespaceName);
    put("name", about.name);
    put("uid", about.uid);
    put("apiVersion", about.apiVersion);
    put("resourceVersion", about.resourceVersion);
    put("fieldPath", about.fieldPath);
    return reference;
}

std::string_view kindText(EventKind kind) {
    return kind == EventKind::Normal ? "Normal" : "Warning";
}

} // namespace

ObjectReference ObjectReference::to(const api::Object &object, std::string fieldPath) {
    return {.apiVersion = std::string(object.apiVersion()),
            .kind = std::string(object.kind()),
            .namespaceName = std::string(object.namespaceName()),
            .name = std::string(object.name()),
            .uid = std::string(object.uid()),
            .resourceVersion = std::to_string(object.resourceVersion()),
            .fieldPath = std::move(fieldPath)};
}

EventRecorder::EventRecorder(Client &client, Clock &clock, Gate &gate, std::string component, std::string host)
    : m_client(client), m_clock(clock), m_gate(gate), m_component(std::move(component)), m_host(std::move(host)) {}

void EventRecorder::event(const ObjectReference &about, EventKind kind, std::string_view reason,
                          std::string_view message) {
    if (m_queue.size() >= kQueueLengthMax) {
        if (m_dropped++ % kQueueLengthMax == 0)
            log::warning("events", "the queue of {} is full, {} events were dropped", m_component, m_dropped);
        return;
    }
    std::string key = fmt::format("{}/{}/{}/{}/{}/{}/{}", about.kind, about.namespaceName, about.name, about.uid,
                                  about.fieldPath, reason, message);
    m_queue.push_back({std::move(key), about, kind, std::string(reason), std::string(message)});
    if (!m_running) {
        m_running = true;
        m_gate.spawn([this] { return run(); });
    }
}

Task<> EventRecorder::run() {
    while (!m_queue.empty()) {
        Pending pending = std::move(m_queue.front());
        m_queue.pop_front();
        co_await write(std::move(pending));
    }
    m_running = false;
}

Task<> EventRecorder::write(Pending pending) {
    const std::string now = api::Time(m_clock.now()).text();
    if (auto seen = m_seen.find(pending.key); seen != m_seen.end()) {
        const json::object patch{{"count", seen->second.count + 1}, {"lastTimestamp", now}};
        auto patched = co_await m_client.patch(events(), seen->second.namespaceName, seen->second.name,
                                               PatchType::Merge, json::serialize(patch));
        if (patched) {
            ++seen->second.count;
            co_return;
        }
        m_seen.erase(pending.key);
    }
    // Events about cluster-scoped objects live in the namespace default (client-go tools/record).
    const std::string namespaceName = pending.about.namespaceName.empty() ? "default" : pending.about.namespaceName;
    const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(m_clock.now().time_since_epoch()).count();
    const std::string name = fmt::format("{}.{:x}", pending.about.name, nanos + static_cast<int64_t>(m_seen.size()));
    json::object source{{"component", m_component}};
    if (!m_host.empty())
        source["host"] = m_host;
    const json::object event{
        {"apiVersion", "v1"},
        {"kind", "Event"},
        {"metadata", json::object{{"name", name}, {"namespace", namespaceName}}},
        {"involvedObject", referenceJson(pending.about)},
        {"reason", pending.reason},
        {"message", pending.message},
        {"source", std::move(source)},
        {"firstTimestamp", now},
        {"lastTimestamp", now},
        {"count", 1},
        {"type", kindText(pending.kind)},
        {"eventTime", nullptr},
        {"reportingComponent", m_component},
        {"reportingInstance", m_host},
    };
    auto created = co_await m_client.create(events(), namespaceName, json::serialize(event));
    if (!created) {
        log::debug("events", "cannot record {} of {}: {}", pending.reason, pending.about.name, created.error().message);
        co_return;
    }
    if (m_seen.size() >= kSeenMax)
        m_seen.clear();
    m_seen[pending.key] = {namespaceName, name, now, 1};
}

} // namespace coracle::client
