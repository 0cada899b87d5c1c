#pragma once

#include "clusterd/appliance/operations.h"
#include "core/base/clock.h"
#include "core/base/result.h"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace coracle::appliance {

/// A file as it was before a change.
struct SavedFile {
    std::filesystem::path path;
    std::optional<std::string> content; ///< nothing: it was not there
    unsigned mode = 0600;

    /// As it is now. A file that is not there is no error.
    static Result<SavedFile> of(const std::filesystem::path &path);
    Result<> restore() const;
};

enum class TrialState {
    Changing,   ///< the change is being made; a process that ends in it has not made it
    Armed,      ///< written; the next start tries it
    Trying,     ///< a process has started with it and was not ready yet
    Confirmed,  ///< it was
    RolledBack, ///< it was not: the files are as they were before
    Failed,     ///< it was not, and there was nothing to go back to
};
std::string_view trialStateName(TrialState state); ///< "pending" for the first three

struct TrialRecord {
    std::string operationId; ///< of the operation that it is shown as
    OperationKind kind = OperationKind::Restart;
    TrialState state = TrialState::Armed;
    std::vector<SavedFile> files; ///< kept until it has ended
    std::chrono::milliseconds deadline{120000};
    boost::json::object result; ///< of the operation when it succeeds
    std::string message;        ///< of a failure
    WallTime startedAt, changedAt;
};

/// What was changed before a restart, and how it went. A change of configuration (or anything else that is in files) is
/// on trial until the daemon is ready with it: when it is not in time, ends with an error, or is started a second time
/// without having been ready, the files come back. One record on disk (0600, as it holds what was in the files),
/// replaced in one step at every change, so that no moment to be killed is a wrong one. Thread-safe.
class Trial {
public:
    Trial(std::filesystem::path file, Clock &clock);

    /// First thing in a process that holds the data folder: what is armed is tried now, and what another process tried
    /// in vain is rolled back. A record that cannot be read counts as none.
    void begin();
    /// Whether this process must prove itself.
    bool trying() const;
    std::optional<TrialRecord> record() const;

    /// Before files are changed, or with what changes them: then the change counts when it was made to its end. What is
    /// armed already stays so: the older content of a file is what counts.
    Result<> arm(TrialRecord record, const std::function<Result<>()> &change = {});
    /// This process is ready.
    Result<> confirm();
    /// It is not. True: the files are as before, so start again.
    bool fail(const std::string &why);

private:
    void read();
    Result<> write(TrialRecord record);
    void forget(std::optional<TrialRecord> before);
    void rollBack(std::string why);

    const std::filesystem::path m_file;
    Clock &m_clock;
    mutable std::mutex m_mutex; ///< guards the rest
    std::optional<TrialRecord> m_record;
};

/// A thread that waits for the end of the trial's deadline, whatever the rest of the process hangs in. None is made
/// when nothing is on trial.
class TrialTimer {
public:
    /// The function is called on the thread when the files were restored; it replaces the process.
    TrialTimer(Trial &trial, std::function<void()> startAgain);
    ~TrialTimer();

private:
    std::mutex m_mutex;
    std::condition_variable m_ended;
    bool m_end = false;
    std::thread m_thread;
};

} // namespace coracle::appliance
