#include "core/http/http2_stream.h"

#include "core/http/http2_connection.h"

namespace coracle::http {

namespace {

/// A writer waits while more than this is queued; less lets a stream of small events go on without waiting for each.
constexpr size_t kPendingBytesMax = 64u << 10;

Failure gone() {
    return errors::other("the peer has gone");
}

} // namespace

bool Http2Stream::begin(int status, Headers headers) {
    m_begun = true;
    m_bodyless = m_bodyless || request.method == "HEAD" || status == 204 || status == 304;
    return !closed && m_connection.submitResponse(*this, status, headers, !m_bodyless);
}

void Http2Stream::enqueue(std::vector<Chunk> chunks) {
    if (m_bodyless)
        return;
    for (Chunk &chunk : chunks) {
        if (chunk.bytes.empty())
            continue;
        m_pendingBytes += chunk.bytes.size();
        m_queue.push_back(std::move(chunk));
    }
}

bool Http2Stream::submit(int status, Headers headers, std::vector<Chunk> body) {
    size_t size = 0;
    for (const Chunk &chunk : body)
        size += chunk.bytes.size();
    if (status != 204 && status != 304 && !headers.has("Content-Length"))
        headers.add("content-length", std::to_string(size));
    m_ended = true;
    m_bodyless = size == 0;
    const bool begun = begin(status, std::move(headers));
    if (begun)
        enqueue(std::move(body));
    return begun;
}

Task<Result<>> Http2Stream::send(int status, Headers headers, std::vector<Chunk> body) {
    if (m_begun)
        co_return errors::internal("the response has been begun already");
    if (!submit(status, std::move(headers), std::move(body)))
        co_return gone();
    if (m_pendingBytes > kPendingBytesMax)
        co_return co_await waitForRoom();
    co_return Result<>{};
}

Task<Result<>> Http2Stream::start(int status, Headers headers) {
    if (m_begun)
        co_return errors::internal("the response has been begun already");
    m_streaming = true;
    if (!begin(status, std::move(headers)))
        co_return gone();
    co_return Result<>{};
}

Task<Result<>> Http2Stream::write(std::vector<Chunk> chunks) {
    if (!m_streaming)
        co_return errors::internal("write() comes after start()");
    if (closed)
        co_return gone();
    enqueue(std::move(chunks));
    m_connection.resume(*this);
    if (m_pendingBytes > kPendingBytesMax)
        co_return co_await waitForRoom();
    co_return Result<>{};
}

Task<Result<>> Http2Stream::waitForRoom() {
    while (!closed && m_pendingBytes > kPendingBytesMax) {
        if (!m_room)
            m_room.emplace(m_connection.strand());
        co_await m_room->wait();
    }
    if (closed && m_pendingBytes > 0)
        co_return gone();
    co_return Result<>{};
}

Task<Result<std::shared_ptr<Stream>>> Http2Stream::upgrade(Headers) {
    co_return errors::badRequest("an upgrade needs HTTP/1.1");
}

void Http2Stream::finish() {
    if (m_ended || closed)
        return;
    m_ended = true;
    m_connection.resume(*this);
}

void Http2Stream::takeInto(std::string &frame, size_t bytes) {
    m_pendingBytes -= bytes;
    while (bytes > 0) {
        Chunk &chunk = m_queue.front();
        const size_t taken = std::min(bytes, chunk.bytes.size());
        frame.append(chunk.bytes.substr(0, taken));
        chunk.bytes.remove_prefix(taken);
        bytes -= taken;
        if (chunk.bytes.empty())
            m_queue.pop_front();
    }
    if (m_pendingBytes <= kPendingBytesMax)
        notifyWriter();
}

} // namespace coracle::http
