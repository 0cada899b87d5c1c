#pragma once

#include "core/http/session.h"

#include <functional>

namespace coracle::http {

/// Writes one HTTP/1 response.
class Http1Writer final : public ResponseWriter {
public:
    struct Options {
        int versionMinor = 1;
        bool head = false; ///< the answer to HEAD: no body
        bool keepAlive = true;
    };
    /// Stops reading of the connection and gives the bytes that were read ahead.
    using Detach = std::function<std::string()>;

    Http1Writer(Session &session, Options options, Detach detach)
        : m_session(session), m_options(options), m_detach(std::move(detach)) {}

    Task<Result<>> send(int status, Headers headers, std::vector<Chunk> body) override;
    Task<Result<>> start(int status, Headers headers) override;
    Task<Result<>> write(std::vector<Chunk> chunks) override;
    Task<Result<std::shared_ptr<Stream>>> upgrade(Headers headers) override;
    bool begun() const override { return m_begun; }

    /// Ends a streaming response. After it: whether the connection can take another request.
    Task<Result<>> finish();
    bool keepAlive() const { return m_options.keepAlive && !m_broken && !m_upgraded; }
    void closeAfter() { m_options.keepAlive = false; }
    bool streaming() const { return m_streaming; }
    bool upgraded() const { return m_upgraded; }

private:
    std::string head(int status, const Headers &headers) const;
    Task<Result<>> gather(std::string staged, std::vector<Chunk> chunks, std::string_view tail);
    Task<Result<>> put(std::string_view bytes);

    Session &m_session;
    Options m_options;
    Detach m_detach;
    bool m_begun = false;
    bool m_streaming = false;
    bool m_chunked = false;
    bool m_bodyless = false;
    bool m_upgraded = false;
    bool m_broken = false;
};

} // namespace coracle::http
