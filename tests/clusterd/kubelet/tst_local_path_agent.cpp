#include "clusterd/kubelet/volumes/local_directory.h"
#include "clusterd/kubelet/volumes/local_path_agent.h"
#include "clusterd/kubelet/volumes/ownership.h"
#include "clusterd/volume/local_path.h"
#include "core/api/types/core_v1.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_client.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

using namespace coracle;
using namespace coracle::kubelet;
namespace fs = std::filesystem;

namespace {

mode_t modeOf(const fs::path &path) {
    struct stat info{};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}
gid_t groupOf(const fs::path &path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0 ? info.st_gid : 0;
}
void write(const fs::path &path) {
    std::ofstream(path) << "data";
}

class FakeQuota final : public DirectoryQuota {
public:
    Result<bool> limit(const fs::path &directory, uint64_t bytesMax) override {
        limits[directory] = bytesMax;
        return true;
    }
    Result<> lift(const fs::path &directory) override {
        limits.erase(directory);
        return {};
    }
    std::map<fs::path, uint64_t> limits;
};

/// One node's agent over an API in memory; begin() and end() are lives of the process.
struct Fixture {
    ~Fixture() { end(); }

    void begin(const std::string &node = "n1") {
        gate = std::make_unique<Gate>(context.get_executor());
        agent = std::make_unique<LocalPathAgent>(
            LocalPathAgent::Context{.client = api, .clock = clock, .gate = *gate, .quota = quota, .nodeName = node});
        agent->start();
        settle();
    }
    void end() {
        if (!gate)
            return;
        auto close = [](Gate *gate) -> Task<> { co_await gate->close(); };
        boost::asio::co_spawn(context, close(gate.get()), boost::asio::detached);
        settle();
        agent.reset();
        gate.reset();
    }
    void settle() {
        context.restart();
        context.poll();
        for (int i = 0; i < 50 && clock.sleeping() > 0; ++i) { // the pauses of a removal
            clock.advance(std::chrono::milliseconds(1));
            context.restart();
            context.poll();
        }
    }
    void putVolume(const std::string &metadata = {}, const std::string &size = "1Gi", const std::string &name = {}) {
        api.put(fmt::format(
            R"({{"apiVersion":"v1","kind":"PersistentVolume","metadata":{{"name":"pvc-1","annotations":
            {{"pv.kubernetes.io/provisioned-by":"rancher.io/local-path","local.path.provisioner/selected-node":"n1"{}}}
            {}}},"spec":{{"capacity":{{"storage":"{}"}},"persistentVolumeReclaimPolicy":"Delete",
            "local":{{"path":"{}"}}}}}})",
            prepared.empty() ? "" : fmt::format(R"(,"coracle.io/local-path-prepared":"{}")", prepared), metadata, size,
            name.empty() ? directory().string() : name));
    }
    corev1::PersistentVolume volume() { return api.read<corev1::PersistentVolume>("pvc-1"); }
    fs::path root() const { return fs::path(folder.path().toStdString()) / "storage"; }
    fs::path directory() const { return root() / "pvc-1_default_data"; }

    QTemporaryDir folder;
    boost::asio::io_context context;
    test::ManualClock clock;
    test::MemoryClient api{context.get_executor()};
    FakeQuota quota;
    std::string prepared;
    std::unique_ptr<Gate> gate;
    std::unique_ptr<LocalPathAgent> agent;
};

constexpr const char *kDeleting =
    R"(,"deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["external-provisioner.volume.kubernetes.io/finalizer"])";

Result<> runToEnd(boost::asio::io_context &context, Task<Result<>> task) {
    std::optional<Result<>> result;
    auto run = [](Task<Result<>> task, std::optional<Result<>> *result) -> Task<> {
        *result = co_await std::move(task);
    };
    boost::asio::co_spawn(context, run(std::move(task), &result), boost::asio::detached);
    context.restart();
    context.run();
    return *result;
}

} // namespace

/// The node's part of local volumes.
class LocalPathAgentTest : public QObject {
    Q_OBJECT

private slots:
    void makesDirectories() {
        QTemporaryDir folder;
        const fs::path root = fs::path(folder.path().toStdString()) / "a" / "storage";
        QVERIFY(makeLocalDirectory(root / "pvc-1_default_data"));
        QCOMPARE(modeOf(root), mode_t(0700));
        QCOMPARE(modeOf(root / "pvc-1_default_data"), mode_t(0777));
        ::chmod((root / "pvc-1_default_data").c_str(), 0750); // what the pod did with it stays
        QVERIFY(makeLocalDirectory(root / "pvc-1_default_data"));
        QCOMPARE(modeOf(root / "pvc-1_default_data"), mode_t(0750));
    }

    void refusesOtherPlaces() {
        QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        fs::create_directories(root / "elsewhere");
        fs::create_symlink(root / "elsewhere", root / "link");
        write(root / "file");
        for (const fs::path &path : {root / "link", root / "file", root / "..", root / "", fs::path("relative/name"),
                                     fs::path("/bin-of-the-host")}) {
            QVERIFY2(!makeLocalDirectory(path), path.c_str());
            if (path != root / "file")
                QVERIFY2(!removeLocalDirectory(path, 10), path.c_str());
        }
        QVERIFY(fs::exists(root / "elsewhere"));
    }

    void removesWithoutLeavingTheVolume() {
        QTemporaryDir folder;
        const fs::path root = folder.path().toStdString(), volume = root / "pvc-1_default_data";
        fs::create_directories(root / "outside");
        write(root / "outside" / "precious");
        fs::create_directories(volume / "sub");
        fs::create_symlink(root / "outside", volume / "link");
        fs::create_symlink(root / "outside", volume / "sub" / "link");
        fs::create_symlink("/etc/passwd", volume / "passwd");
        write(volume / "sub" / "file");
        for (int round = 0; round < 20; ++round) {
            const auto gone = removeLocalDirectory(volume, 2); // in small steps
            QVERIFY2(gone, gone ? "" : gone.error().message.c_str());
            if (*gone)
                break;
        }
        QVERIFY(!fs::exists(volume));
        QVERIFY(fs::exists(root / "outside" / "precious"));
        QVERIFY(*removeLocalDirectory(volume, 2)); // gone already
    }

    void removesDeepFolders() {
        QTemporaryDir folder;
        const fs::path volume = fs::path(folder.path().toStdString()) / "pvc-1_default_data";
        fs::create_directories(volume);
        int fd = ::open(volume.c_str(), O_DIRECTORY | O_RDONLY);
        for (int depth = 0; depth < 300; ++depth) { // longer than a path may be
            QCOMPARE(::mkdirat(fd, "a-folder-in-a-folder", 0777), 0);
            const int next = ::openat(fd, "a-folder-in-a-folder", O_DIRECTORY | O_RDONLY);
            ::close(fd);
            fd = next;
        }
        ::close(fd);
        bool gone = false;
        for (int round = 0; round < 1000 && !gone; ++round) {
            const auto removed = removeLocalDirectory(volume, 500);
            QVERIFY2(removed, removed ? "" : removed.error().message.c_str());
            gone = *removed;
        }
        QVERIFY(gone);
        QVERIFY(!fs::exists(volume));
    }

    void groups() {
        if (::geteuid() != 0)
            QSKIP("needs root");
        QTemporaryDir folder;
        const fs::path root = folder.path().toStdString(), volume = root / "v";
        fs::create_directories(volume / "sub");
        write(volume / "sub" / "file");
        write(root / "outside");
        fs::create_symlink(root / "outside", volume / "link");
        boost::asio::io_context context;
        QVERIFY(runToEnd(context, applyFsGroup(systemClock(), volume, 4711, "Always")));
        QCOMPARE(groupOf(volume), 4711u);
        QCOMPARE(groupOf(volume / "sub"), 4711u);
        QCOMPARE(groupOf(volume / "sub" / "file"), 4711u);
        QCOMPARE(groupOf(root / "outside"), ::getegid());
        QCOMPARE(modeOf(volume) & 02070, mode_t(02070));
        QCOMPARE(modeOf(volume / "sub" / "file") & 0060, mode_t(0060));
        // Only the volume's own folder is looked at.
        QCOMPARE(::chown((volume / "sub").c_str(), 0, 0), 0);
        QVERIFY(runToEnd(context, applyFsGroup(systemClock(), volume, 4711, "OnRootMismatch")));
        QCOMPARE(groupOf(volume / "sub"), 0u);
        QVERIFY(runToEnd(context, applyFsGroup(systemClock(), volume, 4712, "OnRootMismatch")));
        QCOMPARE(groupOf(volume / "sub"), 4712u);
        QVERIFY(!runToEnd(context, applyFsGroup(systemClock(), root / "missing", 4711, "Always")));
    }

    void fromMakingToRemoving() {
        Fixture f;
        f.begin();
        f.putVolume();
        f.settle();
        QVERIFY(fs::is_directory(f.directory()));
        f.prepared = f.volume().metadata.annotations.at("coracle.io/local-path-prepared");
        QCOMPARE(f.prepared, "1Gi");
        QCOMPARE(f.quota.limits.at(f.directory()), uint64_t(1) << 30);
        f.putVolume("", "2Gi"); // it grows
        f.settle();
        QCOMPARE(f.quota.limits.at(f.directory()), uint64_t(2) << 30);
        write(f.directory() / "file");
        f.putVolume(R"(,"finalizers":["kubernetes.io/pv-protection"])", "2Gi");
        f.settle();
        QVERIFY(fs::exists(f.directory() / "file"));
        f.putVolume(kDeleting, "2Gi");
        f.settle();
        QVERIFY(!fs::exists(f.directory()));
        QVERIFY(f.volume().metadata.finalizers.empty());
        QVERIFY(f.quota.limits.empty());
    }

    void deletedWhileTheNodeWasAway() {
        Fixture f;
        fs::create_directories(f.directory() / "sub");
        f.prepared = "1Gi";
        f.putVolume(kDeleting);
        f.begin("n2"); // another node's business
        QVERIFY(fs::exists(f.directory()));
        f.end();
        f.begin();
        QVERIFY(!fs::exists(f.directory()));
        QVERIFY(f.volume().metadata.finalizers.empty());
    }

    void aLostDirectoryIsNotMadeAgain() {
        Fixture f;
        f.prepared = "1Gi";
        f.putVolume();
        f.begin();
        QVERIFY(!fs::exists(f.directory()));
    }

    void onlyItsOwnDirectories() {
        Fixture f;
        fs::create_directories(f.root() / "precious");
        f.putVolume(kDeleting, "1Gi", (f.root() / "precious").string());
        f.begin();
        QVERIFY(fs::exists(f.root() / "precious"));
        QVERIFY(!f.volume().metadata.finalizers.empty());
        bool told = false;
        for (const auto &object : f.api.all(corev1::Event::resource()))
            told |= object->json().find("VolumeFailedDelete") != std::string::npos;
        QVERIFY(told);
    }
};

QTEST_GUILESS_MAIN(LocalPathAgentTest)
#include "tst_local_path_agent.moc"
