#pragma once

#include "core/http/transport.h"

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>

namespace coracle::http {

/// Calls back once when the time is over, unless it is destroyed before. For one serial executor. Zero: never.
class Timeout {
public:
    Timeout(const Executor &executor, std::chrono::milliseconds duration, std::function<void()> expired);
    ~Timeout();
    Timeout(const Timeout &) = delete;
    Timeout &operator=(const Timeout &) = delete;
    bool expired() const { return m_state->expired; }

private:
    struct State {
        std::function<void()> call;
        bool expired = false;
    };
    std::shared_ptr<State> m_state;
    boost::asio::steady_timer m_timer;
};

/// Sockets on the caller's executor; an error says where to and why.
Task<Result<Socket>> openTcp(std::string host, uint16_t port, std::chrono::milliseconds timeout);
Task<Result<Socket>> openUnix(std::filesystem::path path, std::chrono::milliseconds timeout);

} // namespace coracle::http
