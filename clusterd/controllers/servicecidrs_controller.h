#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Makes ServiceCIDRs ready, and protects those that are being deleted while an IPAddress is in no other one.
/// Reads: ServiceCIDRs, IPAddresses. Writes: ServiceCIDRs.
class ServiceCidrsController final : public Controller {
public:
    explicit ServiceCidrsController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    void enqueueDeleting();
    /// An IPAddress that only this ServiceCIDR holds.
    bool isNeeded(const ObjectPtr &cidr) const;
    Task<Result<>> finish(ObjectPtr cidr);
    Task<Result<>> setReady(ObjectPtr cidr, bool ready, std::string reason, std::string message);

    client::Informer &m_cidrs;
    client::Informer &m_addresses;
};

} // namespace coracle::controllers
