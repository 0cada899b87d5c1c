#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/api/runtime_kind.h"

#include <string>

namespace coracle::apiserver {

/// A version's schema as it stands in the published OpenAPI documents: with apiVersion, kind and metadata; for version
/// 2 without what that cannot say (apiextensions-apiserver controller/openapi/builder, v2 conversion).
std::string publishedSchema(const JsonObject &schema, const api::ResourceInfo &resource,
                            api::RuntimeKind::Description form);

} // namespace coracle::apiserver
