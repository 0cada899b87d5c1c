#pragma once

#include "clusterd/kubelet/container/environment.h"
#include "clusterd/kubelet/volumes/atomic_writer.h"
#include "core/api/types/core_v1.h"

/// The files of configMap, secret, downwardAPI and projected volumes.
namespace coracle::kubelet {

struct PayloadInput {
    const corev1::Pod &pod;
    const PodObjects &objects;
    const std::map<std::string, api::Quantity, std::less<>> &allocatable;
    /// Service account tokens by the index of the projected volume's source.
    std::map<size_t, std::string> tokens;
};

Result<Payload> configMapPayload(const corev1::ConfigMapVolumeSource &source, const PayloadInput &input);
Result<Payload> secretPayload(const corev1::SecretVolumeSource &source, const PayloadInput &input);
Result<Payload> downwardPayload(const corev1::DownwardAPIVolumeSource &source, const PayloadInput &input);
Result<Payload> projectedPayload(const corev1::ProjectedVolumeSource &source, const PayloadInput &input);

} // namespace coracle::kubelet
