#pragma once

#include "clusterd/controllers/runtime.h"

#include <string>
#include <string_view>

namespace coracle::controllers {

/// A detached signature of the content (RFC 7515 appendix F): HS256 with the token's secret, the token's id as kid.
std::string detachedSignature(std::string_view content, std::string_view tokenId, std::string_view tokenSecret);

/// Signs the ConfigMap cluster-info with every bootstrap token that may sign, so that a joining machine that knows a
/// token can trust what it reads there without credentials. Signatures of tokens that are gone go too. Whoever sets up
/// discovery writes the ConfigMap and its data kubeconfig.
/// Reads: Secrets of kube-system, ConfigMap kube-public/cluster-info. Writes: its data jws-kubeconfig-<token id>.
class BootstrapSigner final : public Controller {
public:
    explicit BootstrapSigner(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    client::Informer &m_secrets;
    client::Informer m_configMaps;
};

} // namespace coracle::controllers
