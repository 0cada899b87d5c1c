#pragma once

#include "clusterd/network/dns/message.h"
#include "core/base/clock.h"
#include "core/base/random.h"

#include <filesystem>
#include <list>
#include <map>
#include <string>
#include <vector>

namespace coracle::network::dns {

/// Asks the node's resolvers for names outside the cluster, and remembers their answers for a short time. One serial
/// executor.
class Forwarder {
public:
    /// The file is read again when it changes; name servers on the ignored addresses (our own) are passed over.
    Forwarder(Clock &clock, Random &random, std::filesystem::path resolvConf, std::vector<std::string> ignored);

    /// The whole answer message, with the id of the query; fails when no resolver answers in time.
    Task<Result<std::string>> resolve(Question question);

    struct Resolver {
        std::string address;
        uint16_t port = 53;
    };
    /// Instead of the file's (tests).
    void setResolvers(std::vector<Resolver> resolvers);

private:
    struct Cached {
        std::string wire;
        SteadyTime until;
    };
    void reload();
    void remember(const std::string &key, const std::string &wire);
    Task<Result<std::string>> askUdp(Resolver resolver, std::string query);
    Task<Result<std::string>> askTcp(Resolver resolver, std::string query);

    Clock &m_clock;
    Random &m_random;
    std::filesystem::path m_resolvConf;
    std::filesystem::file_time_type m_readAt{};
    std::vector<std::string> m_ignored;
    std::vector<Resolver> m_resolvers;
    std::map<std::string, Cached> m_cache;
};

/// The name servers of a resolv.conf(5).
std::vector<std::string> nameServers(std::string_view resolvConf);

} // namespace coracle::network::dns
