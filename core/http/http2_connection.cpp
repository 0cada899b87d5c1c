#include "core/http/http2_connection.h"

#include "core/base/log.h"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <nghttp2/nghttp2.h>

namespace coracle::http {

namespace asio = boost::asio;

namespace {

constexpr size_t kReadBytes = 64u << 10;
constexpr size_t kStagingBytes = 64u << 10; ///< plain bytes per TLS write
constexpr int32_t kConnectionWindowBytes = 4 << 20;
constexpr uint32_t kStreamWindowBytes = 1u << 20;
constexpr size_t kBodiesPerConnection = 4; ///< request bodies that may be half there at a time, in units of the largest
constexpr size_t kDiscardedBytesMax = 16u << 20; ///< of a refused request's body
constexpr size_t kContinuationsMax = 16;         ///< frames of headers; ours are limited by their bytes
constexpr int kReadsPerTurn = 16;                ///< then others get their turn

thread_local std::string t_staging;

} // namespace

/// nghttp2 calls back into these; each belongs to the connection that it gets as user data.
struct Http2Callbacks {
    static Http2Connection &connection(void *user) { return *static_cast<Http2Connection *>(user); }

    static Http2Stream *find(Http2Connection &connection, int32_t id) {
        const auto found = connection.m_streams.find(id);
        return found == connection.m_streams.end() ? nullptr : found->second.get();
    }

    static int beginHeaders(nghttp2_session *session, const nghttp2_frame *frame, void *user) {
        Http2Connection &self = connection(user);
        if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST)
            return 0;
        // Handlers of reset streams end soon, but not at once: they count, or resets would be a way round the limit.
        if (self.m_handlersRunning >= 2u * self.m_session.shared->limits.streamsPerConnectionMax) {
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, frame->hd.stream_id, NGHTTP2_REFUSED_STREAM);
            return 0;
        }
        auto stream = std::make_shared<Http2Stream>(self, frame->hd.stream_id);
        stream->request.httpMajor = 2;
        stream->request.peer = self.m_session.peer;
        self.m_streams.emplace(frame->hd.stream_id, std::move(stream));
        ++self.m_incomplete;
        return 0;
    }

    static int header(nghttp2_session *, const nghttp2_frame *frame, const uint8_t *nameBytes, size_t nameSize,
                      const uint8_t *valueBytes, size_t valueSize, uint8_t, void *user) {
        Http2Connection &self = connection(user);
        Http2Stream *stream = find(self, frame->hd.stream_id);
        if (!stream || frame->headers.cat != NGHTTP2_HCAT_REQUEST || stream->refused)
            return 0;
        stream->headerBytes += nameSize + valueSize + 32;
        if (stream->headerBytes > self.m_session.shared->limits.headerBytesMax) {
            self.refuse(*stream, 431);
            return 0;
        }
        const std::string_view name(reinterpret_cast<const char *>(nameBytes), nameSize);
        std::string value(reinterpret_cast<const char *>(valueBytes), valueSize);
        Request &request = stream->request;
        if (name == ":method")
            request.method = std::move(value);
        else if (name == ":path")
            request.rawTarget = std::move(value);
        else if (name == ":authority")
            request.headers.add("host", std::move(value));
        else if (!name.starts_with(':'))
            request.headers.add(std::string(name), std::move(value));
        return 0;
    }

    static int data(nghttp2_session *session, uint8_t, int32_t id, const uint8_t *bytes, size_t size, void *user) {
        Http2Connection &self = connection(user);
        Http2Stream *stream = find(self, id);
        if (!stream)
            return 0;
        if (!stream->refused && !self.bodyArrived(*stream, bytes, size))
            self.refuse(*stream, 413);
        // Some clients (curl 7) miss an answer that a reset follows; so uploads end by themselves if that isn't long.
        if (stream->refused && (stream->discardedBytes += size) > kDiscardedBytesMax)
            nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
        return 0;
    }

    static int frameReceived(nghttp2_session *, const nghttp2_frame *frame, void *user) {
        const bool request = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
        if (!request || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0)
            return 0;
        if (Http2Stream *stream = find(connection(user), frame->hd.stream_id))
            connection(user).requestEnded(*stream);
        return 0;
    }

    static int streamClosed(nghttp2_session *, int32_t id, uint32_t, void *user) {
        connection(user).streamClosed(id);
        return 0;
    }

    static ssize_t readData(nghttp2_session *, int32_t, uint8_t *, size_t size, uint32_t *flags,
                            nghttp2_data_source *source, void *) {
        const auto &stream = *static_cast<Http2Stream *>(source->ptr);
        const size_t taken = std::min(size, stream.pendingBytes());
        if (taken == 0 && !stream.ended())
            return NGHTTP2_ERR_DEFERRED;
        if (taken > 0)
            *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
        if (taken == stream.pendingBytes() && stream.ended())
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        return static_cast<ssize_t>(taken);
    }

    static int sendData(nghttp2_session *, nghttp2_frame *, const uint8_t *frameHead, size_t size,
                        nghttp2_data_source *source, void *user) {
        std::string &staging = *connection(user).m_staging;
        if (staging.size() >= kStagingBytes)
            return NGHTTP2_ERR_WOULDBLOCK;
        staging.append(reinterpret_cast<const char *>(frameHead), 9);
        static_cast<Http2Stream *>(source->ptr)->takeInto(staging, size);
        return 0;
    }

    static nghttp2_session_callbacks *all() {
        static nghttp2_session_callbacks *const instance = [] {
            nghttp2_session_callbacks *made = nullptr;
            nghttp2_session_callbacks_new(&made);
            nghttp2_session_callbacks_set_on_begin_headers_callback(made, beginHeaders);
            nghttp2_session_callbacks_set_on_header_callback(made, header);
            nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, data);
            nghttp2_session_callbacks_set_on_frame_recv_callback(made, frameReceived);
            nghttp2_session_callbacks_set_on_stream_close_callback(made, streamClosed);
            nghttp2_session_callbacks_set_send_data_callback(made, sendData);
            return made;
        }();
        return instance;
    }
};

Http2Connection::Http2Connection(Session &session)
    : m_session(session), m_transport(*session.transport), m_idle(session.strand) {}

Http2Connection::~Http2Connection() {
    nghttp2_session_del(m_http2);
}

bool Http2Connection::open() {
    const Limits &limits = m_session.shared->limits;
    nghttp2_option *option = nullptr;
    if (nghttp2_option_new(&option) != 0)
        return false;
    nghttp2_option_set_no_closed_streams(option, 1);
    // CVE-2023-44487: a peer that opens and resets streams faster than this is told to go away.
    nghttp2_option_set_stream_reset_rate_limit(option, 1000, 100);
    nghttp2_option_set_max_continuations(option, kContinuationsMax);
    // Go's servers and clients accept spaces around a value ("Authorization: Bearer "), so this one must.
    nghttp2_option_set_no_rfc9113_leading_and_trailing_ws_validation(option, 1);
    const int made = nghttp2_session_server_new2(&m_http2, Http2Callbacks::all(), this, option);
    nghttp2_option_del(option);
    if (made != 0)
        return false;
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streamsPerConnectionMax},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindowBytes},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(limits.headerBytesMax)},
    };
    return nghttp2_submit_settings(m_http2, NGHTTP2_FLAG_NONE, settings, std::size(settings)) == 0 &&
           nghttp2_session_set_local_window_size(m_http2, NGHTTP2_FLAG_NONE, 0, kConnectionWindowBytes) == 0;
}

Task<> Http2Connection::run() {
    m_broken = !open();
    if (m_session.draining)
        drain();
    setDeadline();
    while (!m_broken) {
        m_receiving = true;
        const bool more = receive();
        if (m_broken)
            m_ready.clear();
        startReady();
        m_receiving = false;
        endTurn();
        if (m_broken)
            break;
        if (more)
            co_await asio::post(m_session.strand, asio::use_awaitable);
        else if (!co_await m_transport.waitReadable())
            break;
    }
    m_broken = true;
    m_transport.close();
    for (const auto &[id, stream] : m_streams)
        stream->closed = true;
    cancelRequests();
    while (m_handlersRunning > 0 || m_waitingForRoom)
        co_await m_idle.wait();
}

/// Takes in what is there. True: there may be more.
bool Http2Connection::receive() {
    thread_local char buffer[kReadBytes];
    for (int i = 0; i < kReadsPerTurn; ++i) {
        const IoResult got = m_transport.tryRead(buffer, sizeof buffer);
        if (got.state == Io::Again)
            return false;
        if (got.state != Io::Done) {
            m_broken = true;
            return false;
        }
        // An error here is out of memory or a flood that nghttp2 gave up on; what a peer does wrong makes a GOAWAY.
        if (nghttp2_session_mem_recv(m_http2, reinterpret_cast<const uint8_t *>(buffer), got.bytes) < 0) {
            m_broken = true;
            return false;
        }
    }
    return true;
}

void Http2Connection::requestEnded(Http2Stream &stream) {
    if (stream.requestComplete)
        return;
    stream.requestComplete = true;
    --m_incomplete;
    forgetBody(stream);
    if (stream.refused)
        return;
    auto target = Target::parse(stream.request.rawTarget);
    if (!target)
        return refuse(stream, 400);
    stream.request.target = std::move(*target);
    m_ready.push_back(m_streams.at(stream.id));
}

bool Http2Connection::bodyArrived(Http2Stream &stream, const uint8_t *bytes, size_t size) {
    const size_t bodyMax = m_session.shared->limits.bodyBytesMax;
    std::string &body = stream.request.body;
    if (body.size() + size > bodyMax || m_bodyBytes + size > kBodiesPerConnection * bodyMax)
        return false;
    body.append(reinterpret_cast<const char *>(bytes), size);
    m_bodyBytes += size;
    return true;
}

/// The body counts no longer as half there.
void Http2Connection::forgetBody(Http2Stream &stream) {
    m_bodyBytes -= std::min(m_bodyBytes, stream.request.body.size());
}

void Http2Connection::refuse(Http2Stream &stream, int status) {
    stream.refused = true;
    if (!stream.requestComplete)
        forgetBody(stream);
    stream.request.body.clear();
    Refusal refusal = m_session.shared->refusalForm(status);
    Headers headers;
    headers.add("content-type", std::move(refusal.contentType));
    std::vector<Chunk> body{Chunk::own(std::move(refusal.body))};
    stream.submit(status, std::move(headers), std::move(body));
}

void Http2Connection::streamClosed(int32_t id) {
    const auto found = m_streams.find(id);
    if (found == m_streams.end())
        return;
    const StreamPtr stream = std::move(found->second);
    m_streams.erase(found);
    stream->closed = true;
    if (!stream->requestComplete) {
        --m_incomplete;
        forgetBody(*stream);
    }
    stream->notifyWriter();
    if (!stream->answered())
        m_cancelled.push_back(stream);
}

/// Starts the handlers of the requests that came in, outside of nghttp2's callbacks; and cancels those whose streams
/// were reset.
void Http2Connection::startReady() {
    for (const StreamPtr &stream : std::exchange(m_ready, {})) {
        if (stream->closed)
            continue;
        ++m_handlersRunning;
        stream->running = true;
        auto ended = [self = shared_from_this(), stream](std::exception_ptr) { self->handlerEnded(*stream); };
        asio::co_spawn(m_session.strand, handle(shared_from_this(), stream),
                       asio::bind_cancellation_slot(stream->cancel.slot(), std::move(ended)));
    }
    for (const StreamPtr &stream : std::exchange(m_cancelled, {}))
        if (stream->running)
            stream->cancel.emit(asio::cancellation_type::terminal);
}

Task<> Http2Connection::handle(std::shared_ptr<Http2Connection> self, StreamPtr stream) {
    const bool complete = co_await runHandler(*self->m_session.shared, stream->request, *stream);
    if (complete) {
        stream->finish();
    } else if (!stream->closed) {
        nghttp2_submit_rst_stream(self->m_http2, NGHTTP2_FLAG_NONE, stream->id, NGHTTP2_INTERNAL_ERROR);
        self->scheduleFlush();
    }
}

void Http2Connection::handlerEnded(Http2Stream &stream) {
    stream.running = false;
    if (--m_handlersRunning == 0 && m_broken)
        m_idle.notify();
}

bool Http2Connection::submitResponse(Http2Stream &stream, int status, const Headers &headers, bool withBody) {
    if (m_broken)
        return false;
    char code[8];
    const auto codeEnd = std::to_chars(code, code + sizeof code, status).ptr;
    std::vector<nghttp2_nv> fields;
    std::string names; // in lower case, as HTTP/2 wants them
    size_t namesSize = 0;
    for (const auto &[name, value] : headers)
        namesSize += name.size();
    names.reserve(namesSize);
    const auto field = [&fields](std::string_view name, std::string_view value) {
        // nghttp2 copies; it only wants to be told that it may not write.
        auto *nameBytes = reinterpret_cast<uint8_t *>(const_cast<char *>(name.data()));
        auto *valueBytes = reinterpret_cast<uint8_t *>(const_cast<char *>(value.data()));
        fields.push_back({nameBytes, valueBytes, name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
    };
    field(":status", std::string_view(code, static_cast<size_t>(codeEnd - code)));
    for (const auto &[name, value] : headers) {
        const size_t begin = names.size();
        for (char c : name)
            names += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        const std::string_view lower = std::string_view(names).substr(begin);
        if (lower != "connection" && lower != "transfer-encoding" && lower != "keep-alive" && lower != "upgrade")
            field(lower, value);
    }
    const std::string_view date = httpDate();
    if (!headers.has("date"))
        field("date", date);
    nghttp2_data_provider body{.source = {.ptr = &stream}, .read_callback = Http2Callbacks::readData};
    if (nghttp2_submit_response(m_http2, stream.id, fields.data(), fields.size(), withBody ? &body : nullptr) != 0)
        return false;
    scheduleFlush();
    return true;
}

void Http2Connection::resume(Http2Stream &stream) {
    if (m_broken || stream.closed)
        return;
    nghttp2_session_resume_data(m_http2, stream.id);
    scheduleFlush();
}

/// One flush for everything that this turn of the strand queues.
void Http2Connection::scheduleFlush() {
    if (m_flushScheduled || m_receiving || m_waitingForRoom || m_broken)
        return;
    m_flushScheduled = true;
    asio::post(m_session.strand, [self = shared_from_this()] {
        self->m_flushScheduled = false;
        if (!self->m_broken)
            self->endTurn();
    });
}

/// Sends what is ready; finds out whether the connection is over. Closing wakes the loop that reads.
void Http2Connection::endTurn() {
    flush();
    startReady(); // sending may have closed streams
    setDeadline();
    if (!nghttp2_session_want_read(m_http2) && !nghttp2_session_want_write(m_http2))
        m_broken = true;
    if (m_broken)
        m_transport.close();
}

/// The frames that can be sent now, up to one write's worth.
bool Http2Connection::fill(std::string &staging) {
    staging.clear();
    m_staging = &staging;
    while (staging.size() < kStagingBytes) {
        const uint8_t *bytes = nullptr;
        const ssize_t size = nghttp2_session_mem_send(m_http2, &bytes);
        if (size < 0)
            return false;
        if (size == 0)
            break;
        staging.append(reinterpret_cast<const char *>(bytes), static_cast<size_t>(size));
    }
    return true;
}

void Http2Connection::flush() {
    if (m_waitingForRoom || m_broken)
        return;
    for (;;) {
        const IoResult flushed = m_transport.flush();
        if (flushed.state == Io::Again)
            return waitForRoom();
        if (flushed.state != Io::Done || !fill(t_staging))
            break;
        if (t_staging.empty())
            return;
        // After a complete flush() a TLS transport takes everything.
        if (m_transport.tryWrite(t_staging).state != Io::Done)
            break;
    }
    m_broken = true;
}

/// The socket is full: goes on when the peer has read.
void Http2Connection::waitForRoom() {
    m_waitingForRoom = true;
    auto ready = [self = shared_from_this()](boost::system::error_code error) {
        self->m_waitingForRoom = false;
        if (self->m_broken)
            return self->m_idle.notify();
        if (error)
            self->m_transport.close();
        else
            self->endTurn();
    };
    m_transport.socket().async_wait(Socket::wait_write, asio::bind_executor(m_session.strand, std::move(ready)));
}

/// How long the peer may do nothing.
void Http2Connection::setDeadline() {
    const Limits &limits = m_session.shared->limits;
    const bool unsent = m_waitingForRoom || std::any_of(m_streams.begin(), m_streams.end(), [](const auto &entry) {
                            return entry.second->pendingBytes() > 0;
                        });
    if (m_incomplete > 0 && !unsent)
        m_session.setDeadline(limits.headerTimeout);
    else if (m_streams.empty() || unsent)
        m_session.setDeadline(limits.idleTimeout);
    else
        m_session.clearDeadline();
}

void Http2Connection::drain() {
    if (m_broken || !m_http2)
        return;
    const int32_t last = nghttp2_session_get_last_proc_stream_id(m_http2);
    nghttp2_submit_goaway(m_http2, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
    scheduleFlush();
}

void Http2Connection::cancelRequests() {
    for (const auto &[id, stream] : m_streams)
        if (stream->running)
            m_cancelled.push_back(stream);
    startReady();
}

std::shared_ptr<Protocol> makeHttp2(Session &session) {
    return std::make_shared<Http2Connection>(session);
}

} // namespace coracle::http
