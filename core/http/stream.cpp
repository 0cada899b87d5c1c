#include "core/http/stream.h"

#include "core/http/event.h"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace coracle::http {

namespace asio = boost::asio;

namespace {

constexpr size_t kCopyBytes = 32u << 10;

struct Splice {
    Splice(const Executor &executor, std::shared_ptr<Stream> first, std::shared_ptr<Stream> second)
        : changed(executor), a(std::move(first)), b(std::move(second)) {}
    void closeBoth() {
        a->close();
        b->close();
    }
    Event changed;
    std::shared_ptr<Stream> a;
    std::shared_ptr<Stream> b;
    int running = 2;
};

Task<> copy(std::shared_ptr<Splice> both, std::shared_ptr<Stream> from, std::shared_ptr<Stream> to) {
    std::string buffer(kCopyBytes, '\0');
    for (;;) {
        const auto got = co_await from->read(buffer.data(), buffer.size());
        if (got && *got == 0) {
            if (!co_await to->shutdownWrite())
                both->closeBoth();
            co_return;
        }
        if (!got || !co_await to->write(std::string_view(buffer).substr(0, *got))) {
            both->closeBoth();
            co_return;
        }
    }
}

} // namespace

Task<> splice(std::shared_ptr<Stream> a, std::shared_ptr<Stream> b) {
    const auto executor = co_await asio::this_coro::executor;
    auto both = std::make_shared<Splice>(executor, std::move(a), std::move(b));
    auto ended = [both](std::exception_ptr failure) {
        if (failure)
            both->closeBoth();
        --both->running;
        both->changed.notify();
    };
    asio::co_spawn(executor, copy(both, both->a, both->b), ended);
    asio::co_spawn(executor, copy(both, both->b, both->a), ended);
    // Whether they end by themselves or this is cancelled: both copies have ended when it returns.
    co_await asio::this_coro::throw_if_cancelled(false);
    while (both->running > 0) {
        co_await both->changed.wait();
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none)
            both->closeBoth();
    }
    both->closeBoth();
    co_await asio::this_coro::throw_if_cancelled(true);
}

} // namespace coracle::http
