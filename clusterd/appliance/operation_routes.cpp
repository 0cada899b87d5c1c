#include "clusterd/appliance/operation_routes.h"

#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace coracle::appliance {

namespace {

constexpr Duration kLineSpacing = std::chrono::milliseconds(200);

/// A line for each operation that has changed since the last one, oldest change first. One that is asked for by id ends
/// the stream when it has ended.
Task<Result<Reply>> streamOperations(Call &call, Operations &operations, Clock &clock, std::string id) {
    ChangeSignal::Listener listener(operations.changes(), co_await boost::asio::this_coro::executor);
    LineStream stream(call);
    uint64_t sent = 0;
    bool more = co_await stream.begin(), ended = false;
    while (more && !ended) {
        auto all = operations.list();
        std::ranges::sort(all, {}, &OperationInfo::version);
        for (const OperationInfo &info : all) {
            if (info.version <= sent || (!id.empty() && info.id != id))
                continue;
            const bool written = co_await stream.send(boost::json::serialize(info.json()));
            if (!written)
                co_return Reply::streamed();
            ended |= !id.empty() && info.state != OperationState::Running;
        }
        if (!all.empty())
            sent = all.back().version;
        if (!ended) {
            (void)co_await clock.sleep(kLineSpacing); // what changes meanwhile goes into one line
            more = co_await listener.wait();
        }
    }
    co_return Reply::streamed();
}

Task<Result<Reply>> listOperations(Call &call, Operations &operations, Clock &clock) {
    if (call.watches())
        co_return co_await streamOperations(call, operations, clock, "");
    boost::json::array items;
    for (const OperationInfo &info : operations.list())
        items.push_back(info.json());
    co_return Reply::json(boost::json::object{{"items", std::move(items)}});
}

Task<Result<Reply>> getOperation(Call &call, Operations &operations, Clock &clock) {
    const std::string id = call.parameter("id");
    CO_TRY(const OperationInfo info, operations.get(id));
    if (call.watches())
        co_return co_await streamOperations(call, operations, clock, id);
    co_return Reply::json(info.json());
}

Task<Result<Reply>> cancelOperation(Call &call, Operations &operations) {
    CO_TRY(const OperationInfo info, operations.cancel(call.parameter("id")));
    co_return accepted(info);
}

} // namespace

Reply accepted(const OperationInfo &operation) {
    return Reply::json(operation.json(), 202);
}

void addOperationRoutes(Router &router, Operations &operations, Clock &clock) {
    router.add("GET", "/operations", [&](Call &call) { return listOperations(call, operations, clock); });
    router.add("GET", "/operations/{id}", [&](Call &call) { return getOperation(call, operations, clock); });
    router.add("DELETE", "/operations/{id}", [&](Call &call) { return cancelOperation(call, operations); });
}

} // namespace coracle::appliance
