#include "clusterd/datastore/sqlite_backend.h"

#include "clusterd/datastore/await_callback.h"
#include "clusterd/datastore/data_lock.h"
#include "clusterd/datastore/sqlite_schema.h"
#include "clusterd/datastore/writer.h"
#include "core/base/files.h"
#include "core/base/gate.h"
#include "core/base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <pthread.h>
#include <thread>

namespace coracle::datastore {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

class SqliteBackend final : public Backend {
public:
    explicit SqliteBackend(SqliteOptions options)
        : m_options(std::move(options)), m_inMemory(m_options.path == ":memory:"), m_gate(m_context.get_executor()) {}
    ~SqliteBackend() override { stop(); }

    Result<> start() override;
    void stop() override;

    Revision currentRevision() const override { return m_writer ? m_writer->broadcaster()->revision() : 0; }
    Revision compactRevision() const override { return m_writer ? m_writer->compactRevision() : 0; }

    Task<Result<std::optional<KeyValue>>> get(std::string key, Revision revision) override;
    Task<Result<ListResult>> range(KeyRange range, int64_t limit, Revision revision, Values values) override;
    Task<Result<int64_t>> countRange(KeyRange range, Revision revision) override;
    Task<Result<Revision>> create(std::string key, std::string value, int64_t leaseSeconds) override;
    Task<Result<UpdateResult>> update(std::string key, std::string value, Revision expectedRevision,
                                      int64_t leaseSeconds) override;
    Task<Result<UpdateResult>> remove(std::string key, Revision expectedRevision) override;
    Result<std::unique_ptr<Subscription>> watch(std::string prefix, Revision after, EventSink sink) override;
    Task<Result<>> compact(Revision revision) override;
    Task<Result<>> renewLeases(std::vector<Revision> revisions) override;
    Task<Result<StorageSize>> size() override;

private:
    Result<> openFiles();
    /// Runs a read on the thread whose connection reads are done on; false after stop().
    bool read(std::move_only_function<void(LogReader &)> &job);
    template<class T>
    Task<Result<T>> awaitRead(std::move_only_function<Result<T>(LogReader &)> work);
    Task<Result<UpdateResult>> write(Write write);
    Task<> wakeWriterAt(SteadyTime at);
    Task<> compactRegularly();
    void checkpoint();

    const SqliteOptions m_options;
    const bool m_inMemory;
    DataLock m_lock;
    std::unique_ptr<Writer> m_writer;
    std::mutex m_stopMutex;
    bool m_stopped = false;

    // The housekeeping thread's.
    asio::io_context m_context{1};
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> m_work;
    Gate m_gate;
    std::unique_ptr<Connection> m_readConnection;
    std::unique_ptr<LogReader> m_reader;
    std::thread m_thread;
};

/// Ends the watch with the handle.
class WatchHandle final : public Subscription {
public:
    WatchHandle(std::shared_ptr<Broadcaster> broadcaster, std::shared_ptr<Watcher> watcher)
        : m_broadcaster(std::move(broadcaster)), m_watcher(std::move(watcher)) {}
    ~WatchHandle() override {
        m_broadcaster->remove(m_watcher.get());
        m_watcher->end();
    }
    Revision through() const override { return m_watcher->through(); }

private:
    std::shared_ptr<Broadcaster> m_broadcaster;
    std::shared_ptr<Watcher> m_watcher;
};

Result<> SqliteBackend::openFiles() {
    const fs::path path(m_options.path);
    if (path.has_parent_path())
        CHECK(makeFolder(path.parent_path(), 0700));
    TRY(m_lock, DataLock::acquire(path.string() + ".lock"));
    // SQLite would make the file readable to all (its companions take their mode from it) and not sync its folder.
    std::error_code error;
    if (!fs::exists(path, error))
        CHECK(writeFileAtomic(path, "", 0600));
    return {};
}

Result<> SqliteBackend::start() {
    if (!m_inMemory && m_options.vfs.empty())
        CHECK(openFiles());
    TRY(m_writer, Writer::open(m_options));
    if (!m_inMemory) {
        TRY(m_readConnection, Connection::open(m_options.path, m_options.vfs));
        CHECK(configureConnection(*m_readConnection, m_options.readerCacheKib));
        TRY(LogReader reader, LogReader::create(*m_readConnection));
        m_reader = std::make_unique<LogReader>(std::move(reader));
    }
    m_writer->start({.wakeAt =
                         [this](SteadyTime at) {
                             asio::post(m_context,
                                        [this, at] { m_gate.spawn([this, at] { return wakeWriterAt(at); }); });
                         },
                     .checkpoint = [this] { asio::post(m_context, [this] { checkpoint(); }); }});
    if (m_options.compactInterval > Duration::zero())
        asio::post(m_context, [this] { m_gate.spawn([this] { return compactRegularly(); }); });
    m_work.emplace(m_context.get_executor());
    m_thread = std::thread([this] {
        pthread_setname_np(pthread_self(), "store-reader");
        m_context.run();
    });
    return {};
}

void SqliteBackend::stop() {
    {
        const std::lock_guard lock(m_stopMutex);
        m_stopped = true;
    }
    // The reader first, so that the writer is the last to close the file; it may still ask for a checkpoint: too late.
    if (m_thread.joinable()) {
        asio::co_spawn(m_context, m_gate.close(), [this](std::exception_ptr) { m_work.reset(); });
        m_thread.join();
    }
    m_reader.reset();
    m_readConnection.reset();
    if (m_writer)
        m_writer->stop();
    m_lock = {};
}

bool SqliteBackend::read(std::move_only_function<void(LogReader &)> &job) {
    const std::lock_guard lock(m_stopMutex);
    if (m_stopped)
        return false;
    if (m_inMemory)
        m_writer->read(std::move(job));
    else
        asio::post(m_context, [this, job = std::move(job)]() mutable { job(*m_reader); });
    return true;
}

template<class T>
Task<Result<T>> SqliteBackend::awaitRead(std::move_only_function<Result<T>(LogReader &)> work) {
    std::move_only_function<void(std::move_only_function<void(Result<T>)>)> submit =
        [this, work = std::move(work)](std::move_only_function<void(Result<T>)> done) mutable {
            auto shared = std::make_shared<std::move_only_function<void(Result<T>)>>(std::move(done));
            std::move_only_function<void(LogReader &)> job =
                [work = std::move(work), shared](LogReader &reader) mutable { (*shared)(work(reader)); };
            if (!read(job))
                (*shared)(errors::serviceUnavailable("the datastore is shutting down; try again later"));
        };
    return awaitCallback<Result<T>>(std::move(submit));
}

Task<Result<std::optional<KeyValue>>> SqliteBackend::get(std::string key, Revision revision) {
    return awaitRead<std::optional<KeyValue>>(
        [key = std::move(key), revision](LogReader &reader) { return reader.get(key, revision); });
}

Task<Result<ListResult>> SqliteBackend::range(KeyRange range, int64_t limit, Revision revision, Values values) {
    return awaitRead<ListResult>([range = std::move(range), limit, revision, values](LogReader &reader) {
        return reader.range(range, limit, revision, values);
    });
}

Task<Result<int64_t>> SqliteBackend::countRange(KeyRange range, Revision revision) {
    return awaitRead<int64_t>(
        [range = std::move(range), revision](LogReader &reader) { return reader.count(range, revision); });
}

Task<Result<StorageSize>> SqliteBackend::size() {
    return awaitRead<StorageSize>([](LogReader &reader) { return reader.size(); });
}

Task<Result<UpdateResult>> SqliteBackend::write(Write write) {
    return awaitCallback<Result<UpdateResult>>([this, write = std::move(write)](Write::Done done) mutable {
        write.done = std::move(done);
        m_writer->submit(std::move(write));
    });
}

Task<Result<Revision>> SqliteBackend::create(std::string key, std::string value, int64_t leaseSeconds) {
    Write create{.kind = Write::Kind::Create, .key = key, .value = std::move(value), .leaseSeconds = leaseSeconds};
    CO_TRY(const UpdateResult result, co_await write(std::move(create)));
    if (!result.succeeded)
        co_return Failure(Status{.code = 409, .reason = "AlreadyExists", .message = std::move(key)});
    co_return result.revision;
}

Task<Result<UpdateResult>> SqliteBackend::update(std::string key, std::string value, Revision expectedRevision,
                                                 int64_t leaseSeconds) {
    return write({.kind = Write::Kind::Update,
                  .key = std::move(key),
                  .value = std::move(value),
                  .expected = expectedRevision,
                  .leaseSeconds = leaseSeconds});
}

Task<Result<UpdateResult>> SqliteBackend::remove(std::string key, Revision expectedRevision) {
    return write({.kind = Write::Kind::Remove, .key = std::move(key), .expected = expectedRevision});
}

Result<std::unique_ptr<Subscription>> SqliteBackend::watch(std::string prefix, Revision after, EventSink sink) {
    if (after != 0 && after < compactRevision())
        return revision_errors::compactedWatch(after, compactRevision());
    const auto &broadcaster = m_writer->broadcaster();
    auto watcher = std::make_shared<Watcher>(std::move(prefix), after, std::move(sink));
    const Revision live = broadcaster->add(watcher);
    std::move_only_function<void(LogReader &)> job = [watcher, after, live](LogReader &reader) {
        reader.catchUp(*watcher, after, live);
    };
    if (after != 0 && after < live && !read(job))
        return errors::serviceUnavailable("the datastore is shutting down; try again later");
    return std::make_unique<WatchHandle>(broadcaster, std::move(watcher));
}

Task<Result<>> SqliteBackend::compact(Revision revision) {
    if (revision > currentRevision())
        co_return revision_errors::future(revision, currentRevision());
    if (revision <= compactRevision())
        co_return errors::expired(fmt::format("revision {} has already been compacted", revision));
    std::move_only_function<void(std::move_only_function<void(Result<>)>)> submit =
        [this, revision](std::move_only_function<void(Result<>)> done) {
            m_writer->compact(revision, std::move(done));
        };
    co_return co_await awaitCallback<Result<>>(std::move(submit));
}

Task<Result<>> SqliteBackend::renewLeases(std::vector<Revision> revisions) {
    return awaitCallback<Result<>>(
        [this, revisions = std::move(revisions)](std::move_only_function<void(Result<>)> done) mutable {
            m_writer->renewLeases(std::move(revisions), std::move(done));
        });
}

Task<> SqliteBackend::wakeWriterAt(SteadyTime at) {
    while (m_options.clock->steadyNow() < at) {
        const auto slept = co_await m_options.clock->sleep(at - m_options.clock->steadyNow());
        if (!slept)
            co_return;
    }
    m_writer->wake();
}

Task<> SqliteBackend::compactRegularly() {
    Revision intervalAgo = currentRevision();
    for (;;) {
        const auto slept = co_await m_options.clock->sleep(m_options.compactInterval);
        if (!slept)
            co_return;
        const Revision current = currentRevision();
        const Revision target = std::min(intervalAgo, current - m_options.retainRevisions);
        if (target > compactRevision())
            m_writer->requestCompaction(target);
        intervalAgo = current;
        m_writer->trim();
    }
}

void SqliteBackend::checkpoint() {
    if (auto copied = m_readConnection->checkpoint(); !copied)
        log::warning("datastore", "the write-ahead log cannot be copied: {}", copied.error().message);
    m_writer->checkpointed();
}

} // namespace

std::unique_ptr<Backend> createSqliteBackend(SqliteOptions options) {
    return std::make_unique<SqliteBackend>(std::move(options));
}

} // namespace coracle::datastore
