#include "clusterd/appliance/operations.h"

#include "clusterd/apiserver/handlers/status_body.h"
#include "core/api/time.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr size_t kKeptMax = 100;

struct KindInfo {
    std::string_view name;
    bool endsDaemon = false; ///< only one of these at a time
};

constexpr KindInfo kKinds[] = {{"restart", true}, {"drain"},   {"reboot", true},  {"rotateCertificates", true},
                               {"compact"},       {"backup"},  {"restore", true}, {"importImage"},
                               {"removeImage"},   {"cleanup"}, {"upgrade", true}, {"supportBundle"}};

const KindInfo &infoOf(OperationKind kind) {
    return kKinds[static_cast<size_t>(kind)];
}

std::string_view stateName(OperationState state) {
    static constexpr std::string_view kNames[] = {"running", "succeeded", "failed", "cancelled"};
    return kNames[static_cast<size_t>(state)];
}

} // namespace

std::string_view operationKindName(OperationKind kind) {
    return infoOf(kind).name;
}

std::optional<OperationKind> findOperationKind(std::string_view name) {
    for (size_t i = 0; i < std::size(kKinds); ++i)
        if (kKinds[i].name == name)
            return static_cast<OperationKind>(i);
    return std::nullopt;
}

json::object OperationInfo::json() const {
    json::object made{{"id", id},
                      {"kind", operationKindName(kind)},
                      {"target", target},
                      {"state", stateName(state)},
                      {"phase", phase},
                      {"progress", progress},
                      {"message", message},
                      {"cancellable", cancellable && state == OperationState::Running},
                      {"startedAt", api::Time(startedAt).text()},
                      {"updatedAt", api::Time(updatedAt).text()}};
    if (finishedAt)
        made["finishedAt"] = api::Time(*finishedAt).text();
    if (error)
        made["error"] = json::parse(apiserver::statusBody(*error));
    if (!result.empty())
        made["result"] = result;
    return made;
}

/// The gate is the work's alone, so that one operation can be cancelled.
struct Operations::Entry {
    OperationInfo info;
    std::unique_ptr<Gate> gate;
};

OperationInfo Operation::info() const {
    return m_owner.get(m_id).value_or(OperationInfo());
}

void Operation::enter(std::string_view phase, double progress, std::string message) {
    m_owner.change(m_id, [&](OperationInfo &info) {
        info.phase = phase;
        info.progress = std::clamp(progress, info.progress, 1.0);
        info.message = std::move(message);
    });
}

void Operation::report(double progress, std::string message) {
    m_owner.change(m_id, [&](OperationInfo &info) {
        info.progress = std::clamp(progress, info.progress, 1.0);
        info.message = std::move(message);
    });
}

void Operation::setResult(json::object result) {
    m_owner.change(m_id, [&](OperationInfo &info) { info.result = std::move(result); });
}

void Operation::forbidCancelling() {
    m_owner.change(m_id, [](OperationInfo &info) { info.cancellable = false; });
}

Operations::Operations(Clock &clock, Random &random, Executor executor)
    : m_clock(clock), m_random(random), m_executor(std::move(executor)) {}

Operations::~Operations() = default;

Operations::EntryPtr Operations::find(std::string_view id) const {
    const auto found = std::ranges::find_if(m_entries, [&](const EntryPtr &entry) { return entry->info.id == id; });
    return found == m_entries.end() ? nullptr : *found;
}

/// With the mutex held.
Result<> Operations::check(OperationKind kind, std::string_view target) const {
    if (m_stopped)
        return errors::serviceUnavailable("the daemon is stopping");
    for (const EntryPtr &other : m_entries) {
        if (other->info.state != OperationState::Running)
            continue;
        const bool same = other->info.kind == kind && other->info.target == target;
        if (same || (infoOf(other->info.kind).endsDaemon && infoOf(kind).endsDaemon))
            return errors::conflict("operations", "", other->info.id,
                                    fmt::format("operation {} ({}) is still running; wait for it or cancel it",
                                                other->info.id, operationKindName(other->info.kind)));
    }
    return {};
}

Result<> Operations::admits(OperationKind kind, std::string_view target) const {
    std::lock_guard lock(m_mutex);
    return check(kind, target);
}

/// With the mutex held.
Result<Operations::EntryPtr> Operations::add(OperationInfo info) {
    CHECK(check(info.kind, info.target));
    if (m_entries.size() >= kKeptMax) {
        const auto oldest = std::ranges::find_if(
            m_entries, [](const EntryPtr &entry) { return entry->info.state != OperationState::Running; });
        if (oldest == m_entries.end())
            return errors::tooManyRequests("too many operations are running", 10);
        m_entries.erase(oldest);
    }
    info.version = ++m_version;
    m_entries.push_back(std::make_shared<Entry>(Entry{std::move(info), std::make_unique<Gate>(m_executor)}));
    return m_entries.back();
}

Result<OperationInfo> Operations::begin(OperationKind kind, std::string target, Work work, std::string id) {
    const WallTime now = m_clock.now();
    std::unique_lock lock(m_mutex);
    TRY(const EntryPtr entry, add({.id = id.empty() ? newId() : std::move(id),
                                   .kind = kind,
                                   .target = std::move(target),
                                   .startedAt = now,
                                   .updatedAt = now}));
    const OperationInfo begun = entry->info;
    lock.unlock();
    // The gate is the executor's.
    asio::post(m_executor, [this, entry, work = std::move(work)]() mutable {
        entry->gate->spawn([this, entry, work = std::move(work)] { return run(entry, work); });
    });
    m_changes.notify();
    return begun;
}

std::shared_ptr<Operation> Operations::adopt(OperationInfo info) {
    auto operation = std::make_shared<Operation>(*this, info.id);
    {
        std::lock_guard lock(m_mutex);
        if (!find(info.id))
            (void)add(std::move(info));
    }
    m_changes.notify();
    return operation;
}

Task<> Operations::run(EntryPtr entry, Work work) {
    const std::string id = entry->info.id; // never changes
    // Unwound by a cancellation, this is how the operation ends.
    struct Ending {
        Operations &owner;
        const std::string &id;
        ~Ending() { owner.end(id, OperationState::Cancelled, std::nullopt, std::nullopt); }
    } const ending{*this, id};
    auto operation = std::make_shared<Operation>(*this, id);
    auto outcome = co_await work(operation);
    if (!outcome && entry->gate->closed())
        co_return; // what it waited for failed because it was cancelled
    finish(id, std::move(outcome));
}

void Operations::finish(const std::string &id, Result<json::object> outcome) {
    if (outcome)
        end(id, OperationState::Succeeded, std::nullopt, std::move(*outcome));
    else
        end(id, OperationState::Failed, std::move(outcome).error(), std::nullopt);
}

void Operations::change(std::string_view id, const std::function<void(OperationInfo &)> &function) {
    {
        std::lock_guard lock(m_mutex);
        const EntryPtr entry = find(id);
        if (!entry || entry->info.state != OperationState::Running)
            return;
        function(entry->info);
        entry->info.updatedAt = m_clock.now();
        entry->info.version = ++m_version;
    }
    m_changes.notify();
}

void Operations::end(std::string_view id, OperationState state, std::optional<Status> error,
                     std::optional<json::object> result) {
    change(id, [&](OperationInfo &info) {
        // What may not be cancelled goes on in the next process.
        if (state == OperationState::Cancelled && !info.cancellable)
            return;
        info.state = state;
        info.finishedAt = m_clock.now();
        if (state == OperationState::Succeeded) {
            info.progress = 1;
            info.message.clear();
        }
        if (error)
            info.message = error->message;
        info.error = std::move(error);
        if (result)
            info.result = std::move(*result);
    });
}

std::vector<OperationInfo> Operations::list() const {
    std::lock_guard lock(m_mutex);
    std::vector<OperationInfo> all;
    for (auto entry = m_entries.rbegin(); entry != m_entries.rend(); ++entry)
        all.push_back((*entry)->info);
    return all;
}

Result<OperationInfo> Operations::get(std::string_view id) const {
    std::lock_guard lock(m_mutex);
    const EntryPtr entry = find(id);
    if (!entry)
        return errors::notFound("operations", "", id);
    return entry->info;
}

Result<OperationInfo> Operations::cancel(std::string_view id) {
    std::unique_lock lock(m_mutex);
    const EntryPtr entry = find(id);
    if (!entry)
        return errors::notFound("operations", "", id);
    if (entry->info.state != OperationState::Running)
        return errors::conflict("operations", "", id, "it has ended");
    if (!entry->info.cancellable)
        return errors::conflict("operations", "", id, "it cannot be cancelled any more");
    const OperationInfo info = entry->info;
    lock.unlock();
    asio::post(m_executor,
               [this, entry] { asio::co_spawn(m_executor, [entry] { return entry->gate->close(); }, asio::detached); });
    return info;
}

Task<> Operations::stop() {
    std::vector<EntryPtr> entries;
    {
        std::lock_guard lock(m_mutex);
        m_stopped = true;
        entries = m_entries;
    }
    for (const EntryPtr &entry : entries)
        co_await entry->gate->close();
    m_changes.close();
}

} // namespace coracle::appliance
