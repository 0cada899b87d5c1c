#include "core/http/http1_parser.h"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <exception>

namespace coracle::http {

namespace beast = boost::beast;

namespace {

/// A body that grows as bytes come: Beast's string_body reserves what Content-Length promises, which the peer may lie
/// about.
struct GrowingBody {
    using value_type = std::string;
    class reader {
    public:
        template<bool isRequest, class Fields>
        reader(beast::http::header<isRequest, Fields> &, value_type &body) : m_body(body) {}
        void init(const boost::optional<uint64_t> &, beast::error_code &error) { error = {}; }
        template<class Buffers>
        size_t put(const Buffers &buffers, beast::error_code &error) {
            error = {};
            size_t size = 0;
            const auto end = boost::asio::buffer_sequence_end(buffers);
            for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
                const boost::asio::const_buffer buffer(*at);
                m_body.append(static_cast<const char *>(buffer.data()), buffer.size());
                size += buffer.size();
            }
            return size;
        }
        void finish(beast::error_code &error) { error = {}; }

    private:
        value_type &m_body;
    };
};

template<class Parser>
Headers headersOf(const Parser &parser) {
    Headers headers;
    for (const auto &field : parser.get())
        headers.add(std::string(field.name_string()), std::string(field.value()));
    return headers;
}

/// Feeds the parser until it has the header, the message, or needs more; HeaderDone is told once.
template<class Parser>
ParseState feed(Parser &parser, std::string &input, bool &headerTold, beast::error_code &error) {
    parser.eager(headerTold);
    try {
        for (;;) {
            if (parser.is_done() && headerTold)
                return ParseState::Complete;
            if (parser.is_header_done() && !headerTold) {
                headerTold = true;
                return ParseState::HeaderDone;
            }
            const size_t taken = parser.put(boost::asio::buffer(input), error);
            input.erase(0, taken);
            if (error == beast::http::error::need_more) {
                error = {};
                return ParseState::NeedMore;
            }
            if (error)
                return ParseState::Failed;
            if (taken == 0 && !parser.is_header_done())
                return ParseState::NeedMore;
            if (headerTold && !parser.is_done() && (taken == 0 || input.empty()))
                return ParseState::NeedMore;
        }
    } catch (const std::exception &) {
        error = beast::http::error::bad_alloc;
        return ParseState::Failed;
    }
}

/// The path and query of "http://host/path?query", which a client may send as to a proxy (RFC 9112 section 3.2.2).
std::string_view originForm(std::string_view target) {
    for (std::string_view scheme : {"http://", "https://"}) {
        if (target.starts_with(scheme)) {
            const size_t slash = target.find('/', scheme.size());
            return slash == std::string_view::npos ? "/" : target.substr(slash);
        }
    }
    return target;
}

} // namespace

struct RequestParser::State {
    beast::http::request_parser<GrowingBody> parser;
    bool headerTold = false;
    bool hostMissing = false;
    beast::error_code error;
};

RequestParser::RequestParser(const Limits &limits) : m_state(std::make_unique<State>()) {
    m_state->parser.header_limit(static_cast<uint32_t>(limits.headerBytesMax));
    m_state->parser.body_limit(limits.bodyBytesMax);
}

RequestParser::~RequestParser() = default;

ParseState RequestParser::put(std::string &input) {
    const ParseState state = feed(m_state->parser, input, m_state->headerTold, m_state->error);
    if (state == ParseState::HeaderDone) {
        const auto &message = m_state->parser.get();
        m_state->hostMissing = message.version() >= 11 && message.count(beast::http::field::host) != 1;
        // Beast leaves a body in another coding than chunked to the end of the connection, which a request has not.
        const auto coding = message.find(beast::http::field::transfer_encoding);
        if (m_state->hostMissing || (coding != message.end() && !m_state->parser.chunked()))
            return ParseState::Failed;
    }
    return state;
}

int RequestParser::failureStatus() const {
    using beast::http::error;
    if (m_state->error == error::body_limit)
        return 413;
    if (m_state->error == error::header_limit || m_state->error == error::buffer_overflow)
        return 431;
    if (m_state->error == error::bad_version)
        return 505;
    return 400;
}

bool RequestParser::expectsContinue() const {
    const auto &message = m_state->parser.get();
    return message.version() >= 11 && equalsIgnoringCase(message[beast::http::field::expect], "100-continue");
}

bool RequestParser::keepAlive() const {
    return m_state->parser.keep_alive();
}

int RequestParser::versionMinor() const {
    return m_state->parser.get().version() % 10;
}

bool RequestParser::take(Request &request) {
    auto &message = m_state->parser.get();
    request.method = std::string(message.method_string());
    request.rawTarget = std::string(originForm(message.target()));
    request.headers = headersOf(m_state->parser);
    request.body = std::move(message.body());
    request.httpMajor = 1;
    request.upgrade = message.version() >= 11 && request.headers.hasToken("Connection", "upgrade");
    auto target = Target::parse(request.rawTarget);
    if (target)
        request.target = std::move(*target);
    return target.has_value();
}

struct ResponseParser::State {
    beast::http::response_parser<GrowingBody> parser;
    bool headerTold = false;
    beast::error_code error;
};

ResponseParser::ResponseParser(size_t headerBytesMax, Body body) : m_state(std::make_unique<State>()) {
    m_state->parser.header_limit(static_cast<uint32_t>(headerBytesMax));
    m_state->parser.body_limit(boost::none);
    m_state->parser.skip(body == Body::None);
}

ResponseParser::~ResponseParser() = default;

ParseState ResponseParser::put(std::string &input) {
    return feed(m_state->parser, input, m_state->headerTold, m_state->error);
}

ParseState ResponseParser::putEnd() {
    if (!m_state->parser.got_some()) {
        m_state->error = beast::http::error::end_of_stream;
        return ParseState::Failed;
    }
    if (!m_state->parser.is_done())
        m_state->parser.put_eof(m_state->error);
    return m_state->error ? ParseState::Failed : ParseState::Complete;
}

std::string ResponseParser::failureText() const {
    return m_state->error.message();
}

int ResponseParser::status() const {
    return static_cast<int>(m_state->parser.get().result_int());
}

bool ResponseParser::keepAlive() const {
    return m_state->parser.keep_alive();
}

bool ResponseParser::bodyDone() const {
    return m_state->parser.is_done();
}

Headers ResponseParser::takeHeaders() {
    return headersOf(m_state->parser);
}

std::string ResponseParser::takeBody() {
    return std::exchange(m_state->parser.get().body(), {});
}

size_t ResponseParser::bodySize() const {
    return m_state->parser.get().body().size();
}

} // namespace coracle::http
