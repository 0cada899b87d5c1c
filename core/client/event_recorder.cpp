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
    m_queue.push_back({about, kind, std::string(reason), std::string(message)});
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

Task<bool> EventRecorder::countOn(EventCorrelator::Decision decision, std::string now) {
    const EventCorrelator::Record &record = decision.record;
    if (record.name.empty())
        co_return false;
    const json::object patch{{"count", decision.count}, {"lastTimestamp", now}, {"message", decision.message}};
    auto patched =
        co_await m_client.patch(events(), record.namespaceName, record.name, PatchType::Merge, json::serialize(patch));
    if (patched)
        co_return true;
    log::debug("events", "cannot count on {}: {}", record.name, patched.error().message);
    co_return !isNotFound(patched.error()); // one that has expired is made anew, and goes on counting
}

Task<> EventRecorder::write(Pending pending) {
    const std::string object = fmt::format("{}/{}/{}/{}/{}", pending.about.apiVersion, pending.about.kind,
                                           pending.about.namespaceName, pending.about.name, pending.about.uid);
    const EventCorrelator::Event event{object, pending.about.fieldPath, kindText(pending.kind), pending.reason,
                                       pending.message};
    const EventCorrelator::Decision decision = m_correlator.take(event, m_clock.steadyNow());
    if (decision.skip)
        co_return;
    const std::string now = api::Time(m_clock.now()).text();
    if (co_await countOn(decision, now))
        co_return;
    const std::string &known = decision.record.firstTimestamp, &first = known.empty() ? now : known;
    // Events about cluster-scoped objects live in the namespace default (client-go tools/record).
    const std::string namespaceName = pending.about.namespaceName.empty() ? "default" : pending.about.namespaceName;
    const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(m_clock.now().time_since_epoch()).count();
    const std::string name = fmt::format("{}.{:x}", pending.about.name, nanos + static_cast<int64_t>(m_written++));
    json::object source{{"component", m_component}};
    if (!m_host.empty())
        source["host"] = m_host;
    const json::object body{
        {"apiVersion", "v1"},
        {"kind", "Event"},
        {"metadata", json::object{{"name", name}, {"namespace", namespaceName}}},
        {"involvedObject", referenceJson(pending.about)},
        {"reason", pending.reason},
        {"message", decision.message},
        {"source", std::move(source)},
        {"firstTimestamp", first},
        {"lastTimestamp", now},
        {"count", decision.count},
        {"type", kindText(pending.kind)},
        {"eventTime", nullptr},
        {"reportingComponent", m_component},
        {"reportingInstance", m_host},
    };
    auto created = co_await m_client.create(events(), namespaceName, json::serialize(body));
    if (!created) {
        log::debug("events", "cannot record {} of {}: {}", pending.reason, pending.about.name, created.error().message);
        co_return;
    }
    m_correlator.wrote(decision.key, {namespaceName, name, first});
}

} // namespace coracle::client
