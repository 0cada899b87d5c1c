#include "core/client/http_client.h"

#include "core/http/client.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::client {

namespace json = boost::json;

namespace {

constexpr size_t kWatchLineBytesMax = 16u << 20;

/// Collects the query of a request.
class Query {
public:
    void add(std::string_view name, std::string_view value) {
        if (!value.empty())
            m_text += fmt::format("{}{}={}", m_text.empty() ? '?' : '&', name, http::percentEncode(value));
    }
    const std::string &text() const { return m_text; }

private:
    std::string m_text;
};

std::string path(const ResourceInfo &resource, const std::string &namespaceName, const std::string &name,
                 const std::string &subresource) {
    std::string text = resource.group.empty() ? fmt::format("/api/{}", resource.version)
                                              : fmt::format("/apis/{}/{}", resource.group, resource.version);
    if (!namespaceName.empty())
        text += "/namespaces/" + http::percentEncode(namespaceName);
    text += fmt::format("/{}", resource.resource);
    if (!name.empty())
        text += "/" + http::percentEncode(name);
    if (!subresource.empty())
        text += "/" + subresource;
    return text;
}

std::string_view stringMember(const json::object &object, std::string_view name) {
    const json::value *value = object.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

const json::object *objectMember(const json::object &object, std::string_view name) {
    const json::value *value = object.if_contains(name);
    return value ? value->if_object() : nullptr;
}

Result<json::object> parseObject(std::string_view text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (error || !value.is_object())
        return errors::other(fmt::format("the API server's answer is not a JSON object: {}", error.message()));
    return std::move(value.get_object());
}

int64_t number(const json::object &object, std::string_view name) {
    const json::value *value = object.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : 0;
}

/// A meta/v1.Status as an error.
Status toStatus(const json::object &status, int code) {
    Status failure{.code = code};
    failure.reason = stringMember(status, "reason");
    failure.message = stringMember(status, "message");
    if (const json::object *details = objectMember(status, "details")) {
        failure.group = stringMember(*details, "group");
        failure.kind = stringMember(*details, "kind");
        failure.name = stringMember(*details, "name");
        failure.uid = stringMember(*details, "uid");
        failure.retryAfterSeconds = static_cast<int>(number(*details, "retryAfterSeconds"));
        const json::value *causes = details->if_contains("causes");
        if (causes && causes->is_array())
            for (const json::value &cause : causes->get_array())
                if (const json::object *fields = cause.if_object())
                    failure.causes.push_back({std::string(stringMember(*fields, "reason")),
                                              std::string(stringMember(*fields, "message")),
                                              std::string(stringMember(*fields, "field"))});
    }
    return failure;
}

Failure failureOf(int code, std::string_view body) {
    if (auto status = parseObject(body); status && stringMember(*status, "kind") == "Status")
        return Failure(toStatus(*status, code));
    return Failure(Status{.code = code, .message = fmt::format("the API server answered {}: {}", code, body)});
}

/// Items of a list don't repeat apiVersion and kind; objects in memory have them.
Result<ObjectPtr> itemObject(json::object item, const ResourceInfo &resource) {
    json::object whole;
    whole["apiVersion"] = resource.apiVersion;
    whole["kind"] = resource.kind;
    for (auto &[name, value] : item)
        whole[name] = std::move(value);
    return api::Object::parse(json::serialize(whole));
}

std::optional<EventType> eventType(std::string_view text) {
    if (text == "ADDED")
        return EventType::Added;
    if (text == "MODIFIED")
        return EventType::Modified;
    if (text == "DELETED")
        return EventType::Deleted;
    if (text == "BOOKMARK")
        return EventType::Bookmark;
    return std::nullopt;
}

class HttpWatch final : public Watch {
public:
    explicit HttpWatch(std::unique_ptr<http::ClientResponse> response) : m_response(std::move(response)) {}

    Task<Result<WatchEvent>> next() override {
        size_t end = m_buffer.find('\n');
        while (end == std::string::npos) {
            CO_TRY(std::string piece, co_await m_response->readSome());
            if (piece.empty())
                co_return errors::serviceUnavailable("the watch has ended");
            const size_t from = m_buffer.size();
            m_buffer += piece;
            end = m_buffer.find('\n', from);
            if (m_buffer.size() > kWatchLineBytesMax)
                co_return errors::tooLarge("an event of the watch is too large");
        }
        auto event = parse(std::string_view(m_buffer).substr(0, end));
        m_buffer.erase(0, end + 1);
        co_return event;
    }

private:
    static Result<WatchEvent> parse(std::string_view line) {
        TRY(json::object event, parseObject(line));
        const std::string_view type = stringMember(event, "type");
        json::object *object = event["object"].if_object();
        if (!object)
            return errors::other("a watch event without an object");
        if (type == "ERROR")
            return Failure(toStatus(*object, static_cast<int>(number(*object, "code"))));
        auto known = eventType(type);
        if (!known)
            return errors::other(fmt::format("a watch event of the unknown type {}", type));
        TRY(ObjectPtr parsed, api::Object::parse(json::serialize(*object)));
        return WatchEvent{*known, std::move(parsed)};
    }

    std::unique_ptr<http::ClientResponse> m_response;
    std::string m_buffer;
};

class HttpClient final : public Client {
public:
    HttpClient(std::shared_ptr<http::Client> http, std::string token)
        : m_http(std::move(http)), m_token(std::move(token)) {}

    Task<Result<ObjectPtr>> get(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                std::string subresource) override {
        return callForObject("GET", path(resource, namespaceName, name, subresource), {}, {});
    }

    Task<Result<ObjectList>> list(const ResourceInfo &resource, std::string namespaceName,
                                  ListOptions options) override {
        Query query;
        query.add("labelSelector", options.labelSelector);
        query.add("fieldSelector", options.fieldSelector);
        query.add("resourceVersion", options.resourceVersion);
        query.add("resourceVersionMatch", options.resourceVersionMatch);
        query.add("continue", options.continueToken);
        if (options.limit > 0)
            query.add("limit", std::to_string(options.limit));
        CO_TRY(std::string body, co_await call("GET", path(resource, namespaceName, {}, {}) + query.text(), {}, {}));
        co_return parseList(body, resource);
    }

    Task<Result<std::unique_ptr<Watch>>> watch(const ResourceInfo &resource, std::string namespaceName,
                                               WatchOptions options) override {
        Query query;
        query.add("watch", "true");
        query.add("labelSelector", options.labelSelector);
        query.add("fieldSelector", options.fieldSelector);
        query.add("resourceVersion", options.resourceVersion);
        if (options.allowBookmarks)
            query.add("allowWatchBookmarks", "true");
        CO_TRY(std::unique_ptr<http::ClientResponse> response,
               co_await send("GET", path(resource, namespaceName, {}, {}) + query.text(), {}, {}));
        co_return std::make_unique<HttpWatch>(std::move(response));
    }

    Task<Result<ObjectPtr>> create(const ResourceInfo &resource, std::string namespaceName, std::string json,
                                   WriteOptions options, std::string name) override {
        return callForObject("POST", path(resource, namespaceName, name, options.subresource) + writeQuery(options),
                             std::move(json), "application/json");
    }

    Task<Result<ObjectPtr>> update(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                   std::string json, WriteOptions options) override {
        return callForObject("PUT", path(resource, namespaceName, name, options.subresource) + writeQuery(options),
                             std::move(json), "application/json");
    }

    Task<Result<ObjectPtr>> patch(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                  PatchType type, std::string body, WriteOptions options) override {
        static constexpr const char *kMediaTypes[] = {"application/json-patch+json", "application/merge-patch+json",
                                                      "application/strategic-merge-patch+json",
                                                      "application/apply-patch+yaml"};
        return callForObject("PATCH", path(resource, namespaceName, name, options.subresource) + writeQuery(options),
                             std::move(body), kMediaTypes[static_cast<int>(type)]);
    }

    Task<Result<>> remove(const ResourceInfo &resource, std::string namespaceName, std::string name,
                          DeleteOptions options) override {
        json::object body{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
        if (options.gracePeriodSeconds)
            body["gracePeriodSeconds"] = *options.gracePeriodSeconds;
        if (!options.propagationPolicy.empty())
            body["propagationPolicy"] = options.propagationPolicy;
        json::object preconditions;
        if (!options.preconditionUid.empty())
            preconditions["uid"] = options.preconditionUid;
        if (!options.preconditionResourceVersion.empty())
            preconditions["resourceVersion"] = options.preconditionResourceVersion;
        if (!preconditions.empty())
            body["preconditions"] = std::move(preconditions);
        CO_TRY(auto answer, co_await call("DELETE", path(resource, namespaceName, name, {}), json::serialize(body),
                                          "application/json"));
        co_return Result<>{};
    }

private:
    static std::string writeQuery(const WriteOptions &options) {
        Query query;
        query.add("fieldManager", options.fieldManager);
        query.add("dryRun", options.dryRun ? "All" : "");
        query.add("force", options.force ? "true" : "");
        return query.text();
    }

    static Result<ObjectList> parseList(const std::string &body, const ResourceInfo &resource) {
        TRY(json::object answer, parseObject(body));
        ObjectList list;
        if (const json::object *metadata = objectMember(answer, "metadata")) {
            list.resourceVersion = stringMember(*metadata, "resourceVersion");
            list.continueToken = stringMember(*metadata, "continue");
            list.remainingItemCount = number(*metadata, "remainingItemCount");
        }
        json::value &items = answer["items"];
        if (json::array *array = items.if_array())
            for (json::value &item : *array)
                if (json::object *fields = item.if_object()) {
                    TRY(ObjectPtr object, itemObject(std::move(*fields), resource));
                    list.items.push_back(std::move(object));
                }
        return list;
    }

    /// Sends and checks the status code; the body of a refusal becomes the error.
    Task<Result<std::unique_ptr<http::ClientResponse>>> send(std::string method, std::string target, std::string body,
                                                             std::string contentType) {
        http::ClientRequest request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.body = std::move(body);
        request.headers.set("Accept", "application/json");
        request.headers.set("User-Agent", "clusterd");
        if (!contentType.empty())
            request.headers.set("Content-Type", contentType);
        if (!m_token.empty())
            request.headers.set("Authorization", "Bearer " + m_token);
        CO_TRY(std::unique_ptr<http::ClientResponse> response, co_await m_http->send(std::move(request)));
        if (response->status() >= 200 && response->status() < 300)
            co_return response;
        CO_TRY(std::string text, co_await response->readAll());
        co_return failureOf(response->status(), text);
    }

    Task<Result<std::string>> call(std::string method, std::string target, std::string body, std::string contentType) {
        CO_TRY(std::unique_ptr<http::ClientResponse> response,
               co_await send(std::move(method), std::move(target), std::move(body), std::move(contentType)));
        co_return co_await response->readAll();
    }

    Task<Result<ObjectPtr>> callForObject(std::string method, std::string target, std::string body,
                                          std::string contentType) {
        CO_TRY(std::string text,
               co_await call(std::move(method), std::move(target), std::move(body), std::move(contentType)));
        co_return api::Object::parse(std::move(text));
    }

    std::shared_ptr<http::Client> m_http;
    std::string m_token;
};

} // namespace

std::unique_ptr<Client> createHttpClient(std::shared_ptr<http::Client> http, std::string bearerToken) {
    return std::make_unique<HttpClient>(std::move(http), std::move(bearerToken));
}

} // namespace coracle::client
