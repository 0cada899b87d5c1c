#pragma once

#include "clusterd/apiserver/registry/request_scope.h"
#include "core/api/managed_fields.h"
#include "core/base/clock.h"

#include <boost/json/object.hpp>

/// Who owns which fields of an object in the registry: what core/api/managed_fields.h needs to know of a request, and
/// the ownership of replicas on its way through the scale sub-resource.
namespace coracle::apiserver {

/// What a request on the resource or its sub-resource can change: the strategies put the rest back, so nobody gets to
/// own it that way (kube-apiserver's GetResetFields).
api::FieldFilter ownableFields(const api::ResourceInfo &resource, std::string_view subresource);

/// Who writes. Of a scale, in the shape of autoscaling/v1 Scale.
api::FieldWriter fieldWriterOf(const RequestScope &scope, WallTime now);

/// Gives a Scale that was made from the object the owners of the object's replicas.
void ownersToScale(const RequestScope &scope, const boost::json::object &object, boost::json::object &scale);
/// Gives the object the owners of its replicas that a write left in the Scale; `before` has the owners of the others.
void ownersFromScale(const RequestScope &scope, const boost::json::object &before, const boost::json::object &scale,
                     boost::json::object &object);

} // namespace coracle::apiserver
