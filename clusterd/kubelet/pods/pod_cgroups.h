#pragma once

#include "clusterd/kubelet/container/pod_spec.h"

#include <string>

namespace coracle::kubelet {

inline std::string kubepodsCgroup(const std::string &root) {
    return (root == "/" || root.empty() ? std::string() : root) + "/kubepods";
}

/// "<root>/kubepods/burstable/pod<uid>"; guaranteed pods stand directly below kubepods.
inline std::string podCgroup(const std::string &root, QosClass qos, const std::string &uid) {
    std::string parent = kubepodsCgroup(root);
    if (qos == QosClass::Burstable)
        parent += "/burstable";
    if (qos == QosClass::BestEffort)
        parent += "/besteffort";
    return parent + "/pod" + uid;
}

inline std::string podCgroup(const std::string &root, const corev1::Pod &pod) {
    return podCgroup(root, qosClass(pod), pod.metadata.uid);
}

} // namespace coracle::kubelet
