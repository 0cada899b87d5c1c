#include "clusterd/datastore/writer.h"

#include "clusterd/datastore/sqlite_schema.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <limits>
#include <pthread.h>

namespace coracle::datastore {

namespace {

// A transaction ends here even when more is waiting, so that nobody waits for a very long one.
constexpr size_t kBatchWritesMax = 512;
constexpr size_t kBatchBytesMax = 8u << 20;
constexpr size_t kEndedLeasesMax = 100;
constexpr std::chrono::seconds kLeaseRetry(1);
constexpr std::chrono::milliseconds kCompactionPauseMax(12);
constexpr std::chrono::seconds kCompactionRetry(10);

Failure shuttingDown() {
    return errors::serviceUnavailable("the datastore is shutting down; try again later");
}

} // namespace

Result<std::unique_ptr<Writer>> Writer::open(const SqliteOptions &options) {
    std::unique_ptr<Writer> writer(new Writer(options));
    CHECK(writer->load());
    return writer;
}

Writer::~Writer() {
    stop();
}

Result<> Writer::load() {
    TRY(m_connection, Connection::open(m_options.path, m_options.vfs));
    CHECK(configureConnection(*m_connection, m_options.writerCacheKib));
    CHECK(prepareSchema(*m_connection));
    TRY(RevisionLog log, RevisionLog::create(*m_connection));
    m_log = std::make_unique<RevisionLog>(std::move(log));
    TRY(LogReader reader, LogReader::create(*m_connection));
    m_reader = std::make_unique<LogReader>(std::move(reader));
    TRY(const Revisions revisions, m_log->revisions());
    m_revision = revisions.current;
    m_compactRevision = revisions.compact;
    m_broadcaster = std::make_shared<Broadcaster>(m_revision);
    TRY(Compaction compaction, Compaction::create(*m_connection, *m_options.clock, revisions.compact));
    m_compaction = std::make_unique<Compaction>(std::move(compaction));
    TRY(Leases leases, Leases::create(*m_connection, *m_options.clock));
    m_leases = std::make_unique<Leases>(std::move(leases));
    return m_leases->load();
}

void Writer::start(WriterHooks hooks) {
    m_hooks = std::move(hooks);
    m_thread = std::thread([this] {
        pthread_setname_np(pthread_self(), "store-writer");
        run();
    });
}

void Writer::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wakeup.notify_one();
    if (m_thread.joinable())
        m_thread.join();
}

void Writer::submit(Write write) {
    {
        std::unique_lock lock(m_mutex);
        if (m_stopping) {
            lock.unlock();
            return write.done(shuttingDown());
        }
        m_writes.push_back(std::move(write));
    }
    m_wakeup.notify_one();
}

void Writer::read(std::move_only_function<void(LogReader &)> job) {
    {
        const std::lock_guard lock(m_mutex);
        m_reads.push_back(std::move(job));
    }
    m_wakeup.notify_one();
}

void Writer::requestCompaction(Revision target) {
    {
        const std::lock_guard lock(m_mutex);
        m_requestedCompaction = std::max(m_requestedCompaction, target);
        m_woken = true;
    }
    m_wakeup.notify_one();
}

void Writer::compact(Revision target, std::move_only_function<void(Result<>)> done) {
    {
        std::unique_lock lock(m_mutex);
        if (m_stopping) {
            lock.unlock();
            return done(shuttingDown());
        }
        m_newWaiters.push_back({target, std::move(done)});
        m_requestedCompaction = std::max(m_requestedCompaction, target);
        m_woken = true;
    }
    m_wakeup.notify_one();
}

void Writer::renewLeases(std::vector<Revision> revisions, std::move_only_function<void(Result<>)> done) {
    {
        std::unique_lock lock(m_mutex);
        if (m_stopping) {
            lock.unlock();
            return done(shuttingDown());
        }
        m_renewals.push_back({std::move(revisions), std::move(done)});
        m_woken = true;
    }
    m_wakeup.notify_one();
}

void Writer::wake() {
    {
        const std::lock_guard lock(m_mutex);
        m_woken = true;
    }
    m_wakeup.notify_one();
}

void Writer::trim() {
    {
        const std::lock_guard lock(m_mutex);
        m_trimRequested = true;
        m_woken = true;
    }
    m_wakeup.notify_one();
}

void Writer::checkpointed() {
    {
        const std::lock_guard lock(m_mutex);
        m_checkpointDone = true;
        m_woken = true;
    }
    m_wakeup.notify_one();
}

void Writer::run() {
    for (;;) {
        scheduleLeases();
        Work work = take();
        for (auto &read : work.reads)
            read(*m_reader);
        renew(std::move(work.renewals)); // before what has ended is looked for
        if (!work.stop)
            addEndedLeases(work.writes);
        if (!work.writes.empty())
            commit(std::move(work.writes));
        if (work.stop)
            break;
        maintain();
    }
    failWaiters(shuttingDown().error());
    // Closing copies the log into the database.
    m_compaction.reset();
    m_leases.reset();
    m_reader.reset();
    m_log.reset();
    m_connection.reset();
}

Writer::Work Writer::take() {
    std::unique_lock lock(m_mutex);
    m_wakeup.wait(lock, [this] {
        return m_woken || m_stopping || !m_writes.empty() || !m_reads.empty() || m_compaction->pending();
    });
    Work work;
    m_woken = false;
    size_t bytes = 0;
    while (!m_writes.empty() && work.writes.size() < kBatchWritesMax && bytes < kBatchBytesMax) {
        bytes += m_writes.front().value.size();
        work.writes.push_back(std::move(m_writes.front()));
        m_writes.pop_front();
    }
    work.reads.swap(m_reads);
    work.renewals.swap(m_renewals);
    m_compaction->request(m_requestedCompaction);
    std::move(m_newWaiters.begin(), m_newWaiters.end(), std::back_inserter(m_waiters));
    m_newWaiters.clear();
    m_requestedCompaction = 0;
    work.stop = m_stopping && m_writes.empty();
    return work;
}

void Writer::commit(std::vector<Write> writes) {
    std::vector<Event> events;
    std::vector<UpdateResult> results(writes.size());
    Revision revision = m_revision;
    auto transaction = [&]() -> Result<> {
        CHECK(m_connection->begin(true));
        for (size_t i = 0; i < writes.size(); ++i)
            CHECK(apply(writes[i], revision, events, results[i]));
        return m_connection->commit();
    };
    const Result<> committed = transaction();
    noteHealth(committed);
    if (!committed) {
        m_connection->rollback();
        for (Write &write : writes)
            write.done(Failure(committed.error()));
        return;
    }
    m_revision = revision;
    if (!events.empty())
        m_broadcaster->publish(revision, events);
    for (const Event &event : events)
        if (event.current.leaseSeconds > 0 && !event.deleted)
            m_leases->add(event.current.modRevision, std::chrono::seconds(event.current.leaseSeconds));
    for (size_t i = 0; i < writes.size(); ++i)
        writes[i].done(std::move(results[i]));
}

Result<> Writer::apply(Write &write, Revision &revision, std::vector<Event> &events, UpdateResult &result) {
    TRY(auto row, m_log->newest(write.key, std::numeric_limits<Revision>::max()));
    const bool live = row && !row->deleted;
    const bool wanted = write.kind == Write::Kind::Create
                            ? !live
                            : live && (row->state.modRevision == write.expected ||
                                       (write.kind == Write::Kind::Remove && write.expected == 0));
    if (!wanted) {
        result.revision = revision;
        if (live)
            result.current = std::move(row->state);
        return {};
    }
    Event event;
    event.created = write.kind == Write::Kind::Create;
    event.deleted = write.kind == Write::Kind::Remove;
    event.current.key = std::move(write.key);
    event.current.modRevision = revision + 1;
    event.current.createRevision = event.created ? revision + 1 : row->state.createRevision;
    event.current.leaseSeconds = event.deleted ? row->state.leaseSeconds : write.leaseSeconds;
    const Revision replaced = row ? row->state.modRevision : 0;
    if (!event.created)
        event.previous = std::move(row->state);
    event.current.value = event.deleted ? event.previous->value : std::move(write.value);
    CHECK(m_log->append(event, replaced));
    if (event.current.leaseSeconds > 0 && !event.deleted)
        CHECK(m_leases->mark(revision + 1, event.current.leaseSeconds));
    result.succeeded = true;
    result.revision = ++revision;
    events.push_back(std::move(event));
    return {};
}

void Writer::noteHealth(const Result<> &committed) {
    if (!committed && m_healthy)
        log::error("datastore", "writes fail: {}", committed.error().message);
    if (committed && !m_healthy)
        log::info("datastore", "writes to {} work again", m_options.path);
    m_healthy = committed.has_value();
}

void Writer::renew(std::vector<Renewal> renewals) {
    for (Renewal &renewal : renewals) {
        Result<> renewed;
        for (const Revision revision : renewal.revisions)
            if (auto one = m_leases->renew(revision); !one)
                renewed = std::move(one);
        renewal.done(std::move(renewed));
    }
}

void Writer::addEndedLeases(std::vector<Write> &writes) {
    for (const Revision revision : m_leases->takeDue(kEndedLeasesMax)) {
        auto key = m_log->keyAt(revision);
        if (key && !*key)
            continue;
        if (!key) {
            m_leases->add(revision, kLeaseRetry);
            continue;
        }
        // The revision has to be the key's newest one: a later write began a new lease or none.
        writes.push_back({.kind = Write::Kind::Remove,
                          .key = std::move(**key),
                          .value = {},
                          .expected = revision,
                          .leaseSeconds = 0,
                          .done = [this, revision](Result<UpdateResult> removed) {
                              if (!removed)
                                  m_leases->add(revision, kLeaseRetry);
                          }});
    }
}

void Writer::scheduleLeases() {
    const auto next = m_leases->next();
    if (m_leaseWake && *m_leaseWake <= m_options.clock->steadyNow())
        m_leaseWake.reset();
    if (!next || (m_leaseWake && *m_leaseWake <= *next))
        return;
    m_leaseWake = next;
    m_hooks.wakeAt(*next);
}

void Writer::maintain() {
    const bool automatic = m_options.compactInterval > Duration::zero();
    // In parts, not revision by revision: a step costs a transaction.
    const int64_t slack = m_options.retainRevisionsMax / 4;
    if (automatic && m_options.clock->steadyNow() >= m_nextAutomatic &&
        m_revision - m_compaction->done() > m_options.retainRevisionsMax + slack)
        m_compaction->request(m_revision - m_options.retainRevisionsMax);
    if (m_compaction->pending())
        compactSteps();
    answerWaiters();
    bool checkpointDone = false;
    {
        const std::lock_guard lock(m_mutex);
        checkpointDone = std::exchange(m_checkpointDone, false);
        m_trimming |= std::exchange(m_trimRequested, false);
    }
    if (checkpointDone)
        finishCheckpoint();
    const bool trims = m_trimming && !m_compaction->pending() && m_connection->walFrames() > 0;
    if (m_connection->walFrames() < m_options.checkpointFrames)
        m_checkpointAt = m_options.checkpointFrames;
    if (!m_checkpointing && (trims || m_connection->walFrames() >= m_checkpointAt)) {
        m_checkpointing = true;
        m_hooks.checkpoint();
    }
}

void Writer::compactSteps() {
    bool busy = false;
    {
        const std::lock_guard lock(m_mutex);
        busy = !m_writes.empty();
    }
    // Under load compaction gets a fifth of the time; when it falls behind, as much as it needs within the longest
    // time that a write may wait, for the file must not grow without bounds.
    const Clock &clock = *m_options.clock;
    const SteadyTime began = clock.steadyNow();
    auto behind = [&] { return m_revision - m_compaction->done() > 2 * m_options.retainRevisionsMax; };
    if (busy && began < m_nextStep && !behind())
        return;
    do {
        if (auto stepped = m_compaction->step(); !stepped) {
            log::warning("datastore", "compaction is put off: {}", stepped.error().message);
            m_nextAutomatic = clock.steadyNow() + kCompactionRetry;
            failWaiters(stepped.error());
            break;
        }
    } while (busy && m_compaction->done() < m_compaction->target() && behind() &&
             clock.steadyNow() - began < kCompactionPauseMax);
    m_nextStep = clock.steadyNow() + 4 * m_compaction->lastStep();
    m_compactRevision = m_compaction->done();
}

void Writer::answerWaiters() {
    auto reached = [&](const CompactWaiter &waiter) { return waiter.target <= m_compaction->done(); };
    for (CompactWaiter &waiter : m_waiters)
        if (reached(waiter))
            waiter.done({});
    std::erase_if(m_waiters, reached);
}

void Writer::finishCheckpoint() {
    m_checkpointing = false;
    // The housekeeping thread copied the bulk without stopping writes; the few pages since are copied here, because the
    // log only starts anew when all of it is in the database.
    const bool trims = m_trimming && !m_compaction->pending();
    m_trimming = m_trimming && !trims;
    if (auto copied = m_connection->checkpoint(trims ? Connection::LogFile::Emptied : Connection::LogFile::Kept);
        !copied)
        log::warning("datastore", "the write-ahead log cannot be copied: {}", copied.error().message);
    // Should a long read or the disk stand in the way, the next try comes only after as many pages again.
    m_checkpointAt = m_connection->walFrames() + m_options.checkpointFrames;
}

void Writer::failWaiters(const Status &status) {
    for (CompactWaiter &waiter : m_waiters)
        waiter.done(Failure(status));
    m_waiters.clear();
}

} // namespace coracle::datastore
