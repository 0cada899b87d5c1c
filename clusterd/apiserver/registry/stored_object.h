#pragma once

#include "clusterd/datastore/backend.h"
#include "core/api/object.h"
#include "core/base/result.h"

namespace coracle::apiserver {

/// The object of a datastore's value, in its storage version and with the revision as its resourceVersion. Values are
/// JSON, as this server writes them, or what a real kube-apiserver wrote: protobuf with its prefix, maybe in another
/// version. The error names the key.
Result<api::ObjectPtr> readStored(const datastore::KeyValue &stored);

} // namespace coracle::apiserver
