#pragma once

#include "core/cel/value.h"

#include <string_view>

namespace coracle::cel {

/// The function format(): %s, %d, %f, %e, %b, %o, %x, %X and %% with the values of a list, as cel-go writes them in
/// English.
Value formatText(std::string_view format, const Value &arguments);

} // namespace coracle::cel
