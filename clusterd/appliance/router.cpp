#include "clusterd/appliance/router.h"

#include "clusterd/apiserver/handlers/status_body.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::appliance {

namespace {

http::Headers headers(std::string contentType) {
    http::Headers made;
    if (!contentType.empty())
        made.add("Content-Type", std::move(contentType));
    made.add("Cache-Control", "no-store");
    return made;
}

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const size_t end = std::min(path.find('/'), path.size());
        if (end > 0)
            parts.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

bool isParameter(std::string_view segment) {
    return segment.starts_with('{');
}

bool fits(const Router::Route &route, const std::vector<std::string> &segments) {
    return std::ranges::equal(route.segments, segments, [](const std::string &pattern, const std::string &given) {
        return isParameter(pattern) ? !given.empty() : pattern == given;
    });
}

} // namespace

Reply Reply::json(const boost::json::value &body, int code) {
    return {.code = code, .body = boost::json::serialize(body) + "\n"};
}

void Router::add(std::string_view method, std::string_view path, RouteHandler handler) {
    m_routes.push_back({std::string(method), std::string(path), split(path), std::move(handler)});
}

/// Words that are meant literally go before parameters: routes are looked at in the order in which they were added.
Result<const Router::Route *> Router::find(Call &call, const std::vector<std::string> &segments) const {
    std::vector<std::string_view> methods;
    for (const Route &route : m_routes) {
        if (!fits(route, segments))
            continue;
        methods.push_back(route.method);
        if (route.method != call.request.method)
            continue;
        for (size_t i = 0; i < segments.size(); ++i)
            if (isParameter(route.segments[i]))
                call.parameters[route.segments[i].substr(1, route.segments[i].size() - 2)] = segments[i];
        return &route;
    }
    if (methods.empty())
        return errors::noRoute();
    return errors::methodNotAllowed(fmt::format("{} takes {}", call.request.target.path, fmt::join(methods, ", ")));
}

Task<> Router::serve(Call &call, std::vector<std::string> segments) const {
    auto route = find(call, segments);
    if (!route) {
        co_await sendFailure(call.writer, std::move(route).error());
        co_return;
    }
    auto reply = co_await (*route)->handler(call);
    if (!reply) {
        co_await sendFailure(call.writer, std::move(reply).error());
    } else if (!reply->sent) {
        http::Headers fields = headers(reply->body.empty() ? "" : "application/json");
        std::vector<http::Chunk> body;
        body.push_back(http::Chunk::own(std::move(reply->body)));
        (void)co_await call.writer.send(reply->code, std::move(fields), std::move(body));
    }
}

Task<> sendFailure(http::ResponseWriter &writer, Status status) {
    if (writer.begun())
        co_return;
    http::Headers fields = headers("application/json");
    if (status.retryAfterSeconds > 0)
        fields.add("Retry-After", fmt::format("{}", status.retryAfterSeconds));
    std::vector<http::Chunk> body;
    body.push_back(http::Chunk::own(apiserver::statusBody(status)));
    (void)co_await writer.send(status.code, std::move(fields), std::move(body));
}

Task<bool> LineStream::begin() {
    auto begun = co_await m_call.writer.start(200, headers("application/x-ndjson"));
    co_return begun.has_value();
}

Task<bool> LineStream::send(std::string json) {
    if (json.empty() || json.back() != '\n')
        json += '\n';
    std::vector<http::Chunk> chunks;
    chunks.push_back(http::Chunk::own(std::move(json)));
    auto written = co_await m_call.writer.write(std::move(chunks));
    co_return written.has_value();
}

} // namespace coracle::appliance
