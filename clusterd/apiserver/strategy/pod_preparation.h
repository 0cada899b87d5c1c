#pragma once

#include "clusterd/apiserver/json_access.h"

/// What the server writes into a pod when it is created.
namespace coracle::apiserver {

/// Turns matchLabelKeys and mismatchLabelKeys of affinity terms and spreading constraints into requirements on the
/// pod's own labels.
void foldLabelKeys(JsonObject &pod);

/// The AppArmor annotations of containers and their appArmorProfile say the same; each fills the other.
void syncAppArmor(JsonObject &pod);

} // namespace coracle::apiserver
