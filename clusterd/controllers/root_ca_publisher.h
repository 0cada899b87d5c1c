#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Every active namespace has a ConfigMap kube-root-ca.crt with the CA that pods verify the API server by.
/// Reads: Namespaces, ConfigMaps of that name. Writes: the same.
class RootCaPublisher final : public Controller {
public:
    RootCaPublisher(const ControllerContext &context, std::string caPem);
    Task<Result<>> reconcile(std::string key) override;

private:
    std::string m_caPem;
    client::Informer &m_namespaces;
    client::Informer m_configMaps; ///< only those of the one name
};

} // namespace coracle::controllers
