#include "clusterd/appliance/backup_archive.h"

#include "clusterd/appliance/archive.h"
#include "clusterd/appliance/digest.h"
#include "clusterd/appliance/file_handle.h"
#include "clusterd/datastore/snapshot.h"
#include "core/api/json_access.h"
#include "core/api/time.h"
#include "core/base/files.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <map>
#include <sys/stat.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view kManifest = "manifest.json", kDatabase = "db/state.db";
constexpr int kForm = 1;
constexpr size_t kManifestMax = 4u << 20;
constexpr size_t kFilesMax = 10000;
/// What belongs to the running process, or is the datastore, which is copied in another way.
constexpr std::string_view kLeftOut[] = {"db", "generation"};
constexpr std::string_view kUploaded = "-uploaded";
constexpr double kCopied = 0.4; ///< the share of the progress at which the datastore is copied

/// A file of a back-up.
struct Item {
    std::string name;
    std::string target; ///< of a symbolic link
    uint64_t bytes = 0;
    unsigned mode = 0600;
    std::string digest;

    json::object json() const {
        if (!target.empty())
            return {{"name", name}, {"target", target}};
        return {{"name", name}, {"bytes", bytes}, {"mode", mode}, {"sha256", digest}};
    }
};

struct Manifest {
    BackupInfo info;
    std::vector<Item> items;
};

/// Relative, and not out of its folder.
bool isPlainName(std::string_view name) {
    const fs::path path(name);
    return !name.empty() && name.size() < 1024 && path.is_relative() && path.has_filename() &&
           std::ranges::none_of(path, [](const fs::path &part) { return part == ".." || part == "." || part.empty(); });
}

/// All files and links below the server's folder; sockets and the like are the process's.
Result<std::vector<Item>> collect(const BackupSource &source) {
    std::vector<Item> items;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(source.server, error);
         !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        Item item{.name = entry->path().lexically_relative(source.server).string()};
        if (entry.depth() == 0 && std::ranges::find(kLeftOut, item.name) != std::end(kLeftOut)) {
            entry.disable_recursion_pending();
            continue;
        }
        struct stat info{};
        if (::lstat(entry->path().c_str(), &info) != 0)
            continue; // it went in the meantime
        if (S_ISLNK(info.st_mode)) {
            item.target = fs::read_symlink(entry->path(), error).string();
        } else if (S_ISREG(info.st_mode)) {
            item.mode = info.st_mode & 0777;
        } else {
            continue;
        }
        items.push_back(std::move(item));
    }
    if (error)
        return errors::other(fmt::format("cannot read {}: {}", source.server.string(), error.message()));
    std::ranges::sort(items, {}, &Item::name);
    return items;
}

std::string manifestText(const Manifest &manifest) {
    json::array files;
    for (const Item &item : manifest.items)
        files.push_back(item.json());
    const BackupInfo &info = manifest.info;
    return json::serialize(json::object{{"form", kForm},
                                        {"createdAt", api::Time(info.createdAt).text()},
                                        {"revision", info.revision},
                                        {"version", info.version},
                                        {"kubernetesVersion", info.kubernetesVersion},
                                        {"nodeName", info.nodeName},
                                        {"origin", info.origin},
                                        {"description", info.description},
                                        {"files", std::move(files)}});
}

Result<Manifest> parseManifest(std::string_view text) {
    using namespace api::json;
    boost::system::error_code error;
    const json::value value = json::parse(text, error);
    if (error || !value.is_object())
        return errors::other("its manifest is no valid JSON");
    if (const int64_t form = integer(member(&value, "form"), 0); form != kForm)
        return errors::other(fmt::format("it has form {}, but this version reads form {} only", form, kForm));
    auto said = [&](std::string_view name) { return std::string(api::json::text(member(&value, name))); };
    Manifest manifest{
        .info = {.createdAt = api::Time::parse(said("createdAt")).value_or(api::Time()).valueOr(WallTime()),
                 .revision = integer(member(&value, "revision"), 0),
                 .version = said("version"),
                 .kubernetesVersion = said("kubernetesVersion"),
                 .nodeName = said("nodeName"),
                 .origin = said("origin"),
                 .description = said("description")}};
    for (const json::value &entry : items(member(&value, "files"))) {
        Item item{.name = std::string(api::json::text(member(&entry, "name"))),
                  .target = std::string(api::json::text(member(&entry, "target"))),
                  .bytes = static_cast<uint64_t>(std::max<int64_t>(integer(member(&entry, "bytes"), 0), 0)),
                  .mode = static_cast<unsigned>(integer(member(&entry, "mode"), 0600)) & 0777,
                  .digest = std::string(api::json::text(member(&entry, "sha256")))};
        // A link stays in its folder.
        const bool leadsAway = !isPlainName(item.name) || item.target.find('/') != std::string::npos ||
                               item.target == ".." || item.target == ".";
        if (leadsAway || manifest.items.size() >= kFilesMax)
            return errors::other(fmt::format("its manifest names \"{}\", which cannot be", item.name));
        manifest.info.contentBytes += item.bytes;
        manifest.items.push_back(std::move(item));
    }
    if (std::ranges::none_of(manifest.items, [](const Item &item) { return item.name == kDatabase; }))
        return errors::other("it holds no datastore");
    return manifest;
}

Result<Manifest> readManifest(ArchiveReader &reader) {
    TRY(const auto first, reader.next());
    if (!first || first->name != kManifest)
        return errors::other("it is no back-up: there is no manifest in it");
    TRY(const std::string text, reader.text(kManifestMax));
    return parseManifest(text);
}

/// The small files are copied first, so that their digests are those of what is packed.
Result<Manifest> stage(const BackupSource &source, const fs::path &work, BackupInfo info,
                       const std::function<void(double)> &progress, const Ended &ended) {
    TRY(auto items, collect(source));
    for (Item &item : items) {
        if (!item.target.empty())
            continue;
        const fs::path copy = work / item.name;
        CHECK(makeFolder(copy.parent_path(), 0700));
        TRY(item.digest, copyFile(source.server / item.name, copy, 0600, ended));
        item.bytes = fs::file_size(copy);
    }
    const fs::path database = work / kDatabase;
    CHECK(makeFolder(database.parent_path(), 0700));
    CHECK(datastore::copyDatabase(source.database, database, [&](double share) {
        progress(share * kCopied);
        return !ended;
    }));
    TRY(const auto facts, datastore::inspectDatabase(database));
    info.revision = facts.revision;
    Item item{.name = std::string(kDatabase), .bytes = fs::file_size(database)};
    TRY(item.digest, fileDigest(database));
    items.push_back(std::move(item));
    return Manifest{.info = std::move(info), .items = std::move(items)};
}

Result<> pack(const Manifest &manifest, const fs::path &work, const fs::path &file,
              const std::function<void(double)> &progress, const Ended &ended) {
    TRY(ArchiveWriter writer, ArchiveWriter::create(file, ArchiveWriter::Compression::Zstd, manifest.info.createdAt));
    CHECK(writer.addText(std::string(kManifest), manifestText(manifest)));
    uint64_t all = 1, done = 0;
    for (const Item &item : manifest.items)
        all += item.bytes;
    for (const Item &item : manifest.items) {
        if (item.target.empty()) {
            CHECK(writer.addFile(item.name, work / item.name, item.mode, ended));
        } else {
            CHECK(writer.addLink(item.name, item.target));
        }
        done += item.bytes;
        progress(kCopied + (1 - kCopied) * double(done) / double(all));
    }
    return writer.finish();
}

/// A folder that is gone at the end.
struct WorkFolder {
    fs::path path;
    ~WorkFolder() {
        std::error_code error;
        fs::remove_all(path, error);
    }
};

/// An entry into its place; its digest is checked.
Result<> unpackItem(ArchiveReader &reader, const ArchiveEntry &entry, const Item &item, const fs::path &folder,
                    const Ended &ended) {
    const fs::path to = folder / item.name;
    CHECK(makeFolder(to.parent_path(), 0700));
    if (!item.target.empty()) {
        std::error_code error;
        if (entry.type == ArchiveEntry::Type::Link && entry.target == item.target)
            fs::create_symlink(item.target, to, error);
        if (error || !fs::is_symlink(to, error))
            return errors::other(fmt::format("cannot unpack the link {}", item.name));
        return {};
    }
    if (entry.type != ArchiveEntry::Type::File)
        return errors::other(fmt::format("{} is no file in it", item.name));
    TRY(const std::string digest, reader.extract(to, item.mode, item.bytes, ended));
    if (digest != item.digest)
        return errors::other(fmt::format("{} is damaged: it has another checksum than the manifest says", item.name));
    return {};
}

} // namespace

json::object BackupInfo::json() const {
    json::object made{{"name", name}, {"createdAt", api::Time(createdAt).text()}, {"bytes", bytes}, {"origin", origin}};
    if (!error.empty()) {
        made["error"] = error;
        return made;
    }
    made["revision"] = revision;
    for (const auto &[key, value] : {std::pair("version", &version), std::pair("kubernetesVersion", &kubernetesVersion),
                                     std::pair("nodeName", &nodeName), std::pair("description", &description)})
        if (!value->empty())
            made[key] = *value;
    return made;
}

bool BackupInfo::automatic() const {
    return origin == "scheduled" || origin == "beforeUpgrade" || origin == "beforeRestore";
}

Result<BackupInfo> writeBackup(const BackupSource &source, const fs::path &folder, BackupInfo info,
                               const std::function<void(double)> &progress, const Ended &ended) {
    CHECK(makeFolder(folder, 0700));
    const WorkFolder work{folder / fmt::format(".{}.work", info.name)};
    const fs::path part = work.path / "packed";
    CHECK(makeFolder(work.path / "content", 0700));
    TRY(const Manifest manifest, stage(source, work.path / "content", std::move(info), progress, ended));
    CHECK(pack(manifest, work.path / "content", part, progress, ended));
    const fs::path file = folder / manifest.info.name;
    std::error_code error;
    fs::rename(part, file, error);
    if (error)
        return errors::other(fmt::format("cannot make {}: {}", file.string(), error.message()));
    CHECK(syncFolder(folder));
    return readBackup(file);
}

BackupInfo readBackup(const fs::path &file) {
    auto read = [&]() -> Result<BackupInfo> {
        TRY(ArchiveReader reader, ArchiveReader::open(file));
        TRY(Manifest manifest, readManifest(reader));
        return manifest.info;
    };
    auto found = read();
    BackupInfo info = found ? std::move(*found) : BackupInfo{.origin = "manual", .error = found.error().message};
    info.name = file.filename().string();
    struct stat about{};
    if (::stat(file.c_str(), &about) == 0)
        info.bytes = static_cast<uint64_t>(about.st_size);
    if (!found)
        info.createdAt = WallTime(std::chrono::seconds(about.st_mtim.tv_sec));
    if (file.stem().string().ends_with(kUploaded))
        info.origin = "uploaded";
    return info;
}

Result<> unpackBackup(const fs::path &file, const fs::path &folder, const std::function<void(double)> &progress,
                      const Ended &ended) {
    auto unpack = [&]() -> Result<> {
        TRY(ArchiveReader reader, ArchiveReader::open(file));
        TRY(const Manifest manifest, readManifest(reader));
        CHECK(checkRoom(folder.parent_path(), manifest.info.contentBytes));
        std::error_code error;
        fs::remove_all(folder, error);
        CHECK(makeFolder(folder, 0700));
        std::map<std::string, Item> expected;
        for (const Item &item : manifest.items)
            expected[item.name] = item;
        uint64_t done = 0;
        for (;;) {
            TRY(const auto entry, reader.next());
            if (!entry)
                break;
            const auto item = expected.extract(entry->name);
            if (!item)
                return errors::other(fmt::format("it holds {}, which its manifest does not name", entry->name));
            CHECK(unpackItem(reader, *entry, item.mapped(), folder, ended));
            done += item.mapped().bytes;
            progress(double(done) / double(manifest.info.contentBytes + 1));
        }
        if (!expected.empty())
            return errors::other(fmt::format("it is not whole: {} is missing", expected.begin()->first));
        CHECK(datastore::inspectDatabase(folder / kDatabase));
        return syncTree(folder);
    };
    if (auto unpacked = unpack(); !unpacked)
        return Failure(withContext(fmt::format("back-up {}", file.filename().string()), std::move(unpacked).error()));
    return {};
}

} // namespace coracle::appliance
