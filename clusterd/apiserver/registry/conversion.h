#pragma once

#include "core/api/object.h"
#include "core/api/schema.h"

#include <boost/json/object.hpp>

/// Between the version that the store holds and the one that a request speaks. Most kinds have one version. Versions of
/// one shape differ in apiVersion only; events have two shapes with the same content (core v1 and events.k8s.io v1).
namespace coracle::apiserver {

/// The resource in the form that the store holds: the same one, or another of the same storage prefix.
const api::ResourceInfo &storageResource(const api::ResourceInfo &resource);

/// In place; both resources share a storage prefix.
void convert(boost::json::object &object, const api::ResourceInfo &from, const api::ResourceInfo &to);

/// A stored object in a resource's version: the same pointer where that is the stored one.
api::ObjectPtr fromStorage(const api::ObjectPtr &object, const api::ResourceInfo &resource);

/// A field selector's path in the stored form.
std::string_view storagePath(const api::ResourceInfo &resource, std::string_view path);

} // namespace coracle::apiserver
