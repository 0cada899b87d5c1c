#pragma once

#include "core/base/result.h"

#include <boost/json/fwd.hpp>
#include <cstddef>

namespace coracle::api {

inline constexpr size_t kJsonPatchOperationsMax = 10'000;

/// RFC 6902, as kube-apiserver has it: an index may be negative and counts from the end then, and an operation without
/// value has null. The document is changed only as a whole: on failure nothing of the patch is seen. Fails with 400
/// when the patch is no list of operations, 413 when it has too many, and 422 when an operation is none, or it or a
/// test does not fit the document.
Result<boost::json::value> applyJsonPatch(const boost::json::value &document, const boost::json::value &patch);

} // namespace coracle::api
