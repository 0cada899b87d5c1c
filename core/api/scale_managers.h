#pragma once

#include "core/api/field_managers.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Ownership of replicas between an object and its scale sub-resource: who owns the one owns the other
/// (k8s.io/apimachinery managedfields ScaleHandler).
namespace coracle::api {

/// Where versions of the object have their replicas, as path elements; nothing for a version that is not known.
using ReplicasPath = std::function<const std::vector<PathElement> *(std::string_view apiVersion)>;

/// The owners of the Scale's .spec.replicas.
FieldManagers scaleManagers(const FieldManagers &parent, const ReplicasPath &path);

/// The object's owners after a write through the scale sub-resource left `scale`. apiVersion is the object's version
/// in the request. Owners that come new have no time, as with kube-apiserver.
FieldManagers parentManagers(const FieldManagers &parent, const FieldManagers &scale, const ReplicasPath &path,
                             const std::string &apiVersion);

} // namespace coracle::api
