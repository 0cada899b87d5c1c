#include "clusterd/etcd/convert.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace coracle::etcd {

std::string storedKey(const std::string &key) {
    return key == kCompactKey ? std::string(kStoredCompactKey) : key;
}

datastore::KeyRange rangeOf(const std::string &key, const std::string &rangeEnd) {
    if (rangeEnd.empty())
        return datastore::KeyRange::key(storedKey(key));
    const std::string first(1, '\0');
    datastore::KeyRange range{.begin = key, .end = rangeEnd};
    if (key == first)
        range.begin.clear();
    if (rangeEnd == first)
        range.end.clear();
    return range;
}

std::string commonPrefix(const datastore::KeyRange &range) {
    // The usual one: all keys with a prefix, from a key on.
    if (!range.end.empty() && range.end.back() != '\0') {
        std::string prefix = range.end;
        prefix.back() = static_cast<char>(prefix.back() - 1);
        if (range.begin.starts_with(prefix))
            return prefix;
    }
    const auto [end, ignored] =
        std::mismatch(range.begin.begin(), range.begin.end(), range.end.begin(), range.end.end());
    return std::string(range.begin.begin(), end);
}

pb::ResponseHeader headerAt(datastore::Revision revision) {
    pb::ResponseHeader header;
    header.set_revision(revision);
    return header;
}

pb::KeyValue toMessage(const datastore::KeyValue &stored, const LeaseTable &leases) {
    pb::KeyValue message;
    message.set_create_revision(stored.createRevision);
    message.set_mod_revision(stored.modRevision);
    message.set_lease(leases.idOf(stored));
    if (stored.key == kStoredCompactKey) {
        CompactState state = CompactState::parse(stored.value);
        message.set_key(std::string(kCompactKey));
        message.set_version(state.version);
        message.set_value(std::move(state.value));
    } else {
        message.set_key(stored.key);
        message.set_value(stored.value);
    }
    return message;
}

CompactState CompactState::parse(std::string_view stored) {
    CompactState state;
    const size_t bar = stored.find('|');
    std::from_chars(stored.data(), stored.data() + std::min(bar, stored.size()), state.version);
    if (bar != stored.npos)
        state.value = stored.substr(bar + 1);
    return state;
}

std::string CompactState::stored() const {
    return fmt::format("{}|{}", version, value);
}

} // namespace coracle::etcd
