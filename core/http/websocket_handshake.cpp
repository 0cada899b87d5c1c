#include "core/base/random.h"
#include "core/http/websocket.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

namespace coracle::http {

namespace {

std::string base64(const unsigned char *bytes, size_t size) {
    std::string text(4 * ((size + 2) / 3) + 1, '\0');
    const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char *>(text.data()), bytes, static_cast<int>(size));
    text.resize(static_cast<size_t>(written));
    return text;
}

std::vector<std::string> listOf(const Headers &headers, std::string_view name) {
    std::vector<std::string> parts;
    for (std::string_view value : headers.all(name)) {
        while (!value.empty()) {
            const size_t comma = std::min(value.find(','), value.size());
            std::string_view part = value.substr(0, comma);
            value.remove_prefix(std::min(comma + 1, value.size()));
            while (part.starts_with(' '))
                part.remove_prefix(1);
            while (part.ends_with(' '))
                part.remove_suffix(1);
            if (!part.empty())
                parts.emplace_back(part);
        }
    }
    return parts;
}

} // namespace

std::string webSocketAccept(std::string_view key) {
    const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
    return base64(digest, size);
}

bool isWebSocketRequest(const Request &request) {
    return request.upgrade && request.headers.hasToken("Upgrade", "websocket");
}

Result<WebSocketAcceptance> acceptWebSocket(const Request &request, const std::vector<std::string> &protocols) {
    if (!isWebSocketRequest(request) || request.method != "GET")
        return errors::badRequest("not a WebSocket handshake");
    if (request.headers.get("Sec-WebSocket-Version") != "13")
        return errors::badRequest("only WebSocket version 13 is served");
    const std::string_view key = request.headers.get("Sec-WebSocket-Key");
    if (key.size() != 24)
        return errors::badRequest("Sec-WebSocket-Key is missing or wrong");
    WebSocketAcceptance acceptance;
    const auto offered = listOf(request.headers, "Sec-WebSocket-Protocol");
    for (const std::string &protocol : offered) {
        if (std::find(protocols.begin(), protocols.end(), protocol) != protocols.end()) {
            acceptance.protocol = protocol;
            break;
        }
    }
    if (!protocols.empty() && acceptance.protocol.empty())
        return errors::badRequest(fmt::format("none of the WebSocket protocols \"{}\" is served, but {}",
                                              fmt::join(offered, ", "), fmt::join(protocols, ", ")));
    acceptance.headers.add("Upgrade", "websocket");
    acceptance.headers.add("Sec-WebSocket-Accept", webSocketAccept(key));
    if (!acceptance.protocol.empty())
        acceptance.headers.add("Sec-WebSocket-Protocol", acceptance.protocol);
    return acceptance;
}

Task<Result<WebSocketConnection>> connectWebSocket(Client &client, ClientRequest request,
                                                   std::vector<std::string> protocols) {
    const uint64_t random[2] = {systemRandom().next(), systemRandom().next()};
    unsigned char bytes[sizeof random];
    std::memcpy(bytes, random, sizeof random);
    const std::string key = base64(bytes, sizeof bytes);
    request.headers.set("Upgrade", "websocket");
    request.headers.set("Sec-WebSocket-Version", "13");
    request.headers.set("Sec-WebSocket-Key", key);
    if (!protocols.empty())
        request.headers.set("Sec-WebSocket-Protocol", fmt::format("{}", fmt::join(protocols, ", ")));
    CO_TRY(auto upgraded, co_await client.upgrade(std::move(request)));
    if (!upgraded.stream) {
        Failure failure =
            errors::other(fmt::format("the server refused a WebSocket: {} {}", upgraded.status, upgraded.body));
        failure.error().code = upgraded.status;
        co_return failure;
    }
    const std::string protocol(upgraded.headers.get("Sec-WebSocket-Protocol"));
    const bool known = std::find(protocols.begin(), protocols.end(), protocol) != protocols.end();
    if (upgraded.headers.get("Sec-WebSocket-Accept") != webSocketAccept(key) || (!protocol.empty() && !known))
        co_return errors::other("the server's WebSocket handshake is wrong");
    auto socket = std::make_unique<WebSocket>(std::move(upgraded.stream), WebSocket::Role::Client);
    co_return WebSocketConnection{std::move(socket), protocol};
}

} // namespace coracle::http
