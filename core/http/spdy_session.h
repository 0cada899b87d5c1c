#pragma once

#include "core/http/event.h"
#include "core/http/spdy.h"
#include "core/http/spdy_frame.h"

#include <deque>
#include <map>
#include <optional>

namespace coracle::http::spdy {

class StreamImpl;

class SessionImpl final : public SpdySession, public std::enable_shared_from_this<SessionImpl> {
public:
    SessionImpl(std::shared_ptr<Stream> connection, Role role);

    Task<> run() override;
    Task<Result<std::shared_ptr<SpdyStream>>> accept() override;
    Task<Result<std::shared_ptr<SpdyStream>>> open(Headers headers) override;
    Task<Result<>> ping() override;
    Task<> close() override;

    // For the streams.
    void queue(std::string frame);
    void queueReply(uint32_t streamId, const Headers &headers);
    void queueReset(uint32_t streamId, ResetStatus status);
    /// Waits until little is queued.
    Task<Result<>> waitForRoom();
    Task<> waitForChange();
    /// Bytes of a stream were read: the peer may send more.
    void consumed(uint32_t streamId, size_t bytes, size_t &unreported);
    void forget(uint32_t streamId);
    bool over() const { return m_over; }
    /// How much of the wish the peer's windows allow now; takes it from them.
    size_t grant(StreamImpl &stream, size_t wish);

private:
    static Task<> readLoop(std::shared_ptr<SessionImpl> self);
    static Task<> writeLoop(std::shared_ptr<SessionImpl> self);
    Task<Result<>> handle(Frame frame);
    Result<> synStream(const Frame &frame);
    Result<> synReply(const Frame &frame);
    Result<> settings(const Frame &frame);
    Result<> windowUpdate(const Frame &frame);
    Task<Result<>> data(Frame frame);
    void report(uint32_t streamId, size_t bytes, size_t &unreported);
    std::shared_ptr<StreamImpl> find(uint32_t streamId);
    void fail();

    const std::shared_ptr<Stream> m_connection;
    const Role m_role;
    HeaderCodec m_codec;
    std::map<uint32_t, std::weak_ptr<StreamImpl>> m_streams;
    std::deque<std::shared_ptr<StreamImpl>> m_accepted; ///< opened by the peer, not yet fetched
    std::string m_outgoing;
    std::optional<Event> m_changed; ///< anything that somebody may wait for
    uint32_t m_nextId;
    uint32_t m_lastPeerId = 0;
    uint32_t m_nextPing;
    uint32_t m_pingAnswered = 0;
    int64_t m_sendWindow;
    int64_t m_streamWindow; ///< of new streams
    size_t m_unreported = 0;
    int m_running = 0;
    bool m_flowControlled = false; ///< the peer has shown that it does flow control; moby/spdystream does not
    bool m_closing = false;        ///< no new streams
    bool m_ending = false;         ///< close() was called
    bool m_over = false;
};

class StreamImpl final : public SpdyStream {
public:
    StreamImpl(std::shared_ptr<SessionImpl> session, uint32_t streamId, Headers headers, int64_t window)
        : sendWindow(window), m_session(std::move(session)), m_id(streamId), m_headers(std::move(headers)) {}
    ~StreamImpl() override;

    const Headers &headers() const override { return m_headers; }
    uint32_t id() const override { return m_id; }
    Task<Result<>> reply(Headers headers) override;
    Task<Result<Headers>> waitForReply() override;
    Task<Result<size_t>> read(char *buffer, size_t size) override;
    Task<Result<>> write(std::string_view bytes) override;
    Task<Result<>> shutdownWrite() override;
    void close() override;

    // For the session.
    void received(std::string_view bytes) { m_input.append(bytes); }
    size_t unread() const { return m_input.size(); }
    void peerEnded() { m_peerEnded = true; }
    bool hasPeerEnded() const { return m_peerEnded; }
    void peerReset() { m_reset = true; }
    void replied(Headers headers) { m_reply = std::move(headers); }

    int64_t sendWindow;

private:
    const std::shared_ptr<SessionImpl> m_session;
    const uint32_t m_id;
    const Headers m_headers;
    std::optional<Headers> m_reply;
    std::string m_input;
    size_t m_unreported = 0;
    bool m_peerEnded = false;
    bool m_ended = false;
    bool m_reset = false;
};

} // namespace coracle::http::spdy
