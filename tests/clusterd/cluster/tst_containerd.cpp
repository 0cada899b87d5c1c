#include "clusterd/cluster/containerd.h"

#include "clusterd/cluster/image_import.h"
#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>
#include <csignal>

using namespace coracle;
using namespace coracle::cluster;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// With the machine's real containerd; needs root, and is skipped where containerd is not installed.
class ContainerdTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    boost::asio::io_context m_context;
    std::unique_ptr<Gate> m_gate;
    std::unique_ptr<Containerd> m_containerd;
    Paths m_paths;
    Result<Containerd::Programs> m_programs;

    template<class T>
    T run(Task<T> task) {
        auto future = boost::asio::co_spawn(m_context, std::move(task), boost::asio::use_future);
        m_context.restart();
        while (future.wait_for(0s) != std::future_status::ready)
            m_context.run_one();
        return future.get();
    }
    template<class Condition>
    bool runUntil(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 30s;
        m_context.restart();
        while (!condition() && std::chrono::steady_clock::now() < deadline)
            m_context.run_one_for(50ms);
        return condition();
    }
    void makeSupervisor(const std::string &pauseImage = "docker.io/coracle/pause:0.1") {
        m_gate = std::make_unique<Gate>(m_context.get_executor());
        ContainerdOptions options{.pauseImage = pauseImage, .mayLowerOomScore = mayLowerOomScore()};
        m_containerd = std::make_unique<Containerd>(m_paths, *m_programs, options, *m_gate, systemClock());
    }
    /// As kill -9 of clusterd: containerd goes on.
    void abandonSupervisor() {
        run(m_gate->close());
        m_containerd.reset();
    }

private slots:
    void init() {
        m_programs = Containerd::findPrograms();
        if (!m_programs || ::geteuid() != 0)
            QSKIP("needs containerd and root");
        m_folder = std::make_unique<QTemporaryDir>();
        m_paths = {};
        m_paths.data = m_folder->path().toStdString();
        m_paths.run = m_paths.data / "run";
        m_paths.instance = Instance::of(m_paths.data, "/var/lib/clusterd");
        QVERIFY(makeFolder(m_paths.images()).has_value());
        makeSupervisor();
    }
    void cleanup() {
        if (!m_containerd)
            return;
        run(m_containerd->stop());
        abandonSupervisor();
    }

    void startsAdoptsAndRestarts() {
        auto started = run(m_containerd->start());
        QVERIFY2(started.has_value(), started ? "" : started.error().message.c_str());
        const pid_t first = m_containerd->pid();
        QCOMPARE(socketOwner(m_paths.containerdSocket()), std::optional(first));
        QCOMPARE(*readFile(m_paths.containerdPid()), std::to_string(first) + "\n");

        abandonSupervisor();
        makeSupervisor();
        QVERIFY(run(m_containerd->start()).has_value());
        QCOMPARE(m_containerd->pid(), first);

        QCOMPARE(::kill(first, SIGKILL), 0);
        QVERIFY(runUntil([&] {
            return m_containerd->restarts() == 1 && m_containerd->pid() > 0 &&
                   socketOwner(m_paths.containerdSocket()).has_value();
        }));
        QVERIFY(m_containerd->pid() != first);

        abandonSupervisor();
        makeSupervisor("docker.io/coracle/pause:other");
        const pid_t second = *socketOwner(m_paths.containerdSocket());
        QVERIFY(run(m_containerd->start()).has_value());
        QVERIFY(m_containerd->pid() != second); // it runs with the new configuration
        run(m_containerd->stop());
        QVERIFY(!socketOwner(m_paths.containerdSocket()));
    }

    void aBadConfigurationIsAnError() {
        QVERIFY(makeFolder(m_paths.containerdDropIns()).has_value());
        QVERIFY(writeFileAtomic(m_paths.containerdDropIns() / "bad.toml", "not toml", 0600).has_value());
        auto started = run(m_containerd->start());
        QVERIFY(!started);
        QVERIFY2(started.error().message.starts_with("containerd exited with code 1 at start: "),
                 started.error().message.c_str());
    }

    void importsImagesOnce() {
        const fs::path builtIn = builtInImages(CORACLE_IMAGES "/../clusterd/cli/clusterd");
        QVERIFY(!builtIn.empty());
        QVERIFY(writeFileAtomic(m_paths.images() / "broken.tar", "not an archive", 0600).has_value());
        QVERIFY(writeFileAtomic(m_paths.images() / "readme.txt", "not even named so", 0600).has_value());
        QVERIFY(run(m_containerd->start()).has_value());
        const auto archives = findImageArchives(m_paths, builtIn);
        QCOMPARE(archives.size(), size_t(3)); // hello, pause, broken
        QVERIFY(run(importImages(m_paths, archives, systemClock())).has_value());
        auto listed = [&] {
            return *run(runProgram(*findProgram("ctr"),
                                   {"-a", m_paths.containerdSocket().string(), "-n", "k8s.io", "images", "ls", "-q"},
                                   systemClock(), 30s));
        };
        QVERIFY(listed().find("docker.io/coracle/pause:0.1") != std::string::npos);
        QVERIFY(listed().find("docker.io/coracle/hello:0.1") != std::string::npos);
        const auto cache = boost::json::parse(*readFile(m_paths.images() / ".cache.json")).as_object();
        QCOMPARE(cache.size(), size_t(2)); // the broken one is tried again next time
        const auto written = fs::last_write_time(m_paths.images() / ".cache.json");
        QVERIFY(run(importImages(m_paths, archives, systemClock())).has_value());
        QVERIFY(fs::last_write_time(m_paths.images() / ".cache.json") == written);
    }

    void rotatesLogs() {
        const fs::path file = m_paths.data / "log";
        auto put = [&](const char *text) { QVERIFY(writeFileAtomic(file, text, 0600).has_value()); };
        put("1234567890");
        QVERIFY(rotateByCopy(file, 10, 2).has_value());
        QVERIFY(!fs::exists(file.string() + ".1"));
        for (const char *text : {"first-----+", "second----+", "third-----+"}) {
            put(text);
            QVERIFY(rotateByCopy(file, 10, 2).has_value());
            QCOMPARE(fs::file_size(file), uintmax_t(0));
        }
        QCOMPARE(*readFile(file.string() + ".1"), std::string("third-----+"));
        QCOMPARE(*readFile(file.string() + ".2"), std::string("second----+"));
        QVERIFY(!fs::exists(file.string() + ".3"));
    }
};

QTEST_GUILESS_MAIN(ContainerdTest)
#include "tst_containerd.moc"
