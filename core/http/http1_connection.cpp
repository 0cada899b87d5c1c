#include "core/http/event.h"
#include "core/http/http1_parser.h"
#include "core/http/http1_writer.h"
#include "core/http/session.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <optional>

namespace coracle::http {

namespace asio = boost::asio;

namespace {

constexpr size_t kReadAheadBytesMax = 64u << 10;      ///< of what comes while a request is being answered
constexpr size_t kBodyBytesPerSecondLeast = 1u << 10; ///< slower bodies are cut off
constexpr auto kHalfClosedTime = std::chrono::milliseconds(500);
constexpr auto kLingerTime = std::chrono::seconds(1);

thread_local char t_scratch[32u << 10];

/// One request and its answer.
struct Exchange {
    Exchange(Session &session, Http1Writer::Options options, Http1Writer::Detach detach)
        : writer(session, options, std::move(detach)) {}
    Request request;
    Http1Writer writer;
    asio::cancellation_signal cancel;
    bool done = false;
};

class Http1Connection final : public Protocol, public std::enable_shared_from_this<Http1Connection> {
public:
    explicit Http1Connection(Session &session)
        : m_session(session), m_transport(*session.transport), m_wake(session.strand) {}

    Task<> run() override;

    void drain() override {
        m_draining = true;
        if (m_exchange)
            m_exchange->writer.closeAfter();
        else if (m_idle)
            m_transport.close();
    }

    void cancelRequests() override {
        if (m_exchange && !m_exchange->done)
            m_exchange->cancel.emit(asio::cancellation_type::terminal);
    }

private:
    Task<std::shared_ptr<Exchange>> readRequest();
    Task<bool> readMore(const RequestParser *parser, bool headerDone);
    std::shared_ptr<Exchange> makeExchange(RequestParser &parser);
    Task<> refuse(int status);
    Task<> answer(std::shared_ptr<Exchange> exchange);
    void watchPeer(Exchange &exchange, IoResult got);
    static Task<> handle(std::shared_ptr<Http1Connection> self, std::shared_ptr<Exchange> exchange);

    Session &m_session;
    Transport &m_transport;
    Event m_wake;
    std::string m_input;
    std::shared_ptr<Exchange> m_exchange;
    Session::Steady::time_point m_bodyBegin;
    size_t m_bodyBytes = 0;
    bool m_draining = false;
    bool m_idle = false;  ///< nothing of the next request is there yet
    bool m_first = true;  ///< no request yet on this connection
    bool m_ended = false; ///< the peer ended its side
};

/// Reads once into m_input and sets the deadline for what comes next.
Task<bool> Http1Connection::readMore(const RequestParser *parser, bool headerDone) {
    const Limits &limits = m_session.shared->limits;
    for (;;) {
        const IoResult got = m_transport.tryRead(t_scratch, sizeof t_scratch);
        if (got.state == Io::Done) {
            if (m_idle)
                m_session.setDeadline(limits.headerTimeout);
            m_idle = false;
            m_input.append(t_scratch, got.bytes);
            if (parser && headerDone) {
                m_bodyBytes += got.bytes;
                m_session.setDeadline(m_bodyBegin + limits.headerTimeout +
                                      std::chrono::seconds(m_bodyBytes / kBodyBytesPerSecondLeast) -
                                      Session::Steady::now());
            }
            co_return true;
        }
        if (got.state != Io::Again || !co_await m_transport.waitReadable())
            co_return false;
    }
}

/// Null: the connection is over (an unacceptable request has been answered).
Task<std::shared_ptr<Exchange>> Http1Connection::readRequest() {
    const Limits &limits = m_session.shared->limits;
    RequestParser parser(limits);
    bool headerDone = false;
    m_idle = m_input.empty();
    m_session.setDeadline(m_idle && !m_first ? limits.idleTimeout : limits.headerTimeout);
    m_first = false;
    if (m_idle && m_draining)
        co_return nullptr;
    for (;;) {
        // RFC 9112 section 2.2: empty lines before a request are to be overlooked.
        while (!headerDone && m_input.starts_with("\r\n"))
            m_input.erase(0, 2);
        const ParseState state = m_input.empty() && !headerDone ? ParseState::NeedMore : parser.put(m_input);
        if (state == ParseState::Complete) {
            m_session.clearDeadline();
            if (auto exchange = makeExchange(parser))
                co_return exchange;
            co_await refuse(400);
            co_return nullptr;
        }
        if (state == ParseState::Failed) {
            co_await refuse(parser.failureStatus());
            co_return nullptr;
        }
        if (state == ParseState::HeaderDone) {
            headerDone = true;
            m_bodyBegin = Session::Steady::now();
            m_bodyBytes = m_input.size();
            if (parser.expectsContinue() && m_input.empty())
                m_transport.tryWrite("HTTP/1.1 100 Continue\r\n\r\n");
            continue;
        }
        if (!co_await readMore(&parser, headerDone))
            co_return nullptr;
    }
}

std::shared_ptr<Exchange> Http1Connection::makeExchange(RequestParser &parser) {
    Request request;
    if (!parser.take(request))
        return nullptr;
    const Http1Writer::Options options{.versionMinor = parser.versionMinor(),
                                       .head = request.method == "HEAD",
                                       .keepAlive = parser.keepAlive() && !m_draining};
    auto exchange = std::make_shared<Exchange>(m_session, options, [this] {
        m_transport.interruptReadable();
        return std::exchange(m_input, {});
    });
    exchange->request = std::move(request);
    exchange->request.peer = m_session.peer;
    return exchange;
}

/// A plain answer; then waits until the peer has read it, because closing with unread input would destroy it.
Task<> Http1Connection::refuse(int status) {
    m_session.setDeadline(kLingerTime);
    const Http1Writer::Options options{.keepAlive = false};
    Http1Writer writer(m_session, options, [] { return std::string(); });
    Refusal refusal = m_session.shared->refusalForm(status);
    Headers headers;
    headers.add("Content-Type", std::move(refusal.contentType));
    std::vector<Chunk> body{Chunk::own(std::move(refusal.body))};
    const auto sent = co_await writer.send(status, std::move(headers), std::move(body));
    if (!sent || !co_await m_transport.shutdownWrite())
        co_return;
    m_session.setDeadline(kLingerTime);
    while (co_await readMore(nullptr, false))
        m_input.clear();
}

Task<> Http1Connection::handle(std::shared_ptr<Http1Connection> self, std::shared_ptr<Exchange> exchange) {
    const bool complete = co_await runHandler(*self->m_session.shared, exchange->request, exchange->writer);
    if (!complete || !co_await exchange->writer.finish())
        exchange->writer.closeAfter();
    exchange->done = true;
    self->m_wake.notify();
    self->m_transport.interruptReadable();
}

/// While a handler runs: keeps what is read, and cancels the handler when nobody waits for its answer any more.
void Http1Connection::watchPeer(Exchange &exchange, IoResult got) {
    if (got.state == Io::Done) {
        m_input.append(t_scratch, got.bytes);
        return;
    }
    m_ended = true;
    exchange.writer.closeAfter();
    // A peer that only ended its side may still read the answer; but a stream (a watch) would never learn that it left.
    if (got.state == Io::Ended && !exchange.writer.streaming() && !m_transport.peerGone())
        m_session.setDeadline(kHalfClosedTime);
    else
        exchange.cancel.emit(asio::cancellation_type::terminal);
}

Task<> Http1Connection::answer(std::shared_ptr<Exchange> exchange) {
    m_exchange = exchange;
    auto ended = [self = shared_from_this(), exchange](std::exception_ptr failure) {
        // Only when handle() itself was cut off by the cancellation.
        if (failure) {
            exchange->writer.closeAfter();
            exchange->done = true;
            self->m_wake.notify();
            self->m_transport.interruptReadable();
        }
    };
    asio::co_spawn(m_session.strand, handle(shared_from_this(), exchange),
                   asio::bind_cancellation_slot(exchange->cancel.slot(), std::move(ended)));
    while (!exchange->done) {
        if (m_ended || exchange->writer.upgraded() || m_input.size() >= kReadAheadBytesMax) {
            co_await m_wake.wait();
            continue;
        }
        const IoResult got = m_transport.tryRead(t_scratch, sizeof t_scratch);
        if (got.state != Io::Again)
            watchPeer(*exchange, got);
        else if (!co_await m_transport.watchReadable() && m_transport.closed() && !exchange->done)
            watchPeer(*exchange, {Io::Failed, 0});
    }
    m_exchange.reset();
    m_session.clearDeadline();
}

Task<> Http1Connection::run() {
    for (;;) {
        auto exchange = co_await readRequest();
        if (!exchange)
            co_return;
        co_await answer(exchange);
        if (!exchange->writer.keepAlive() || m_ended)
            break;
    }
}

} // namespace

std::shared_ptr<Protocol> makeHttp1(Session &session) {
    return std::make_shared<Http1Connection>(session);
}

} // namespace coracle::http
