#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/api/types/core_v1.h"

#include <functional>

namespace coracle::controllers {

/// Signs the token of a Secret for its account.
using SecretTokenSigner =
    std::function<Result<std::string>(const corev1::Secret &secret, const corev1::ServiceAccount &account)>;

/// Fills Secrets of type kubernetes.io/service-account-token, which people make for tokens that do not expire, and
/// deletes those whose account is gone.
/// Reads: Secrets, ServiceAccounts. Writes: those Secrets' data and annotation with the account's UID; deletes them.
class TokensController final : public Controller {
public:
    TokensController(const ControllerContext &context, SecretTokenSigner sign, std::string caPem);
    Task<Result<>> reconcile(std::string key) override;

private:
    Task<Result<>> removeSecret(const corev1::Secret &secret);
    Result<bool> complete(corev1::Secret &secret, const corev1::ServiceAccount &account) const;

    SecretTokenSigner m_sign;
    std::string m_caPem;
    client::Informer &m_secrets;
    client::Informer &m_accounts;
};

} // namespace coracle::controllers
