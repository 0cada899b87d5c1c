#pragma once

#include "core/http/event.h"
#include "core/http/http2_stream.h"
#include "core/http/session.h"

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

struct nghttp2_session;

namespace coracle::http {

/// A server's HTTP/2 connection: nghttp2 does the framing, handlers run as coroutines, one per stream. Everything that
/// becomes ready in one turn of the strand goes out in one TLS write.
class Http2Connection final : public Protocol, public std::enable_shared_from_this<Http2Connection> {
public:
    explicit Http2Connection(Session &session);
    ~Http2Connection() override;

    Task<> run() override;
    void drain() override;
    void cancelRequests() override;

    // For the streams.
    bool submitResponse(Http2Stream &stream, int status, const Headers &headers, bool withBody);
    void resume(Http2Stream &stream);
    const Executor &strand() const { return m_session.strand; }

private:
    friend struct Http2Callbacks;
    using StreamPtr = std::shared_ptr<Http2Stream>;

    bool open();
    bool receive();
    void startReady();
    static Task<> handle(std::shared_ptr<Http2Connection> self, StreamPtr stream);
    void handlerEnded(Http2Stream &stream);
    void scheduleFlush();
    bool fill(std::string &staging);
    void flush();
    void endTurn();
    void waitForRoom();
    void setDeadline();
    void requestEnded(Http2Stream &stream);
    void streamClosed(int32_t id);
    void refuse(Http2Stream &stream, int status);
    bool bodyArrived(Http2Stream &stream, const uint8_t *bytes, size_t size);
    void forgetBody(Http2Stream &stream);

    Session &m_session;
    Transport &m_transport;
    nghttp2_session *m_http2 = nullptr;
    std::unordered_map<int32_t, StreamPtr> m_streams;
    std::vector<StreamPtr> m_ready;     ///< requests that came in this turn
    std::vector<StreamPtr> m_cancelled; ///< their streams were reset in this turn
    Event m_idle;                       ///< the last handler or wait has ended
    size_t m_handlersRunning = 0;
    size_t m_bodyBytes = 0; ///< of requests that are not complete yet
    size_t m_incomplete = 0;
    std::string *m_staging = nullptr; ///< what fill() fills
    bool m_receiving = false;
    bool m_flushScheduled = false;
    bool m_waitingForRoom = false;
    bool m_broken = false;
};

} // namespace coracle::http
