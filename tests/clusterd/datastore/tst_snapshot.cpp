#include "clusterd/datastore/snapshot.h"

#include "clusterd/datastore/sqlite_backend.h"

#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <thread>

using namespace coracle;
using namespace coracle::datastore;

/// Copies of a store that is written meanwhile.
class SnapshotTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Backend> m_backend;

    std::string path(const char *name) const { return m_folder->filePath(name).toStdString(); }
    template<class T>
    static T await(Task<T> task) {
        boost::asio::io_context context;
        std::optional<T> result;
        boost::asio::co_spawn(context, std::move(task),
                              [&](std::exception_ptr, T value) { result = std::move(value); });
        context.run();
        return std::move(*result);
    }
    void open(const char *name) {
        m_backend = createSqliteBackend({.path = path(name)});
        QVERIFY(m_backend->start());
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void cleanup() {
        if (m_backend)
            m_backend->stop();
        m_backend.reset();
        m_folder.reset();
    }

    void copyIsOneStateWhileOthersWrite() {
        open("state.db");
        // Two keys that always say the same, in one order.
        for (int i = 0; i < 200; ++i)
            QVERIFY(await(m_backend->create("/fill/" + std::to_string(i), std::string(20000, 'x'))));
        Revision first = *await(m_backend->create("/a", "0"));
        std::atomic<bool> end = false;
        std::atomic<int> writes = 0;
        std::thread writer([&] {
            Revision revision = first;
            for (int i = 1; !end; ++i) {
                revision = await(m_backend->update("/a", std::to_string(i), revision))->revision;
                ++writes;
            }
        });
        int steps = 0;
        double last = 0;
        const auto copied = copyDatabase(path("state.db"), path("copy.db"), [&](double share) {
            last = share;
            if (++steps == 1) { // so that writes surely come between
                const int before = writes;
                while (writes < before + 3)
                    std::this_thread::yield();
            }
            return true;
        });
        end = true;
        writer.join();
        QVERIFY2(copied, copied ? "" : copied.error().message.c_str());
        QCOMPARE(last, 1.0);
        QVERIFY(steps > 1);
        QVERIFY(!QFile::exists(m_folder->filePath("copy.db-wal")));
        const auto facts = inspectDatabase(path("copy.db"));
        QVERIFY(facts);
        QVERIFY(facts->revision >= first && facts->revision < m_backend->currentRevision());
        m_backend->stop();
        open("copy.db");
        QCOMPARE(m_backend->currentRevision(), facts->revision);
        // The newest write is the newest revision: nothing of a later state came along.
        QCOMPARE(await(m_backend->get("/a"))->value().modRevision, facts->revision);
        QCOMPARE(*await(m_backend->count("/fill/")), 200);
    }

    void cancelledCopyLeavesNothing() {
        open("state.db");
        for (int i = 0; i < 100; ++i)
            QVERIFY(await(m_backend->create("/fill/" + std::to_string(i), std::string(20000, 'x'))));
        QVERIFY(!copyDatabase(path("state.db"), path("copy.db"), [](double) { return false; }));
        QVERIFY(!QFile::exists(m_folder->filePath("copy.db")));
        std::ofstream(path("there.db")) << "mine";
        QVERIFY(!copyDatabase(path("state.db"), path("there.db"), [](double) { return true; }));
        QCOMPARE(QFile(m_folder->filePath("there.db")).size(), 4);
    }

    void damageIsSeen() {
        open("state.db");
        for (int i = 0; i < 100; ++i)
            QVERIFY(await(m_backend->create("/fill/" + std::to_string(i), std::string(20000, 'x'))));
        QVERIFY(copyDatabase(path("state.db"), path("copy.db"), [](double) { return true; }));
        std::fstream file(path("copy.db"), std::ios::in | std::ios::out | std::ios::binary);
        for (int page = 5; page < 60; page += 3) {
            file.seekp(page * 4096);
            file << std::string(512, '\x55');
        }
        file.close();
        QVERIFY(!inspectDatabase(path("copy.db")));
        QVERIFY(!inspectDatabase(path("nothing.db")));
        std::ofstream(path("text.db")) << "no database at all, but rather long for one that is none";
        QVERIFY(!inspectDatabase(path("text.db")));
        std::ofstream(path("empty.db")).close();
        QVERIFY(!inspectDatabase(path("empty.db")));
    }

    void revisionsGoOnAndHistoryIsGone() {
        open("state.db");
        const Revision first = *await(m_backend->create("/a", "1"));
        QVERIFY(await(m_backend->update("/a", "2", first))->succeeded);
        const Revision before = m_backend->currentRevision();
        QVERIFY(copyDatabase(path("state.db"), path("copy.db"), [](double) { return true; }));
        QVERIFY(continueAfter(path("copy.db"), before + 500));
        m_backend->stop();
        open("copy.db");
        QCOMPARE(m_backend->currentRevision(), before + 500);
        QCOMPARE(m_backend->compactRevision(), before + 500);
        QCOMPARE(await(m_backend->get("/a"))->value().value, std::string("2"));
        const auto old = await(m_backend->get("/a", first));
        QVERIFY(!old && isExpired(old.error()));
        QCOMPARE(*await(m_backend->create("/b", "3")), before + 501);
        QVERIFY(await(m_backend->compact(before + 501)));
        QCOMPARE(await(m_backend->get("/a"))->value().value, std::string("2"));
        // An earlier one changes nothing backwards.
        m_backend->stop();
        QVERIFY(continueAfter(path("copy.db"), 7));
        open("copy.db");
        QCOMPARE(m_backend->currentRevision(), before + 501);
    }
};

QTEST_GUILESS_MAIN(SnapshotTest)
#include "tst_snapshot.moc"
