#pragma once

#include "core/api/schema.h"

#include <string>
#include <string_view>
#include <vector>

namespace coracle::apiserver {

/// What is wrong with a name for an object of the resource, in the standard words; nothing means valid.
std::vector<std::string> objectNameErrors(const api::ResourceInfo &resource, std::string_view name);

} // namespace coracle::apiserver
