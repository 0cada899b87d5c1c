#pragma once

#include "core/api/object.h"
#include "core/http/client.h"

#include <functional>
#include <memory>
#include <string>

namespace coracle::apiserver {

/// How the API server reaches kubelets, pods and services. Thread-safe.
class NodeConnector {
public:
    virtual ~NodeConnector() = default;
    /// A client of the node's kubelet, by the addresses and the port in the Node's status.
    virtual Result<std::shared_ptr<http::Client>> kubelet(const api::Object &node) = 0;
    /// A client of an address in the cluster network; TLS there is not verified, as Kubernetes has it.
    virtual std::shared_ptr<http::Client> endpoint(const std::string &host, uint16_t port, bool tls) = 0;
};

/// Connects directly. The function gives the client certificate and CA for kubelets; it is asked for each new client,
/// so that renewed certificates are used.
std::unique_ptr<NodeConnector> createNodeConnector(std::function<http::ClientTls()> kubeletTls);

} // namespace coracle::apiserver
