#pragma once

#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <string>

namespace coracle::apiserver {

/// meta/v1.Status of a failure, as clients get it.
std::string statusBody(const Status &status);

/// meta/v1.Status of a success, with details of what it was about.
std::string successBody(std::string_view resource, std::string_view group, std::string_view name, std::string_view uid);

} // namespace coracle::apiserver
