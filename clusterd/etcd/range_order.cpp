#include "clusterd/etcd/range_order.h"

#include <algorithm>

namespace coracle::etcd {

namespace {

bool within(int64_t revision, int64_t least, int64_t most) {
    return (least == 0 || revision >= least) && (most == 0 || revision <= most);
}

bool less(pb::RangeRequest::SortTarget target, const pb::KeyValue &a, const pb::KeyValue &b) {
    switch (target) {
    case pb::RangeRequest::VERSION:
        return a.version() < b.version();
    case pb::RangeRequest::CREATE:
        return a.create_revision() < b.create_revision();
    case pb::RangeRequest::MOD:
        return a.mod_revision() < b.mod_revision();
    case pb::RangeRequest::VALUE:
        return a.value() < b.value();
    default:
        return a.key() < b.key();
    }
}

} // namespace

bool needsOrdering(const pb::RangeRequest &request) {
    const bool byKey = request.sort_target() == pb::RangeRequest::KEY;
    const bool sorted = byKey ? request.sort_order() == pb::RangeRequest::DESCEND : true;
    return sorted || request.min_mod_revision() != 0 || request.max_mod_revision() != 0 ||
           request.min_create_revision() != 0 || request.max_create_revision() != 0;
}

void order(const pb::RangeRequest &request, pb::RangeResponse &response) {
    auto &items = *response.mutable_kvs();
    const auto kept = std::remove_if(items.begin(), items.end(), [&](const pb::KeyValue &item) {
        return !within(item.mod_revision(), request.min_mod_revision(), request.max_mod_revision()) ||
               !within(item.create_revision(), request.min_create_revision(), request.max_create_revision());
    });
    items.erase(kept, items.end());
    const auto target = request.sort_target();
    // Without an order a target means ascending.
    std::stable_sort(items.begin(), items.end(), [&](const pb::KeyValue &a, const pb::KeyValue &b) {
        return request.sort_order() == pb::RangeRequest::DESCEND ? less(target, b, a) : less(target, a, b);
    });
    if (request.limit() > 0 && items.size() > request.limit()) {
        response.set_more(true);
        items.erase(items.begin() + static_cast<int>(request.limit()), items.end());
    }
}

} // namespace coracle::etcd
