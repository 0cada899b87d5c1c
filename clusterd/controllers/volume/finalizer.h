#pragma once

#include "clusterd/controllers/runtime.h"

#include <functional>
#include <string_view>

namespace coracle::controllers {

/// Keeps a finalizer on an object that may be in use: puts it there, and takes it away from one that is being deleted
/// and no longer used. `used` is asked only where it decides. A conflict is an error: the key comes again.
Task<Result<>> keepFinalizer(client::Client &client, const ResourceInfo &resource, ObjectPtr stored,
                             std::string_view finalizer, const std::function<Task<Result<bool>>()> &used);

} // namespace coracle::controllers
