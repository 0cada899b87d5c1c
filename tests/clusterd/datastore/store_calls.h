#pragma once

#include "tests/clusterd/datastore/store_testing.h"

#include <string>
#include <utility>

/// Calls of a store that wait for the answer, and answers as short texts to compare.
namespace coracle::datastore::testing {

inline Revision create(Backend &store, std::string key, std::string value, int64_t leaseSeconds = 0) {
    auto created = await(store.create(std::move(key), std::move(value), leaseSeconds));
    return created ? *created : -1;
}

inline UpdateResult update(Backend &store, std::string key, std::string value, Revision expected,
                           int64_t leaseSeconds = 0) {
    auto updated = await(store.update(std::move(key), std::move(value), expected, leaseSeconds));
    return updated ? *updated : UpdateResult{.revision = -1};
}

inline UpdateResult remove(Backend &store, std::string key, Revision expected = 0) {
    auto removed = await(store.remove(std::move(key), expected));
    return removed ? *removed : UpdateResult{.revision = -1};
}

inline std::string valueOf(Backend &store, std::string key, Revision revision = 0) {
    auto got = await(store.get(std::move(key), revision));
    if (!got)
        return "error: " + got.error().message;
    return *got ? (*got)->value : "absent";
}

inline std::string keysOf(const Result<ListResult> &list) {
    if (!list)
        return "error: " + list.error().message;
    std::string text;
    for (const KeyValue &item : list->items)
        text += (text.empty() ? "" : " ") + item.key + "=" + item.value;
    return text + (list->more ? " more" : "");
}

inline std::string listed(Backend &store, std::string prefix, std::string start = {}, int64_t limit = 0,
                          Revision at = 0) {
    return keysOf(await(store.list(std::move(prefix), std::move(start), limit, at)));
}

} // namespace coracle::datastore::testing
