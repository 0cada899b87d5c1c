#include "clusterd/apiserver/apiextensions/conditions.h"

#include "core/api/time.h"

#include <algorithm>

namespace coracle::apiserver {

namespace {

auto find(JsonArray &conditions, std::string_view type) {
    return std::ranges::find_if(conditions,
                                [&](const JsonValue &one) { return textAt(asObject(one), "type") == type; });
}

} // namespace

bool setCondition(JsonObject &definition, const Condition &condition, WallTime now) {
    JsonArray &conditions = ensureArray(ensureObject(definition, "status"), "conditions");
    auto found = find(conditions, condition.type);
    if (found == conditions.end()) {
        conditions.push_back(JsonObject{{"type", condition.type}});
        found = conditions.end() - 1;
    }
    JsonObject &present = found->is_object() ? found->get_object() : found->emplace_object();
    const bool sameStatus = textAt(present, "status") == condition.status;
    if (sameStatus && textAt(present, "reason") == condition.reason && textAt(present, "message") == condition.message)
        return false;
    const JsonValue since = sameStatus ? present["lastTransitionTime"] : JsonValue(api::Time(now).text());
    present = {{"type", condition.type},
               {"status", condition.status},
               {"lastTransitionTime", since},
               {"reason", condition.reason},
               {"message", condition.message}};
    return true;
}

bool removeCondition(JsonObject &definition, std::string_view type) {
    JsonArray &conditions = ensureArray(ensureObject(definition, "status"), "conditions");
    const auto found = find(conditions, type);
    if (found == conditions.end())
        return false;
    conditions.erase(found);
    return true;
}

} // namespace coracle::apiserver
