#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Every active namespace has a ServiceAccount named default.
/// Reads: Namespaces, ServiceAccounts. Writes: ServiceAccounts named default.
class ServiceAccountController final : public Controller {
public:
    explicit ServiceAccountController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_namespaces;
    client::Informer &m_accounts;
};

} // namespace coracle::controllers
