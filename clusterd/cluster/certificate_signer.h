#pragma once

#include "clusterd/cluster/certificates.h"
#include "clusterd/controllers/certificates/csr_controllers.h"

namespace coracle::cluster {

/// Signs what the built-in signers sign: client certificates by the client CA, kubelets' serving certificates by the
/// server CA (kube-controller-manager's --cluster-signing-*). The certificates and the clock must outlive it.
controllers::CertificateSigner makeCertificateSigner(const Certificates &certificates, Clock &clock);

} // namespace coracle::cluster
