#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

#include <map>
#include <string>
#include <vector>

namespace coracle::controllers::disruption {

/// How many pods the owners of some pods declare together.
struct DeclaredPods {
    int32_t count = 0;
    std::vector<std::string> unmanaged; ///< pods without a controller, by name
};

/// Finds the number of replicas that the controllers of pods declare. The built-in workloads come from informers; any
/// other kind is asked for its sub-resource scale.
/// Reads: ReplicationControllers, ReplicaSets, Deployments, StatefulSets, scale of other kinds. Writes nothing.
class ExpectedScale {
public:
    ExpectedScale(client::Client &client, InformerFactory &informers);

    /// Fails when an owner is unknown or has no scale: the number can't be told then.
    Task<Result<DeclaredPods>> declaredBy(const std::vector<corev1::Pod> &pods) const;
    /// Changes of the owners that are followed: what they declare changes budgets.
    void addHandler(const client::Informer::Handler &handler);

private:
    using ByOwner = std::map<std::string, int32_t, std::less<>>; ///< UID -> replicas
    struct Followed {
        client::Informer *informer;
        Result<int32_t> (*replicasOf)(const api::Object &);
    };

    const Followed *followed(std::string_view apiVersion, std::string_view kind) const;
    Result<> addFollowed(ByOwner &declared, const corev1::Pod &pod, const api::Object::Owner &owner) const;
    Task<Result<>> addScale(ByOwner &declared, const corev1::Pod &pod, const metav1::OwnerReference &owner) const;

    client::Client &m_client;
    std::vector<Followed> m_followed;
};

} // namespace coracle::controllers::disruption
