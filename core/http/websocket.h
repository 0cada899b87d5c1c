#pragma once

#include "core/http/client.h"
#include "core/http/server.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// WebSocket (RFC 6455) over an upgraded connection, for both sides.
namespace coracle::http {

enum class WebSocketMessageType { Text, Binary, Close };

struct WebSocketMessage {
    WebSocketMessageType type = WebSocketMessageType::Binary;
    std::string data;       ///< of Close: the reason
    uint16_t closeCode = 0; ///< of Close; 1005: the peer gave none
};

inline constexpr uint16_t kWebSocketNormal = 1000;
inline constexpr uint16_t kWebSocketProtocolError = 1002;
inline constexpr uint16_t kWebSocketInvalidData = 1007;
inline constexpr uint16_t kWebSocketTooBig = 1009;
inline constexpr uint16_t kWebSocketInternalError = 1011;

/// One reader at a time; any number of coroutines may write. For one serial executor.
class WebSocket {
public:
    enum class Role { Server, Client };
    WebSocket(std::shared_ptr<Stream> stream, Role role, size_t messageBytesMax = 4u << 20);
    ~WebSocket();
    WebSocket(const WebSocket &) = delete;
    WebSocket &operator=(const WebSocket &) = delete;

    /// The next whole message; pings are answered on the way. A Close message is the last one (it has been answered).
    Task<Result<WebSocketMessage>> read();
    Task<Result<>> write(WebSocketMessageType type, std::string bytes);
    Task<Result<>> ping();
    /// Sends the close frame; then read() until the peer's Close, or let go.
    Task<Result<>> close(uint16_t code, std::string reason = {});
    /// Breaks the connection at once.
    void abort();

private:
    struct State;
    std::shared_ptr<State> m_state;
};

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string webSocketAccept(std::string_view key);

/// Whether the request asks for a WebSocket.
bool isWebSocketRequest(const Request &request);

/// Checks the handshake and picks the first sub-protocol of the client's list that is served. The headers are for
/// ResponseWriter::upgrade(). With protocols, a client that offers none of them is refused.
struct WebSocketAcceptance {
    Headers headers;
    std::string protocol;
};
Result<WebSocketAcceptance> acceptWebSocket(const Request &request, const std::vector<std::string> &protocols);

struct WebSocketConnection {
    std::unique_ptr<WebSocket> socket;
    std::string protocol;
};
/// Client side; a refusal becomes an error with the answer's status code.
Task<Result<WebSocketConnection>> connectWebSocket(Client &client, ClientRequest request,
                                                   std::vector<std::string> protocols);

} // namespace coracle::http
