#include "clusterd/etcd/transaction.h"

#include "clusterd/etcd/convert.h"

namespace coracle::etcd {

namespace {

constexpr int kOperationsMax = 128; // etcd's limit

/// Versions are not kept, but for the one key that needs them: kube-apiservers agree by its version on who compacts.
/// Of the others is known whether they have one.
int64_t versionOf(const std::optional<pb::KeyValue> &state) {
    if (!state)
        return 0;
    return state->key() == kCompactKey ? state->version() : 1;
}

/// Not empty: why a comparison can't be made.
std::string refusal(const pb::Compare &compare) {
    if (!compare.range_end().empty())
        return "a comparison over a range of keys";
    if (compare.key() == kCompactKey)
        return {};
    const bool presence = compare.version() == 0 || (compare.version() == 1 && compare.result() == pb::Compare::LESS);
    if (compare.target() == pb::Compare::VERSION && !presence)
        return "a comparison with a version other than 0";
    return {};
}

/// The key that an operation writes, or why it can't be done.
std::expected<std::string, std::string> keyOf(const pb::RequestOp &operation) {
    switch (operation.request_case()) {
    case pb::RequestOp::kRequestPut:
        return operation.request_put().key();
    case pb::RequestOp::kRequestDeleteRange:
        if (!operation.request_delete_range().range_end().empty())
            return std::unexpected("the deletion of a range of keys");
        return operation.request_delete_range().key();
    case pb::RequestOp::kRequestTxn:
        return std::unexpected("a transaction within a transaction");
    default:
        return std::unexpected("an operation without a request");
    }
}

bool writes(const pb::RequestOp &operation) {
    return operation.has_request_put() || operation.has_request_delete_range();
}

bool compares(pb::Compare::CompareResult wanted, int order) {
    switch (wanted) {
    case pb::Compare::EQUAL:
        return order == 0;
    case pb::Compare::GREATER:
        return order > 0;
    case pb::Compare::LESS:
        return order < 0;
    default:
        return order != 0;
    }
}

int order(int64_t a, int64_t b) {
    return a < b ? -1 : a > b;
}

bool holds(const pb::Compare &compare, const std::optional<pb::KeyValue> &state) {
    switch (compare.target()) {
    case pb::Compare::VERSION:
        return compares(compare.result(), order(versionOf(state), compare.version()));
    case pb::Compare::CREATE:
        return compares(compare.result(), order(state ? state->create_revision() : 0, compare.create_revision()));
    case pb::Compare::MOD:
        return compares(compare.result(), order(state ? state->mod_revision() : 0, compare.mod_revision()));
    case pb::Compare::VALUE:
        // A key that is not there has no value to compare: never, as in etcd.
        return state && compares(compare.result(), state->value().compare(compare.value()));
    case pb::Compare::LEASE:
        return compares(compare.result(), order(state ? state->lease() : 0, compare.lease()));
    default:
        return false;
    }
}

} // namespace

Reply<std::optional<std::string>> keyOf(const pb::TxnRequest &request) {
    if (request.compare_size() > kOperationsMax || request.success_size() > kOperationsMax ||
        request.failure_size() > kOperationsMax)
        return rpc_errors::invalid("too many operations in txn request");
    std::optional<std::string> key;
    auto same = [&](const std::string &other) { return *(key ? &*key : &key.emplace(other)) == other; };
    const char *const severalKeys = "more than one key; each write has a revision of its own here";
    for (const pb::Compare &compare : request.compare()) {
        if (auto why = refusal(compare); !why.empty())
            return rpc_errors::unsupportedTransaction(why);
        if (!same(compare.key()))
            return rpc_errors::unsupportedTransaction(severalKeys);
    }
    for (const Operations *operations : {&request.success(), &request.failure()}) {
        int written = 0;
        for (const pb::RequestOp &operation : *operations) {
            if (operation.has_request_range())
                continue;
            auto own = keyOf(operation);
            if (!own)
                return rpc_errors::unsupportedTransaction(own.error());
            if (!same(*own))
                return rpc_errors::unsupportedTransaction(severalKeys);
            ++written;
        }
        if (written > 1)
            return rpc_errors::invalid("duplicate key given in txn request");
    }
    if (key && key->empty())
        return rpc_errors::emptyKey();
    return key;
}

bool holds(const pb::TxnRequest &request, const std::optional<pb::KeyValue> &state) {
    for (const pb::Compare &compare : request.compare())
        if (!holds(compare, state))
            return false;
    return true;
}

const pb::RequestOp *writeOf(const Operations &operations) {
    for (const pb::RequestOp &operation : operations)
        if (writes(operation))
            return &operation;
    return nullptr;
}

} // namespace coracle::etcd
