#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/clock.h"

/// The status of a claim whose volume grows (core/v1 PersistentVolumeClaimStatus, KEP-1790): a condition Resizing and
/// what is allocated while it lasts, the capacity in the end. Pure.
namespace coracle::controllers::resize {

/// The claim is bound and asks for more than it has.
bool isWanted(const corev1::PersistentVolumeClaim &claim);
/// Whether anything changed.
bool begin(corev1::PersistentVolumeClaim &claim, const api::Quantity &wanted, WallTime now);
void finish(corev1::PersistentVolumeClaim &claim, const api::Quantity &capacity);

} // namespace coracle::controllers::resize
