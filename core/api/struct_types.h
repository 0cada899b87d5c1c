#pragma once

/// What the headers of the generated structs (core/api/types/) need.
#include "core/api/int_or_string.h"
#include "core/api/ptr.h"
#include "core/api/quantity.h"
#include "core/api/raw_json.h"
#include "core/api/time.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::api {

struct ResourceInfo;
struct StructInfo; ///< how a struct is read and written (core/api/struct_codec.h)

/// Bytes that JSON holds as base64 (Secret.data); here they are decoded.
struct Bytes : std::string {
    using std::string::string;
    Bytes(std::string bytes) : std::string(std::move(bytes)) {}
};

} // namespace coracle::api
