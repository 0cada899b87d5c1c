#include "clusterd/datastore/sqlite_backend.h"
#include "clusterd/datastore/sqlite_connection.h"
#include "tests/clusterd/datastore/crash_disk.h"
#include "tests/clusterd/datastore/store_model.h"
#include "tests/clusterd/datastore/store_testing.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace coracle;
using namespace coracle::datastore;
using namespace coracle::datastore::testing;

namespace {

/// CORACLE_MODEL_SECONDS makes the search longer, CORACLE_MODEL_SEED begins it elsewhere.
int environment(const char *name, int otherwise) {
    return qEnvironmentVariableIntValue(name) ?: otherwise;
}

/// Small limits, so that short runs see checkpoints, compaction and vacuuming.
SqliteOptions smallLimits(std::mt19937_64 &random) {
    SqliteOptions options;
    options.checkpointFrames = 4 + static_cast<int>(random() % 60);
    options.retainRevisions = 10;
    options.retainRevisionsMax = 20 + static_cast<int64_t>(random() % 100);
    options.writerCacheKib = 64;
    return options;
}

std::string integrity(const std::string &path, const std::string &vfs) {
    auto connection = Connection::open(path, vfs);
    if (!connection)
        return connection.error().message;
    auto statement = (*connection)->prepare("PRAGMA integrity_check");
    if (!statement)
        return statement.error().message;
    Query query(*statement);
    auto row = query.next();
    return row ? std::string(query.bytes(0)) : row.error().message;
}

/// Several lives of one store, each ended by a power cut at a random write, sync, truncation or deletion.
std::string powerCuts(uint64_t seed) {
    std::mt19937_64 random(seed);
    CrashDisk disk;
    StoreModel model;
    for (int life = 0; life < 6; ++life) {
        SqliteOptions options = smallLimits(random);
        options.path = "/disk/state.db";
        options.vfs = disk.vfs();
        auto store = createSqliteBackend(options);
        if (random() % 4 == 0)
            disk.cutPowerAfter(static_cast<int64_t>(random() % 60));
        if (auto started = store->start(); started) {
            if (auto wrong = disk.powerless() ? "" : model.compare(*store, random); !wrong.empty() && !disk.powerless())
                return fmt::format("life {}: {}", life, wrong);
            if (life < 5)
                disk.cutPowerAfter(static_cast<int64_t>(random() % 2000));
            const int clients = 1 + static_cast<int>(random() % 6);
            if (auto wrong = runClients(*store, model, random, clients, 150); !wrong.empty())
                return fmt::format("life {}: {}", life, wrong);
        } else if (!disk.powerless()) {
            return fmt::format("life {}: {}", life, started.error().message);
        }
        store->stop();
        store.reset();
        static constexpr CrashDisk::Lost kLost[] = {CrashDisk::Lost::Everything, CrashDisk::Lost::Some,
                                                    CrashDisk::Lost::Nothing};
        disk.powerOn(kLost[random() % 3], random());
    }
    SqliteOptions options;
    options.path = "/disk/state.db";
    options.vfs = disk.vfs();
    auto store = createSqliteBackend(options);
    if (auto started = store->start(); !started)
        return started.error().message;
    if (auto wrong = model.compare(*store, random); !wrong.empty())
        return "at the end: " + wrong;
    store.reset();
    const std::string sound = integrity(options.path, options.vfs);
    return sound == "ok" ? "" : sound;
}

Task<> writeAndReport(Backend *store, int client, int pipe) {
    for (uint64_t i = 0;; ++i) {
        const std::string key = fmt::format("/r/{}-{}", client, i % 5);
        std::string value = fmt::format("{}-{}-{}", ::getpid(), client, i);
        auto current = co_await store->get(key);
        if (!current)
            co_return;
        const Revision expected = *current ? (*current)->modRevision : 0;
        Revision revision = 0;
        if (expected == 0) {
            auto made = co_await store->create(key, value);
            revision = made ? *made : 0;
        } else {
            auto updated = co_await store->update(key, value, expected);
            revision = updated && updated->succeeded ? updated->revision : 0;
        }
        const std::string line = fmt::format("{} {} {}\n", revision, key, value);
        if (revision == 0 || ::write(pipe, line.data(), line.size()) < 0)
            co_return;
    }
}

/// What the killed process is: it reports each answered write on standard output until its end.
int runWriter(const char *path) {
    SqliteOptions options;
    options.path = path;
    options.checkpointFrames = 100;
    auto store = createSqliteBackend(options);
    if (!store->start())
        return 1;
    boost::asio::io_context context;
    for (int client = 0; client < 8; ++client)
        boost::asio::co_spawn(context, writeAndReport(store.get(), client, STDOUT_FILENO), boost::asio::detached);
    context.run();
    return 0;
}

/// Starts the writer, reads that many reports, kills it, and returns all of its whole lines.
std::string killedWriter(const std::string &path, size_t bytes) {
    int pipe[2];
    if (::pipe(pipe) != 0)
        qFatal("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(pipe[1], STDOUT_FILENO);
        ::close(pipe[0]);
        ::close(pipe[1]);
        ::execl("/proc/self/exe", "writer", "--writer", path.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(pipe[1]);
    std::string reports;
    char buffer[4096];
    bool killed = false;
    for (ssize_t got; (got = ::read(pipe[0], buffer, sizeof buffer)) > 0;) {
        reports.append(buffer, static_cast<size_t>(got));
        if (!killed && reports.size() >= bytes) {
            ::kill(child, SIGKILL);
            killed = true;
        }
    }
    ::close(pipe[0]);
    ::waitpid(child, nullptr, 0);
    return reports.substr(0, reports.rfind('\n') + 1);
}

} // namespace

class StoreModelTest : public QObject {
    Q_OBJECT

private slots:
    void powerCutsAtAnyWrite() {
        const auto end = std::chrono::steady_clock::now() +
                         std::chrono::milliseconds(1000 * environment("CORACLE_MODEL_SECONDS", 6));
        const auto first = static_cast<uint64_t>(environment("CORACLE_MODEL_SEED", 1));
        uint64_t seed = first;
        for (; seed < first + 10 || std::chrono::steady_clock::now() < end; ++seed) {
            const std::string wrong = powerCuts(seed);
            QVERIFY2(wrong.empty(), fmt::format("CORACLE_MODEL_SEED={}: {}", seed, wrong).c_str());
        }
        qInfo("%llu seeds", static_cast<unsigned long long>(seed - first));
    }

    void killedAtAnyMoment() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("state.db").toStdString();
        const auto end =
            std::chrono::steady_clock::now() + std::chrono::milliseconds(500 * environment("CORACLE_MODEL_SECONDS", 6));
        std::mt19937_64 random(static_cast<uint64_t>(environment("CORACLE_MODEL_SEED", 1)));
        Revision last = 0;
        int kills = 0;
        for (; kills < 3 || std::chrono::steady_clock::now() < end; ++kills) {
            const QStringList lines =
                QString::fromStdString(killedWriter(path, 100 + random() % 20000)).split('\n', Qt::SkipEmptyParts);
            QVERIFY(!lines.isEmpty());
            SqliteOptions options;
            options.path = path;
            auto store = createSqliteBackend(options);
            auto started = store->start();
            QVERIFY2(started.has_value(), started ? "" : started.error().message.c_str());
            for (const QString &line : lines) {
                const QStringList words = line.split(' ');
                const Revision revision = words[0].toLongLong();
                last = std::max(last, revision);
                auto got = await(store->get(words[1].toStdString(), revision));
                if (!got && isExpired(got.error()))
                    continue;
                QVERIFY2(got && *got && (*got)->modRevision == revision, qPrintable("lost: " + line));
                QCOMPARE((*got)->value, words[2].toStdString());
            }
            QVERIFY(store->currentRevision() >= last);
        }
        QCOMPARE(integrity(path, ""), std::string("ok"));
        qInfo("%d kills", kills);
    }
};

int main(int argc, char **argv) {
    if (argc == 3 && std::string_view(argv[1]) == "--writer")
        return runWriter(argv[2]);
    StoreModelTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_store_model.moc"
