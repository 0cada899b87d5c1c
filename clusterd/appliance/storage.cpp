#include "clusterd/appliance/storage.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/disk_usage.h"
#include "clusterd/appliance/local_volumes.h"
#include "clusterd/appliance/operation_routes.h"
#include "core/api/time.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr Duration kFresh = std::chrono::minutes(1);

} // namespace

/// Names as the API has them; "containers" comes from the runtime.
std::vector<std::pair<std::string, fs::path>> Storage::parts() const {
    const DataFolders &folders = m_parts.data.folders;
    return {{"datastore", folders.database.parent_path()},
            {"backups", folders.backups},
            {"images", folders.imageStore},
            {"volumes", folders.volumes},
            {"logs", folders.podLogs},
            {"kubelet", folders.kubelet}};
}

Task<Result<std::shared_ptr<const Storage::Measured>>> Storage::measure() {
    {
        std::lock_guard lock(m_mutex);
        if (m_measured && m_parts.clock.steadyNow() - m_measured->at < kFresh)
            co_return m_measured;
    }
    std::function<Result<std::shared_ptr<const Measured>>(const Ended &)> look = [this](const Ended &ended) {
        auto measured = std::make_shared<Measured>();
        std::vector<fs::path> counted;
        for (const auto &[name, path] : parts()) {
            measured->parts.emplace_back(name, folderBytes(path, ended));
            counted.push_back(path);
        }
        measured->parts.emplace_back("other", folderBytes(m_parts.data.folders.data, ended, counted));
        for (const fs::path &volume : volumeDirectories(m_parts.data.folders.volumes))
            measured->volumes[volume.string()] = folderBytes(volume, ended);
        measured->at = m_parts.clock.steadyNow();
        measured->date = m_parts.clock.now();
        return Result<std::shared_ptr<const Measured>>(std::move(measured));
    };
    CO_TRY(std::shared_ptr<const Measured> measured, co_await m_parts.worker.run(std::move(look)));
    std::lock_guard lock(m_mutex);
    m_measured = measured;
    co_return measured;
}

/// What containers have written beside their images; in the same folder as those.
Task<uint64_t> Storage::writableLayers() {
    uint64_t bytes = 0;
    if (!m_parts.data.runtime)
        co_return bytes;
    const kubelet::cri::ContainerFilter all;
    const auto stats = co_await m_parts.data.runtime->listContainerStats(all);
    for (const kubelet::cri::ContainerStats &one : stats.value_or(std::vector<kubelet::cri::ContainerStats>()))
        bytes += one.writableLayerBytes;
    co_return bytes;
}

Task<Result<Reply>> Storage::get() {
    const DataFolders &folders = m_parts.data.folders;
    CO_TRY(const auto measured, co_await measure());
    const uint64_t layers = co_await writableLayers();
    json::array dataParts;
    uint64_t sum = 0;
    auto paths = parts();
    paths.emplace_back("other", folders.data);
    for (size_t i = 0; i < paths.size(); ++i) {
        const auto &[name, path] = paths[i];
        const uint64_t bytes = measured->parts[i].second;
        sum += bytes;
        const uint64_t taken = name == "images" ? std::min(layers, bytes) : 0;
        dataParts.push_back(json::object{{"name", name}, {"path", path.string()}, {"bytes", bytes - taken}});
        if (name == "images")
            dataParts.push_back(json::object{{"name", "containers"}, {"path", path.string()}, {"bytes", taken}});
    }
    json::array volumes, reclaimable;
    for (const LocalVolume &volume :
         localVolumes(m_parts.reader, folders.volumes, volumeDirectories(folders.volumes))) {
        const auto used = measured->volumes.find(volume.path.string());
        volumes.push_back(volume.json(used == measured->volumes.end() ? std::nullopt : std::optional(used->second)));
    }
    for (std::string_view what : Reclaim::kinds()) {
        auto items = co_await m_parts.reclaim.items(what);
        if (!items)
            log::debug("appliance", "cannot tell {}: {}", what, items.error().message);
        uint64_t bytes = 0;
        for (const Reclaim::Item &item : items.value_or(std::vector<Reclaim::Item>()))
            bytes += item.bytes;
        reclaimable.push_back(json::object{{"what", what}, {"bytes", bytes}, {"count", items ? items->size() : 0}});
    }
    std::vector<std::pair<std::string, fs::path>> holders{{"data", folders.data},       {"images", folders.imageStore},
                                                          {"volumes", folders.volumes}, {"logs", folders.podLogs},
                                                          {"kubelet", folders.kubelet}, {"backups", folders.backups}};
    co_return Reply::json(json::object{{"disks", describeDisks(holders)},
                                       {"dataFolder",
                                        {{"path", folders.data.string()},
                                         {"bytes", sum},
                                         {"parts", std::move(dataParts)},
                                         {"measuredAt", api::Time(measured->date).text()}}},
                                       {"volumes", std::move(volumes)},
                                       {"reclaimable", std::move(reclaimable)}});
}

Task<Result<Reply>> Storage::cleanUp(Call &call) {
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    const std::vector<std::string> what = body.texts("what");
    const auto kinds = Reclaim::kinds();
    if (what.empty())
        body.fail("what", "FieldValueRequired", "say what may go");
    for (size_t i = 0; i < what.size(); ++i)
        if (std::ranges::find(kinds, what[i]) == kinds.end())
            body.fail(fmt::format("what[{}]", i), "FieldValueNotSupported", fmt::format("there is no {}", what[i]));
    CO_CHECK(body.finish("CleanupRequest"));
    Operations::Work work = [this, what](std::shared_ptr<Operation> operation) {
        return runCleanUp(std::move(operation), what);
    };
    CO_TRY(const OperationInfo begun, m_parts.operations.begin(OperationKind::Cleanup, "", std::move(work)));
    co_return accepted(begun);
}

/// What cannot be removed stays and is told at the end; the rest goes.
Task<Result<json::object>> Storage::runCleanUp(std::shared_ptr<Operation> operation, std::vector<std::string> what) {
    uint64_t freed = 0;
    json::array done;
    Result<> trouble;
    for (size_t i = 0; i < what.size(); ++i) {
        const double from = double(i) / double(what.size()), share = 1.0 / double(what.size());
        operation->enter(what[i], from, "looking");
        CO_TRY(const std::vector<Reclaim::Item> items, co_await m_parts.reclaim.items(what[i]));
        uint64_t bytes = 0, count = 0;
        for (size_t item = 0; item < items.size(); ++item) {
            operation->report(from + share * double(item) / double(items.size()), "removing " + items[item].name);
            auto removed = co_await items[item].remove();
            if (!removed) {
                trouble = std::unexpected(withContext(items[item].name, std::move(removed).error()));
                continue;
            }
            bytes += items[item].bytes;
            ++count;
        }
        freed += bytes;
        done.push_back(json::object{{"what", what[i]}, {"bytes", bytes}, {"count", count}});
        operation->setResult({{"freedBytes", freed}, {"items", done}});
    }
    {
        std::lock_guard lock(m_mutex);
        m_measured.reset();
    }
    CO_CHECK(std::move(trouble));
    log::info("appliance", "cleaned up {} bytes", freed);
    co_return json::object{{"freedBytes", freed}, {"items", std::move(done)}};
}

void Storage::addRoutes(Router &router) {
    router.add("GET", "/storage", [this](Call &) { return get(); });
    router.add("POST", "/storage/cleanup", [this](Call &call) { return cleanUp(call); });
}

} // namespace coracle::appliance
