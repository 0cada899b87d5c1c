#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Deletes bootstrap tokens (Secrets of type bootstrap.kubernetes.io/token in kube-system) when they have expired.
/// Reads: Secrets. Writes: deletes Secrets.
class TokenCleaner final : public Controller {
public:
    explicit TokenCleaner(const ControllerContext &context);
    int workers() const override { return 1; }
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_secrets;
};

} // namespace coracle::controllers
