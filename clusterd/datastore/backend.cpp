#include "clusterd/datastore/backend.h"

#include <algorithm>

namespace coracle::datastore {

KeyRange KeyRange::prefix(std::string prefix, std::string start) {
    KeyRange range{.begin = std::max(prefix, std::move(start)), .end = std::move(prefix)};
    // The first key that does not begin with the prefix any more; none after a prefix of 0xff only.
    std::string &end = range.end;
    while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff)
        end.pop_back();
    if (!end.empty())
        end.back() = static_cast<char>(end.back() + 1);
    return range;
}

KeyRange KeyRange::key(std::string key) {
    KeyRange range{.begin = key, .end = std::move(key)};
    range.end += '\0';
    return range;
}

Task<Result<ListResult>> Backend::list(std::string prefix, std::string startKey, int64_t limit, Revision revision) {
    return range(KeyRange::prefix(std::move(prefix), std::move(startKey)), limit, revision);
}

Task<Result<int64_t>> Backend::count(std::string prefix, Revision revision) {
    return countRange(KeyRange::prefix(std::move(prefix)), revision);
}

} // namespace coracle::datastore
