#pragma once

#include <string_view>

/// The annotations by which binder, scheduler and provisioners talk to one another
/// (k8s.io/component-helpers storage/volume). All values but the named ones are "yes".
namespace coracle::volume::annotations {

/// On a claim: both sides of the binding are written. Without a volume, such a claim is lost.
inline constexpr std::string_view kBindCompleted = "pv.kubernetes.io/bind-completed";
/// On the side that the controller chose; a side that the user wrote is not undone.
inline constexpr std::string_view kBoundByController = "pv.kubernetes.io/bound-by-controller";
/// On a volume: the provisioner that made it and takes it away again.
inline constexpr std::string_view kProvisionedBy = "pv.kubernetes.io/provisioned-by";
/// On a claim: the provisioner that is asked for a volume.
inline constexpr std::string_view kStorageProvisioner = "volume.kubernetes.io/storage-provisioner";
inline constexpr std::string_view kBetaStorageProvisioner = "volume.beta.kubernetes.io/storage-provisioner";
/// On a claim of a WaitForFirstConsumer class: the node that the scheduler wants the volume for.
inline constexpr std::string_view kSelectedNode = "volume.kubernetes.io/selected-node";
/// On claims and volumes: the class, from before the field; it goes before the field.
inline constexpr std::string_view kBetaStorageClass = "volume.beta.kubernetes.io/storage-class";
/// On a storage class, "true": claims that name none get it.
inline constexpr std::string_view kDefaultClass = "storageclass.kubernetes.io/is-default-class";
inline constexpr std::string_view kBetaDefaultClass = "storageclass.beta.kubernetes.io/is-default-class";

} // namespace coracle::volume::annotations
