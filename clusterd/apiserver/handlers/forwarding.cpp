#include "clusterd/apiserver/handlers/forwarding.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

/// Headers of one hop (RFC 9110, 7.6.1), and those that the HTTP client sets itself.
constexpr std::array<std::string_view, 10> kHopHeaders = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
    "trailer",    "upgrade",    "transfer-encoding",  "content-length",      "host"};

std::string lower(std::string_view text) {
    std::string result(text);
    for (char &c : result)
        if (c >= 'A' && c <= 'Z')
            c += 32;
    return result;
}

bool isHopHeader(std::string_view name) {
    return std::ranges::find(kHopHeaders, lower(name)) != kHopHeaders.end();
}

bool isCredential(std::string_view name) {
    std::string key = lower(name);
    return key == "authorization" || key.starts_with("impersonate-") || key.starts_with("x-remote-");
}

http::ClientRequest passedOn(const Exchange &exchange, std::string target) {
    http::ClientRequest request;
    request.method = exchange.request.method;
    request.target = std::move(target);
    for (const auto &[name, value] : exchange.request.headers)
        if (!isHopHeader(name) && !isCredential(name))
            request.headers.add(name, value);
    return request;
}

Status unreachable(const Status &cause) {
    return errors::serviceUnavailable(fmt::format("error trying to reach service: {}", cause.message)).error();
}

} // namespace

Task<> streamBody(Exchange &exchange, http::ClientResponse &response) {
    while (true) {
        auto piece = co_await response.readSome();
        if (!piece || piece->empty())
            co_return;
        std::vector<http::Chunk> chunks;
        chunks.push_back(http::Chunk::own(std::move(*piece)));
        if (!(co_await exchange.writer.write(std::move(chunks))))
            co_return;
    }
}

Task<Result<>> forwardRequest(Exchange &exchange, std::shared_ptr<http::Client> client, std::string target) {
    http::ClientRequest request = passedOn(exchange, std::move(target));
    request.body = exchange.request.body;
    auto response = co_await client->send(std::move(request));
    if (!response)
        co_return Failure(unreachable(response.error()));
    http::Headers headers;
    for (const auto &[name, value] : (*response)->headers())
        if (!isHopHeader(name))
            headers.add(name, value);
    CO_CHECK(co_await exchange.writer.start((*response)->status(), std::move(headers)));
    co_await streamBody(exchange, **response);
    co_return Result<>{};
}

Task<Result<>> forwardUpgrade(Exchange &exchange, std::shared_ptr<http::Client> client, std::string target) {
    http::ClientRequest request = passedOn(exchange, std::move(target));
    request.headers.set("Upgrade", std::string(exchange.request.headers.get("Upgrade")));
    auto upgraded = co_await client->upgrade(std::move(request));
    if (!upgraded)
        co_return Failure(unreachable(upgraded.error()));
    if (!upgraded->stream) {
        co_await sendText(exchange, upgraded->status, std::move(upgraded->body));
        co_return Result<>{};
    }
    http::Headers headers;
    for (const auto &[name, value] : upgraded->headers)
        if (lower(name) == "upgrade" || !isHopHeader(name))
            headers.add(name, value);
    CO_TRY(std::shared_ptr<http::Stream> downstream, co_await exchange.writer.upgrade(std::move(headers)));
    co_await http::splice(std::move(downstream), upgraded->stream);
    co_return Result<>{};
}

} // namespace coracle::apiserver
