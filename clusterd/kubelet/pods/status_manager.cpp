#include "clusterd/kubelet/pods/status_manager.h"

#include "clusterd/kubelet/pods/pod_status.h"
#include "core/api/typed.h"
#include "core/base/log.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace coracle::kubelet {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr Duration kFirstRetry = 200ms, kLongestRetry = 10s;

/// A JSON merge patch of the members that differ; the UID makes it fail on another pod of the same name.
std::string makePatch(const corev1::Pod &pod, const corev1::PodStatus &before, const corev1::PodStatus &after) {
    json::value from = api::encodeToValue(before), to = api::encodeToValue(after);
    json::object changes;
    for (const auto &entry : to.as_object())
        if (const auto *old = from.as_object().if_contains(entry.key()); !old || *old != entry.value())
            changes[entry.key()] = entry.value();
    for (const auto &entry : from.as_object())
        if (!to.as_object().contains(entry.key()))
            changes[entry.key()] = nullptr;
    json::object patch{{"metadata", json::object{{"uid", pod.metadata.uid}}}, {"status", std::move(changes)}};
    return json::serialize(patch);
}

int64_t versionOf(const corev1::Pod &pod) {
    const std::string &text = pod.metadata.resourceVersion;
    int64_t version = 0;
    std::from_chars(text.data(), text.data() + text.size(), version);
    return version;
}

} // namespace

void StatusManager::set(std::shared_ptr<const corev1::Pod> pod, corev1::PodStatus status) {
    auto &slot = m_entries[pod->metadata.uid];
    if (!slot) {
        slot = std::make_shared<Entry>();
        slot->written = pod->status;
    }
    auto entry = slot;
    // Others write too: the node controller takes back that pods are ready while it does not hear of the node.
    if (!entry->writing && versionOf(*pod) > entry->version)
        entry->written = pod->status;
    // Our own last words count, and the newest of what others say (readiness gates).
    auto before = entry->pod ? entry->wanted : pod->status;
    auto ours = [&](const auto &c) {
        return std::ranges::find(status.conditions, c.type, &corev1::PodCondition::type) != status.conditions.end();
    };
    std::erase_if(before.conditions, [&](const auto &c) { return !ours(c); });
    for (const auto &foreign : pod->status.conditions)
        if (!ours(foreign))
            before.conditions.push_back(foreign);
    stampConditions(status, before, m_clock.now());
    bool sameAsApi = !entry->writing && status == entry->written;
    entry->pod = std::move(pod);
    entry->wanted = std::move(status);
    if (sameAsApi || entry->gone) {
        entry->dirty = false;
        return;
    }
    entry->dirty = true;
    if (!entry->writing) {
        entry->writing = true;
        m_gate.spawn([this, entry] { return write(entry); });
    }
}

const corev1::PodStatus *StatusManager::get(const std::string &podUid) const {
    auto found = m_entries.find(podUid);
    return found == m_entries.end() ? nullptr : &found->second->wanted;
}

Task<> StatusManager::write(std::shared_ptr<Entry> entry) {
    Duration pause = kFirstRetry;
    while (entry->dirty && !entry->gone && !m_gate.closed()) {
        auto pod = entry->pod;
        auto wanted = entry->wanted;
        entry->dirty = false;
        client::WriteOptions options;
        options.subresource = "status";
        auto written =
            co_await m_client.patch(corev1::Pod::resource(), pod->metadata.namespace_, pod->metadata.name,
                                    client::PatchType::Merge, makePatch(*pod, entry->written, wanted), options);
        if (m_gate.closed())
            break;
        if (written) {
            entry->written = std::move(wanted);
            entry->version = (*written)->resourceVersion();
            pause = kFirstRetry;
            continue;
        }
        const bool refused = isConflict(written.error()) || written.error().code == 422;
        bool gone = isNotFound(written.error());
        if (refused) // perhaps because another pod has the name now
            gone = co_await isGone(pod);
        if (gone) {
            entry->gone = true;
            break;
        }
        log::warning("kubelet", "cannot write the status of pod {}: {}", podKey(*pod), written.error().message);
        entry->dirty = true;
        auto slept = co_await m_clock.sleep(pause);
        pause = std::min<Duration>(pause * 2, kLongestRetry);
        if (!slept)
            break;
    }
    entry->writing = false;
    for (auto &waiter : entry->waiting)
        waiter->notify();
    entry->waiting.clear();
}

Task<bool> StatusManager::isGone(std::shared_ptr<const corev1::Pod> pod) {
    auto current = co_await m_client.get(corev1::Pod::resource(), pod->metadata.namespace_, pod->metadata.name);
    if (!current)
        co_return isNotFound(current.error());
    co_return (*current)->uid() != pod->metadata.uid;
}

Task<Result<>> StatusManager::flush(std::string podUid) {
    auto found = m_entries.find(podUid);
    if (found == m_entries.end())
        co_return Result<>{};
    auto entry = found->second;
    while (entry->writing) {
        auto waiter = std::make_shared<Wakeup>(m_gate, m_clock);
        entry->waiting.push_back(waiter);
        if (!co_await waiter->wait())
            co_return errors::other("the kubelet stops");
    }
    co_return Result<>{};
}

void StatusManager::forget(const std::string &podUid) {
    if (auto found = m_entries.find(podUid); found != m_entries.end()) {
        found->second->gone = true;
        m_entries.erase(found);
    }
}

} // namespace coracle::kubelet
