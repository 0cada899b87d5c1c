/// What a peer sends over SPDY/3.1: single frames, header blocks, and a whole session.
#include "core/http/spdy.h"
#include "core/http/spdy_frame.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace coracle;
using namespace coracle::http;
using fuzz::expect;

namespace {

constexpr size_t kPayloadBytesMax = 1 << 16;

void takeFrames(std::string input) {
    for (size_t before = input.size() + 1; before > input.size();) {
        before = input.size();
        const auto frame = spdy::takeFrame(input, kPayloadBytesMax);
        if (!frame || !*frame)
            return;
        expect(input.size() + spdy::kFrameHeadBytes + (*frame)->payload.size() == before, "a frame is taken off");
        std::string again = (*frame)->type == spdy::FrameType::Data
                                ? spdy::dataFrame((*frame)->streamId, (*frame)->flags, (*frame)->payload)
                                : spdy::controlFrame((*frame)->type, (*frame)->flags, (*frame)->payload);
        const auto second = spdy::takeFrame(again, kPayloadBytesMax);
        expect(second && *second && (*second)->payload == (*frame)->payload && (*second)->type == (*frame)->type &&
                   (*second)->flags == (*frame)->flags && (*second)->streamId == (*frame)->streamId,
               "take(write(frame)) = frame");
    }
}

void decompress(std::string_view block) {
    spdy::HeaderCodec peer;
    const auto headers = peer.decompress(block);
    if (!headers)
        return;
    spdy::HeaderCodec sender, receiver;
    const auto again = receiver.decompress(sender.compress(*headers));
    expect(again.has_value(), "headers that were read can be sent on");
}

Task<> drain(std::shared_ptr<SpdyStream> stream) {
    char buffer[512];
    auto replied = co_await stream->reply({});
    for (;;) {
        auto got = co_await stream->read(buffer, sizeof buffer);
        if (!got || *got == 0)
            co_return;
    }
}

Task<> acceptAll(std::shared_ptr<SpdySession> session, bool &ended) {
    const auto executor = co_await boost::asio::this_coro::executor;
    for (;;) {
        auto stream = co_await session->accept();
        if (!stream)
            break;
        boost::asio::co_spawn(executor, drain(std::move(*stream)), boost::asio::detached);
    }
    ended = true;
}

void runSession(std::string_view input, SpdySession::Role role) {
    boost::asio::io_context context;
    bool ended = false;
    auto session = SpdySession::create(std::make_shared<fuzz::MemoryStream>(input, 1 << 12), role);
    boost::asio::co_spawn(context, acceptAll(session, ended), boost::asio::detached);
    boost::asio::co_spawn(context, session->run(), boost::asio::detached);
    context.run();
    expect(ended, "a session ends with its connection");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const std::string_view input = fuzz::asText(data, size);
    takeFrames(std::string(input));
    decompress(input);
    runSession(input, SpdySession::Role::Server);
    runSession(input, SpdySession::Role::Client);
    return 0;
}
