#include "clusterd/appliance/restarter.h"

namespace coracle::appliance {

namespace {

constexpr Duration kReadyPoll = std::chrono::milliseconds(250);
constexpr Duration kForever = std::chrono::hours(1);

} // namespace

Restarter::Restarter(Trial &trial, Operations &operations, Clock &clock, std::function<void()> restart)
    : m_trial(trial), m_operations(operations), m_clock(clock), m_restart(std::move(restart)) {}

/// Saves the files and makes the change.
Result<> Restarter::change(RestartRequest &request, TrialRecord record) {
    record.kind = request.kind;
    record.deadline = request.deadline;
    record.result = std::move(request.result);
    for (const std::filesystem::path &path : request.files) {
        TRY(SavedFile file, SavedFile::of(path));
        record.files.push_back(std::move(file));
    }
    return m_trial.arm(std::move(record), request.change);
}

Result<std::optional<OperationInfo>> Restarter::apply(RestartRequest request) {
    std::lock_guard lock(m_mutex);
    CHECK(m_operations.admits(request.kind, request.target));
    const std::string id = m_operations.newId();
    CHECK(change(request, {.operationId = id, .startedAt = m_clock.now()}));
    if (!request.now)
        return std::nullopt;
    return m_operations.begin(
        request.kind, std::move(request.target),
        [this](std::shared_ptr<Operation> operation) { return run(std::move(operation)); }, id);
}

Task<Result<boost::json::object>> Restarter::goOn(std::shared_ptr<Operation> operation, RestartRequest request) {
    {
        std::lock_guard lock(m_mutex);
        operation->forbidCancelling();
        CO_CHECK(change(request, {.operationId = operation->id(), .startedAt = operation->info().startedAt}));
    }
    co_return co_await run(operation);
}

/// It ends with the process, and goes on in the next one.
Task<Result<boost::json::object>> Restarter::run(std::shared_ptr<Operation> operation) {
    operation->forbidCancelling();
    operation->enter("stopping", 0.2, "the daemon stops and starts again");
    m_restart();
    bool waiting = true;
    while (waiting) {
        auto slept = co_await m_clock.sleep(kForever);
        waiting = slept.has_value();
    }
    co_return errors::serviceUnavailable("the daemon is stopping");
}

std::optional<TrialRecord> Restarter::adopt() {
    auto record = m_trial.record();
    if (!record || record->state <= TrialState::Armed)
        return std::nullopt;
    m_operations.adopt({.id = record->operationId,
                        .kind = record->kind,
                        .phase = record->state == TrialState::RolledBack ? "rollingBack" : "confirming",
                        .message = "the daemon has started",
                        .progress = 0.7,
                        .cancellable = false,
                        .startedAt = record->startedAt,
                        .updatedAt = record->changedAt});
    return record;
}

Task<> Restarter::resume(std::function<bool()> ready) {
    const auto record = adopt();
    if (!record)
        co_return;
    if (record->state == TrialState::RolledBack || record->state == TrialState::Failed) {
        m_operations.finish(record->operationId, errors::other(record->message));
        co_return;
    }
    while (m_trial.trying() && !ready()) {
        auto slept = co_await m_clock.sleep(kReadyPoll);
        if (!slept)
            co_return;
    }
    auto confirmed = m_trial.confirm();
    const auto ended = m_trial.record();
    if (ended->state == TrialState::Failed)
        m_operations.finish(record->operationId, errors::other(ended->message));
    else if (!confirmed)
        m_operations.finish(record->operationId, std::unexpected(confirmed.error()));
    else
        m_operations.finish(record->operationId, record->result);
}

} // namespace coracle::appliance
