#pragma once

#include "clusterd/datastore/broadcaster.h"
#include "clusterd/datastore/compaction.h"
#include "clusterd/datastore/leases.h"
#include "clusterd/datastore/log_reader.h"
#include "clusterd/datastore/sqlite_options.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace coracle::datastore {

/// A write on its way to the log.
struct Write {
    enum class Kind { Create, Update, Remove };
    using Done = std::move_only_function<void(Result<UpdateResult>)>;

    Kind kind = Kind::Create;
    std::string key;
    std::string value;
    Revision expected = 0;
    int64_t leaseSeconds = 0;
    Done done; ///< called on the writer's thread
};

/// What the writer asks of the housekeeping thread; called on the writer's thread.
struct WriterHooks {
    std::function<void(SteadyTime)> wakeAt; ///< call wake() then
    std::function<void()> checkpoint;       ///< copy the write-ahead log, then call checkpointed()
};

/// The only thread that writes to the database. Writes that arrive while a transaction is committed all go into the
/// next one, so that the rate grows with the load and every answer still means that the disk has it. Between
/// transactions it takes short steps of compaction.
class Writer {
public:
    static Result<std::unique_ptr<Writer>> open(const SqliteOptions &options);
    ~Writer();

    void start(WriterHooks hooks);
    /// Ends after everything submitted is done; what comes later fails.
    void stop();

    // From any thread.
    void submit(Write write);
    /// Runs a read on the writer's own connection: for a store in memory, which has no other.
    void read(std::move_only_function<void(LogReader &)> job);
    void requestCompaction(Revision target);
    /// Done when history up to the revision is gone.
    void compact(Revision target, std::move_only_function<void(Result<>)> done);
    void renewLeases(std::vector<Revision> revisions, std::move_only_function<void(Result<>)> done);
    void wake();
    void checkpointed();
    /// Empties the write-ahead log's file when compaction has nothing to do.
    void trim();
    Revision compactRevision() const { return m_compactRevision; }
    const std::shared_ptr<Broadcaster> &broadcaster() const { return m_broadcaster; }

private:
    struct CompactWaiter {
        Revision target;
        std::move_only_function<void(Result<>)> done;
    };
    struct Renewal {
        std::vector<Revision> revisions;
        std::move_only_function<void(Result<>)> done;
    };
    struct Work {
        std::vector<Write> writes;
        std::vector<Renewal> renewals;
        std::vector<std::move_only_function<void(LogReader &)>> reads;
        bool stop = false;
    };

    explicit Writer(const SqliteOptions &options) : m_options(options) {}
    Result<> load();
    void run();
    Work take();
    void commit(std::vector<Write> writes);
    Result<> apply(Write &write, Revision &revision, std::vector<Event> &events, UpdateResult &result);
    void noteHealth(const Result<> &committed);
    void renew(std::vector<Renewal> renewals);
    void addEndedLeases(std::vector<Write> &writes);
    void scheduleLeases();
    void maintain();
    void compactSteps();
    void answerWaiters();
    void finishCheckpoint();
    void failWaiters(const Status &status);

    const SqliteOptions m_options;

    // The writer's thread only.
    std::unique_ptr<Connection> m_connection;
    std::unique_ptr<RevisionLog> m_log;
    std::unique_ptr<LogReader> m_reader;
    std::unique_ptr<Leases> m_leases;
    std::unique_ptr<Compaction> m_compaction;
    WriterHooks m_hooks;
    Revision m_revision = 0;
    std::optional<SteadyTime> m_leaseWake;
    SteadyTime m_nextStep{};      ///< of compaction, under load
    SteadyTime m_nextAutomatic{}; ///< after a failed compaction
    int m_checkpointAt = 0;       ///< length of the log
    bool m_healthy = true;
    bool m_checkpointing = false;
    bool m_trimming = false; ///< with the next checkpoint
    std::vector<CompactWaiter> m_waiters;

    std::shared_ptr<Broadcaster> m_broadcaster;
    std::atomic<Revision> m_compactRevision = 0;
    std::thread m_thread;

    std::mutex m_mutex;
    std::condition_variable m_wakeup;
    std::deque<Write> m_writes;
    std::vector<std::move_only_function<void(LogReader &)>> m_reads;
    std::vector<Renewal> m_renewals;
    std::vector<CompactWaiter> m_newWaiters;
    Revision m_requestedCompaction = 0;
    bool m_woken = false;
    bool m_checkpointDone = false;
    bool m_trimRequested = false;
    bool m_stopping = false;
};

} // namespace coracle::datastore
