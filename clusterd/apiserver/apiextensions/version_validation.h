#pragma once

#include "clusterd/apiserver/strategy/field_errors.h"

#include <vector>

namespace coracle::apiserver {

/// One entry of spec.versions: schema, sub-resources, columns, selectable fields. `old` is the version before the
/// update; null when there was none.
void validateDefinitionVersion(const JsonObject &version, const JsonObject *old, const FieldPath &path,
                               std::vector<StatusCause> &causes);

} // namespace coracle::apiserver
