#pragma once

#include "core/api/schema.h"

#include <boost/json/fwd.hpp>

namespace coracle::api {

/// Sets the members that are absent and have a default, in the object and everything inside it: constants from the
/// schema tables, and the rules per type that depend on other members. Runs after decoding (and after a patch) and
/// before admission and validation. The object should be canonical (core/api/codec.h); values of wrong JSON types are
/// left alone.
void applyDefaults(const TypeInfo &type, boost::json::object &object);
void applyDefaults(const ResourceInfo &resource, boost::json::object &object);

} // namespace coracle::api
