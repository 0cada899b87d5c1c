#pragma once

#include "clusterd/appliance/change_signal.h"
#include "core/base/clock.h"
#include "core/base/gate.h"
#include "core/base/random.h"

#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace coracle::appliance {

/// What an operation does. The order is that of the table in operations.cpp.
enum class OperationKind {
    Restart,
    Drain,
    Reboot,
    RotateCertificates,
    Compact,
    Backup,
    Restore,
    ImportImage,
    RemoveImage,
    Cleanup,
    Upgrade,
    SupportBundle,
};
std::string_view operationKindName(OperationKind kind);
std::optional<OperationKind> findOperationKind(std::string_view name);

enum class OperationState { Running, Succeeded, Failed, Cancelled };

/// An operation at one moment.
struct OperationInfo {
    std::string id;
    OperationKind kind = OperationKind::Restart;
    std::string target;
    OperationState state = OperationState::Running;
    std::string phase, message;
    double progress = 0; ///< 0 to 1
    bool cancellable = true;
    WallTime startedAt, updatedAt;
    std::optional<WallTime> finishedAt;
    std::optional<Status> error;
    boost::json::object result;
    uint64_t version = 0; ///< grows with every change of any operation

    boost::json::object json() const;
};

class Operations;

/// What an operation's work tells of itself. Thread-safe.
class Operation {
public:
    Operation(Operations &owner, std::string id) : m_owner(owner), m_id(std::move(id)) {}

    const std::string &id() const { return m_id; }
    OperationInfo info() const;
    /// The step that begins; the progress never goes back.
    void enter(std::string_view phase, double progress, std::string message);
    void report(double progress, std::string message);
    /// What is known of the result so far.
    void setResult(boost::json::object result);
    /// From a point on that must be gone on from: cancelling is refused.
    void forbidCancelling();

private:
    Operations &m_owner;
    std::string m_id;
};

/// Long work: begun by a request, looked at and cancelled by others. The last hundred are kept in memory. Thread-safe;
/// the works run on the executor.
class Operations {
public:
    /// The executor is serial.
    Operations(Clock &clock, Random &random, Executor executor);
    ~Operations(); ///< stop() must have ended

    /// Returns what comes out. When it is cancelled, it is unwound at its next co_await.
    using Work = std::function<Task<Result<boost::json::object>>(std::shared_ptr<Operation>)>;
    /// 409 while one of the same kind and target runs, and for those that end the daemon while another such one runs.
    Result<OperationInfo> begin(OperationKind kind, std::string target, Work work, std::string id = {});
    /// Whether one could begin() now, and an id for it, for work that is prepared before.
    Result<> admits(OperationKind kind, std::string_view target) const;
    std::string newId() { return "op-" + m_random.suffix(8); }
    /// One that an earlier process began: it is listed, and goes on with finish().
    std::shared_ptr<Operation> adopt(OperationInfo info);
    /// Ends an adopted one.
    void finish(const std::string &id, Result<boost::json::object> outcome);

    std::vector<OperationInfo> list() const; ///< newest first
    Result<OperationInfo> get(std::string_view id) const;
    Result<OperationInfo> cancel(std::string_view id);

    ChangeSignal &changes() { return m_changes; }
    /// Cancels all and waits for them; on the executor. Waiting listeners are sent home.
    Task<> stop();

private:
    friend class Operation;
    struct Entry;
    using EntryPtr = std::shared_ptr<Entry>;

    EntryPtr find(std::string_view id) const;
    Result<> check(OperationKind kind, std::string_view target) const;
    Result<EntryPtr> add(OperationInfo info);
    Task<> run(EntryPtr entry, Work work);
    void change(std::string_view id, const std::function<void(OperationInfo &)> &function);
    void end(std::string_view id, OperationState state, std::optional<Status> error,
             std::optional<boost::json::object> result);

    Clock &m_clock;
    Random &m_random;
    Executor m_executor;
    ChangeSignal m_changes;
    mutable std::mutex m_mutex;      ///< guards the rest
    std::vector<EntryPtr> m_entries; ///< oldest first
    uint64_t m_version = 0;
    bool m_stopped = false;
};

} // namespace coracle::appliance
