/// What a client sends over HTTP/2 after the handshake: the connection ends, and no handler is left.
#include "core/http/session.h"
#include "tests/fuzz/fuzz.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <sys/socket.h>
#include <unistd.h>

using namespace coracle;
using namespace coracle::http;
using fuzz::expect;
namespace asio = boost::asio;

namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

int s_handlers = 0;

Task<> answer(Request &request, ResponseWriter &writer) {
    struct Running {
        Running() { ++s_handlers; }
        ~Running() { --s_handlers; }
    } running;
    std::vector<Chunk> body;
    body.push_back(Chunk::own(request.method + request.rawTarget));
    (void)co_await writer.send(200, Headers(), std::move(body));
}

void runConnection(std::string_view input) {
    int ends[2];
    expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "a pair of sockets");
    // Small enough for the socket's buffer, so that nobody has to read on the other side.
    input = input.substr(0, 32 << 10);
    expect(::send(ends[1], input.data(), input.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(input.size()), "sent");
    ::shutdown(ends[1], SHUT_WR);
    {
        asio::io_context context;
        auto shared = std::make_shared<const ServerShared>(ServerShared{answer, Limits(), plainRefusal});
        Socket socket(context);
        socket.assign(asio::generic::stream_protocol(AF_UNIX, 0), ends[0]);
        socket.non_blocking(true);
        auto session =
            std::make_shared<Session>(shared, context.get_executor(), std::make_unique<Transport>(std::move(socket)));
        bool ended = false;
        session->protocol = makeHttp2(*session);
        asio::co_spawn(context, session->protocol->run(), [&](std::exception_ptr failure) {
            expect(!failure, "nothing is thrown");
            ended = true;
        });
        context.run_for(std::chrono::seconds(20));
        expect(ended, "a connection ends with its input");
        session->protocol.reset();
        session->transport->close();
    }
    expect(s_handlers == 0, "no handler is left");
    ::close(ends[1]);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view input = fuzz::asText(data, size);
    runConnection(input);
    runConnection(std::string(kPreface) + std::string(input));
    return 0;
}
