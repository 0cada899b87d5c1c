#pragma once

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/strategy/service_ranges.h"
#include "core/base/clock.h"
#include "core/client/client.h"
#include "core/client/event_recorder.h"

#include <set>

namespace coracle::apiserver {

/// Keeps IPAddresses and Services in agreement (pkg/registry/core/service/ipallocator/controller): a cluster IP without
/// its IPAddress gets one, an IPAddress that no Service has goes away, and what cannot be mended (addresses and node
/// ports outside the ranges or with several owners) is told in Events. One serial executor.
class ServiceRepair {
public:
    ServiceRepair(client::Client &client, const Reader &reader, Clock &clock, client::EventRecorder &events,
                  ServiceNetworks networks);

    /// One look at everything.
    Task<Result<>> run();

private:
    struct Owner {
        std::string namespaceName, name;
    };
    using Owners = std::map<std::string, Owner, std::less<>>; ///< by canonical address

    Task<Result<>> checkAddresses(api::ObjectPtr service, const std::vector<ServiceRange> &ranges, Owners &owners);
    Task<Result<>> checkRecord(api::ObjectPtr service, std::string ip);
    void checkPorts(const api::ObjectPtr &service, std::set<int> &seen);
    Task<Result<>> removeOrphans(const Owners &owners);
    void tell(const api::Object &about, std::string_view reason, std::string_view message);

    client::Client &m_client;
    const Reader &m_reader;
    Clock &m_clock;
    client::EventRecorder &m_events;
    const ServiceNetworks m_networks;
    const WallTime m_started;
};

} // namespace coracle::apiserver
