#pragma once

#include "clusterd/apiserver/authentication/authenticator.h"
#include "clusterd/apiserver/authentication/service_account_tokens.h"
#include "clusterd/apiserver/authorization/authorizer.h"
#include "clusterd/apiserver/registry/registry.h"

#include <memory>
#include <vector>

namespace coracle::cluster {

/// The resources that are asked and not stored: reviews of tokens and access, and tokens of service accounts. What is
/// referred to must outlive the registry's requests.
class ReviewActions {
public:
    ReviewActions(apiserver::Registry &registry, apiserver::Authenticator &authenticator,
                  const apiserver::Authorizer &authorizer, apiserver::ServiceAccountTokens &tokens);
    ~ReviewActions();

private:
    std::vector<std::unique_ptr<apiserver::CreateAction>> m_actions;
};

} // namespace coracle::cluster
