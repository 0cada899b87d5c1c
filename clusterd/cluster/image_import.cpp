#include "clusterd/cluster/image_import.h"

#include "clusterd/cluster/child_process.h"
#include "core/base/files.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

namespace coracle::cluster {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr auto kImportTimeout = std::chrono::minutes(10);

bool isArchive(const fs::path &file) {
    const std::string name = file.filename().string();
    for (std::string_view ending : {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst"})
        if (name.ends_with(ending))
            return true;
    return false;
}

void addArchives(const fs::path &folder, std::vector<fs::path> &archives) {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto &entry : fs::directory_iterator(folder, error))
        if (entry.is_regular_file(error) && isArchive(entry.path()))
            found.push_back(entry.path());
    std::ranges::sort(found);
    archives.insert(archives.end(), found.begin(), found.end());
}

/// Changes whenever the file does, and when containerd's store is a new one.
std::string stampOf(const fs::path &archive, const Paths &paths) {
    struct stat file{}, store{};
    ::stat(archive.c_str(), &file);
    ::stat((paths.containerdRoot() / "io.containerd.metadata.v1.bolt").c_str(), &store);
    return fmt::format("{} {}.{} {}", file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec, store.st_ino);
}

json::object readCache(const fs::path &file) {
    auto text = readFile(file);
    boost::system::error_code error;
    json::value value = text ? json::parse(*text, error) : json::value();
    return !error && value.is_object() ? std::move(value.as_object()) : json::object();
}

} // namespace

std::vector<fs::path> findImageArchives(const Paths &paths, const fs::path &builtIn) {
    std::vector<fs::path> archives;
    addArchives(builtIn, archives);
    addArchives(paths.images(), archives);
    return archives;
}

fs::path builtInImages(const fs::path &executable) {
    const fs::path folder = executable.parent_path();
    std::error_code error;
    for (const char *relative : {"../share/clusterd/images", "../../images"})
        if (fs::path found = fs::weakly_canonical(folder / relative, error); !error && fs::is_directory(found, error))
            return found;
    return {};
}

Task<Result<std::string>> importArchive(const Paths &paths, fs::path archive, Clock &clock) {
    const auto ctr = findProgram("ctr");
    if (!ctr)
        co_return errors::other("ctr is missing; install it: apt-get install containerd");
    std::vector<std::string> arguments{
        "--address", paths.containerdSocket().string(), "--namespace", "k8s.io", "images", "import", archive.string()};
    co_return co_await runProgram(*ctr, std::move(arguments), clock, kImportTimeout);
}

Task<Result<>> importImages(const Paths &paths, std::vector<fs::path> archives, Clock &clock) {
    const fs::path cacheFile = paths.images() / ".cache.json";
    const json::object before = readCache(cacheFile);
    json::object after;
    for (const fs::path &archive : archives) {
        const std::string stamp = stampOf(archive, paths);
        if (auto known = before.find(archive.string()); known != before.end() && known->value() == json::value(stamp)) {
            after[archive.string()] = stamp;
            continue;
        }
        auto imported = co_await importArchive(paths, archive, clock);
        if (!imported) {
            log::error("images", "cannot import {}: {}", archive.string(), imported.error().message);
            continue;
        }
        log::info("images", "imported {}", archive.string());
        after[archive.string()] = stamp;
    }
    if (after != before)
        CO_CHECK(writeFileAtomic(cacheFile, json::serialize(after), 0600));
    co_return Result<>();
}

} // namespace coracle::cluster
