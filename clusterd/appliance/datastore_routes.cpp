#include "clusterd/appliance/datastore_routes.h"

#include "clusterd/appliance/operation_routes.h"

#include <boost/json/value.hpp>
#include <filesystem>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

constexpr Duration kVacuumPoll = std::chrono::milliseconds(200);
constexpr int kVacuumPolls = 100;

int64_t fileBytes(const std::filesystem::path &database) {
    int64_t sum = 0;
    for (const char *ending : {"", "-wal"}) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(database.string() + ending, error);
        sum += error ? 0 : static_cast<int64_t>(bytes);
    }
    return sum;
}

Task<Result<Reply>> getDatastore(const DataParts &parts) {
    const auto health = parts.datastoreHealth();
    json::object made{{"kind", "sqlite"},
                      {"health", health ? "ok" : "failed"},
                      {"file", parts.folders.database.string()},
                      {"fileBytes", fileBytes(parts.folders.database)},
                      {"revision", parts.backend.currentRevision()},
                      {"compactRevision", parts.backend.compactRevision()}};
    if (!health)
        made["message"] = health.error().message;
    if (auto size = co_await parts.backend.size())
        made["liveBytes"] = size->bytesInUse;
    if (auto keys = co_await parts.backend.count("/"))
        made["keys"] = *keys;
    co_return Reply::json(made);
}

/// The backend vacuums by itself after a compaction, between writes; this waits until the file does not shrink any
/// more.
Task<Result<json::object>> compact(std::shared_ptr<Operation> operation, const DataParts &parts, Clock &clock) {
    CO_TRY(const datastore::StorageSize before, co_await parts.backend.size());
    operation->enter("compacting", 0, "dropping history");
    CO_CHECK(co_await parts.backend.compact(parts.backend.currentRevision()));
    operation->enter("vacuuming", 0.6, "giving free pages back");
    datastore::StorageSize after = before;
    bool shrinks = true;
    for (int i = 0; i < kVacuumPolls && shrinks; ++i) {
        CO_CHECK(co_await clock.sleep(kVacuumPoll));
        CO_TRY(const datastore::StorageSize now, co_await parts.backend.size());
        shrinks = i == 0 || now.bytes < after.bytes;
        after = now;
    }
    co_return json::object{{"freedBytes", std::max<int64_t>(before.bytes - after.bytes, 0)}};
}

Task<Result<Reply>> startCompact(const DataParts &parts, Operations &operations, Clock &clock) {
    Operations::Work work = [&parts, &clock](std::shared_ptr<Operation> operation) {
        return compact(std::move(operation), parts, clock);
    };
    CO_TRY(const OperationInfo begun, operations.begin(OperationKind::Compact, "", std::move(work)));
    co_return accepted(begun);
}

} // namespace

void addDatastoreRoutes(Router &router, const DataParts &parts, Operations &operations, Clock &clock) {
    router.add("GET", "/datastore", [&parts](Call &) { return getDatastore(parts); });
    router.add("POST", "/datastore/compact",
               [&parts, &operations, &clock](Call &) { return startCompact(parts, operations, clock); });
}

} // namespace coracle::appliance
