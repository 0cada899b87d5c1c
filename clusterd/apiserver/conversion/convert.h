#pragma once

#include "core/api/schema.h"

#include <boost/json/fwd.hpp>

/// Between the versions of one kind. An object is stored in one version and served in all; most versions differ in
/// apiVersion only. Those that differ in shape say the same in other words, so that going there and back loses nothing.
namespace coracle::apiserver {

/// The resource in the form that the store holds: the same one, or another of the same storage prefix.
const api::ResourceInfo &storageResource(const api::ResourceInfo &resource);

/// Whether the versions differ in apiVersion only.
bool sameShape(const api::ResourceInfo &a, const api::ResourceInfo &b);

/// In place; both resources share a storage prefix.
void convert(boost::json::object &object, const api::ResourceInfo &from, const api::ResourceInfo &to);

} // namespace coracle::apiserver
