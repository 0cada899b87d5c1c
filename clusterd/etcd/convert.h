#pragma once

#include "clusterd/datastore/backend.h"
#include "clusterd/etcd/lease_table.h"
#include "etcd.pb.h"

#include <string>

/// Between etcd's messages and the datastore's terms.
namespace coracle::etcd {

namespace pb = ::etcdserverpb;

/// kube-apiserver keeps the state of its compaction under a key that the log uses for itself. kine puts it here, with
/// the key's version before its value.
constexpr std::string_view kCompactKey = "compact_rev_key";
constexpr std::string_view kStoredCompactKey = "compact_rev_key_apiserver";

/// The key in the datastore.
std::string storedKey(const std::string &key);

/// etcd's notation: no range end is one key, "\0" as the end is all keys from the first on, an empty key is the first.
datastore::KeyRange rangeOf(const std::string &key, const std::string &rangeEnd);

/// A prefix that all keys of the range have, for watching.
std::string commonPrefix(const datastore::KeyRange &range);

pb::ResponseHeader headerAt(datastore::Revision revision);

pb::KeyValue toMessage(const datastore::KeyValue &stored, const LeaseTable &leases);

/// The state of kube-apiserver's compaction: "<version>|<value>".
struct CompactState {
    int64_t version = 0;
    std::string value;
    static CompactState parse(std::string_view stored);
    std::string stored() const;
};

} // namespace coracle::etcd
