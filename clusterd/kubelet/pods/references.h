#pragma once

#include "clusterd/kubelet/container/pod_spec.h"
#include "core/client/event_recorder.h"

namespace coracle::kubelet {

inline client::ObjectReference referenceTo(const corev1::Pod &pod) {
    client::ObjectReference reference;
    reference.apiVersion = "v1";
    reference.kind = "Pod";
    reference.namespaceName = pod.metadata.namespace_;
    reference.name = pod.metadata.name;
    reference.uid = pod.metadata.uid;
    reference.resourceVersion = pod.metadata.resourceVersion;
    return reference;
}

inline client::ObjectReference referenceTo(const corev1::Pod &pod, std::string_view container) {
    auto reference = referenceTo(pod);
    reference.fieldPath = containerFieldPath(pod, container);
    return reference;
}

} // namespace coracle::kubelet
