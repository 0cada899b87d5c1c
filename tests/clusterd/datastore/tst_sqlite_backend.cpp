#include "clusterd/datastore/sqlite_backend.h"
#include "tests/clusterd/datastore/backend_suite.h"
#include "tests/clusterd/datastore/crash_disk.h"
#include "tests/clusterd/datastore/store_testing.h"
#include "tests/support/manual_clock.h"

#include <QFileInfo>
#include <QTest>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace coracle;
using namespace coracle::datastore;
using namespace coracle::datastore::testing;

namespace {

/// Runs SQL on a file as another program would; the rows as text.
std::string sql(const std::string &path, const std::string &statements) {
    sqlite3 *handle = nullptr;
    std::string rows;
    if (sqlite3_open(path.c_str(), &handle) == SQLITE_OK) {
        auto collect = [](void *out, int columns, char **values, char **) {
            for (int i = 0; i < columns; ++i)
                *static_cast<std::string *>(out) += fmt::format("{}{}", i ? "|" : "", values[i] ? values[i] : "NULL");
            *static_cast<std::string *>(out) += '\n';
            return 0;
        };
        if (sqlite3_exec(handle, statements.c_str(), collect, &rows, nullptr) != SQLITE_OK)
            rows += fmt::format("error: {}", sqlite3_errmsg(handle));
    }
    sqlite3_close(handle);
    return rows;
}

/// Creates the keys [first, first + count) and updates each of them that often.
Task<> updateInTurn(Backend *store, int first, int count, int updates, std::string value) {
    std::vector<Revision> revisions;
    for (int key = first; key < first + count; ++key) {
        auto made = co_await store->create(fmt::format("/r/{:05}", key), value);
        revisions.push_back(made ? *made : 0);
    }
    for (int i = 0; i < updates * count; ++i) {
        Revision &revision = revisions[static_cast<size_t>(i % count)];
        auto updated = co_await store->update(fmt::format("/r/{:05}", first + i % count), value, revision);
        if (!updated || !updated->succeeded)
            co_return;
        revision = updated->revision;
    }
}

void churn(Backend &store, int writers, int keys, int updates, const std::string &value) {
    boost::asio::io_context context;
    for (int writer = 0; writer < writers; ++writer)
        boost::asio::co_spawn(context, updateInTurn(&store, writer * keys, keys, updates, value),
                              boost::asio::detached);
    context.run();
}

} // namespace

/// The rules of all back ends, on a file.
class SqliteBackendTest : public BackendSuite {
    Q_OBJECT

    std::unique_ptr<Backend> make(const QString &folder, Clock &clock) override {
        SqliteOptions options;
        options.path = folder.toStdString() + "/db/state.db";
        options.clock = &clock;
        options.compactInterval = {};
        return createSqliteBackend(options);
    }

    std::unique_ptr<Backend> onDisk(const CrashDisk &disk, SqliteOptions options = {}) {
        options.path = "/disk/state.db";
        options.vfs = disk.vfs();
        auto store = createSqliteBackend(options);
        if (auto started = store->start(); !started)
            qFatal("%s", started.error().message.c_str());
        return store;
    }

private slots:
    void worksInMemory() {
        SqliteOptions options;
        options.path = ":memory:";
        auto store = createSqliteBackend(options);
        QVERIFY(store->start());
        EventLog log, late;
        auto watch = store->watch("/r/", 0, log.sink());
        auto made = await(store->create("/r/a", "1"));
        QVERIFY(made);
        QVERIFY(await(store->update("/r/a", "2", *made))->succeeded);
        QCOMPARE((*await(store->get("/r/a")))->value, std::string("2"));
        QCOMPARE(log.events().size(), size_t(2));
        auto backlog = store->watch("/r/", *made, late.sink());
        QVERIFY(late.waitFor(1));
        QVERIFY(await(store->compact(*made + 1)));
        store->stop();
        QVERIFY(!await(store->get("/r/a")));
    }

    void fileIsPrivate() {
        QTemporaryDir folder;
        auto store = started(folder);
        await(store->create("/r/secret", "s"));
        for (const char *name : {"state.db", "state.db-wal", "state.db.lock"}) {
            struct stat info = {};
            QCOMPARE(::stat(qPrintable(folder.filePath(QString("db/") + name)), &info), 0);
            QCOMPARE(info.st_mode & 0777, 0600u);
        }
    }

    void secondProcessIsRefused() {
        QTemporaryDir folder;
        auto store = started(folder);
        auto second = make(folder.path(), systemClock());
        auto refused = second->start();
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find(fmt::format("in use by process {}", ::getpid())) != std::string::npos,
                 refused.error().message.c_str());
        store.reset();
        QVERIFY(second->start());
    }

    void opensAKineDatabase() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("db/state.db").toStdString();
        QVERIFY(QDir(folder.path()).mkdir("db"));
        // As an older kine leaves it: no newer indexes, values of a create, update and delete, and a filled gap.
        QCOMPARE(sql(path,
                     "CREATE TABLE kine (id INTEGER primary key autoincrement, name INTEGER, created INTEGER, "
                     "deleted INTEGER, create_revision INTEGER, prev_revision INTEGER, lease INTEGER, value BLOB, "
                     "old_value BLOB);"
                     "CREATE INDEX kine_name_index ON kine (name);"
                     "CREATE UNIQUE INDEX kine_name_prev_revision_uindex ON kine (name, prev_revision);"
                     "INSERT INTO kine VALUES (1, 'compact_rev_key', 1, 0, 0, 0, 0, '', NULL),"
                     "(2, '/registry/health', 1, 0, 0, 0, 0, '{\"health\":\"true\"}', NULL),"
                     "(3, '/registry/a', 1, 0, 0, 0, 0, 'one', NULL),"
                     "(4, '/registry/b', 1, 0, 0, 0, 3600, 'b', NULL),"
                     "(5, 'gap-5', 0, 1, 0, 0, 0, NULL, NULL),"
                     "(6, '/registry/a', 0, 0, 3, 3, 0, 'two', 'one'),"
                     "(9, '/registry/b', 0, 1, 4, 4, 3600, 'b', 'b');"),
                 std::string());
        test::ManualClock clock;
        auto store = started(folder, clock);
        QCOMPARE(store->currentRevision(), 9);
        auto list = await(store->list("/registry/", "", 0));
        QCOMPARE(list->items.size(), size_t(2));
        QCOMPARE(list->items[0].value, std::string("two"));
        QCOMPARE(list->items[0].createRevision, 3);
        QCOMPARE(list->items[0].modRevision, 6);
        EventLog log;
        auto watch = store->watch("/registry/", 3, log.sink());
        QVERIFY(log.waitFor(3));
        QCOMPARE(log.events()[1].previous->value, std::string("one"));
        QVERIFY(log.events()[2].deleted);
        QCOMPARE(*await(store->create("/registry/b", "again")), 10);
        QVERIFY(await(store->update("/registry/a", "three", 6))->succeeded);
        QVERIFY(await(store->compact(10)));
        store.reset();
        QCOMPARE(sql(path, "PRAGMA integrity_check; PRAGMA auto_vacuum"), std::string("ok\n2\n"));
    }

    void writesWhatKineReads() {
        QTemporaryDir folder;
        auto store = started(folder);
        auto made = await(store->create("/registry/a", "one"));
        await(store->update("/registry/a", "two", *made));
        await(store->remove("/registry/a", *made + 1));
        await(store->create("/registry/a", "three", 60));
        store.reset();
        const std::string path = folder.filePath("db/state.db").toStdString();
        QCOMPARE(sql(path, "SELECT id, name, created, deleted, create_revision, prev_revision, lease, value, old_value "
                           "FROM kine ORDER BY id"),
                 std::string("1|compact_rev_key|1|0|0|0|0||NULL\n"
                             "2|/registry/a|1|0|0|0|0|one|NULL\n"
                             "3|/registry/a|0|0|2|2|0|two|NULL\n"
                             "4|/registry/a|0|1|2|3|0|NULL|two\n"
                             "5|/registry/a|1|0|0|4|60|three|NULL\n"));
        QCOMPARE(sql(path, "SELECT name FROM sqlite_schema WHERE name LIKE 'kine%' ORDER BY name"),
                 std::string("kine\nkine_name_id_index\nkine_name_prev_revision_uindex\n"));
    }

    void damagedFileIsRefused() {
        QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir("db"));
        QFile file(folder.filePath("db/state.db"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(8192, 'x'));
        file.close();
        auto opened = make(folder.path(), systemClock())->start();
        QVERIFY(!opened);
        QVERIFY2(opened.error().message.find("restore it from a snapshot") != std::string::npos,
                 opened.error().message.c_str());
    }

    void unusableFolderIsRefused() {
        QTemporaryDir folder;
        QFile file(folder.filePath("db"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        auto opened = make(folder.path(), systemClock())->start();
        QVERIFY(!opened);
        QVERIFY2(opened.error().message.find(folder.path().toStdString()) != std::string::npos,
                 opened.error().message.c_str());
    }

    void fullDiskLosesNothingAndRecovers() {
        CrashDisk disk;
        auto store = onDisk(disk);
        EventLog log;
        auto watch = store->watch("/r/", 0, log.sink());
        auto made = await(store->create("/r/a", "1"));
        QVERIFY(made);
        disk.setFull(true);
        auto refused = await(store->update("/r/a", std::string(100000, 'x'), *made));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, 500);
        QCOMPARE(refused.error().reason, std::string("InternalError"));
        QVERIFY2(refused.error().message.find("/disk/state.db: no space is left") != std::string::npos,
                 refused.error().message.c_str());
        QCOMPARE((*await(store->get("/r/a")))->value, std::string("1"));
        QCOMPARE(store->currentRevision(), *made);
        QCOMPARE(log.events().size(), size_t(1));
        disk.setFull(false);
        auto updated = await(store->update("/r/a", "2", *made));
        QVERIFY(updated && updated->succeeded);
        QCOMPARE(updated->revision, *made + 1);
        store.reset();
        QCOMPARE((*await(onDisk(disk)->get("/r/a")))->value, std::string("2"));
    }

    void brokenDiskFailsWritesUntilItWorksAgain_data() {
        QTest::addColumn<bool>("writes");
        QTest::addColumn<bool>("syncs");
        QTest::newRow("writes fail") << true << false;
        QTest::newRow("syncs fail") << false << true;
    }
    void brokenDiskFailsWritesUntilItWorksAgain() {
        QFETCH(bool, writes);
        QFETCH(bool, syncs);
        CrashDisk disk;
        auto store = onDisk(disk);
        auto made = await(store->create("/r/a", "1"));
        disk.setBroken(writes, syncs);
        for (int i = 0; i < 3; ++i) {
            auto refused = await(store->update("/r/a", "2", *made));
            QVERIFY(!refused);
            QVERIFY2(refused.error().message.find("check the disk") != std::string::npos,
                     refused.error().message.c_str());
        }
        QCOMPARE((*await(store->get("/r/a")))->value, std::string("1"));
        disk.setBroken(false, false);
        QCOMPARE(await(store->update("/r/a", "3", *made))->revision, *made + 1);
        disk.cutPowerAfter(0);
        store.reset();
        disk.powerOn(CrashDisk::Lost::Everything, 1);
        QCOMPARE((*await(onDisk(disk)->get("/r/a")))->value, std::string("3"));
    }

    void compactsByTheClock() {
        QTemporaryDir folder;
        test::ManualClock clock;
        SqliteOptions options;
        options.path = folder.filePath("state.db").toStdString();
        options.clock = &clock;
        options.retainRevisions = 10;
        auto store = createSqliteBackend(options);
        QVERIFY(store->start());
        const Revision start = store->currentRevision();
        QTRY_COMPARE(clock.sleeping(), size_t(1));
        churn(*store, 1, 1, 99, "v");
        clock.advance(options.compactInterval);
        QTRY_COMPARE(clock.sleeping(), size_t(1));
        QVERIFY(store->compactRevision() <= start);
        // What the first interval saw, but for the newest that are kept.
        clock.advance(options.compactInterval);
        QTRY_COMPARE(store->compactRevision(), start + 100 - 10);
    }

    /// What a burst of writes left in the log goes with the next interval, also when nothing is written any more.
    void theLogsFileIsEmptiedByTheClock() {
        QTemporaryDir folder;
        test::ManualClock clock;
        SqliteOptions options;
        options.path = folder.filePath("state.db").toStdString();
        options.clock = &clock;
        auto store = createSqliteBackend(options);
        QVERIFY(store->start());
        QTRY_COMPARE(clock.sleeping(), size_t(1));
        churn(*store, 1, 1, 300, std::string(2000, 'v'));
        const QString log = folder.filePath("state.db-wal");
        QVERIFY(QFileInfo(log).size() > 500'000);
        clock.advance(options.compactInterval);
        QTRY_COMPARE(QFileInfo(log).size(), qint64(0));
        QVERIFY(await(store->create("/r/next", "1")));
        QVERIFY(QFileInfo(log).size() > 0);
        store->stop();
        store = createSqliteBackend(options);
        QVERIFY(store->start());
        QCOMPARE((*await(store->get("/r/next")))->value, std::string("1"));
    }

    void fileStaysSmallUnderChurn() {
        CrashDisk disk;
        SqliteOptions options;
        options.retainRevisions = 100;
        options.retainRevisionsMax = 200;
        auto store = onDisk(disk, options);
        const std::string value(1024, 'v');
        churn(*store, 16, 250, 5, value);
        QCOMPARE(store->currentRevision(), 1 + 16 * 250 * 6);
        const int64_t live = 16 * 250 * static_cast<int64_t>(value.size());
        QVERIFY2(disk.largestSize("/disk/state.db") <= 3 * live,
                 fmt::format("{} bytes for {}", disk.largestSize("/disk/state.db"), live).c_str());
        // The log holds what was written while the housekeeping thread copied: more on a busy machine, but not all of
        // it, which would be some hundred megabytes.
        QVERIFY2(disk.largestSize("/disk/state.db-wal") <= 64 << 20,
                 fmt::format("{}", disk.largestSize("/disk/state.db-wal")).c_str());
    }

    void fileShrinksWhenDataIsDeleted() {
        QTemporaryDir folder;
        auto store = started(folder);
        for (int i = 0; i < 200; ++i)
            QVERIFY(await(store->create(fmt::format("/r/{}", i), std::string(10000, 'v'))));
        for (int i = 0; i < 200; ++i)
            QVERIFY(await(store->remove(fmt::format("/r/{}", i), 0)));
        QVERIFY(await(store->compact(store->currentRevision())));
        const std::string path = folder.filePath("db/state.db").toStdString();
        // Freed pages go in steps after the compaction.
        QTRY_VERIFY(std::stoi(sql(path, "PRAGMA freelist_count")) < 150);
        store.reset();
        QVERIFY2(QFileInfo(QString::fromStdString(path)).size() < 1 << 20, sql(path, "PRAGMA page_count").c_str());
    }
};

QTEST_GUILESS_MAIN(SqliteBackendTest)
#include "tst_sqlite_backend.moc"
