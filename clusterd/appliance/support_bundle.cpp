#include "clusterd/appliance/support_bundle.h"

#include "clusterd/appliance/archive.h"
#include "clusterd/appliance/disk_usage.h"
#include "clusterd/appliance/file_reply.h"
#include "clusterd/appliance/operation_routes.h"
#include "clusterd/appliance/redactor.h"
#include "core/api/time.h"
#include "core/base/files.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::string_view kEnding = ".tar.gz", kResource = "supportbundles";
constexpr size_t kKept = 3;
constexpr size_t kFileMax = 1u << 20;    // of /proc and logs
constexpr size_t kObjectsMax = 4u << 20; // of one kind
constexpr size_t kLogTail = 512u << 10;

struct Kind {
    std::string_view group, resource;
};
/// What tells how a cluster is. ConfigMaps and Secrets are not among it.
constexpr Kind kObjects[] = {{"", "nodes"},
                             {"", "pods"},
                             {"", "events"},
                             {"", "namespaces"},
                             {"", "services"},
                             {"", "persistentvolumes"},
                             {"", "persistentvolumeclaims"},
                             {"apps", "deployments"},
                             {"apps", "daemonsets"},
                             {"apps", "statefulsets"},
                             {"apps", "replicasets"},
                             {"batch", "jobs"},
                             {"coordination.k8s.io", "leases"},
                             {"discovery.k8s.io", "endpointslices"},
                             {"storage.k8s.io", "storageclasses"}};

constexpr const char *kMachineFiles[] = {"/proc/version",     "/proc/meminfo",         "/proc/loadavg",
                                         "/proc/uptime",      "/proc/self/mountinfo",  "/proc/pressure/cpu",
                                         "/proc/pressure/io", "/proc/pressure/memory", "/etc/os-release"};

/// The end of a file that may be long.
std::string tail(const fs::path &file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    FILE *stream = error ? nullptr : std::fopen(file.c_str(), "re");
    if (!stream)
        return {};
    std::string text(std::min<uint64_t>(size, kLogTail), '\0');
    const bool placed = std::fseek(stream, -static_cast<long>(text.size()), SEEK_END) == 0;
    text.resize(placed ? std::fread(text.data(), 1, text.size(), stream) : 0);
    std::fclose(stream);
    return text;
}

std::string asLine(const json::value &value) {
    return json::serialize(value) + "\n";
}

} // namespace

/// The secrets of the cluster are looked up anew for each bundle, so that none is forgotten.
Result<> SupportBundles::collect(const Add &write, const datastore::StorageSize &size) const {
    const DataFolders &folders = m_parts.data.folders;
    std::vector<fs::path> secretFiles;
    std::error_code error;
    for (const fs::path &file :
         {folders.server() / "token", folders.server() / "agent-token", folders.server() / "cred" / "admin.token"})
        if (fs::is_regular_file(file, error))
            secretFiles.push_back(file);
    const Redactor redactor(m_parts.reader, secretFiles);
    auto add = [&](std::string name, std::string_view text) { return write(std::move(name), redactor.text(text)); };

    CHECK(add("version.json", asLine(json::object{{"version", m_parts.version},
                                                  {"kubernetesVersion", m_parts.kubernetesVersion},
                                                  {"nodeName", m_parts.nodeName},
                                                  {"at", api::Time(m_parts.clock.now()).text()}})));
    CHECK(add("status.json", asLine(m_parts.status())));
    if (auto configuration = m_parts.configuration())
        CHECK(add("configuration.json", asLine(*configuration)));
    std::string log;
    for (const LogLine &line : m_parts.log.after(0))
        log += line.json() + "\n";
    CHECK(add("clusterd.log.jsonl", log));
    CHECK(add("containerd.log", tail(folders.imageStore / "containerd.log")));

    for (const Kind &kind : kObjects) {
        const api::ResourceInfo *resource = api::findResource(kind.group, "v1", kind.resource);
        const auto objects = resource ? m_parts.reader.list(*resource, "") : std::vector<api::ObjectPtr>();
        std::string lines;
        for (const api::ObjectPtr &object : objects)
            if (lines.size() < kObjectsMax)
                lines += redactor.object(*object) + "\n";
        CHECK(write(fmt::format("objects/{}.jsonl", kind.resource), lines));
    }

    CHECK(add("datastore.json", asLine(json::object{{"revision", m_parts.data.backend.currentRevision()},
                                                    {"compactRevision", m_parts.data.backend.compactRevision()},
                                                    {"bytes", size.bytes},
                                                    {"bytesInUse", size.bytesInUse}})));
    const std::vector<std::pair<std::string, fs::path>> holders{
        {"data", folders.data}, {"volumes", folders.volumes}, {"logs", folders.podLogs}, {"kubelet", folders.kubelet}};
    CHECK(add("disks.json", asLine(describeDisks(holders))));
    for (const char *file : kMachineFiles)
        if (auto text = readFile(file, kFileMax))
            CHECK(add(fmt::format("machine{}", file), *text));
    return {};
}

/// Piece by piece into the archive: a bundle is never whole in memory.
Result<json::object> SupportBundles::pack(const datastore::StorageSize &size, const Ended &ended) const {
    const fs::path folder = m_parts.data.folders.bundles();
    CHECK(makeFolder(folder, 0700));
    const std::string ending = fmt::format("{}{}{}", m_parts.nodeName.empty() ? "" : "-", m_parts.nodeName, kEnding);
    const std::string name = freeFileName(folder, m_parts.clock.now(), ending);
    const fs::path part = folder / fmt::format(".{}.part", name), file = folder / name;
    std::error_code error;
    fs::remove(part, error);
    auto write = [&]() -> Result<> {
        TRY(ArchiveWriter writer, ArchiveWriter::create(part, ArchiveWriter::Compression::Gzip, m_parts.clock.now()));
        const std::string root = name.substr(0, name.size() - kEnding.size());
        const Add add = [&](std::string path, std::string_view content) -> Result<> {
            if (ended)
                return errors::other("packing was cancelled");
            return writer.addText(fmt::format("{}/{}", root, path), content, 0644);
        };
        CHECK(collect(add, size));
        return writer.finish();
    };
    auto written = write();
    if (written)
        fs::rename(part, file, error);
    else
        fs::remove(part, error);
    CHECK(std::move(written));
    if (error)
        return errors::other(fmt::format("cannot make {}: {}", file.string(), error.message()));
    const auto all = listFiles(folder, kEnding);
    for (size_t i = kKept; i < all.size(); ++i)
        fs::remove(all[i], error);
    return describe(file);
}

json::object SupportBundles::describe(const fs::path &file) const {
    struct stat info{};
    (void)::stat(file.c_str(), &info);
    return {{"name", file.filename().string()},
            {"createdAt", api::Time(WallTime(std::chrono::seconds(info.st_mtim.tv_sec))).text()},
            {"bytes", info.st_size}};
}

Task<Result<json::object>> SupportBundles::run(std::shared_ptr<Operation> operation) {
    operation->enter("collecting", 0, "reading states and logs");
    CO_TRY(const datastore::StorageSize size, co_await m_parts.data.backend.size());
    operation->enter("packing", 0.1, "reading and packing states and logs");
    std::function<Result<json::object>(const Ended &)> work = [this, size](const Ended &ended) {
        return pack(size, ended);
    };
    co_return co_await m_parts.worker.run(std::move(work));
}

Task<Result<Reply>> SupportBundles::list() {
    json::array items;
    for (const fs::path &file : listFiles(m_parts.data.folders.bundles(), kEnding))
        items.push_back(describe(file));
    co_return Reply::json(json::object{{"items", std::move(items)}});
}

Task<Result<Reply>> SupportBundles::create() {
    Operations::Work work = [this](std::shared_ptr<Operation> operation) { return run(std::move(operation)); };
    CO_TRY(const OperationInfo begun, m_parts.operations.begin(OperationKind::SupportBundle, "", std::move(work)));
    co_return accepted(begun);
}

Task<Result<Reply>> SupportBundles::remove(Call &call) {
    CO_TRY(const fs::path file, findFile(kResource, m_parts.data.folders.bundles(), call.parameter("name"), kEnding));
    std::error_code error;
    fs::remove(file, error);
    if (error)
        co_return errors::other(fmt::format("cannot remove {}: {}", file.string(), error.message()));
    co_return Reply::nothing();
}

Task<Result<Reply>> SupportBundles::download(Call &call) {
    CO_TRY(fs::path file, findFile(kResource, m_parts.data.folders.bundles(), call.parameter("name"), kEnding));
    co_return co_await sendFile(call, std::move(file), "application/gzip");
}

void SupportBundles::addRoutes(Router &router) {
    router.add("GET", "/supportbundles", [this](Call &) { return list(); });
    router.add("POST", "/supportbundles", [this](Call &) { return create(); });
    router.add("DELETE", "/supportbundles/{name}", [this](Call &call) { return remove(call); });
    router.add("GET", "/supportbundles/{name}/content", [this](Call &call) { return download(call); });
}

} // namespace coracle::appliance
