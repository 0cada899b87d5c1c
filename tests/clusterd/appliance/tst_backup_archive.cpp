#include "clusterd/appliance/backup_archive.h"

#include "clusterd/appliance/archive.h"
#include "clusterd/appliance/digest.h"
#include "clusterd/appliance/file_handle.h"
#include "clusterd/datastore/sqlite_backend.h"
#include "core/base/files.h"

#include <QTemporaryDir>
#include <QTest>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <sys/stat.h>

using namespace coracle;
using namespace coracle::appliance;
namespace fs = std::filesystem;
namespace json = boost::json;

/// Back-ups of a server's folder, whole and tampered with.
class BackupArchiveTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<datastore::Backend> m_backend;
    const Ended m_goOn = false;

    fs::path path(const char *name = "") const { return fs::path(m_folder->path().toStdString()) / name; }
    void put(const char *name, std::string_view text, unsigned mode = 0600) const {
        QVERIFY(makeFolder(path(name).parent_path()));
        QVERIFY(writeFileAtomic(path(name), text, mode));
    }
    BackupSource source() const { return {.server = path("server"), .database = path("server/db/state.db")}; }
    Result<BackupInfo> write(const char *name = "one.clusterd-backup") const {
        return writeBackup(
            source(), path("backups"),
            {.name = name,
             .createdAt = WallTime(std::chrono::seconds(1'790'000'000)),
             .version = "v1",
             .kubernetesVersion = "v1.36.2",
             .nodeName = "node-1",
             .origin = "manual",
             .description = "before the move"},
            [](double) {}, m_goOn);
    }
    Result<> unpack(const fs::path &file) const {
        return unpackBackup(file, path("out"), [](double) {}, m_goOn);
    }

    /// What is in an archive, in order.
    struct Entry {
        std::string name, content, target;
    };
    std::vector<Entry> read(const fs::path &file) const {
        auto reader = ArchiveReader::open(file);
        std::vector<Entry> entries;
        while (const auto entry = *reader->next())
            entries.push_back({entry->name, *reader->text(1u << 24), entry->target});
        return entries;
    }
    fs::path repack(const std::vector<Entry> &entries) const {
        const fs::path file = path("tampered.clusterd-backup");
        fs::remove(file);
        auto writer = ArchiveWriter::create(file, ArchiveWriter::Compression::Zstd, WallTime());
        for (const Entry &entry : entries)
            if (!(entry.target.empty() ? writer->addText(entry.name, entry.content)
                                       : writer->addLink(entry.name, entry.target)))
                qFatal("cannot write the archive");
        if (!writer->finish())
            qFatal("cannot end the archive");
        return file;
    }
    /// Changes the manifest of a good archive, and other entries.
    void refuses(const std::function<void(json::object &manifest, std::vector<Entry> &entries)> &tamper,
                 const char *words) const {
        auto entries = read(path("backups/one.clusterd-backup"));
        json::object manifest = json::parse(entries.front().content).as_object();
        tamper(manifest, entries);
        entries.front().content = json::serialize(manifest);
        const auto unpacked = unpack(repack(entries));
        QVERIFY(!unpacked);
        QVERIFY2(unpacked.error().message.find(words) != std::string::npos, unpacked.error().message.c_str());
        QVERIFY(!fs::exists(path("escaped")));
    }

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        put("server/token", "K10secret");
        put("server/tls/ca.key", "key");
        put("server/tls/ca.crt", "certificate", 0644);
        put("server/tls/sub/deep.crt", std::string(300000, 'z'));
        put("server/generation", "abc");
        fs::create_symlink("token", path("server/node-token"));
        QCOMPARE(::mkfifo(path("server/kine.sock").c_str(), 0600), 0);
        m_backend = datastore::createSqliteBackend({.path = path("server/db/state.db").string()});
        fs::create_directory(path("server/db"));
        QVERIFY(m_backend->start());
    }
    void cleanup() {
        m_backend->stop();
        m_backend.reset();
        m_folder.reset();
    }

    void comesBackAsItWas() {
        const auto made = write();
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        QCOMPARE(made->error, std::string());
        QCOMPARE(made->name, std::string("one.clusterd-backup"));
        QCOMPARE(made->description, std::string("before the move"));
        QCOMPARE(made->revision, m_backend->currentRevision());
        QVERIFY(made->bytes > 0 && made->contentBytes > 300000);
        struct stat info{};
        QCOMPARE(::stat(path("backups/one.clusterd-backup").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, 0600u);
        QCOMPARE(std::distance(fs::directory_iterator(path("backups")), fs::directory_iterator()), 1);

        const auto unpacked = unpack(path("backups/one.clusterd-backup"));
        QVERIFY2(unpacked, unpacked ? "" : unpacked.error().message.c_str());
        QCOMPARE(*readFile(path("out/token")), std::string("K10secret"));
        QCOMPARE(*readFile(path("out/tls/sub/deep.crt")), std::string(300000, 'z'));
        QCOMPARE(fs::read_symlink(path("out/node-token")), fs::path("token"));
        QVERIFY(fs::exists(path("out/db/state.db")));
        QVERIFY(!fs::exists(path("out/kine.sock")) && !fs::exists(path("out/generation")));
        QCOMPARE(::stat(path("out/tls/ca.crt").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, 0644u);
    }

    void tamperedOnesAreRefused() {
        QVERIFY(write());
        auto nameOf = [](json::object &manifest, size_t index) -> json::value & {
            return manifest["files"].as_array().at(index).as_object()["name"];
        };
        refuses([](json::object &, std::vector<Entry> &all) { all[2].content += "x"; }, "larger than it says");
        refuses([](json::object &, std::vector<Entry> &all) { all[2].content[0] ^= 1; }, "another checksum");
        refuses([](json::object &, std::vector<Entry> &all) { all.erase(all.begin() + 2); }, "is missing");
        refuses([](json::object &, std::vector<Entry> &all) { all.push_back({"more", "x", ""}); }, "does not name");
        refuses([](json::object &, std::vector<Entry> &all) { all.push_back(all[2]); }, "does not name");
        refuses([](json::object &, std::vector<Entry> &all) { all[1].target = "/etc/passwd"; }, "");
        for (const char *name : {"../escaped", "/tmp/escaped", "tls/../../escaped", "", "tls/"})
            refuses([&](json::object &manifest, std::vector<Entry> &) { nameOf(manifest, 0) = name; },
                    "which cannot be");
        refuses(
            [&](json::object &manifest, std::vector<Entry> &) {
                for (json::value &file : manifest["files"].as_array())
                    if (json::value *target = file.as_object().if_contains("target"))
                        *target = "../escaped";
            },
            "which cannot be");
        refuses([](json::object &manifest, std::vector<Entry> &) { manifest["form"] = 2; }, "has form 2");
        refuses([](json::object &manifest, std::vector<Entry> &) { manifest["files"].as_array().pop_back(); },
                "holds no datastore");
        refuses([](json::object &, std::vector<Entry> &all) { std::swap(all[0], all[1]); }, "no back-up");
        refuses(
            [](json::object &manifest, std::vector<Entry> &all) { // a sound archive of something that is no database
                all.back().content = "no database";
                json::object &item = manifest["files"].as_array().back().as_object();
                Digest digest;
                digest.add(all.back().content);
                item["sha256"] = digest.hex();
                item["bytes"] = all.back().content.size();
            },
            "");
    }

    void anyCutAndAnyByteIsSurvived() {
        QVERIFY(write());
        const std::string whole = *readFile(path("backups/one.clusterd-backup"));
        for (size_t cut = 0; cut < whole.size(); cut += std::max<size_t>(whole.size() / 40, 1)) {
            put("cut.clusterd-backup", std::string_view(whole).substr(0, cut));
            QVERIFY(!unpack(path("cut.clusterd-backup")));
            (void)readBackup(path("cut.clusterd-backup"));
        }
        for (size_t at = 0; at < whole.size(); at += std::max<size_t>(whole.size() / 40, 1)) {
            std::string other = whole;
            other[at] ^= 0x5a;
            put("other.clusterd-backup", other);
            (void)unpack(path("other.clusterd-backup")); // what zstd has no checksum for is found by ours
        }
        QVERIFY(!readBackup(path("server/token")).error.empty());
    }

    void cancelledOneLeavesNothing() {
        const Ended ended = true;
        QVERIFY(!writeBackup(source(), path("backups"), {.name = "two.clusterd-backup"}, [](double) {}, ended));
        QCOMPARE(std::distance(fs::directory_iterator(path("backups")), fs::directory_iterator()), 0);
    }

    void uploadedOnesAreKnownByTheirName() {
        QVERIFY(write());
        fs::copy_file(path("backups/one.clusterd-backup"), path("backups/two-uploaded.clusterd-backup"));
        QCOMPARE(readBackup(path("backups/two-uploaded.clusterd-backup")).origin, std::string("uploaded"));
        QVERIFY(!readBackup(path("backups/one.clusterd-backup")).automatic());
    }
};

QTEST_GUILESS_MAIN(BackupArchiveTest)
#include "tst_backup_archive.moc"
