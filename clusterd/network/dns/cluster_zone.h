#pragma once

#include "clusterd/network/dns/message.h"
#include "core/client/informer.h"

#include <map>
#include <set>

namespace coracle::network::dns {

/// The names of services and pods, as the specification of Kubernetes DNS has them
/// (github.com/kubernetes/dns, docs/specification.md), kept current from informers. One serial executor.
class ClusterZone {
public:
    /// The zone is the cluster domain ("cluster.local").
    ClusterZone(std::string zone, client::Informer &services, client::Informer &slices, client::Informer &namespaces);

    /// Whether this zone answers for the name: below the cluster domain, or the reverse name of an address it knows.
    bool owns(const Question &question) const;

    struct Lookup {
        Answer answer;
        /// A service of type ExternalName: the answer ends in this name, which a resolver outside must complete.
        std::string externalTarget;
    };
    Lookup resolve(const Question &question) const;

private:
    /// What is known of one service; kept per service, so that a change touches one entry.
    struct Endpoint {
        std::string hostname; ///< or the dashed address
        std::string address;
    };
    struct Port {
        std::string name, protocol; ///< lower-case
        uint16_t number = 0;
        friend bool operator<(const Port &a, const Port &b) {
            return std::tie(a.name, a.protocol, a.number) < std::tie(b.name, b.protocol, b.number);
        }
    };
    struct Service {
        std::vector<std::string> clusterIps;
        std::string externalName;
        bool headless = false;
        bool publishNotReady = false;
        std::set<Port> ports;
        std::vector<Endpoint> endpoints;
    };

    void serviceChanged(const client::ObjectPtr &before, const client::ObjectPtr &after);
    void sliceChanged(const client::ObjectPtr &before, const client::ObjectPtr &after);
    void rebuildEndpoints(const std::string &namespaceName, const std::string &name);
    void forgetReverse(const std::string &key);
    std::string serviceName(const std::string &key) const;
    const Service *find(std::string_view namespaceName, std::string_view name) const;

    Lookup resolveService(const Question &question, const std::vector<std::string_view> &labels) const;
    Lookup resolveReverse(const Question &question) const;
    Lookup negative(ResponseCode code) const;
    void addAddresses(const Question &question, const std::vector<std::string> &ips, Answer &answer) const;
    void addSrv(const Question &question, const Service &service, const std::string &target, std::string_view port,
                std::string_view protocol, Answer &answer) const;

    std::string m_zone;
    client::Informer &m_slices;
    client::Informer &m_namespaces;
    std::map<std::string, Service, std::less<>> m_services;              ///< by "namespace/name"
    std::map<std::string, std::map<std::string, std::string>> m_reverse; ///< address -> service key -> name
};

/// "10.1.2.3" or "fd00::1" of a name under in-addr.arpa or ip6.arpa; nothing for other names.
std::optional<std::string> reverseAddress(std::string_view name);

} // namespace coracle::network::dns
