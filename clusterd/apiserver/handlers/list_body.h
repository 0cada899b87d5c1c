#pragma once

#include "clusterd/apiserver/handlers/body_source.h"
#include "clusterd/apiserver/handlers/object_forms.h"
#include "core/client/client.h"

#include <functional>

namespace coracle::apiserver {

/// Appends an object, and what separates it from the one before it.
using ItemWriter = std::function<void(const api::Object &object, bool first, std::string &out)>;

/// A list as text: what stands before its objects, each of them, what stands after. An object is let go of when it has
/// been written.
BodySourcePtr listBody(std::string begin, client::ObjectList list, ItemWriter item, std::string end);

/// A list as protobuf. The envelope begins with the size of the whole, so the objects are encoded before the first byte
/// is sent; of a long list only the first megabytes are kept, and the others are encoded again when their turn comes.
/// Field numbers are those of every list of Kubernetes, but for the lists of meta.k8s.io/v1beta1.
struct ListFields {
    uint32_t metadata = 1, items = 2;
};
using ItemMessage = std::function<std::string(const api::Object &object)>;
BodySourcePtr protobufListBody(std::string apiVersion, std::string kind, client::ObjectList list, ItemMessage message,
                               ListFields fields = {});

} // namespace coracle::apiserver
