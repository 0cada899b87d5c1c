/// What a peer sends over a WebSocket: the same messages, however the bytes are cut.
#include "core/http/websocket.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace coracle;
using namespace coracle::http;
using fuzz::expect;

namespace {

constexpr size_t kMessageBytesMax = 4096;

struct Outcome {
    std::string messages;
    bool ended = false;
    friend bool operator==(const Outcome &, const Outcome &) = default;
};

Task<> readAll(std::shared_ptr<Stream> stream, WebSocket::Role role, Outcome &outcome) {
    WebSocket socket(std::move(stream), role, kMessageBytesMax);
    for (;;) {
        auto message = co_await socket.read();
        if (!message)
            break;
        expect(message->data.size() <= kMessageBytesMax, "a message is no larger than allowed");
        outcome.messages += char('0' + int(message->type));
        outcome.messages += message->data;
        if (message->type == WebSocketMessageType::Close)
            break;
    }
    outcome.ended = true;
}

Outcome readInPieces(std::string_view input, size_t bytesAtOnce, WebSocket::Role role) {
    boost::asio::io_context context;
    Outcome outcome;
    boost::asio::co_spawn(context, readAll(std::make_shared<fuzz::MemoryStream>(input, bytesAtOnce), role, outcome),
                          boost::asio::detached);
    context.run();
    expect(outcome.ended, "reading ends with the input");
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view input = fuzz::asText(data, size);
    for (auto role : {WebSocket::Role::Server, WebSocket::Role::Client})
        expect(readInPieces(input, 1 << 16, role) == readInPieces(input, 3, role), "pieces make no difference");
    return 0;
}
