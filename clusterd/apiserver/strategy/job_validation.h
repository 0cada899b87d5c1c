#pragma once

#include "clusterd/apiserver/strategy/validators.h"

namespace coracle::apiserver {

/// The spec of a Job, also inside a CronJob's template: everything but its selector.
void validateJobSpec(Checker &check, const FieldPath &path, const JsonObject &spec);

} // namespace coracle::apiserver
