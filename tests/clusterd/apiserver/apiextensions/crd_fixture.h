#pragma once

#include "clusterd/apiserver/handlers/resource_table.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

namespace coracle::test {

namespace json = boost::json;

inline json::value parsed(std::string_view text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error, {}, {.max_depth = 100});
    return error ? json::value() : value;
}

/// The value at a JSON pointer, as text: strings as they are, everything else as JSON; "absent" when there is none.
inline std::string at(const json::value &value, std::string_view pointer) {
    boost::system::error_code error;
    const json::value *found = value.find_pointer(pointer, error);
    if (!found)
        return "absent";
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
}

inline std::string at(const Answer &answer, std::string_view pointer) {
    return at(parsed(answer.body), pointer);
}

/// An API server and short words for what the tests of definitions do with it.
struct CrdApi {
    TestApi api;

    static constexpr std::string_view kDefinitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    static constexpr std::string_view kCrons = "/apis/stable.example.com/v1/namespaces/default/crontabs";

    Answer get(std::string_view path, std::vector<std::pair<std::string, std::string>> headers = {}) {
        return api.request("GET", std::string(path), {}, std::move(headers));
    }
    Answer post(std::string_view path, std::string body) {
        return api.request("POST", std::string(path), std::move(body), {{"Content-Type", "application/json"}});
    }
    Answer put(std::string_view path, std::string body) {
        return api.request("PUT", std::string(path), std::move(body), {{"Content-Type", "application/json"}});
    }
    Answer patch(std::string_view path, std::string body, std::string type = "application/merge-patch+json") {
        return api.request("PATCH", std::string(path), std::move(body), {{"Content-Type", std::move(type)}});
    }
    Answer remove(std::string_view path) { return api.request("DELETE", std::string(path)); }

    bool hasCondition(std::string_view definition, std::string_view type, std::string_view status) {
        const json::value object = parsed(get(std::string(kDefinitions) + "/" + std::string(definition)).body);
        boost::system::error_code error;
        const json::value *conditions = object.find_pointer("/status/conditions", error);
        if (!conditions || !conditions->is_array())
            return false;
        for (const json::value &condition : conditions->get_array())
            if (at(condition, "/type") == type && at(condition, "/status") == status)
                return true;
        return false;
    }
    bool waitFor(std::string_view definition, std::string_view type, std::string_view status = "True") {
        api.runUntil([&] { return hasCondition(definition, type, status); });
        return true;
    }
    /// Creates a definition and waits until it is served.
    Answer define(std::string body) {
        Answer answer = post(kDefinitions, body);
        if (answer.code == 201)
            waitFor(at(answer, "/metadata/name"), "Established");
        return answer;
    }
    void makeNamespace(std::string_view name) {
        post("/api/v1/namespaces",
             R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + std::string(name) + "\"}}");
    }
};

/// A definition of crontabs.stable.example.com with the schema of spec, and more members for version v1.
inline std::string cronTab(std::string_view specSchema, std::string_view more = "") {
    return R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",)"
           R"("metadata":{"name":"crontabs.stable.example.com"},"spec":{"group":"stable.example.com",)"
           R"("scope":"Namespaced","names":{"plural":"crontabs","kind":"CronTab","shortNames":["ct"],)"
           R"("categories":["all"]},"versions":[{"name":"v1","served":true,"storage":true,)"
           R"("schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":)" +
           std::string(specSchema) + R"(,"status":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}})" +
           std::string(more) + "}]}}";
}

inline std::string cron(std::string_view name, std::string_view spec, std::string_view metadata = "") {
    return R"({"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":")" + std::string(name) + "\"" +
           std::string(metadata) + R"(},"spec":)" + std::string(spec) + "}";
}

} // namespace coracle::test
