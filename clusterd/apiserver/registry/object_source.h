#pragma once

#include "core/api/object.h"
#include "core/base/result.h"
#include "core/base/task.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// Serves reads of a resource that is not stored but made when somebody asks: metrics.k8s.io. The registry picks by
/// selectors from what it lists. Thread-safe.
class ObjectSource {
public:
    virtual ~ObjectSource() = default;
    /// Of a namespace, or of all with an empty one; sorted by key.
    virtual Task<Result<std::vector<api::ObjectPtr>>> list(std::string namespaceName) = 0;
    /// NotFound where there is none.
    virtual Task<Result<api::ObjectPtr>> get(std::string namespaceName, std::string name) = 0;
};

} // namespace coracle::apiserver
