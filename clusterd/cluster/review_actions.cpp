#include "clusterd/cluster/review_actions.h"

#include "clusterd/apiserver/authentication/reviews.h"
#include "clusterd/apiserver/authorization/access_review.h"

#include <functional>

namespace coracle::cluster {

using namespace apiserver;

namespace {

/// An answer that needs not wait.
class DirectAction final : public CreateAction {
public:
    using Answer = std::function<Result<JsonObject>(RequestScope &, JsonObject)>;
    explicit DirectAction(Answer answer) : m_answer(std::move(answer)) {}
    Task<Result<JsonObject>> create(RequestScope &scope, JsonObject body) override {
        co_return m_answer(scope, std::move(body));
    }

private:
    Answer m_answer;
};

class TokenReviewAction final : public CreateAction {
public:
    explicit TokenReviewAction(Authenticator &authenticator) : m_authenticator(authenticator) {}
    Task<Result<JsonObject>> create(RequestScope &, JsonObject body) override {
        return reviewToken(m_authenticator, std::move(body));
    }

private:
    Authenticator &m_authenticator;
};

} // namespace

ReviewActions::ReviewActions(Registry &registry, Authenticator &authenticator, const Authorizer &authorizer,
                             ServiceAccountTokens &tokens) {
    auto add = [&](const char *group, const char *resource, const char *subresource,
                   std::unique_ptr<CreateAction> action) {
        registry.addAction(group, resource, subresource, *action);
        m_actions.push_back(std::move(action));
    };
    auto addDirect = [&](const char *group, const char *resource, const char *subresource,
                         DirectAction::Answer answer) {
        add(group, resource, subresource, std::make_unique<DirectAction>(std::move(answer)));
    };
    static constexpr const char *kAuthentication = "authentication.k8s.io", *kAuthorization = "authorization.k8s.io";
    add(kAuthentication, "tokenreviews", "", std::make_unique<TokenReviewAction>(authenticator));
    addDirect(kAuthentication, "selfsubjectreviews", "",
              [](RequestScope &scope, JsonObject body) { return reviewSelf(std::move(body), scope.user); });
    addDirect(kAuthorization, "subjectaccessreviews", "",
              [&](RequestScope &, JsonObject body) { return reviewAccess(authorizer, std::move(body)); });
    addDirect(kAuthorization, "localsubjectaccessreviews", "", [&](RequestScope &scope, JsonObject body) {
        return reviewLocalAccess(authorizer, std::move(body), scope.namespaceName);
    });
    addDirect(kAuthorization, "selfsubjectaccessreviews", "", [&](RequestScope &scope, JsonObject body) {
        return reviewOwnAccess(authorizer, std::move(body), scope.user);
    });
    addDirect(kAuthorization, "selfsubjectrulesreviews", "", [&](RequestScope &scope, JsonObject body) {
        return reviewOwnRules(authorizer, std::move(body), scope.user);
    });
    addDirect("", "serviceaccounts", "token", [&](RequestScope &scope, JsonObject body) {
        return tokens.request(std::move(body), scope.namespaceName, scope.name);
    });
}

ReviewActions::~ReviewActions() = default;

} // namespace coracle::cluster
