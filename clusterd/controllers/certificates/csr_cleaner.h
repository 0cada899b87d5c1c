#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/certificates_v1.h"

#include <optional>

namespace coracle::controllers {

/// When a request that nobody needs any more is deleted: an hour after it was issued, denied or has failed, a day after
/// it was made or approved and nothing came of it, and at the end of what was issued
/// (k8s.io/kubernetes pkg/controller/certificates/cleaner).
WallTime endOfRequest(const certificatesv1::CertificateSigningRequest &request);

/// Deletes CertificateSigningRequests at their end.
/// Reads: CertificateSigningRequests. Deletes: them.
class CsrCleaner final : public Controller {
public:
    explicit CsrCleaner(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_requests;
};

} // namespace coracle::controllers
