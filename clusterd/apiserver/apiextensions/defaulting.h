#pragma once

#include "clusterd/apiserver/apiextensions/structural_schema.h"

namespace coracle::apiserver {

/// Applies a schema's defaults to what is absent (apiextensions-apiserver schema/defaulting). A null where null is not
/// allowed counts as absent: it takes the default or, without one, goes. True when something changed.
bool applyDefaults(boost::json::object &object, const StructuralSchema &schema);

} // namespace coracle::apiserver
