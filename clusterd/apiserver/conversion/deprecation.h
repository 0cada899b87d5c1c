#pragma once

#include "core/api/schema.h"

#include <string_view>

namespace coracle::apiserver {

/// What every answer of a deprecated resource warns of (the Warning header); empty for the others.
std::string_view deprecationOf(const api::ResourceInfo &resource);

} // namespace coracle::apiserver
