#include "clusterd/kubelet/volumes/atomic_writer.h"
#include "clusterd/kubelet/volumes/payload.h"
#include "clusterd/kubelet/volumes/sub_path.h"
#include "clusterd/kubelet/volumes/volume_manager.h"
#include "core/base/files.h"
#include "tests/clusterd/kubelet/node_fixture.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace coracle;
using namespace coracle::kubelet;
using namespace coracle::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path &path) {
    return readFile(path).value_or("missing");
}

std::vector<std::string> names(const fs::path &folder) {
    std::vector<std::string> list;
    for (const auto &entry : fs::directory_iterator(folder))
        if (auto name = entry.path().filename().string(); !name.starts_with(".."))
            list.push_back(name);
    std::ranges::sort(list);
    return list;
}

} // namespace

namespace {

std::string quoted(const std::string &text) {
    return '"' + text + '"';
}

} // namespace

class VolumesTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path root() const { return m_folder->path().toStdString(); }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void payloadIsSwappedAtOnce() {
        Payload first{{"a", {"1", 0644, {}}}, {"dir/b", {"2", 0400, {}}}};
        QVERIFY(writePayload(root(), first, {}, systemRandom()).has_value());
        QCOMPARE(read(root() / "a"), std::string("1"));
        QCOMPARE(read(root() / "dir/b"), std::string("2"));
        QCOMPARE(fs::read_symlink(root() / "a"), fs::path("..data/a"));
        auto before = fs::read_symlink(root() / "..data");
        struct stat info{};
        QCOMPARE(::stat((root() / "dir/b").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 07777, 0400u);
        // The same again changes nothing: programs that watch ..data are left alone.
        QVERIFY(writePayload(root(), first, {}, systemRandom()).has_value());
        QCOMPARE(fs::read_symlink(root() / "..data"), before);
        Payload second{{"a", {"changed", 0644, {}}}, {"c", {"3", 0644, {}}}};
        QVERIFY(writePayload(root(), second, {}, systemRandom()).has_value());
        QVERIFY(fs::read_symlink(root() / "..data") != before);
        QCOMPARE(read(root() / "a"), std::string("changed"));
        QCOMPARE(names(root()), (std::vector<std::string>{"a", "c"}));
        QVERIFY(!fs::exists(root() / before));
    }

    void halfWrittenPayloadIsReplaced() {
        // As a killed run leaves it: a hidden folder and a new link, but no ..data.
        fs::create_directory(root() / "..0123");
        std::ofstream(root() / "..0123/a") << "half";
        fs::create_symlink("..0123", root() / "..data_tmp");
        QVERIFY(writePayload(root(), {{"a", {"whole", 0644, {}}}}, {}, systemRandom()).has_value());
        QCOMPARE(read(root() / "a"), std::string("whole"));
        QVERIFY(!fs::exists(root() / "..0123"));
    }

    void badPathsAreRefused_data() {
        QTest::addColumn<QString>("path");
        for (const char *path : {"/etc/passwd", "../a", "a/../../b", "..data", ""})
            QTest::newRow(path) << path;
    }
    void badPathsAreRefused() {
        QFETCH(QString, path);
        QVERIFY(!writePayload(root(), {{path.toStdString(), {"x", 0644, {}}}}, {}, systemRandom()).has_value());
        QVERIFY(fs::is_empty(root()));
    }

    void subPathStaysInside() {
        fs::create_directories(root() / "volume/inside");
        std::ofstream(root() / "volume/inside/file") << "x";
        std::ofstream(root() / "outside") << "secret";
        fs::create_symlink("../outside", root() / "volume/escape");
        fs::create_symlink("/etc", root() / "volume/absolute");
        fs::create_symlink("inside", root() / "volume/link");
        FakeMounter mounter;
        auto bind = [&](const std::string &path) {
            return bindSubPath(mounter, root() / "volume", path, root() / "target").has_value();
        };
        QVERIFY(bind("inside"));
        QVERIFY(bind("link"));
        QVERIFY(fs::remove_all(root() / "target") > 0);
        QVERIFY(bind("inside/file"));
        QVERIFY(!bind("escape"));
        QVERIFY(!bind("absolute/passwd"));
        QVERIFY(!bind("../outside"));
        QVERIFY(!bind("/etc"));
        fs::remove_all(root() / "target");
        QVERIFY(bind("made/here"));
        QVERIFY(fs::is_directory(root() / "volume/made/here"));
        QVERIFY(!bind("escape/below"));
    }

    void hostPathTypes_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("type");
        QTest::addColumn<bool>("good");
        QTest::newRow("anything") << "nothing" << "" << true;
        QTest::newRow("folder") << "folder" << "Directory" << true;
        QTest::newRow("no folder") << "nothing" << "Directory" << false;
        QTest::newRow("folder is a file") << "file" << "Directory" << false;
        QTest::newRow("made folder") << "new" << "DirectoryOrCreate" << true;
        QTest::newRow("file") << "file" << "File" << true;
        QTest::newRow("no file") << "nothing" << "File" << false;
        QTest::newRow("made file") << "new" << "FileOrCreate" << true;
        QTest::newRow("socket is a file") << "file" << "Socket" << false;
        QTest::newRow("device is a file") << "file" << "CharDevice" << false;
        QTest::newRow("block is a file") << "file" << "BlockDevice" << false;
    }
    void hostPathTypes() {
        QFETCH(QString, name);
        QFETCH(QString, type);
        QFETCH(bool, good);
        fs::create_directory(root() / "folder");
        std::ofstream(root() / "file") << "x";
        QCOMPARE(prepareHostPath(root() / name.toStdString(), type.toStdString()).has_value(), good);
        if (name == "new")
            QVERIFY(fs::exists(root() / "new"));
    }

    void contentsFollowTheConfigMap() {
        NodeFixture node;
        node.api.put(
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"default"},"data":{"k":"1"}})");
        node.startKubelet();
        node.putPod("web",
                    R"("volumes":[{"name":"v","configMap":{"name":"c","items":[{"key":"k","path":"p","mode":256}]}}],)",
                    R"("volumeMounts":[{"name":"v","mountPath":"/v"}],)");
        auto file = node.options.paths.volume("uid-web", "configmap", "v") / "p";
        QCOMPARE(read(file), std::string("1"));
        node.api.put(
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"default"},"data":{"k":"2"}})");
        node.pass(2min);
        QCOMPARE(read(file), std::string("2"));
        QCOMPARE(node.runtime.count("startContainer"), 1u);
    }

    void emptyDirIsForEverybodyOrTheGroup() {
        NodeFixture node;
        node.startKubelet();
        const char *mounts = R"("volumeMounts":[{"name":"v","mountPath":"/v"}],)";
        node.putPod("open", R"("volumes":[{"name":"v","emptyDir":{}}],)", mounts);
        node.putPod("group", R"("securityContext":{"fsGroup":4242},"volumes":[{"name":"v","emptyDir":{}}],)", mounts);
        struct stat info{};
        QCOMPARE(::stat(node.options.paths.volume("uid-open", "empty-dir", "v").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 07777, 0777u);
        if (geteuid() != 0)
            QSKIP("only root can give folders to groups");
        QCOMPARE(::stat(node.options.paths.volume("uid-group", "empty-dir", "v").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 07777, 02777u);
        QCOMPARE(info.st_gid, gid_t(4242));
    }

    void missingConfigMapWaits() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", R"("volumes":[{"name":"v","configMap":{"name":"c"}}],)",
                    R"("volumeMounts":[{"name":"v","mountPath":"/v"}],)");
        node.pass(5s);
        QVERIFY(node.hasEvent("FailedMount: MountVolume.SetUp failed for volume \"v\": configmap \"c\" not found"));
        QCOMPARE(node.runtime.count("runPodSandbox"), 0u);
        node.api.put(
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"default"},"data":{"k":"1"}})");
        node.pass(1min);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
    }

    void tokensAreRefreshed() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web",
                    R"("volumes":[{"name":"t","projected":{"sources":[{"serviceAccountToken":{"path":"token",)"
                    R"("expirationSeconds":3600}}]}}],)",
                    R"("volumeMounts":[{"name":"t","mountPath":"/t"}],)");
        auto file = node.options.paths.volume("uid-web", "projected", "t") / "token";
        auto first = read(file);
        QVERIFY(first.starts_with("token-default-"));
        node.pass(40min);
        QCOMPARE(read(file), first);
        // 80 % of an hour.
        node.pass(10min);
        QVERIFY(read(file) != first);
    }

    void claimsOfLocalVolumes() {
        NodeFixture node;
        fs::path data = node.folder.path().toStdString() + "/data";
        node.api.put(
            R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv"},"spec":{"hostPath":{"path":")" +
            data.string() + R"(","type":"DirectoryOrCreate"},"claimRef":{"uid":"c"}}})");
        node.api.put(
            R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"claim","namespace":"default","uid":"c"},)"
            R"("spec":{"volumeName":"pv"},"status":{"phase":"Bound"}})");
        node.startKubelet();
        node.putPod("web", R"("volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"claim"}}],)",
                    R"("volumeMounts":[{"name":"d","mountPath":"/data"}],)");
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
        auto mounts = node.runtime.find("app")->config.mounts;
        auto found = std::ranges::find(mounts, "/data", &kubelet::cri::Mount::containerPath);
        QVERIFY(found != mounts.end());
        QCOMPARE(found->hostPath, data.string());
        // The data outlives the pod.
        node.api.deletePod("default", "web", 1);
        node.pass(5s);
        QVERIFY(fs::exists(data));
    }

    void claimsThatCannotBeHad() {
        NodeFixture node;
        node.startKubelet();
        const std::string volumes = R"("volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"claim"}}],)";
        const std::string words = "FailedMount: Unable to attach or mount volumes: unmounted volumes=[d], unattached "
                                  "volumes=[], failed to process volumes=[d]: error processing PVC default/claim: ";
        const auto putClaim = [&](const std::string &metadata, const std::string &phase) {
            node.api.put(
                R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"claim","namespace":"default",)"
                R"("uid":"c")" +
                metadata + R"(},"spec":{"volumeName":"pv"},"status":{"phase":)" + quoted(phase) + "}}");
        };
        const auto putVolume = [&](const std::string &spec) {
            node.api.put(R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv"},"spec":{)" + spec +
                         R"(,"claimRef":{"uid":"c"}}})");
        };
        putClaim("", "Pending");
        node.putPod("web", volumes, R"("volumeMounts":[{"name":"d","mountPath":"/data"}],)");
        QVERIFY(node.hasEvent(words + "PVC is not bound"));
        putClaim("", "Bound");
        node.pass(2min);
        QVERIFY(node.hasEvent(words + "failed to fetch PV pv from API server: "));
        putClaim(R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")", "Bound");
        node.pass(2min);
        QVERIFY(node.hasEvent(words + "PVC is being deleted"));
        putClaim("", "Bound");
        putVolume(R"("local":{"path":"/nowhere/at/all"})");
        node.pass(2min);
        QVERIFY(node.hasEvent(
            R"(FailedMount: MountVolume.SetUp failed for volume "pv": path "/nowhere/at/all" does not exist)"));
        putVolume(R"("nfs":{"server":"s","path":"/"})");
        node.pass(2min);
        QVERIFY(node.hasEvent(R"(FailedMount: MountVolume.SetUp failed for volume "pv": no volume plugin matched)"));
        fs::path data = node.folder.path().toStdString() + "/data";
        fs::create_directories(data);
        putVolume(R"("local":{"path":)" + quoted(data.string()) + "}");
        node.pass(2min);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
        // A pod that has the claim keeps it, also in the next life of the kubelet.
        putClaim(R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")", "Bound");
        node.stopKubelet();
        node.startKubelet();
        node.pass(2min);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
        QCOMPARE(node.pod("web").status.containerStatuses.at(0).restartCount, 0);
    }

    void onePodAtATime() {
        NodeFixture node;
        fs::path data = node.folder.path().toStdString() + "/data";
        node.api.put(R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv"},"spec":{"claimRef":)"
                     R"({"uid":"c"},"accessModes":["ReadWriteOncePod"],"hostPath":{"path":")" +
                     data.string() + R"(","type":"DirectoryOrCreate"}}})");
        node.api.put(
            R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"claim","namespace":"default",)"
            R"("uid":"c"},"spec":{"volumeName":"pv"},"status":{"phase":"Bound"}})");
        node.startKubelet();
        const std::string volumes = R"("volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"claim"}}],)";
        const std::string mounts = R"("volumeMounts":[{"name":"d","mountPath":"/data"}],)";
        node.putPod("first", volumes, mounts);
        node.putPod("second", volumes, mounts);
        QCOMPARE(node.pod("first").status.phase, std::string("Running"));
        QCOMPARE(node.pod("second").status.phase, std::string("Pending"));
        QVERIFY(node.hasEvent(R"(FailedMount: MountVolume.SetUp failed for volume "pv": volume uses the )"
                              "ReadWriteOncePod access mode and is already in use by another pod"));
        node.api.deletePod("default", "first", 1);
        node.pass(2min);
        QCOMPARE(node.pod("second").status.phase, std::string("Running"));
    }

    void devices() {
        NodeFixture node;
        const bool loop = fs::is_block_file("/dev/loop0");
        if (!loop)
            QSKIP("no block device to name");
        node.api.put(R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv"},"spec":{"claimRef":)"
                     R"({"uid":"c"},"volumeMode":"Block","local":{"path":"/dev/loop0"}}})");
        node.api.put(
            R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"claim","namespace":"default",)"
            R"("uid":"c"},"spec":{"volumeName":"pv"},"status":{"phase":"Bound"}})");
        node.startKubelet();
        const std::string volumes = R"("volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"claim"}}],)";
        node.putPod("web", volumes, R"("volumeDevices":[{"name":"d","devicePath":"/dev/xda"}],)");
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
        const auto devices = node.runtime.find("app")->config.devices;
        QCOMPARE(devices.size(), 1u);
        QCOMPARE(devices[0].containerPath, std::string("/dev/xda"));
        QCOMPARE(devices[0].hostPath, std::string("/dev/loop0"));
    }

    void fileSystemsOnDevices() {
        if (!fs::is_block_file("/dev/loop0"))
            QSKIP("no block device to name");
        NodeFixture node;
        node.api.put(R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv"},"spec":{"claimRef":)"
                     R"({"uid":"c"},"mountOptions":["noatime"],"local":{"path":"/dev/loop0","fsType":"xfs"}}})");
        node.api.put(
            R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"claim","namespace":"default",)"
            R"("uid":"c"},"spec":{"volumeName":"pv"},"status":{"phase":"Bound"}})");
        node.startKubelet();
        node.putPod("web", R"("volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"claim"}}],)",
                    R"("volumeMounts":[{"name":"d","mountPath":"/data"}],)");
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
        const fs::path target = node.options.paths.volume("uid-web", "local-volume", "pv");
        QVERIFY(node.mounter.mounted.contains(target));
        QCOMPARE(node.mounter.devices.at(0).device, std::string("/dev/loop0"));
        QCOMPARE(node.mounter.devices.at(0).fsType, std::string("xfs"));
        QCOMPARE(node.mounter.devices.at(0).options, std::vector<std::string>{"noatime"});
        node.api.deletePod("default", "web", 1);
        node.pass(2min);
        QVERIFY(!node.mounter.mounted.contains(target));
    }

    void volumesOfOtherNodes() {
        NodeFixture node;
        const std::string data = node.folder.path().toStdString() + "/data";
        node.api.put(R"({"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"pv"},"spec":{"claimRef":)"
                     R"({"uid":"c"},"hostPath":{"type":"DirectoryOrCreate","path":)" +
                     quoted(data) +
                     R"(},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":)"
                     R"("kubernetes.io/hostname","operator":"In","values":["another"]}]}]}}}})");
        node.api.put(
            R"({"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"claim","namespace":"default",)"
            R"("uid":"c"},"spec":{"volumeName":"pv"},"status":{"phase":"Bound"}})");
        node.startKubelet();
        node.putPod("web", R"("volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"claim"}}],)",
                    R"("volumeMounts":[{"name":"d","mountPath":"/data"}],)");
        QCOMPARE(node.pod("web").status.phase, std::string("Pending"));
        QVERIFY(node.hasEvent(R"(FailedMount: MountVolume.NodeAffinity check failed for volume "pv": no matching )"
                              "NodeSelectorTerms"));
        QVERIFY(!fs::exists(data));
    }

    void missingEnvironmentIsAConfigError() {
        NodeFixture node;
        node.startKubelet();
        node.putPod("web", "", R"("env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],)");
        auto state = node.pod("web").status.containerStatuses.at(0).state;
        QVERIFY(state.waiting);
        QCOMPARE(state.waiting->reason, std::string("CreateContainerConfigError"));
        QCOMPARE(state.waiting->message, std::string("secret \"s\" not found"));
        node.api.put(
            R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"default"},"data":{"k":"eA=="}})");
        node.pass(2min);
        QCOMPARE(node.pod("web").status.phase, std::string("Running"));
    }
};

QTEST_GUILESS_MAIN(VolumesTest)
#include "tst_volumes.moc"
