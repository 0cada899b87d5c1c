#pragma once

#include "core/cel/value.h"

#include <vector>

namespace coracle::cel {

/// The items of a list in the order of their keys, of which there are as many; an error value when those differ in
/// type or cannot be ordered.
Value sortByKeys(const Value &list, const std::vector<Value> &keys);

} // namespace coracle::cel
