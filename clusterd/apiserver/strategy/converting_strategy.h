#pragma once

#include "clusterd/apiserver/strategy/strategy.h"

#include <memory>

namespace coracle::apiserver {

/// A strategy for a version whose shape is not that of the stored one: the rules are written once, for the stored
/// shape, and see the object converted. The context still tells the version that the request speaks. Both arguments
/// must outlive it.
std::unique_ptr<Strategy> makeConvertingStrategy(const Strategy &rules, const api::ResourceInfo &resource);

} // namespace coracle::apiserver
