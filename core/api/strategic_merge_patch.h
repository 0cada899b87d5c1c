#pragma once

#include "core/base/result.h"

#include <boost/json/fwd.hpp>

namespace coracle::api {

struct TypeInfo;

/// Kubernetes' strategic merge patch: a merge patch that merges lists by the patch strategies and merge keys of the
/// type, with the directives $patch, $retainKeys, $deleteFromPrimitiveList/<field> and $setElementOrder/<field>.
/// Fails with 400 or 422 when a directive is malformed or an element lacks its merge key; the document is then
/// unchanged.
Result<boost::json::object> applyStrategicMergePatch(const TypeInfo &type, const boost::json::object &document,
                                                     const boost::json::object &patch);

} // namespace coracle::api
