#include "clusterd/kubelet/volumes/local_path_agent.h"

#include "clusterd/kubelet/volumes/local_directory.h"
#include "clusterd/volume/local_path.h"
#include "clusterd/volume/matching.h"
#include "core/api/typed.h"
#include "core/base/log.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <filesystem>
#include <fmt/format.h>

namespace coracle::kubelet {

namespace local = volume::localpath;
using namespace std::chrono_literals;
using api::ObjectPtr;
using corev1::PersistentVolume;

namespace {

constexpr int kWorkers = 2;                              // the removal of a large volume does not hold up a small one
constexpr int kEntriesAtOnce = 1000;                     // then other work has its turn
constexpr client::WorkQueue::Backoff kBackoff{1s, 5min}; // a full or broken disk

/// What the provisioner makes, so that no other directory is ever removed.
Result<std::filesystem::path> directoryOf(const PersistentVolume &volume) {
    std::filesystem::path path(local::pathOf(volume));
    if (path != path.lexically_normal() || !path.filename().string().starts_with(volume.metadata.name + "_"))
        return errors::other(fmt::format("\"{}\" is not a directory of volume {}: its name begins with {}_",
                                         path.string(), volume.metadata.name, volume.metadata.name));
    return path;
}

} // namespace

LocalPathAgent::LocalPathAgent(Context context)
    : m_context(std::move(context)),
      m_volumes(m_context.client, PersistentVolume::resource(), m_context.clock),
      m_queue(m_context.gate, m_context.clock, kBackoff),
      m_events(m_context.client, m_context.clock, m_context.gate, "local-path-provisioner", m_context.nodeName) {}

void LocalPathAgent::start() {
    m_volumes.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after)
            m_queue.add(std::string(after->name()));
    });
    m_volumes.start(m_context.gate);
    for (int i = 0; i < kWorkers; ++i)
        m_context.gate.spawn([this] { return run(); });
}

Task<> LocalPathAgent::run() {
    while (auto name = co_await m_queue.take()) {
        auto done = co_await reconcile(*name);
        if (done) {
            m_queue.forget(*name);
        } else {
            if (!isConflict(done.error()) && !m_context.gate.closed())
                log::warning("kubelet", "local volume {}: {}", *name, done.error().message);
            m_queue.addRateLimited(*name);
        }
        m_queue.done(*name);
    }
}

Task<Result<>> LocalPathAgent::reconcile(const std::string &name) {
    const ObjectPtr object = m_volumes.get(name);
    if (!object)
        co_return Result<>{};
    CO_TRY(PersistentVolume volume, api::decode<PersistentVolume>(*object));
    if (local::nodeOf(volume) != m_context.nodeName)
        co_return Result<>{};
    const local::Work work = local::workOf(volume);
    if (work == local::Work::Nothing || work == local::Work::LetGo)
        co_return Result<>{};
    const bool removes = work == local::Work::Remove;
    Result<> result;
    if (removes) {
        result = co_await remove(std::move(volume));
    } else {
        result = co_await prepare(std::move(volume));
    }
    if (!result && !isConflict(result.error()) && !m_context.gate.closed())
        m_events.event(client::ObjectReference::to(*object), client::EventKind::Warning,
                       removes ? "VolumeFailedDelete" : "ProvisioningFailed", result.error().message);
    co_return result;
}

/// A directory that was there once is not made again: where it went, the data went.
Task<Result<>> LocalPathAgent::prepare(PersistentVolume volume) {
    CO_TRY(const std::filesystem::path path, directoryOf(volume));
    if (local::workOf(volume) == local::Work::Prepare) {
        CO_CHECK(makeLocalDirectory(path));
    }
    CO_TRY(const bool limited, m_context.quota.limit(path, static_cast<uint64_t>(volume::capacity(volume).value())));
    log::info("kubelet", "local volume {}: {} is ready{}", volume.metadata.name, path.string(),
              limited ? ", limited by a project quota" : "");
    boost::json::object annotations{{local::kPrepared, local::preparedFor(volume)}};
    boost::json::object metadata{{"annotations", std::move(annotations)}};
    co_return co_await patch(volume, boost::json::serialize(metadata));
}

Task<Result<>> LocalPathAgent::remove(PersistentVolume volume) {
    CO_TRY(const std::filesystem::path path, directoryOf(volume));
    CO_CHECK(m_context.quota.lift(path));
    for (bool gone = false; !gone;) {
        CO_TRY(gone, removeLocalDirectory(path, kEntriesAtOnce));
        if (!gone) {
            CO_CHECK(co_await m_context.clock.sleep(1ms));
        }
    }
    log::info("kubelet", "local volume {}: {} is removed", volume.metadata.name, path.string());
    std::erase(volume.metadata.finalizers, local::kFinalizer);
    auto written = co_await client::update(m_context.client, std::move(volume));
    if (!written && !isNotFound(written.error()))
        co_return std::unexpected(std::move(written).error());
    co_return Result<>{};
}

Task<Result<>> LocalPathAgent::patch(const PersistentVolume &volume, std::string metadata) {
    std::string body = fmt::format("{{\"metadata\":{}}}", metadata);
    auto written = co_await m_context.client.patch(PersistentVolume::resource(), "", volume.metadata.name,
                                                   client::PatchType::Merge, std::move(body));
    if (!written && !isNotFound(written.error()))
        co_return std::unexpected(std::move(written).error());
    co_return Result<>{};
}

} // namespace coracle::kubelet
