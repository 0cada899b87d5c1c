#pragma once

#include "core/http/message.h"
#include "core/http/stream.h"

#include <memory>
#include <optional>
#include <string>

/// SPDY/3.1 over an upgraded connection ("Upgrade: SPDY/3.1"), as Kubernetes uses it for exec, attach and port-forward.
namespace coracle::http {

class SpdySession;

/// One stream of a session. As any Stream: one reader and one writer at a time; close() resets it; letting go of it
/// resets it unless both sides have ended.
class SpdyStream : public Stream {
public:
    /// What the opener sent.
    virtual const Headers &headers() const = 0;
    virtual uint32_t id() const = 0;
    /// Of the accepting side: before the first write.
    virtual Task<Result<>> reply(Headers headers) = 0;
    /// Of the opening side: waits for the peer's reply.
    virtual Task<Result<Headers>> waitForReply() = 0;
};

/// The streams over one connection. For one serial executor; run() must be running.
class SpdySession {
public:
    enum class Role { Client, Server };
    static std::shared_ptr<SpdySession> create(std::shared_ptr<Stream> connection, Role role);
    virtual ~SpdySession() = default;

    /// Moves the bytes; returns when the connection has ended or close() was called, or when cancelled. Every stream
    /// has failed by then.
    virtual Task<> run() = 0;
    /// The next stream that the peer opens; an error when the session is over.
    virtual Task<Result<std::shared_ptr<SpdyStream>>> accept() = 0;
    virtual Task<Result<std::shared_ptr<SpdyStream>>> open(Headers headers) = 0;
    /// Waits until the peer has answered.
    virtual Task<Result<>> ping() = 0;
    /// Tells the peer, sends what is queued and ends the connection.
    virtual Task<> close() = 0;
};

} // namespace coracle::http
