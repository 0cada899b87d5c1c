#include "clusterd/appliance/status_routes.h"

#include "clusterd/appliance/appliance.h"
#include "core/api/time.h"

#include <boost/json/value.hpp>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

json::object look(const StatusRouteParts &parts) {
    int64_t counts[3] = {};
    for (const Notice &notice : parts.notices.current())
        ++counts[static_cast<size_t>(notice.severity)];
    json::object status = describeStatus(parts.status, parts.startedAt, counts[0] > 0);
    status["notices"] = json::object{{"critical", counts[0]}, {"warning", counts[1]}, {"info", counts[2]}};
    if (const auto record = parts.trial.record())
        status["lastChange"] = json::object{{"kind", operationKindName(record->kind)},
                                            {"operationId", record->operationId},
                                            {"state", trialStateName(record->state)},
                                            {"message", record->message},
                                            {"at", api::Time(record->changedAt).text()}};
    return status;
}

json::object lookAtNotices(Notices &notices) {
    json::array items;
    for (const Notice &notice : notices.current())
        items.push_back(describe(notice));
    return {{"items", std::move(items)}};
}

Task<Result<Reply>> tell(Call &call, Ticker &ticker, std::function<json::object()> function) {
    if (call.watches())
        co_return co_await ticker.watch(call, std::move(function));
    co_return Reply::json(function());
}

Task<Result<Reply>> getIndex() {
    co_return Reply::json(json::object{{"version", "v1"}, {"openapi", "/appliance/v1/openapi.json"}});
}

Task<Result<Reply>> getOpenApi() {
    co_return Reply{.body = std::string(openApiDocument())};
}

} // namespace

void addStatusRoutes(Router &router, StatusRouteParts given) {
    auto parts = std::make_shared<StatusRouteParts>(std::move(given));
    router.add("GET", "/", [](Call &) { return getIndex(); });
    router.add("GET", "/openapi.json", [](Call &) { return getOpenApi(); });
    router.add("GET", "/status",
               [parts](Call &call) { return tell(call, parts->ticker, [parts] { return look(*parts); }); });
    router.add("GET", "/notices", [parts](Call &call) {
        return tell(call, parts->ticker, [parts] { return lookAtNotices(parts->notices); });
    });
}

} // namespace coracle::appliance
