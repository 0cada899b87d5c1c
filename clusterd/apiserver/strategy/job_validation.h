#pragma once

#include "clusterd/apiserver/strategy/validators.h"

namespace coracle::apiserver {

/// The spec of a Job, also inside a CronJob's template: everything but its selector.
void validateJobSpec(Checker &check, const FieldPath &path, const JsonObject &spec);
/// A change of a Job's status: what must not be taken back, and what excludes or needs each other.
void validateJobStatus(Checker &check, const JsonObject &object, const JsonObject &old);

/// How many indexes a text like "0,3-5" names, or what is wrong with it.
Result<int64_t> countIndexes(std::string_view text, int64_t completions);

} // namespace coracle::apiserver
