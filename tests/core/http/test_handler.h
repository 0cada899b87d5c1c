#pragma once

#include "core/base/clock.h"
#include "core/http/server.h"

#include <atomic>
#include <memory>
#include <string>

/// The server program that the tests of this folder talk to.
namespace coracle::http::testing {

/// What the handlers did, seen from the tests' thread.
struct Seen {
    std::atomic<int> running{0};
    std::atomic<int> cancelled{0};
    std::atomic<int> writeErrors{0};
    std::atomic<int> handled{0};
};

class TestHandler {
public:
    explicit TestHandler(std::shared_ptr<Seen> seen) : m_seen(std::move(seen)) {}
    Task<> operator()(Request &request, ResponseWriter &writer) const { return serve(m_seen, &request, &writer); }

    static std::string big(size_t size) {
        std::string text(size, 'x');
        for (size_t i = 0; i < size; i += 7)
            text[i] = static_cast<char>('a' + i / 7 % 26);
        return text;
    }

private:
    /// Counts handlers that run, and those that ended by cancellation.
    struct Running {
        explicit Running(Seen &counts) : seen(counts) {
            ++seen.running;
            ++seen.handled;
        }
        ~Running() {
            if (!through)
                ++seen.cancelled;
            --seen.running;
        }
        Seen &seen;
        bool through = false;
    };

    static Headers text() {
        Headers headers;
        headers.add("Content-Type", "text/plain");
        return headers;
    }

    static Task<> answer(ResponseWriter *writer, std::string body, int status = 200) {
        std::vector<Chunk> chunks;
        chunks.push_back(Chunk::own(std::move(body)));
        auto sent = co_await writer->send(status, text(), std::move(chunks));
        (void)sent;
    }

    static std::string describe(const Request &request) {
        std::string all = request.method + " " + request.rawTarget + " h" + std::to_string(request.httpMajor) + "\n";
        for (const auto &[name, value] : request.headers)
            all += name + "=" + value + "\n";
        return all;
    }

    static std::string who(const Peer &peer) {
        return "address=" + peer.address + " sni=" + peer.serverName +
               " certificates=" + std::to_string(peer.certificates ? peer.certificates->size() : 0) +
               " uid=" + (peer.uid ? std::to_string(*peer.uid) : "none");
    }

    /// /stream?count=3&size=10: that many pieces; without count it never ends.
    static Task<> stream(std::shared_ptr<Seen> seen, Request *request, ResponseWriter *writer) {
        const std::string count(request->target.param("count"));
        const std::string size(request->target.param("size"));
        const auto piece = std::make_shared<const std::string>(size.empty() ? 10 : std::stoul(size), 'p');
        if (!co_await writer->start(200, text()))
            co_return;
        for (size_t i = 0; count.empty() || i < std::stoul(count); ++i) {
            std::vector<Chunk> chunks;
            chunks.push_back({piece, *piece});
            if (!co_await writer->write(std::move(chunks))) {
                ++seen->writeErrors;
                co_return;
            }
        }
    }

    static Task<> hang(ResponseWriter *writer, bool begin) {
        if (begin) {
            auto started = co_await writer->start(200, text());
            std::vector<Chunk> chunks{Chunk::literal("begun\n")};
            auto written = co_await writer->write(std::move(chunks));
        }
        auto slept = co_await systemClock().sleep(std::chrono::hours(1));
        co_await systemClock().sleep(std::chrono::hours(1)); // not reached: a cancelled coroutine ends here
    }

    static Task<> echoStream(ResponseWriter *writer) {
        Headers headers;
        headers.add("Upgrade", "echo");
        auto stream = co_await writer->upgrade(std::move(headers));
        if (!stream) {
            co_await answer(writer, stream.error().message, stream.error().code);
            co_return;
        }
        char buffer[4096];
        for (;;) {
            auto got = co_await (*stream)->read(buffer, sizeof buffer);
            if (!got || *got == 0)
                break;
            if (!co_await (*stream)->write(std::string_view(buffer, *got)))
                break;
        }
        auto ended = co_await (*stream)->shutdownWrite();
        (void)ended;
    }

    static Task<> serve(std::shared_ptr<Seen> seen, Request *request, ResponseWriter *writer) {
        Running running(*seen);
        const std::string &path = request->target.path;
        if (path == "/hello")
            co_await answer(writer, "hello\n");
        else if (path == "/describe")
            co_await answer(writer, describe(*request));
        else if (path == "/echo")
            co_await answer(writer, std::move(request->body));
        else if (path == "/who")
            co_await answer(writer, who(*request->peer));
        else if (path == "/big")
            co_await answer(writer, big(std::stoul(std::string(request->target.param("size")))));
        else if (path == "/empty")
            co_await answer(writer, {}, 204);
        else if (path == "/stream")
            co_await stream(seen, request, writer);
        else if (path == "/hang" || path == "/watch")
            co_await hang(writer, path == "/watch");
        else if (path == "/upgrade")
            co_await echoStream(writer);
        else if (path == "/throw")
            throw std::runtime_error("on purpose");
        else if (path == "/split") {
            Headers headers = text();
            headers.add("X-Split", "a\r\nX-Injected: yes");
            auto sent = co_await writer->send(200, std::move(headers), {});
        } else if (path == "/later") {
            auto slept = co_await systemClock().sleep(std::chrono::milliseconds(20));
            co_await answer(writer, "later\n");
        } else if (path != "/none")
            co_await answer(writer, "no such path\n", 404);
        running.through = true;
    }

    std::shared_ptr<Seen> m_seen;
};

} // namespace coracle::http::testing
