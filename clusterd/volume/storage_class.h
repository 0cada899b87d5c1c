#pragma once

#include "core/api/object.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/storage_v1.h"

#include <span>
#include <string_view>

/// What storage classes mean to claims and volumes (k8s.io/component-helpers storage/volume). Pure and thread-safe;
/// returned views and pointers live as long as the arguments.
namespace coracle::volume {

/// The provisioner of classes whose volumes are made by hand.
inline constexpr std::string_view kNoProvisioner = "kubernetes.io/no-provisioner";

/// The name of the class; empty when there is none.
std::string_view classOf(const corev1::PersistentVolumeClaim &claim);
std::string_view classOf(const corev1::PersistentVolume &volume);
/// Whether the claim says anything about its class; "" says that it wants none, and nothing lets a default class in.
bool saysClass(const corev1::PersistentVolumeClaim &claim);

/// Volumes are chosen and made when a pod needs them, for the pod's node (volumeBindingMode WaitForFirstConsumer).
bool waitsForConsumer(const storagev1::StorageClass &storageClass);
/// Nothing makes volumes of this class: only those that exist can be bound.
bool isStatic(const storagev1::StorageClass &storageClass);

bool isDefault(const storagev1::StorageClass &storageClass);
/// The default among the classes: the youngest, of several of the same age the first by name; null: none.
const storagev1::StorageClass *defaultClass(std::span<const storagev1::StorageClass> classes);

/// Whether volumes of the class may be made for the node: one of its allowedTopologies holds for the node's labels, or
/// it has none.
bool allowsNode(const storagev1::StorageClass &storageClass, const api::Object &node);

} // namespace coracle::volume
