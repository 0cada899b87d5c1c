#include "clusterd/appliance/disk_usage.h"
#include "clusterd/appliance/image_use.h"
#include "clusterd/appliance/local_volumes.h"
#include "core/base/files.h"
#include "tests/clusterd/apiserver/support/fake_reader.h"

#include <QTemporaryDir>
#include <QTest>

using namespace coracle;
using namespace coracle::appliance;
namespace fs = std::filesystem;

/// What lies on the disks, and who uses it.
class StorageFactsTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    const Ended m_goOn = false;
    fs::path path(const char *name = "") const { return fs::path(m_folder->path().toStdString()) / name; }
    void put(const char *name, size_t bytes) const {
        QVERIFY(makeFolder(path(name).parent_path()));
        QVERIFY(writeFileAtomic(path(name), std::string(bytes, 'x'), 0600));
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void mounts_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("point");
        QTest::newRow("root") << "/etc" << "/";
        QTest::newRow("nearest") << "/var/lib/x" << "/var";
        QTest::newRow("itself") << "/var" << "/var";
        QTest::newRow("not by the letters") << "/variable" << "/";
        QTest::newRow("with a space") << "/mnt/a b/c" << "/mnt/a b";
        QTest::newRow("the later one") << "/twice/x" << "/twice";
    }
    void mounts() {
        static constexpr std::string_view kMounts = "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
                                                    "22 21 8:2 / /var rw shared:2 master:1 - btrfs /dev/sda2 rw,ssd\n"
                                                    "23 21 8:3 / /mnt/a\\040b ro - vfat /dev/sdb1 rw\n"
                                                    "24 21 0:40 / /twice rw - tmpfs first rw\n"
                                                    "25 21 0:41 / /twice rw - tmpfs second rw\n"
                                                    "broken line\n";
        QFETCH(const QString, path);
        QFETCH(const QString, point);
        const auto found = findMount(kMounts, path.toStdString());
        QVERIFY(found);
        QCOMPARE(QString::fromStdString(found->point), point);
        QCOMPARE(found->readOnly, point == "/mnt/a b");
        if (point == "/twice")
            QCOMPARE(found->device, std::string("second"));
        if (point == "/var")
            QCOMPARE(found->type, std::string("btrfs"));
    }

    void noMounts() {
        QVERIFY(!findMount("", "/x"));
        QVERIFY(!findMount("nonsense\n\n1 2 3\n", "/x"));
    }

    void disksOfThisMachine() {
        const auto disks = describeDisks({{"data", path()}, {"logs", path("not/there/yet")}});
        QCOMPARE(disks.size(), size_t(1));
        const auto &disk = disks.front().as_object();
        QCOMPARE(disk.at("holds").as_array().size(), size_t(2));
        QVERIFY(disk.at("sizeBytes").to_number<uint64_t>() > 0);
    }

    void foldersAreMeasured() {
        put("a/one", 100000);
        put("a/b/two", 50000);
        put("out/three", 1000000);
        fs::create_directory_symlink(path("out"), path("a/link"));
        const uint64_t all = folderBytes(path("a"), m_goOn);
        QVERIFY(all >= 150000 && all < 250000);
        const uint64_t less = folderBytes(path("a"), m_goOn, {path("a/b")});
        QVERIFY(less >= 100000 && less < all);
        fs::create_hard_link(path("a/one"), path("a/again"));
        QVERIFY(folderBytes(path("a"), m_goOn) < all + 50000);
        QCOMPARE(folderBytes(path("nowhere"), m_goOn), uint64_t(0));
        const Ended ended = true;
        QVERIFY(folderBytes(path("a"), ended) < all);
    }

    void volumesAndTheirUsers() {
        test::FakeReader reader;
        auto volume = [&](const char *name, const std::string &source, const char *claim) {
            reader.put(
                "", "persistentvolumes",
                std::string("{\"apiVersion\":\"v1\",\"kind\":\"PersistentVolume\",\"metadata\":{\"name\":\"") + name +
                    "\"},\"spec\":{\"capacity\":{\"storage\":\"1Gi\"},\"storageClassName\":\"local-path\"," + source +
                    (claim ? std::string(",\"claimRef\":{\"namespace\":\"shop\",\"name\":\"") + claim + "\"}" : "") +
                    "},\"status\":{\"phase\":\"Bound\"}}");
        };
        const std::string root = path("storage").string();
        volume("pvc-1", "\"local\":{\"path\":\"" + root + "/pvc-1\"}", "data");
        volume("pvc-2", "\"hostPath\":{\"path\":\"" + root + "/pvc-2_shop_old\"}", nullptr);
        volume("elsewhere", "\"hostPath\":{\"path\":\"/mnt/x\"}", nullptr);
        volume("beside", "\"hostPath\":{\"path\":\"" + root + "-2/x\"}", nullptr);
        reader.put(
            "", "pods",
            "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"db\",\"namespace\":\"shop\"},\"spec\":"
            "{\"volumes\":[{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":\"data\"}}],\"containers\":[]}}");
        for (const char *name : {"storage/pvc-1/x", "storage/pvc-2_shop_old/x", "storage/lost/x"})
            put(name, 10);
        const auto volumes = localVolumes(reader, root, volumeDirectories(root));
        QCOMPARE(volumes.size(), size_t(3));
        QCOMPARE(volumes[0].name, std::string("lost"));
        QVERIFY(volumes[0].orphaned);
        QCOMPARE(volumes[1].name, std::string("pvc-1"));
        QCOMPARE(volumes[1].capacityBytes, int64_t(1) << 30);
        QCOMPARE(volumes[1].claim->name, std::string("data"));
        QCOMPARE(volumes[1].pods.size(), size_t(1));
        QVERIFY(!volumes[2].orphaned && !volumes[2].claim);
    }

    void imagesAndTheirUsers() {
        test::FakeReader reader;
        auto pod = [&](const char *name, const char *node, const char *image, const char *id) {
            reader.put("", "pods",
                       std::string("{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"") + name +
                           "\",\"namespace\":\"shop\"},\"spec\":{\"nodeName\":\"" + node +
                           "\",\"containers\":[{\"name\":\"c\",\"image\":\"" + image +
                           "\"}]},\"status\":{\"containerStatuses\":[{\"name\":\"c\",\"imageID\":\"" + id + "\"}]}}");
        };
        pod("by-name", "node-1", "busybox:1.36", "");
        pod("by-id", "node-1", "other:old", "sha256:b");
        pod("elsewhere", "node-2", "nginx", "");
        const ImageUse use = ImageUse::of(reader, "node-1");
        const kubelet::cri::Image busybox{.id = "sha256:a", .tags = {"docker.io/library/busybox:1.36"}};
        const kubelet::cri::Image moved{.id = "sha256:b", .tags = {"docker.io/library/other:new"}};
        const kubelet::cri::Image nginx{.id = "sha256:c", .tags = {"docker.io/library/nginx:latest"}};
        QCOMPARE(use.users(busybox).front().name, std::string("by-name"));
        QCOMPARE(use.users(moved).front().name, std::string("by-id"));
        QVERIFY(use.users(nginx).empty());
        for (const char *text : {"busybox:1.36", "docker.io/library/busybox:1.36", "sha256:a", "a"})
            QVERIFY2(isImage(busybox, text), text);
        QVERIFY(!isImage(busybox, "busybox"));
    }
};

QTEST_GUILESS_MAIN(StorageFactsTest)
#include "tst_storage_facts.moc"
