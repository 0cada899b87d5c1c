#include "clusterd/apiserver/handlers/exchange.h"

#include "clusterd/apiserver/handlers/status_body.h"
#include "core/api/protobuf.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr size_t kWarningBytesMax = 4096;    ///< of all Warning headers together
constexpr size_t kGzipBytesMin = 128u << 10; ///< shorter bodies are not worth the work
constexpr size_t kAuditIdBytesMax = 256;

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

size_t sizeOf(const std::vector<http::Chunk> &chunks, size_t from) {
    size_t size = 0;
    for (size_t i = from; i < chunks.size(); ++i)
        size += chunks[i].bytes.size();
    return size;
}

/// Go's strconv.ParseBool.
bool isTrueText(std::string_view text) {
    constexpr std::string_view kTrue[] = {"1", "t", "T", "true", "TRUE", "True"};
    return std::ranges::find(kTrue, text) != std::end(kTrue);
}

/// Lets other work of this executor run.
Task<> pause() {
    co_await boost::asio::post(boost::asio::use_awaitable);
}

Task<> stream(Exchange &exchange, int status, http::Headers headers, BodySourcePtr body) {
    if (!(co_await exchange.writer.start(status, std::move(headers))))
        co_return;
    for (bool more = true; more;) {
        std::vector<http::Chunk> chunks;
        more = body->next(chunks);
        if (!chunks.empty() && !(co_await exchange.writer.write(std::move(chunks))))
            co_return;
        co_await pause();
    }
}

Result<BodySourcePtr> documentBody(Encoding encoding, const api::TypeInfo &type, std::string json) {
    if (encoding == Encoding::Protobuf) {
        TRY(json, api::jsonToProtobuf(json, type));
    }
    BodySourcePtr body = bodyOf(std::move(json));
    return encoding == Encoding::Yaml ? asYaml(std::move(body)) : std::move(body);
}

} // namespace

std::string auditIdOf(const http::Request &request, Random &random) {
    std::string_view given = request.headers.get("Audit-ID");
    const bool usable = !given.empty() && given.size() <= kAuditIdBytesMax &&
                        std::ranges::all_of(given, [](char c) { return c > 0x20 && c < 0x7f; });
    return usable ? std::string(given) : random.uuid();
}

bool asksPretty(const Exchange &exchange) {
    if (std::string_view asked = exchange.param("pretty"); !asked.empty())
        return isTrueText(asked);
    std::string_view agent = exchange.request.headers.get("User-Agent");
    return agent.starts_with("curl") || agent.starts_with("Wget") || agent.starts_with("Mozilla/5.0");
}

http::Headers responseHeaders(const Exchange &exchange, std::string_view contentType) {
    http::Headers headers;
    if (!exchange.auditId.empty())
        headers.add("Audit-Id", exchange.auditId);
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

Task<> sendBody(Exchange &exchange, int status, http::Headers headers, BodySourcePtr body) {
    std::vector<http::Chunk> chunks;
    size_t bytes = 0;
    bool more = true;
    while (more && bytes <= kGzipBytesMin) {
        const size_t had = chunks.size();
        more = body->next(chunks);
        bytes += sizeOf(chunks, had);
        if (more)
            co_await pause();
    }
    const bool gzip = bytes > kGzipBytesMin && acceptsGzip(exchange.request.headers.get("Accept-Encoding"));
    if (!more && !gzip) {
        (void)co_await exchange.writer.send(status, std::move(headers), std::move(chunks));
        co_return;
    }
    if (!more)
        body.reset();
    BodySourcePtr whole = bodyOf(std::move(chunks), std::move(body));
    if (gzip) {
        headers.add("Content-Encoding", "gzip");
        headers.add("Vary", "Accept-Encoding");
        whole = gzipped(std::move(whole));
    }
    co_await stream(exchange, status, std::move(headers), std::move(whole));
}

Task<> sendEncoded(Exchange &exchange, int status, Negotiated form, BodySourcePtr body) {
    if (form.encoding == Encoding::Json && (form.pretty || asksPretty(exchange)))
        body = indented(std::move(body));
    co_await sendBody(exchange, status, responseHeaders(exchange, contentType(form.encoding)), std::move(body));
}

Task<> sendDocument(Exchange &exchange, int status, Negotiated form, const api::TypeInfo &type, std::string text) {
    auto body = documentBody(form.encoding, type, std::move(text));
    if (!body)
        co_await sendFailure(exchange, std::move(body).error());
    else
        co_await sendEncoded(exchange, status, std::move(form), std::move(*body));
}

Task<> sendJson(Exchange &exchange, int status, std::string text) {
    Negotiated form;
    BodySourcePtr body = bodyOf(std::move(text));
    co_await sendEncoded(exchange, status, std::move(form), std::move(body));
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
    static const api::TypeInfo &type = *api::findType("meta/v1", "Status");
    // A client that takes none of the encodings still gets to know why.
    auto accepted = negotiate(exchange.accept());
    Negotiated form = accepted ? std::move(*accepted) : Negotiated{.pretty = true};
    auto encoded = documentBody(form.encoding, type, statusBody(status));
    if (!encoded)
        co_return; // a Status always has a protobuf form
    BodySourcePtr body = std::move(*encoded);
    if (form.encoding == Encoding::Json && (form.pretty || asksPretty(exchange)))
        body = indented(std::move(body));
    http::Headers headers = responseHeaders(exchange, contentType(form.encoding));
    if (status.retryAfterSeconds > 0)
        headers.add("Retry-After", std::to_string(status.retryAfterSeconds));
    co_await sendBody(exchange, status.code, std::move(headers), std::move(body));
}

} // namespace coracle::apiserver
