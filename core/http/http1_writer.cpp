#include "core/http/http1_writer.h"

#include <fmt/format.h>
#include <iterator>

namespace coracle::http {

namespace {

constexpr size_t kStagedBytesMax = 16u << 10; ///< pieces up to one TLS record go out together
constexpr size_t kRoundBytes = 64u << 10;

/// A line break in a value would begin a field of the value's own choosing.
void appendField(std::string &text, std::string_view name, std::string_view value) {
    text.append(name).append(": ");
    for (char c : value)
        text += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
    text += "\r\n";
}

size_t sizeOf(const std::vector<Chunk> &chunks) {
    size_t size = 0;
    for (const Chunk &chunk : chunks)
        size += chunk.bytes.size();
    return size;
}

} // namespace

std::string Http1Writer::head(int status, const Headers &headers) const {
    std::string text;
    text.reserve(256);
    fmt::format_to(std::back_inserter(text), "HTTP/1.1 {} {}\r\n", status, reasonPhrase(status));
    for (const auto &[name, value] : headers)
        appendField(text, name, value);
    if (!headers.has("Date"))
        appendField(text, "Date", httpDate());
    if (!m_options.keepAlive && status != 101)
        text += "Connection: close\r\n";
    else if (m_options.versionMinor == 0)
        text += "Connection: keep-alive\r\n";
    return text;
}

Task<Result<>> Http1Writer::put(std::string_view bytes) {
    Transport &transport = *m_session.transport;
    bool waited = false;
    for (;;) {
        const bool all = bytes.empty();
        const IoResult taken = all ? transport.flush() : transport.tryWrite(bytes.substr(0, kRoundBytes));
        bytes.remove_prefix(taken.bytes);
        if (taken.state == Io::Done && all)
            break;
        if (taken.state == Io::Done)
            continue;
        waited = true;
        m_session.setDeadline(m_session.shared->limits.idleTimeout);
        if (taken.state == Io::Failed || !co_await transport.waitWritable()) {
            m_broken = true;
            co_return errors::other("the peer has gone");
        }
    }
    if (waited)
        m_session.clearDeadline();
    co_return Result<>{};
}

Task<Result<>> Http1Writer::gather(std::string staged, std::vector<Chunk> chunks, std::string_view tail) {
    for (const Chunk &chunk : chunks) {
        std::string_view bytes = chunk.bytes;
        if (staged.size() + bytes.size() > kStagedBytesMax) {
            // Fill the record that is begun; what is large goes from where it lies.
            const size_t room = kStagedBytesMax - std::min(staged.size(), kStagedBytesMax);
            staged.append(bytes.substr(0, room));
            bytes.remove_prefix(std::min(room, bytes.size()));
            CO_CHECK(co_await put(staged));
            staged.clear();
            const size_t direct = bytes.size() - bytes.size() % kStagedBytesMax;
            CO_CHECK(co_await put(bytes.substr(0, direct)));
            bytes.remove_prefix(direct);
        }
        staged.append(bytes);
    }
    staged.append(tail);
    co_return co_await put(staged);
}

Task<Result<>> Http1Writer::send(int status, Headers headers, std::vector<Chunk> body) {
    if (m_begun)
        co_return errors::internal("the response has been begun already");
    m_begun = true;
    std::string staged = head(status, headers);
    if (status != 204 && status != 304 && !headers.has("Content-Length"))
        fmt::format_to(std::back_inserter(staged), "Content-Length: {}\r\n", sizeOf(body));
    staged += "\r\n";
    if (m_options.head || status == 204 || status == 304)
        body.clear();
    co_return co_await gather(std::move(staged), std::move(body), {});
}

Task<Result<>> Http1Writer::start(int status, Headers headers) {
    if (m_begun)
        co_return errors::internal("the response has been begun already");
    m_begun = m_streaming = true;
    m_bodyless = m_options.head || status == 204 || status == 304;
    m_chunked = m_options.versionMinor >= 1 && !headers.has("Content-Length") && !m_bodyless;
    if (m_options.versionMinor == 0 && !headers.has("Content-Length"))
        m_options.keepAlive = false;
    std::string staged = head(status, headers);
    if (m_chunked)
        staged += "Transfer-Encoding: chunked\r\n";
    staged += "\r\n";
    co_return co_await put(staged);
}

Task<Result<>> Http1Writer::write(std::vector<Chunk> chunks) {
    if (!m_streaming)
        co_return errors::internal("write() comes after start()");
    const size_t size = sizeOf(chunks);
    if (m_bodyless || size == 0)
        co_return Result<>{};
    if (!m_chunked)
        co_return co_await gather({}, std::move(chunks), {});
    co_return co_await gather(fmt::format("{:x}\r\n", size), std::move(chunks), "\r\n");
}

Task<Result<>> Http1Writer::finish() {
    if (!m_streaming || !m_chunked || m_broken)
        co_return Result<>{};
    co_return co_await put("0\r\n\r\n");
}

Task<Result<std::shared_ptr<Stream>>> Http1Writer::upgrade(Headers headers) {
    if (m_begun)
        co_return errors::internal("the response has been begun already");
    if (m_options.versionMinor == 0)
        co_return errors::badRequest("an upgrade needs HTTP/1.1");
    m_begun = m_upgraded = true;
    std::string readAhead = m_detach();
    std::string staged = head(101, headers);
    if (!headers.has("Connection"))
        staged += "Connection: Upgrade\r\n";
    staged += "\r\n";
    CO_CHECK(co_await put(staged));
    co_return makeStream(m_session.transport, std::move(readAhead));
}

} // namespace coracle::http
