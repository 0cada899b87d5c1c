#pragma once

#include "clusterd/apiserver/strategy/service_ranges.h"
#include "core/base/random.h"
#include "core/base/task.h"

#include <mutex>
#include <set>

namespace coracle::apiserver {

/// Gives cluster IPs to Services (pkg/registry/core/service/ipallocator). Who has an address is said by the IPAddress
/// with its name, whose creation is what makes the address taken: so several API servers may allocate at once.
/// Thread-safe.
class ServiceIpAllocator {
public:
    ServiceIpAllocator(const Reader &reader, Random &random, ServiceNetworks networks);
    /// Before the first allocation.
    void connect(client::Client &client) { m_client = &client; }

    /// By the configured networks, which say whether the cluster has one family or two.
    bool serves(IpFamily family) const;
    IpFamily defaultFamily() const;
    bool dualStack() const { return m_networks.cidrs.size() > 1; }

    /// The Service that an address is for, and whether it is only looked for.
    struct Request {
        std::string namespaceName, service;
        bool dryRun = false;
    };
    /// A free address, or why there is none.
    Task<Result<std::string>> allocate(IpFamily family, Request request);
    /// This address; the error says why not, in the standard words.
    Task<Result<>> take(std::string ip, Request request);
    Task<> release(std::string ip, Request request);

private:
    void loadOnce();
    bool isTaken(const std::string &ip) const;
    /// False: another one was faster.
    Task<Result<bool>> record(std::string ip, Request request);

    const Reader &m_reader;
    Random &m_random;
    const ServiceNetworks m_networks;
    client::Client *m_client = nullptr;
    mutable std::mutex m_mutex; ///< guards the following
    bool m_loaded = false;
    /// Addresses of Services that were there at the start and had no IPAddress yet: the repair makes them.
    std::set<std::string, std::less<>> m_unrecorded;
};

} // namespace coracle::apiserver
