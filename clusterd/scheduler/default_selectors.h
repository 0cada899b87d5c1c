#pragma once

#include "clusterd/scheduler/informers.h"
#include "core/api/selector.h"

#include <map>
#include <string>

namespace coracle::scheduler {

/// Which pods belong together with a pod that doesn't say so itself: those of its services and of its ReplicaSet,
/// StatefulSet or ReplicationController (kube-scheduler's DefaultSelector). On the informers' executor.
class DefaultSelectors {
public:
    explicit DefaultSelectors(Informers &informers);
    DefaultSelectors(const DefaultSelectors &) = delete;
    DefaultSelectors &operator=(const DefaultSelectors &) = delete;

    /// Matches everything when there is nothing that the pod belongs to.
    api::LabelSelector of(const api::Object &pod);

private:
    using Labels = std::map<std::string, std::string, std::less<>>;
    struct Known {
        int64_t generation = 0;
        api::LabelSelector selector;
    };
    void onService(const api::ObjectPtr &before, const api::ObjectPtr &after);
    const api::LabelSelector *controllerSelector(const api::Object &pod);

    client::Informer &m_replicaSets, &m_statefulSets, &m_replicationControllers;
    std::map<std::string, std::map<std::string, Labels>, std::less<>> m_services; ///< namespace -> name -> selector
    std::map<std::string, Known, std::less<>> m_controllers;                      ///< by uid
};

} // namespace coracle::scheduler
