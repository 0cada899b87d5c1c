#pragma once

#include "core/http/event.h"
#include "core/http/server.h"

#include <boost/asio/cancellation_signal.hpp>
#include <deque>
#include <memory>
#include <optional>

namespace coracle::http {

class Http2Connection;

/// One request on an HTTP/2 connection and the writer of its answer. The connection outlives it.
class Http2Stream final : public ResponseWriter {
public:
    Http2Stream(Http2Connection &connection, int32_t streamId) : id(streamId), m_connection(connection) {}

    Task<Result<>> send(int status, Headers headers, std::vector<Chunk> body) override;
    Task<Result<>> start(int status, Headers headers) override;
    Task<Result<>> write(std::vector<Chunk> chunks) override;
    Task<Result<std::shared_ptr<Stream>>> upgrade(Headers headers) override;
    bool begun() const override { return m_begun; }

    /// Queues a whole answer without waiting.
    bool submit(int status, Headers headers, std::vector<Chunk> body);
    /// The handler is through: what is queued is the end.
    void finish();
    void notifyWriter() {
        if (m_room)
            m_room->notify();
    }
    /// Whether the response has been handed over whole.
    bool answered() const { return m_ended && m_pendingBytes == 0; }

    /// For the connection's frames: how much to send next, whether more may follow, and taking it away.
    size_t pendingBytes() const { return m_pendingBytes; }
    bool ended() const { return m_ended; }
    void takeInto(std::string &frame, size_t bytes);

    const int32_t id;
    Request request;
    boost::asio::cancellation_signal cancel;
    size_t headerBytes = 0;
    size_t discardedBytes = 0;
    bool requestComplete = false;
    bool refused = false; ///< answered without a handler; the rest of the request is thrown away
    bool closed = false;  ///< nothing can be sent any more
    bool running = false; ///< the handler

private:
    bool begin(int status, Headers headers);
    void enqueue(std::vector<Chunk> chunks);
    Task<Result<>> waitForRoom();

    Http2Connection &m_connection;
    std::deque<Chunk> m_queue;
    size_t m_pendingBytes = 0;
    std::optional<Event> m_room;
    bool m_begun = false;
    bool m_streaming = false;
    bool m_bodyless = false;
    bool m_ended = false;
};

} // namespace coracle::http
