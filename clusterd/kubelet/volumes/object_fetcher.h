#pragma once

#include "clusterd/kubelet/container/environment.h"
#include "core/base/task.h"
#include "core/client/client.h"

namespace coracle::kubelet {

/// Gets every ConfigMap and Secret that the pod's containers and volumes name. Those that don't exist are left empty:
/// the users know which of them are optional.
Task<Result<PodObjects>> fetchObjects(client::Client &client, const corev1::Pod &pod);

} // namespace coracle::kubelet
