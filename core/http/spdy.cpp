#include "core/http/spdy.h"

#include "core/http/connect.h"
#include "core/http/spdy_session.h"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace coracle::http::spdy {

namespace asio = boost::asio;

namespace {

constexpr size_t kReadBytes = 32u << 10;
constexpr size_t kFrameBytesMax = 1u << 20;
constexpr size_t kQueuedBytesMax = 256u << 10; ///< writers wait above this
constexpr size_t kUnreadBytesMax = 256u << 10; ///< of one stream: above this nothing more is read from the connection
constexpr size_t kFloodBytesMax = 4u << 20;    ///< queued by a peer's pings and resets
constexpr size_t kStreamsMax = 1000;
constexpr int64_t kWindowBytes = 64 << 10; ///< SPDY/3.1's initial window, of a stream and of the session
constexpr size_t kReportBytes = 32u << 10; ///< the peer is told after so many bytes were read
constexpr auto kCloseTime = std::chrono::seconds(2);
constexpr uint32_t kStreamIdMask = 0x7fffffff;
constexpr uint32_t kInitialWindowSetting = 7;

} // namespace

SessionImpl::SessionImpl(std::shared_ptr<Stream> connection, Role role)
    : m_connection(std::move(connection)),
      m_role(role),
      m_nextId(role == Role::Client ? 1 : 2),
      m_nextPing(m_nextId),
      m_sendWindow(kWindowBytes),
      m_streamWindow(kWindowBytes) {}

Task<> SessionImpl::waitForChange() {
    if (!m_changed)
        m_changed.emplace(co_await asio::this_coro::executor);
    co_await m_changed->wait();
}

void SessionImpl::queue(std::string frame) {
    m_outgoing += frame;
    if (m_changed)
        m_changed->notify();
}

void SessionImpl::queueReply(uint32_t streamId, const Headers &headers) {
    std::string payload;
    putUint32(payload, streamId);
    queue(controlFrame(FrameType::SynReply, 0, payload + m_codec.compress(headers)));
}

void SessionImpl::queueReset(uint32_t streamId, ResetStatus status) {
    std::string payload;
    putUint32(payload, streamId);
    putUint32(payload, static_cast<uint32_t>(status));
    queue(controlFrame(FrameType::RstStream, 0, payload));
}

Task<Result<>> SessionImpl::waitForRoom() {
    while (!m_over && m_outgoing.size() > kQueuedBytesMax)
        co_await waitForChange();
    if (m_over)
        co_return errors::other("the SPDY session is over");
    co_return Result<>{};
}

size_t SessionImpl::grant(StreamImpl &stream, size_t wish) {
    const int64_t window = std::min(m_sendWindow, stream.sendWindow);
    const size_t granted =
        m_flowControlled ? static_cast<size_t>(std::clamp<int64_t>(window, 0, static_cast<int64_t>(wish))) : wish;
    m_sendWindow -= static_cast<int64_t>(granted);
    stream.sendWindow -= static_cast<int64_t>(granted);
    return granted;
}

void SessionImpl::report(uint32_t streamId, size_t bytes, size_t &unreported) {
    // A peer without flow control (Go's spdystream) may close the connection right after its last byte. A report that
    // it has not read by then would turn that into a reset, which destroys what is still on its way to us.
    if (!m_flowControlled)
        return;
    unreported += bytes;
    if (unreported < kReportBytes || m_over)
        return;
    std::string payload;
    putUint32(payload, streamId);
    putUint32(payload, static_cast<uint32_t>(std::exchange(unreported, 0)));
    queue(controlFrame(FrameType::WindowUpdate, 0, payload));
}

void SessionImpl::consumed(uint32_t streamId, size_t bytes, size_t &unreported) {
    report(streamId, bytes, unreported);
    if (m_changed)
        m_changed->notify(); // reading may be waiting for room
}

void SessionImpl::forget(uint32_t streamId) {
    m_streams.erase(streamId);
    if (m_changed)
        m_changed->notify();
}

std::shared_ptr<StreamImpl> SessionImpl::find(uint32_t streamId) {
    const auto found = m_streams.find(streamId);
    return found == m_streams.end() ? nullptr : found->second.lock();
}

Task<Result<std::shared_ptr<SpdyStream>>> SessionImpl::accept() {
    while (m_accepted.empty() && !m_over)
        co_await waitForChange();
    if (m_accepted.empty())
        co_return errors::other("the SPDY session is over");
    std::shared_ptr<SpdyStream> stream = std::move(m_accepted.front());
    m_accepted.pop_front();
    co_return stream;
}

Task<Result<std::shared_ptr<SpdyStream>>> SessionImpl::open(Headers headers) {
    if (m_over || m_closing || m_nextId > kStreamIdMask)
        co_return errors::other("the SPDY session is over");
    auto stream = std::make_shared<StreamImpl>(shared_from_this(), m_nextId, headers, m_streamWindow);
    m_streams[m_nextId] = stream;
    std::string payload;
    putUint32(payload, m_nextId);
    putUint32(payload, 0);
    payload.append(2, '\0'); // priority and slot
    queue(controlFrame(FrameType::SynStream, 0, payload + m_codec.compress(headers)));
    m_nextId += 2;
    co_return std::shared_ptr<SpdyStream>(std::move(stream));
}

Task<Result<>> SessionImpl::ping() {
    const uint32_t id = m_nextPing;
    m_nextPing += 2;
    std::string payload;
    putUint32(payload, id);
    queue(controlFrame(FrameType::Ping, 0, payload));
    while (!m_over && m_pingAnswered < id)
        co_await waitForChange();
    if (m_pingAnswered < id)
        co_return errors::other("the SPDY session is over");
    co_return Result<>{};
}

Task<> SessionImpl::close() {
    if (!std::exchange(m_ending, true) && !m_over) {
        m_closing = true;
        std::string payload;
        putUint32(payload, m_lastPeerId);
        putUint32(payload, 0);
        queue(controlFrame(FrameType::GoAway, 0, payload));
    }
    const auto executor = co_await asio::this_coro::executor;
    const Timeout guard(executor, kCloseTime, [self = shared_from_this()] { self->fail(); });
    while (!m_over)
        co_await waitForChange();
}

void SessionImpl::fail() {
    m_over = true;
    m_connection->close();
    m_accepted.clear();
    if (m_changed)
        m_changed->notify();
}

Result<> SessionImpl::synStream(const Frame &frame) {
    const auto id = uint32At(frame.payload, 0);
    if (!id || frame.payload.size() < 10)
        return errors::other("SPDY: malformed SYN_STREAM");
    TRY(auto headers, m_codec.decompress(std::string_view(frame.payload).substr(10)));
    const uint32_t streamId = *id & kStreamIdMask;
    const bool peers = (streamId % 2 == 1) == (m_role == Role::Server);
    if (!peers || streamId <= m_lastPeerId) {
        queueReset(streamId, ResetStatus::ProtocolError);
        return {};
    }
    m_lastPeerId = streamId;
    if (m_closing || m_streams.size() >= kStreamsMax) {
        queueReset(streamId, ResetStatus::RefusedStream);
        return {};
    }
    auto stream = std::make_shared<StreamImpl>(shared_from_this(), streamId, std::move(headers), m_streamWindow);
    if ((frame.flags & kFlagFin) != 0)
        stream->peerEnded();
    m_streams[streamId] = stream;
    m_accepted.push_back(std::move(stream));
    return {};
}

Result<> SessionImpl::synReply(const Frame &frame) {
    const auto id = uint32At(frame.payload, 0);
    if (!id)
        return errors::other("SPDY: malformed SYN_REPLY");
    TRY(auto headers, m_codec.decompress(std::string_view(frame.payload).substr(4)));
    const auto stream = find(*id & kStreamIdMask);
    if (!stream)
        return {};
    if (frame.type == FrameType::SynReply)
        stream->replied(std::move(headers));
    if ((frame.flags & kFlagFin) != 0)
        stream->peerEnded();
    return {};
}

Result<> SessionImpl::settings(const Frame &frame) {
    const uint32_t count = uint32At(frame.payload, 0).value_or(0);
    m_flowControlled = true;
    for (uint32_t i = 0; i < count; ++i) {
        const auto id = uint32At(frame.payload, 4 + 8 * size_t(i));
        const auto value = uint32At(frame.payload, 8 + 8 * size_t(i));
        if (!id || !value)
            return errors::other("SPDY: malformed SETTINGS");
        if ((*id & 0xffffff) != kInitialWindowSetting)
            continue;
        const int64_t change = static_cast<int64_t>(*value & kStreamIdMask) - m_streamWindow;
        m_streamWindow += change;
        for (const auto &[streamId, weak] : m_streams)
            if (const auto stream = weak.lock())
                stream->sendWindow += change;
    }
    return {};
}

Result<> SessionImpl::windowUpdate(const Frame &frame) {
    const auto id = uint32At(frame.payload, 0);
    const auto delta = uint32At(frame.payload, 4);
    if (!id || !delta)
        return errors::other("SPDY: malformed WINDOW_UPDATE");
    m_flowControlled = true;
    const auto stream = find(*id & kStreamIdMask);
    int64_t unused = 0;
    int64_t &window = (*id & kStreamIdMask) == 0 ? m_sendWindow : stream ? stream->sendWindow : unused;
    window += *delta & kStreamIdMask;
    if (window > kStreamIdMask)
        return errors::other("SPDY: window overflow");
    return {};
}

Task<Result<>> SessionImpl::data(Frame frame) {
    // The session's window opens again at once: each stream's own bounds what waits to be read, and a stream that
    // nobody reads must not hold up the others.
    report(0, frame.payload.size(), m_unreported);
    auto stream = find(frame.streamId);
    if (!stream || stream->hasPeerEnded())
        co_return Result<>{};
    stream->received(frame.payload);
    if ((frame.flags & kFlagFin) != 0)
        stream->peerEnded();
    if (m_changed)
        m_changed->notify();
    while (stream && !m_over && stream->unread() > kUnreadBytesMax) {
        stream.reset(); // who holds it may let go meanwhile, which ends the wait
        co_await waitForChange();
        stream = find(frame.streamId);
    }
    co_return Result<>{};
}

Task<Result<>> SessionImpl::handle(Frame frame) {
    Result<> handled;
    switch (frame.type) {
    case FrameType::Data:
        co_return co_await data(std::move(frame));
    case FrameType::SynStream:
        handled = synStream(frame);
        break;
    case FrameType::SynReply:
    case FrameType::Headers:
        handled = synReply(frame);
        break;
    case FrameType::RstStream:
        if (const auto stream = find(uint32At(frame.payload, 0).value_or(0) & kStreamIdMask))
            stream->peerReset();
        break;
    case FrameType::Settings:
        handled = settings(frame);
        break;
    case FrameType::WindowUpdate:
        handled = windowUpdate(frame);
        break;
    case FrameType::Ping: {
        const uint32_t id = uint32At(frame.payload, 0).value_or(0);
        if ((id % 2 == 1) == (m_role == Role::Client))
            m_pingAnswered = std::max(m_pingAnswered, id);
        else
            queue(controlFrame(FrameType::Ping, 0, frame.payload));
        break;
    }
    case FrameType::GoAway:
        m_closing = true;
        break;
    default: // SPDY section 2.2.1: unknown control frames are overlooked
        break;
    }
    if (handled && m_outgoing.size() > kFloodBytesMax)
        handled = errors::other("SPDY: the peer sends, but does not read");
    if (m_changed)
        m_changed->notify();
    co_return handled;
}

Task<> SessionImpl::readLoop(std::shared_ptr<SessionImpl> self) {
    std::string input;
    std::string buffer(kReadBytes, '\0');
    while (!self->m_over) {
        auto frame = takeFrame(input, kFrameBytesMax);
        if (frame && *frame) {
            const auto handled = co_await self->handle(std::move(**frame));
            if (!handled)
                co_return;
            continue;
        }
        if (!frame)
            co_return;
        const auto got = co_await self->m_connection->read(buffer.data(), buffer.size());
        if (!got || *got == 0)
            co_return;
        input.append(buffer, 0, *got);
    }
}

Task<> SessionImpl::writeLoop(std::shared_ptr<SessionImpl> self) {
    bool ended = false;
    while (!self->m_over) {
        if (self->m_outgoing.empty() || ended) {
            // Ends this side only: closing with unread input would destroy what is on its way to the peer.
            if (self->m_ending && !std::exchange(ended, true) && !co_await self->m_connection->shutdownWrite())
                co_return;
            co_await self->waitForChange();
            continue;
        }
        const std::string batch = std::exchange(self->m_outgoing, {});
        if (self->m_changed)
            self->m_changed->notify();
        const auto written = co_await self->m_connection->write(batch);
        if (!written)
            co_return;
    }
}

Task<> SessionImpl::run() {
    const auto self = shared_from_this();
    const auto executor = co_await asio::this_coro::executor;
    if (!m_changed)
        m_changed.emplace(executor);
    // Announces flow control, so that a peer that does it too holds back from the first byte on.
    std::string windows;
    putUint32(windows, 1);
    putUint32(windows, kInitialWindowSetting);
    putUint32(windows, static_cast<uint32_t>(kWindowBytes));
    m_outgoing.insert(0, controlFrame(FrameType::Settings, 0, windows));
    m_running = 2;
    auto ended = [self](std::exception_ptr) {
        self->fail();
        --self->m_running;
        self->m_changed->notify();
    };
    asio::co_spawn(executor, readLoop(self), ended);
    asio::co_spawn(executor, writeLoop(self), ended);
    co_await asio::this_coro::throw_if_cancelled(false);
    while (m_running > 0) {
        co_await m_changed->wait();
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none && !m_over)
            fail();
    }
    co_await asio::this_coro::throw_if_cancelled(true);
}

} // namespace coracle::http::spdy

namespace coracle::http {

std::shared_ptr<SpdySession> SpdySession::create(std::shared_ptr<Stream> connection, Role role) {
    return std::make_shared<spdy::SessionImpl>(std::move(connection), role);
}

} // namespace coracle::http
