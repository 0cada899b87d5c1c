#include "clusterd/apiserver/handlers/status_body.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

void putText(json::object &object, std::string_view key, std::string_view text) {
    if (!text.empty())
        object[key] = text;
}

} // namespace

std::string statusBody(const Status &status) {
    json::object metadata;
    putText(metadata, "continue", status.continueToken);
    json::object body{{"kind", "Status"},
                      {"apiVersion", "v1"},
                      {"metadata", std::move(metadata)},
                      {"status", "Failure"},
                      {"message", status.message}};
    putText(body, "reason", status.reason);
    json::object details;
    putText(details, "name", status.name);
    putText(details, "group", status.group);
    putText(details, "kind", status.kind);
    putText(details, "uid", status.uid);
    json::array causes;
    for (const StatusCause &cause : status.causes) {
        json::object entry;
        putText(entry, "reason", cause.reason);
        putText(entry, "message", cause.message);
        putText(entry, "field", cause.field);
        causes.push_back(std::move(entry));
    }
    if (!causes.empty())
        details["causes"] = std::move(causes);
    if (status.retryAfterSeconds > 0)
        details["retryAfterSeconds"] = status.retryAfterSeconds;
    if (!details.empty())
        body["details"] = std::move(details);
    body["code"] = status.code;
    return json::serialize(body) + '\n';
}

std::string successBody(std::string_view resource, std::string_view group, std::string_view name,
                        std::string_view uid) {
    json::object details;
    putText(details, "name", name);
    putText(details, "group", group);
    putText(details, "kind", resource);
    putText(details, "uid", uid);
    json::object body{{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", json::object()}, {"status", "Success"}};
    if (!details.empty())
        body["details"] = std::move(details);
    return json::serialize(body) + '\n';
}

} // namespace coracle::apiserver
