#pragma once

#include "core/http/stream.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace coracle::fuzz {

/// A connection whose peer sends these bytes, some at a time, and then ends; what is written to it is counted only.
class MemoryStream final : public http::Stream {
public:
    MemoryStream(std::string_view input, size_t bytesAtOnce) : m_rest(input), m_bytesAtOnce(bytesAtOnce) {}

    Task<Result<size_t>> read(char *buffer, size_t size) override {
        if (m_closed)
            co_return errors::other("closed");
        const size_t count = std::min({size, m_bytesAtOnce, m_rest.size()});
        std::memcpy(buffer, m_rest.data(), count);
        m_rest.remove_prefix(count);
        co_return count;
    }
    Task<Result<>> write(std::string_view bytes) override {
        m_written += bytes.size();
        if (m_closed)
            co_return errors::other("closed");
        co_return Result<>{};
    }
    Task<Result<>> shutdownWrite() override { co_return Result<>{}; }
    void close() override { m_closed = true; }

    size_t written() const { return m_written; }

private:
    std::string_view m_rest;
    const size_t m_bytesAtOnce;
    size_t m_written = 0;
    bool m_closed = false;
};

} // namespace coracle::fuzz
