#pragma once

#include "clusterd/apiserver/json_access.h"
#include "core/client/client.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

/// Small steps that the bootstrap functions share.
namespace coracle::apiserver {

inline JsonObject parsed(const api::ObjectPtr &object) {
    boost::json::error_code error;
    JsonValue value = object ? boost::json::parse(object->json(), error) : JsonValue();
    return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

/// The stored object, or nothing when there is none.
inline Task<Result<std::optional<JsonObject>>> find(client::Client &client, const api::ResourceInfo &resource,
                                                    std::string space, std::string name) {
    auto object = co_await client.get(resource, std::move(space), std::move(name));
    if (!object && isNotFound(object.error()))
        co_return std::optional<JsonObject>();
    if (!object)
        co_return std::unexpected(std::move(object).error());
    co_return std::optional<JsonObject>(parsed(*object));
}

/// Creates the object; one that is there already is as good.
inline Task<Result<>> createIfMissing(client::Client &client, const api::ResourceInfo &resource, JsonObject object) {
    std::string space(textAt(object, "metadata", "namespace"));
    // Asked first: a Service with a fixed cluster IP that exists fails for its IP, before its name is looked at.
    CO_TRY(const auto present, co_await find(client, resource, space, std::string(textAt(object, "metadata", "name"))));
    if (present)
        co_return Result<>{};
    auto made = co_await client.create(resource, space, boost::json::serialize(object));
    if (!made && !isAlreadyExists(made.error()))
        co_return std::unexpected(withContext(textAt(object, "metadata", "name"), made.error()));
    co_return Result<>{};
}

inline Task<Result<>> replaceObject(client::Client &client, const api::ResourceInfo &resource, JsonObject object) {
    std::string space(textAt(object, "metadata", "namespace")), name(textAt(object, "metadata", "name"));
    auto written = co_await client.update(resource, space, name, boost::json::serialize(object));
    if (!written)
        co_return std::unexpected(withContext(name, std::move(written).error()));
    co_return Result<>{};
}

} // namespace coracle::apiserver
