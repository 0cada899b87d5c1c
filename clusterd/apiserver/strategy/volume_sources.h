#pragma once

#include "clusterd/apiserver/strategy/validators.h"

/// The kinds of storage that volumes of pods and PersistentVolumes have in common.
namespace coracle::apiserver {

enum class VolumeUse { Pod, Persistent };

/// What must be set in a source of this name ("nfs", "csi"), and in what form. Says nothing of sources that only pods
/// have.
void validateVolumeSource(Checker &check, const FieldPath &path, std::string_view name, const JsonObject &source,
                          VolumeUse use);

/// The spec of a PersistentVolumeClaim, also inside templates.
void validateClaimSpec(Checker &check, const FieldPath &path, const JsonObject &spec);

/// Access modes of volumes and claims.
void validateAccessModes(Checker &check, const FieldPath &path, const JsonArray &modes, std::string_view needed);

} // namespace coracle::apiserver
