#include "clusterd/kubelet/pods/garbage_collector.h"

#include "clusterd/kubelet/node/machine_info.h"
#include "core/base/log.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace coracle::kubelet {

namespace fs = std::filesystem;

Task<Result<>> GarbageCollector::collectContainers() {
    for (const auto &worker : m_pods.workers()) {
        if (worker->stage() != PodWorker::Stage::Running && worker->stage() != PodWorker::Stage::Stopped)
            continue;
        auto inspected = co_await m_node.watcher.inspect(worker->pod()->metadata.uid);
        if (!inspected)
            co_return std::unexpected(inspected.error());
        std::map<std::string, int> kept; // newest first: the running one or the last, and the one before it
        std::set<std::string> sandboxesInUse;
        for (const auto &container : inspected->containers) {
            bool ended = container.state == cri::ContainerState::Exited;
            if (ended && kept[container.name] >= 2) {
                std::error_code ignored;
                CO_CHECK(co_await m_node.runtime.removeContainer(container.id));
                fs::remove(container.logPath, ignored);
                continue;
            }
            ++kept[container.name];
            sandboxesInUse.insert(container.sandboxId);
        }
        for (size_t i = 1; i < inspected->sandboxes.size(); ++i) {
            const auto &sandbox = inspected->sandboxes[i];
            if (sandbox.state == cri::SandboxState::NotReady && !sandboxesInUse.contains(sandbox.id))
                CO_CHECK(co_await m_node.runtime.removePodSandbox(sandbox.id));
        }
    }
    co_return Result<>{};
}

Task<Result<>> GarbageCollector::collectImages() {
    CO_TRY(auto images, co_await m_node.images.listImages());
    CO_TRY(auto containers, co_await m_node.runtime.listContainers(cri::ContainerFilter()));
    CO_TRY(auto filesystems, co_await m_node.images.imageFsInfo());
    auto now = m_node.clock.steadyNow();
    std::set<std::string> used;
    for (const auto &container : containers) {
        used.insert(container.imageRef);
        used.insert(container.image);
    }
    std::string pause = normalizeImage(m_node.options.sandboxImage);
    auto inUse = [&](const cri::Image &image) {
        auto named = [&](const auto &names) {
            return std::ranges::any_of(names, [&](const auto &n) {
                return used.contains(n) || n == pause || n == m_node.options.sandboxImage;
            });
        };
        return image.pinned || used.contains(image.id) || named(image.tags) || named(image.digests);
    };
    std::vector<std::pair<SteadyTime, cri::Image>> unused;
    for (const auto &image : images) {
        auto &seen = m_imagesSeen.try_emplace(image.id, now).first->second;
        if (inUse(image))
            seen = now;
        else
            unused.emplace_back(seen, image);
    }
    if (filesystems.empty())
        co_return Result<>{};
    auto disk = diskUsage(filesystems.front().mountpoint);
    if (disk.capacityBytes == 0)
        co_return Result<>{};
    auto usedPercent = [&] { return 100 - static_cast<int>(disk.availableBytes * 100 / disk.capacityBytes); };
    if (usedPercent() < m_node.options.imageGcHighPercent)
        co_return Result<>{};
    std::ranges::sort(unused, {}, [](const auto &entry) { return entry.first; });
    for (const auto &[seen, image] : unused) {
        if (usedPercent() <= m_node.options.imageGcLowPercent)
            break;
        if (now - seen < m_node.options.imageAgeLeast)
            continue;
        log::info("kubelet", "removing image {} ({} bytes) because the disk is {} % full", image.id, image.sizeBytes,
                  usedPercent());
        CO_CHECK(co_await m_node.images.removeImage(image.id));
        m_imagesSeen.erase(image.id);
        disk = diskUsage(filesystems.front().mountpoint);
    }
    co_return Result<>{};
}

Task<Result<>> GarbageCollector::rotateLogs() {
    for (const auto &worker : m_pods.workers())
        for (const auto &container : worker->runtime().containers) {
            std::error_code error;
            if (container.state != cri::ContainerState::Running || container.logPath.empty() ||
                fs::file_size(container.logPath, error) < m_node.options.containerLogBytesMax || error)
                continue;
            CO_CHECK(co_await rotate(container.id, container.logPath));
        }
    co_return Result<>{};
}

/// "0.log" becomes "0.log.20261121-074649"; the runtime opens a new "0.log"; only the newest files stay.
Task<Result<>> GarbageCollector::rotate(std::string containerId, fs::path log) {
    auto now = std::chrono::floor<std::chrono::seconds>(m_node.clock.now());
    auto day = std::chrono::floor<std::chrono::days>(now);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss time(now - day);
    fs::path rotated = log;
    rotated += fmt::format(".{:04}{:02}{:02}-{:02}{:02}{:02}", int(date.year()), unsigned(date.month()),
                           unsigned(date.day()), time.hours().count(), time.minutes().count(), time.seconds().count());
    std::error_code error;
    fs::rename(log, rotated, error);
    if (error)
        co_return errors::other(fmt::format("cannot rotate {}: {}", log.string(), error.message()));
    auto reopened = co_await m_node.runtime.reopenContainerLog(containerId);
    if (!reopened) {
        // The runtime still writes to the old file: it gets its name back.
        fs::rename(rotated, log, error);
        co_return std::unexpected(reopened.error());
    }
    std::vector<fs::path> old;
    for (const auto &entry : fs::directory_iterator(log.parent_path(), error))
        if (entry.path().filename().string().starts_with(log.filename().string() + "."))
            old.push_back(entry.path());
    std::ranges::sort(old, std::greater<>());
    for (size_t i = static_cast<size_t>(std::max(m_node.options.containerLogFilesMax - 1, 1)); i < old.size(); ++i)
        fs::remove(old[i], error);
    co_return Result<>{};
}

} // namespace coracle::kubelet
