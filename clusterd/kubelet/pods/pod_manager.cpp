#include "clusterd/kubelet/pods/pod_manager.h"

#include "clusterd/kubelet/pods/admission.h"
#include "clusterd/kubelet/pods/pod_cgroups.h"
#include "core/base/log.h"

namespace coracle::kubelet {

void PodManager::launch(const std::string &uid, std::shared_ptr<PodWorker> worker) {
    m_workers[uid] = worker;
    worker->start([this](const std::string &ended) { m_workers.erase(ended); });
}

void PodManager::admit(const std::shared_ptr<PodWorker> &worker) {
    const auto &pod = *worker->pod();
    // What was let in once stays, also over a restart.
    if (pod.metadata.deletionTimestamp || pod.status.startTime || isTerminal(pod.status) ||
        m_node.watcher.pods().contains(pod.metadata.uid))
        return;
    std::vector<std::shared_ptr<const corev1::Pod>> active;
    for (const auto &[uid, other] : m_workers) {
        // The scheduler gives away the room of a pod as soon as its phase says that it has ended.
        const auto *status = m_node.statuses.get(uid);
        if (other != worker && other->active() && !(status && isTerminal(*status)))
            active.push_back(other->pod());
    }
    if (auto refusal = checkAdmission(pod, active, m_node.allocatable))
        worker->reject(refusal->reason, refusal->message);
}

void PodManager::apply(corev1::Pod pod) {
    std::string uid = pod.metadata.uid;
    if (auto known = m_workers.find(uid); known != m_workers.end()) {
        known->second->update(std::move(pod));
        return;
    }
    auto worker = std::make_shared<PodWorker>(m_node, std::move(pod));
    admit(worker);
    launch(uid, std::move(worker));
}

void PodManager::remove(const std::string &uid) {
    if (auto worker = find(uid))
        worker->removed();
}

void PodManager::notify(const std::string &uid) {
    if (auto worker = find(uid))
        worker->notify();
}

void PodManager::cleanOrphans() {
    for (const auto &[uid, name] : m_node.watcher.pods())
        if (!uid.empty() && !m_workers.contains(uid)) {
            log::info("kubelet", "removing pod {}/{} ({}), which the API does not know", name.namespaceName, name.name,
                      uid);
            launch(uid, PodWorker::orphan(m_node, uid, name.namespaceName, name.name));
        }
    for (const auto &uid : m_node.volumes.podFolders())
        if (!m_workers.contains(uid))
            if (auto gone = m_node.volumes.tearDown(uid); !gone)
                log::warning("kubelet", "cannot clean up after pod {}: {}", uid, gone.error().message);
    if (!m_node.cgroups)
        return;
    std::string root = kubepodsCgroup(m_node.options.cgroupRoot);
    for (std::string parent : {root, root + "/burstable", root + "/besteffort"})
        for (const auto &name : m_node.cgroups->children(parent)) {
            constexpr std::string_view prefix = "pod";
            if (name.starts_with(prefix) && !m_workers.contains(name.substr(prefix.size())))
                if (auto gone = m_node.cgroups->remove(parent + "/" + name); !gone)
                    log::warning("kubelet", "{}", gone.error().message);
        }
}

std::shared_ptr<PodWorker> PodManager::find(const std::string &uid) const {
    auto found = m_workers.find(uid);
    return found == m_workers.end() ? nullptr : found->second;
}

std::shared_ptr<PodWorker> PodManager::find(std::string_view namespaceName, std::string_view name) const {
    std::shared_ptr<PodWorker> last;
    for (const auto &[uid, worker] : m_workers)
        if (worker->pod()->metadata.namespace_ == namespaceName && worker->pod()->metadata.name == name &&
            (!last || worker->active()))
            last = worker;
    return last;
}

std::vector<std::shared_ptr<PodWorker>> PodManager::workers() const {
    std::vector<std::shared_ptr<PodWorker>> list;
    for (const auto &[uid, worker] : m_workers)
        list.push_back(worker);
    return list;
}

} // namespace coracle::kubelet
