#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <string_view>

namespace coracle::controllers {

/// Keeps a finalizer on an object that is in use: puts it there, and takes it away from one that is being deleted and
/// no longer used. `used` is awaited only where it decides. A conflict is an error: the key comes again.
template<class T, class Used>
Task<Result<>> keepFinalizer(client::Client &client, ObjectPtr stored, std::string_view finalizer, Used used) {
    CO_TRY(T object, api::decode<T>(*stored));
    std::vector<std::string> &finalizers = object.metadata.finalizers;
    const bool held = std::ranges::find(finalizers, finalizer) != finalizers.end();
    if (held != stored->deleting())
        co_return Result<>{};
    if (!held) {
        finalizers.emplace_back(finalizer);
    } else {
        CO_TRY(const bool inUse, co_await used(object));
        if (inUse)
            co_return Result<>{};
        std::erase(finalizers, finalizer);
    }
    auto written = co_await client::update(client, std::move(object));
    if (!written && !isNotFound(written.error()))
        co_return std::unexpected(std::move(written).error());
    co_return Result<>{};
}

} // namespace coracle::controllers
