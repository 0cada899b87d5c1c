#pragma once

#include "core/api/object.h"
#include "core/api/schema.h"
#include "core/api/types/apps_v1.h"
#include "core/base/task.h"
#include "core/client/client.h"

namespace coracle::controllers {

/// A kind that declares a number of pods. All are worked on as ReplicaSets: a ReplicationController is one with another
/// form of selector (k8s.io/kubernetes pkg/controller/replication).
struct ReplicaKind {
    std::string_view controller; ///< its controller's name
    const api::ResourceInfo &resource;
    Result<appsv1::ReplicaSet> (*decode)(const api::Object &object);
    /// Writes the status only. Fails with Conflict when the object has changed since it was decoded.
    Task<Result<>> (*updateStatus)(client::Client &client, appsv1::ReplicaSet set);
    bool countsTerminating = false; ///< the status has terminatingReplicas
};

const ReplicaKind &replicaSets();
const ReplicaKind &replicationControllers();

} // namespace coracle::controllers
