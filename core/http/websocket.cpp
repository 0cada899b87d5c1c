#include "core/http/websocket.h"

#include "core/base/random.h"
#include "core/http/event.h"

#include <boost/asio/this_coro.hpp>
#include <optional>

namespace coracle::http {

namespace asio = boost::asio;

namespace {

enum class Opcode : uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

constexpr size_t kControlBytesMax = 125;
constexpr size_t kReadBytes = 16u << 10;
constexpr uint16_t kNoCode = 1005;

struct Frame {
    bool final = false;
    Opcode opcode = Opcode::Continuation;
    std::string payload;
};

bool isControl(Opcode opcode) {
    return (static_cast<uint8_t>(opcode) & 8) != 0;
}

void mask(std::string &bytes, const unsigned char key[4]) {
    for (size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) ^ key[i & 3]);
}

std::string encode(Opcode opcode, std::string payload, bool masked) {
    std::string frame;
    frame.reserve(payload.size() + 14);
    frame += static_cast<char>(0x80 | static_cast<uint8_t>(opcode));
    const uint64_t size = payload.size();
    const int lengthBytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
    const uint64_t marker = lengthBytes == 0 ? size : lengthBytes == 2 ? 126 : 127;
    frame += static_cast<char>((masked ? 0x80 : 0) | marker);
    for (int i = lengthBytes - 1; i >= 0; --i)
        frame += static_cast<char>(size >> (8 * i));
    if (masked) {
        const uint64_t random = systemRandom().next();
        unsigned char key[4];
        for (int i = 0; i < 4; ++i)
            frame += static_cast<char>(key[i] = static_cast<unsigned char>(random >> (8 * i)));
        mask(payload, key);
    }
    return frame += payload;
}

/// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool validUtf8(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const size_t more = lead < 0x80 ? 0 : lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : lead >> 3 == 30 ? 3 : 4;
        if (more == 4 || i + more >= text.size())
            return false;
        uint32_t point = more == 0 ? lead : lead & (0x3f >> more);
        for (size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if (next >> 6 != 2)
                return false;
            point = point << 6 | (next & 0x3f);
        }
        static constexpr uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
        if (point < kLeast[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
        i += more + 1;
    }
    return true;
}

bool validCloseCode(uint16_t code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code < 5000);
}

} // namespace

struct WebSocket::State {
    State(std::shared_ptr<Stream> connection, Role ownRole, size_t max)
        : stream(std::move(connection)), role(ownRole), messageBytesMax(max) {}

    Task<Result<>> fill(size_t bytes);
    Task<Result<Frame>> readFrame();
    Task<Result<>> send(Opcode opcode, std::string payload);
    Task<Result<>> sendClose(uint16_t code, std::string reason);
    Task<Failure> refuse(uint16_t code, std::string why);
    Task<Result<WebSocketMessage>> finish(Frame close);

    std::shared_ptr<Stream> stream;
    const Role role;
    const size_t messageBytesMax;
    std::string input;
    std::optional<Event> writable; ///< notified when a writer has ended
    bool writing = false;
    bool writeBroken = false; ///< a frame was cut off in the middle
    bool closeSent = false;
    bool closeReceived = false;
};

Task<Result<>> WebSocket::State::fill(size_t bytes) {
    char buffer[kReadBytes];
    while (input.size() < bytes) {
        CO_TRY(const size_t got, co_await stream->read(buffer, sizeof buffer));
        if (got == 0)
            co_return errors::other("the peer ended the WebSocket without a close frame");
        input.append(buffer, got);
    }
    co_return Result<>{};
}

/// Fails the connection as RFC 6455 section 7.1.7 has it.
Task<Failure> WebSocket::State::refuse(uint16_t code, std::string why) {
    const auto sent = co_await sendClose(code, why);
    (void)sent;
    stream->close();
    co_return errors::other("WebSocket: " + why);
}

Task<Result<Frame>> WebSocket::State::readFrame() {
    CO_CHECK(co_await fill(2));
    const auto byte = [this](size_t at) { return static_cast<unsigned char>(input[at]); };
    Frame frame{.final = (byte(0) & 0x80) != 0, .opcode = static_cast<Opcode>(byte(0) & 15)};
    const unsigned opcode = byte(0) & 15;
    const bool masked = (byte(1) & 0x80) != 0;
    const unsigned marker = byte(1) & 127;
    const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    if ((byte(0) & 0x70) != 0 || !known || masked != (role == Role::Server) ||
        (isControl(frame.opcode) && (!frame.final || marker > kControlBytesMax)))
        co_return co_await refuse(kWebSocketProtocolError, "malformed frame");
    const size_t lengthBytes = marker < 126 ? 0 : marker == 126 ? 2 : 8;
    const size_t headBytes = 2 + lengthBytes + (masked ? 4 : 0);
    CO_CHECK(co_await fill(headBytes));
    uint64_t size = lengthBytes == 0 ? marker : 0;
    for (size_t i = 0; i < lengthBytes; ++i)
        size = size << 8 | byte(2 + i);
    if (size > messageBytesMax)
        co_return co_await refuse(kWebSocketTooBig, "message too large");
    CO_CHECK(co_await fill(headBytes + size));
    frame.payload = input.substr(headBytes, size);
    if (masked) {
        const unsigned char key[4] = {byte(headBytes - 4), byte(headBytes - 3), byte(headBytes - 2),
                                      byte(headBytes - 1)};
        mask(frame.payload, key);
    }
    input.erase(0, headBytes + size);
    co_return frame;
}

Task<Result<>> WebSocket::State::send(Opcode opcode, std::string payload) {
    if (!writable)
        writable.emplace(co_await asio::this_coro::executor);
    while (writing)
        co_await writable->wait();
    if (writeBroken || (closeSent && opcode != Opcode::Close))
        co_return errors::other("the WebSocket is closed");
    struct Turn {
        explicit Turn(State &s) : state(s) { state.writing = state.writeBroken = true; }
        ~Turn() {
            state.writing = false;
            state.writable->notify();
        }
        State &state;
    };
    const Turn turn(*this);
    const std::string frame = encode(opcode, std::move(payload), role == Role::Client);
    CO_CHECK(co_await stream->write(frame));
    writeBroken = false;
    co_return Result<>{};
}

Task<Result<>> WebSocket::State::sendClose(uint16_t code, std::string reason) {
    if (std::exchange(closeSent, true))
        co_return Result<>{};
    std::string payload;
    if (code != kNoCode) {
        payload += static_cast<char>(code >> 8);
        payload += static_cast<char>(code);
        payload += reason.substr(0, kControlBytesMax - 2);
    }
    co_return co_await send(Opcode::Close, std::move(payload));
}

Task<Result<WebSocketMessage>> WebSocket::State::finish(Frame close) {
    WebSocketMessage message{.type = WebSocketMessageType::Close, .closeCode = kNoCode};
    const bool coded = close.payload.size() >= 2;
    if (coded) {
        message.closeCode = static_cast<uint16_t>(static_cast<unsigned char>(close.payload[0]) << 8 |
                                                  static_cast<unsigned char>(close.payload[1]));
        message.data = close.payload.substr(2);
    }
    if (close.payload.size() == 1 || (coded && !validCloseCode(message.closeCode)) || !validUtf8(message.data))
        co_return co_await refuse(kWebSocketProtocolError, "malformed close frame");
    closeReceived = true;
    const auto sent = co_await sendClose(message.closeCode, {});
    (void)sent;
    co_return message;
}

WebSocket::WebSocket(std::shared_ptr<Stream> stream, Role role, size_t messageBytesMax)
    : m_state(std::make_shared<State>(std::move(stream), role, messageBytesMax)) {}

WebSocket::~WebSocket() {
    m_state->stream->close();
}

Task<Result<WebSocketMessage>> WebSocket::read() {
    const auto state = m_state;
    WebSocketMessage message;
    bool begun = false;
    while (!state->closeReceived) {
        CO_TRY(auto frame, co_await state->readFrame());
        if (frame.opcode == Opcode::Close)
            co_return co_await state->finish(std::move(frame));
        if (frame.opcode == Opcode::Ping)
            CO_CHECK(co_await state->send(Opcode::Pong, std::move(frame.payload)));
        if (isControl(frame.opcode))
            continue;
        if (begun != (frame.opcode == Opcode::Continuation))
            co_return co_await state->refuse(kWebSocketProtocolError, "fragments out of order");
        if (!begun)
            message.type = frame.opcode == Opcode::Text ? WebSocketMessageType::Text : WebSocketMessageType::Binary;
        begun = true;
        if (message.data.size() + frame.payload.size() > state->messageBytesMax)
            co_return co_await state->refuse(kWebSocketTooBig, "message too large");
        message.data += frame.payload;
        if (!frame.final)
            continue;
        if (message.type == WebSocketMessageType::Text && !validUtf8(message.data))
            co_return co_await state->refuse(kWebSocketInvalidData, "text is not UTF-8");
        co_return message;
    }
    co_return errors::other("the WebSocket is closed");
}

Task<Result<>> WebSocket::write(WebSocketMessageType type, std::string bytes) {
    const auto state = m_state;
    if (type == WebSocketMessageType::Close)
        co_return co_await state->sendClose(kWebSocketNormal, std::move(bytes));
    const Opcode opcode = type == WebSocketMessageType::Text ? Opcode::Text : Opcode::Binary;
    co_return co_await state->send(opcode, std::move(bytes));
}

Task<Result<>> WebSocket::ping() {
    return m_state->send(Opcode::Ping, {});
}

Task<Result<>> WebSocket::close(uint16_t code, std::string reason) {
    return m_state->sendClose(code, std::move(reason));
}

void WebSocket::abort() {
    m_state->stream->close();
}

} // namespace coracle::http
