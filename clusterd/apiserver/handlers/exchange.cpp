#include "clusterd/apiserver/handlers/exchange.h"

#include "clusterd/apiserver/handlers/status_body.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr size_t kWarningBytesMax = 4096; ///< of all Warning headers together

/// RFC 7234: 299 - "text", with quotes and backslashes escaped and no control characters.
std::string warningHeader(std::string_view text) {
    std::string quoted;
    for (char c : text) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)
            quoted += c;
    }
    return fmt::format("299 - \"{}\"", quoted);
}

} // namespace

http::Headers responseHeaders(const Exchange &exchange, std::string_view contentType) {
    http::Headers headers;
    headers.add("Cache-Control", "no-cache, private");
    headers.add("Content-Type", std::string(contentType));
    size_t bytes = 0;
    for (const std::string &warning : exchange.warnings) {
        std::string value = warningHeader(warning);
        bytes += value.size();
        if (bytes > kWarningBytesMax)
            break;
        headers.add("Warning", std::move(value));
    }
    return headers;
}

Task<> sendJson(Exchange &exchange, int status, std::vector<http::Chunk> body) {
    (void)co_await exchange.writer.send(status, responseHeaders(exchange, "application/json"), std::move(body));
}

Task<> sendJson(Exchange &exchange, int status, std::string body) {
    std::vector<http::Chunk> chunks;
    chunks.push_back(http::Chunk::own(std::move(body)));
    co_await sendJson(exchange, status, std::move(chunks));
}

Task<> sendText(Exchange &exchange, int status, std::string body) {
    http::Headers headers = responseHeaders(exchange, "text/plain; charset=utf-8");
    headers.add("X-Content-Type-Options", "nosniff");
    std::vector<http::Chunk> chunks;
    chunks.push_back(http::Chunk::own(std::move(body)));
    (void)co_await exchange.writer.send(status, std::move(headers), std::move(chunks));
}

Task<> sendFailure(Exchange &exchange, Status status) {
    if (exchange.writer.begun())
        co_return;
    http::Headers headers = responseHeaders(exchange, "application/json");
    if (status.retryAfterSeconds > 0)
        headers.add("Retry-After", std::to_string(status.retryAfterSeconds));
    std::vector<http::Chunk> chunks;
    chunks.push_back(http::Chunk::own(statusBody(status)));
    (void)co_await exchange.writer.send(status.code, std::move(headers), std::move(chunks));
}

} // namespace coracle::apiserver
