#pragma once

#include "core/client/fenced_client.h"
#include "core/client/leader_election.h"

#include <functional>
#include <memory>

namespace coracle::cluster {

/// A part of the control plane of which one works in the whole cluster (controllers, scheduler). It is made anew each
/// time this server becomes the leader and taken down when it is not any more, so that a server in waiting holds
/// nothing in memory. T has start() and Task<> stop(), and writes through the client that it is given. Without an
/// election it works from start() to stop(). One serial executor.
template<class T>
class ElectedPart final : public client::Elected {
public:
    using Make = std::function<std::unique_ptr<T>(client::Client &)>;

    ElectedPart(std::unique_ptr<client::Client> client, Make make)
        : m_client(std::move(client)), m_fenced(*m_client, [this] { return leads(); }), m_make(std::move(make)) {}
    ~ElectedPart() override = default;

    /// Before begin(): work only as the leader.
    void elect(Clock &clock, Random &random, Executor executor, client::LeaderElectionOptions options) {
        m_elector = std::make_unique<client::LeaderElector>(*m_client, clock, random, std::move(executor),
                                                            std::move(options), *this);
    }
    void begin() {
        if (m_elector)
            m_elector->start();
        else
            start();
    }
    /// Nothing works any more, and another server may lead at once.
    Task<> end() {
        if (m_elector)
            co_await m_elector->stop();
        else
            co_await stop();
    }

    void start() override {
        m_part = m_make(m_fenced);
        m_part->start();
    }
    Task<> stop() override {
        if (m_part)
            co_await m_part->stop();
        m_part.reset();
    }

    /// Whether it may act now.
    bool leads() const { return m_elector ? m_elector->leads() : m_part != nullptr; }

private:
    std::unique_ptr<client::Client> m_client;
    client::FencedClient m_fenced;
    const Make m_make;
    std::unique_ptr<T> m_part;
    std::unique_ptr<client::LeaderElector> m_elector;
};

} // namespace coracle::cluster
