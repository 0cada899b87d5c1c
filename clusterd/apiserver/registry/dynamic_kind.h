#pragma once

#include "clusterd/apiserver/registry/request_scope.h"
#include "core/api/object.h"
#include "core/api/runtime_kind.h"
#include "core/base/task.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::apiserver {

class Strategy;

/// What the registry asks of a kind that was made at run time, where the tables rule built-in kinds. Such a kind is not
/// decoded into the shape of Go structs: it keeps nulls, and its members have no order. Its objects may be stored in
/// any of its versions; an object's apiVersion says in which. Immutable, thread-safe.
class DynamicKind : public api::RuntimeKind {
public:
    virtual const Strategy &strategy() const = 0;

    /// Objects, each in whatever version it is, in the version of `to`. May call a webhook, so it may wait and fail.
    virtual Task<Result<std::vector<boost::json::object>>> convert(std::vector<boost::json::object> objects,
                                                                   const api::ResourceInfo &to) const = 0;
    /// The version that writes store.
    virtual const api::ResourceInfo &storage() const = 0;

    /// A body of the kind, as a client sent it or a patch made it: checked, pruned and with defaults. Warnings go to
    /// the scope.
    virtual Result<boost::json::object> decode(RequestScope &scope, std::string_view text) const = 0;
    virtual Result<boost::json::object> decode(RequestScope &scope, boost::json::object object) const = 0;

    /// The scale sub-resource as autoscaling/v1 Scale, and the object with what a Scale says.
    virtual Result<boost::json::object> toScale(const api::ResourceInfo &resource,
                                                const boost::json::object &object) const = 0;
    virtual Result<boost::json::object> fromScale(const RequestScope &scope, const boost::json::object &object,
                                                  const boost::json::object &scale) const = 0;

    /// Where a version has the replicas that its scale sub-resource changes: ".spec.replicas".
    virtual std::string_view replicasPath(const api::ResourceInfo &) const { return ".spec.replicas"; }

    /// Refused while the definition is being deleted.
    virtual Result<> mayCreate() const = 0;
    /// What a client of a deprecated version is told; empty for others.
    virtual std::string_view deprecation(const api::ResourceInfo &resource) const = 0;
};

/// Null for built-in kinds.
inline const DynamicKind *dynamicKind(const api::ResourceInfo &resource) {
    return static_cast<const DynamicKind *>(resource.runtime);
}

/// The object's apiVersion is the resource's, so that it needs no conversion.
inline bool isInVersion(const api::Object &object, const api::ResourceInfo &resource) {
    return object.apiVersion() == resource.apiVersion;
}

/// Objects of a dynamic kind in the resource's version; those that are in it stay the same pointers.
Task<Result<std::vector<api::ObjectPtr>>> convertObjects(const api::ResourceInfo &resource,
                                                         std::vector<api::ObjectPtr> objects);

} // namespace coracle::apiserver
