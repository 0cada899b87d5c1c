#pragma once

#include "core/base/result.h"
#include "core/base/task.h"

#include <memory>
#include <string>
#include <string_view>

namespace coracle::http {

/// A bidirectional byte stream: a TCP, TLS or unix-socket connection, or an upgraded HTTP connection. One reader and
/// one writer at a time. Destroying it closes it.
class Stream {
public:
    virtual ~Stream() = default;
    /// At least one byte; 0 means the peer ended its side.
    virtual Task<Result<size_t>> read(char *buffer, size_t size) = 0;
    /// All of it.
    virtual Task<Result<>> write(std::string_view bytes) = 0;
    /// Ends the sending side; reading goes on.
    virtual Task<Result<>> shutdownWrite() = 0;
    /// Breaks both sides at once; pending operations fail.
    virtual void close() = 0;
};

/// Copies both ways until both sides have ended or one fails; then closes both.
Task<> splice(std::shared_ptr<Stream> a, std::shared_ptr<Stream> b);

} // namespace coracle::http
