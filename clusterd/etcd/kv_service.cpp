#include "clusterd/etcd/kv_service.h"

#include "clusterd/etcd/convert.h"
#include "clusterd/etcd/range_order.h"
#include "clusterd/etcd/transaction.h"

namespace coracle::etcd {

using datastore::KeyRange;
using datastore::Revision;
using datastore::Values;

namespace {

constexpr size_t kRequestBytesMax = 3u << 19; // 1.5 MiB, etcd's default
constexpr int kAttemptsMax = 1000;            // of a write that meets other writers

/// The log's keys are text that ends nowhere.
bool storable(const std::string &key) {
    return key.find('\0') == key.npos && key.find('\xff') == key.npos;
}

} // namespace

Task<Reply<pb::RangeResponse>> KvService::range(pb::RangeRequest request) {
    if (request.key().empty())
        co_return rpc_errors::emptyKey();
    const KeyRange keys = etcd::rangeOf(request.key(), request.range_end());
    pb::RangeResponse response;
    if (request.count_only()) {
        const Revision now = m_backend.currentRevision();
        const Revision at = request.revision() > 0 ? request.revision() : now;
        auto count = co_await m_backend.countRange(keys, at);
        if (!count)
            co_return rpc_errors::of(count.error());
        *response.mutable_header() = headerAt(now);
        response.set_count(*count);
        co_return response;
    }
    const bool ordered = needsOrdering(request);
    const int64_t limit = ordered ? 0 : request.limit();
    const bool skip = request.keys_only() && request.sort_target() != pb::RangeRequest::VALUE;
    const Values values = skip ? Values::Skip : Values::Read;
    const Revision at = std::max<Revision>(request.revision(), 0);
    auto list = co_await m_backend.range(keys, limit, at, values);
    if (!list)
        co_return rpc_errors::of(list.error());
    response.set_count(static_cast<int64_t>(list->items.size()));
    response.set_more(list->more);
    for (datastore::KeyValue &item : list->items) {
        *response.add_kvs() = toMessage(item, m_leases);
        item.value = {};
    }
    *response.mutable_header() = headerAt(list->revision);
    if (list->more) {
        const Revision counted = at > 0 ? at : list->revision;
        auto count = co_await m_backend.countRange(keys, counted);
        if (!count)
            co_return rpc_errors::of(count.error());
        response.set_count(*count);
    }
    if (ordered)
        order(request, response);
    if (request.keys_only())
        for (pb::KeyValue &item : *response.mutable_kvs())
            item.clear_value();
    co_return response;
}

Task<Reply<pb::PutResponse>> KvService::put(pb::PutRequest request) {
    pb::TxnRequest txn;
    *txn.add_success()->mutable_request_put() = std::move(request);
    auto done = co_await this->txn(std::move(txn));
    if (!done)
        co_return std::unexpected(done.error());
    co_return std::move(*done->mutable_responses(0)->mutable_response_put());
}

Task<Reply<pb::DeleteRangeResponse>> KvService::deleteRange(pb::DeleteRangeRequest request) {
    if (request.key().empty())
        co_return rpc_errors::emptyKey();
    if (request.range_end().empty()) {
        pb::TxnRequest txn;
        *txn.add_success()->mutable_request_delete_range() = std::move(request);
        auto done = co_await this->txn(std::move(txn));
        if (!done)
            co_return std::unexpected(done.error());
        co_return std::move(*done->mutable_responses(0)->mutable_response_delete_range());
    }
    const KeyRange keys = etcd::rangeOf(request.key(), request.range_end());
    auto list = co_await m_backend.range(keys, 0, 0, Values::Skip);
    if (!list)
        co_return rpc_errors::of(list.error());
    pb::DeleteRangeResponse response;
    Revision revision = list->revision;
    for (const datastore::KeyValue &item : list->items) {
        pb::TxnRequest txn;
        pb::DeleteRangeRequest *one = txn.add_success()->mutable_request_delete_range();
        one->set_key(item.key);
        one->set_prev_kv(request.prev_kv());
        auto done = co_await this->txn(std::move(txn));
        if (!done)
            co_return std::unexpected(done.error());
        revision = done->header().revision();
        pb::DeleteRangeResponse &own = *done->mutable_responses(0)->mutable_response_delete_range();
        response.set_deleted(response.deleted() + own.deleted());
        response.mutable_prev_kvs()->MergeFrom(own.prev_kvs());
    }
    *response.mutable_header() = headerAt(revision);
    co_return response;
}

Task<Reply<pb::TxnResponse>> KvService::txn(pb::TxnRequest request) {
    CO_TRY(const std::optional<std::string> key, keyOf(request));
    // Compared on a state, written on the condition that it is still that one: as often as others come in between.
    for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
        Transition transition{.readAt = m_backend.currentRevision()};
        if (key) {
            const KeyRange range = KeyRange::key(storedKey(*key));
            auto list = co_await m_backend.range(range, 1, 0);
            if (!list)
                co_return rpc_errors::of(list.error());
            transition.readAt = list->revision;
            if (!list->items.empty())
                transition.before = toMessage(list->items.front(), m_leases);
        }
        const bool succeeded = holds(request, transition.before);
        const Operations &operations = succeeded ? request.success() : request.failure();
        if (const pb::RequestOp *operation = writeOf(operations)) {
            CO_TRY(transition.written, co_await write(*operation, transition.before));
        }
        if (transition.written.conflict)
            continue;
        CO_TRY(pb::TxnResponse response, co_await answer(operations, std::move(transition)));
        response.set_succeeded(succeeded);
        co_return response;
    }
    co_return std::unexpected(grpc::Status(grpc::UNAVAILABLE, "etcdserver: request timed out"));
}

Task<Reply<pb::TxnResponse>> KvService::answer(Operations operations, Transition transition) {
    const Written &written = transition.written;
    const Revision newest = written.revision ? written.revision : transition.readAt;
    // A range before the write sees what the write found.
    Revision seen = written.revision ? written.revision - 1 : transition.readAt;
    pb::TxnResponse response;
    *response.mutable_header() = headerAt(newest);
    for (pb::RequestOp &operation : operations) {
        pb::ResponseOp *out = response.add_responses();
        if (operation.has_request_range()) {
            pb::RangeRequest range = std::move(*operation.mutable_request_range());
            if (range.revision() == 0)
                range.set_revision(seen);
            CO_TRY(*out->mutable_response_range(), co_await this->range(std::move(range)));
            *out->mutable_response_range()->mutable_header() = response.header();
        } else if (operation.has_request_put()) {
            *out->mutable_response_put()->mutable_header() = response.header();
            if (operation.request_put().prev_kv() && transition.before)
                *out->mutable_response_put()->mutable_prev_kv() = *transition.before;
            seen = newest;
        } else {
            *out->mutable_response_delete_range()->mutable_header() = response.header();
            out->mutable_response_delete_range()->set_deleted(transition.before ? 1 : 0);
            if (operation.request_delete_range().prev_kv() && transition.before)
                *out->mutable_response_delete_range()->add_prev_kvs() = *transition.before;
            seen = newest;
        }
    }
    co_return response;
}

Task<Reply<KvService::Written>> KvService::write(pb::RequestOp operation, std::optional<pb::KeyValue> state) {
    if (operation.has_request_put())
        co_return co_await writePut(std::move(*operation.mutable_request_put()), std::move(state));
    Written written;
    if (!state)
        co_return written;
    const std::string key = storedKey(operation.request_delete_range().key());
    auto removed = co_await m_backend.remove(key, state->mod_revision());
    if (!removed)
        co_return rpc_errors::of(removed.error());
    written.conflict = !removed->succeeded;
    written.revision = removed->revision;
    if (removed->succeeded)
        m_leases.detach(key);
    co_return written;
}

Task<Reply<KvService::Written>> KvService::writePut(pb::PutRequest put, std::optional<pb::KeyValue> state) {
    if (!storable(put.key()))
        co_return rpc_errors::invalid("a key may hold no byte 0x00 or 0xff");
    if (put.key().size() + put.value().size() > kRequestBytesMax)
        co_return rpc_errors::tooLarge();
    if ((put.ignore_value() || put.ignore_lease()) && !state)
        co_return rpc_errors::keyNotFound();
    if (put.ignore_value() && !put.value().empty())
        co_return rpc_errors::valueProvided();
    if (put.ignore_lease() && put.lease() != 0)
        co_return rpc_errors::leaseProvided();
    const int64_t lease = put.ignore_lease() ? state->lease() : put.lease();
    CO_TRY(const int64_t seconds, m_leases.secondsFor(lease));

    Written written;
    std::string value = put.ignore_value() ? state->value() : put.value();
    if (put.key() == kCompactKey)
        value = CompactState{.version = state ? state->version() + 1 : 1, .value = value}.stored();
    const std::string key = storedKey(put.key());
    if (state) {
        auto updated = co_await m_backend.update(key, std::move(value), state->mod_revision(), seconds);
        if (!updated)
            co_return rpc_errors::of(updated.error());
        written.conflict = !updated->succeeded;
        written.revision = updated->revision;
    } else {
        auto created = co_await m_backend.create(key, std::move(value), seconds);
        if (!created && !isAlreadyExists(created.error()))
            co_return rpc_errors::of(created.error());
        written.conflict = !created;
        written.revision = created ? *created : 0;
    }
    if (written.conflict)
        co_return written;
    if (lease == 0)
        m_leases.detach(key);
    else
        m_leases.attach(lease, key, written.revision);
    co_return written;
}

Task<Reply<pb::CompactionResponse>> KvService::compact(pb::CompactionRequest request) {
    auto compacted = co_await m_backend.compact(request.revision());
    if (!compacted)
        co_return rpc_errors::of(compacted.error());
    pb::CompactionResponse response;
    *response.mutable_header() = headerAt(m_backend.currentRevision());
    co_return response;
}

} // namespace coracle::etcd
