#pragma once

#include "clusterd/appliance/operations.h"
#include "clusterd/appliance/trial.h"

#include <functional>
#include <mutex>

namespace coracle::appliance {

/// What a change does before the daemon starts anew.
struct RestartRequest {
    OperationKind kind = OperationKind::Restart;
    std::string target;
    std::chrono::milliseconds deadline{120000};
    std::vector<std::filesystem::path> files; ///< that the change touches: they come back when it fails
    std::function<Result<>()> change;         ///< writes them; may be null
    boost::json::object result;               ///< of the operation
    bool now = true;                          ///< false: the next start tries it
};

/// Changes that take effect by a new start of the daemon, with a way back (see Trial). Thread-safe.
class Restarter {
public:
    /// The function ends the process in good order and starts it again. All outlive the restarter.
    Restarter(Trial &trial, Operations &operations, Clock &clock, std::function<void()> restart);

    /// Saves the files, makes the change, and begins the restart as an operation; nothing when it is not for now. 409
    /// while another change is on its way.
    Result<std::optional<OperationInfo>> apply(RestartRequest request);

    /// The same as the last step of an operation that runs already. Returns only when it fails, or with the process.
    Task<Result<boost::json::object>> goOn(std::shared_ptr<Operation> operation, RestartRequest request);

    /// Shows the operation of an earlier process, before requests come in. Gives the trial that it stands for.
    std::optional<TrialRecord> adopt();
    /// The operation of an earlier process goes on here: it ends when the function says that the daemon is ready.
    Task<> resume(std::function<bool()> ready);

private:
    Result<> change(RestartRequest &request, TrialRecord record);
    Task<Result<boost::json::object>> run(std::shared_ptr<Operation> operation);

    Trial &m_trial;
    Operations &m_operations;
    Clock &m_clock;
    std::function<void()> m_restart;
    std::mutex m_mutex; ///< one change at a time
};

inline constexpr int64_t kDeadlineDefaultMs = 120000, kDeadlineLeastMs = 10000, kDeadlineMostMs = 1800000;

} // namespace coracle::appliance
