#pragma once

#include "clusterd/apiserver/conversion/convert.h"
#include "core/api/object.h"

#include <boost/json/object.hpp>

/// Objects of the store in the versions that requests speak.
namespace coracle::apiserver {

/// A stored object in a resource's version: the same pointer where that is the stored one.
api::ObjectPtr fromStorage(const api::ObjectPtr &object, const api::ResourceInfo &resource);

/// A field selector's path in the stored form.
std::string_view storagePath(const api::ResourceInfo &resource, std::string_view path);

} // namespace coracle::apiserver
