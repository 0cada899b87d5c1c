#pragma once

#include "core/api/types/core_v1.h"

namespace coracle::api {

/// What another object's field says of this one (a claimRef, status.active), in the version at hand. T is a struct of
/// the API. Thread-safe.
template<class T>
corev1::ObjectReference referenceTo(const T &object) {
    corev1::ObjectReference reference;
    reference.apiVersion = T::kApiVersion;
    reference.kind = T::kKind;
    reference.namespace_ = object.metadata.namespace_;
    reference.name = object.metadata.name;
    reference.uid = object.metadata.uid;
    reference.resourceVersion = object.metadata.resourceVersion;
    return reference;
}

} // namespace coracle::api
