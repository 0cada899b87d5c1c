#pragma once

#include "core/api/object.h"
#include "core/api/schema.h"

#include <string_view>
#include <vector>

namespace coracle::apiserver {

/// Reads of the newest state straight from memory, for admission, authorization and other parts inside the API server.
/// Thread-safe and without waiting.
class Reader {
public:
    virtual ~Reader() = default;
    /// Null when absent.
    virtual api::ObjectPtr get(const api::ResourceInfo &resource, std::string_view namespaceName,
                               std::string_view name) const = 0;
    /// A namespace's objects (empty: all), sorted by key.
    virtual std::vector<api::ObjectPtr> list(const api::ResourceInfo &resource,
                                             std::string_view namespaceName) const = 0;
    /// Changes with every write to the resource: what was computed from its objects stays valid while this is the same.
    virtual int64_t revision(const api::ResourceInfo &resource) const = 0;
};

} // namespace coracle::apiserver
