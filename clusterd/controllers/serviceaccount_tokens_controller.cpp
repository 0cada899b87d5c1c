#include "clusterd/controllers/serviceaccount_tokens_controller.h"

#include "core/api/metadata.h"
#include "core/client/typed_client.h"

namespace coracle::controllers {

namespace {

constexpr std::string_view kTokenType = "kubernetes.io/service-account-token";
constexpr const char *kAccountName = "kubernetes.io/service-account.name";
constexpr const char *kAccountUid = "kubernetes.io/service-account.uid";

/// Other Secrets have no business here, and there may be many.
bool mayBeToken(const api::Object &secret) {
    return secret.json().find(kTokenType) != std::string::npos;
}

} // namespace

TokensController::TokensController(const ControllerContext &context, SecretTokenSigner sign, std::string caPem)
    : Controller(context, "serviceaccount-token"),
      m_sign(std::move(sign)),
      m_caPem(std::move(caPem)),
      m_secrets(informers().get<corev1::Secret>()),
      m_accounts(informers().get<corev1::ServiceAccount>()) {
    m_secrets.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after && mayBeToken(*after))
            queue().add(after->key());
    });
    m_accounts.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if (before && after)
            return;
        for (const ObjectPtr &secret : m_secrets.listNamespace((after ? after : before)->namespaceName()))
            if (mayBeToken(*secret))
                queue().add(secret->key());
    });
}

Task<Result<>> TokensController::reconcile(std::string key) {
    const ObjectPtr object = m_secrets.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(corev1::Secret secret, api::decode<corev1::Secret>(*object));
    const std::string name(api::annotation(secret.metadata, kAccountName).value_or(""));
    if (secret.type != kTokenType || name.empty())
        co_return Result<>{};
    // Asked for, as the informer may not show yet an account that was made with its Secret.
    auto account = co_await client::get<corev1::ServiceAccount>(client(), secret.metadata.namespace_, name);
    CO_CHECK(ignoreNotFound(account));
    const std::string uid(api::annotation(secret.metadata, kAccountUid).value_or(""));
    if (!account || (!uid.empty() && uid != account->metadata.uid))
        co_return co_await removeSecret(secret);
    CO_TRY(const bool changed, complete(secret, *account));
    if (!changed)
        co_return Result<>{};
    auto written = co_await client::update(client(), std::move(secret));
    co_return ignoreNotFound(written);
}

/// What is missing or out of date; false when nothing is.
Result<bool> TokensController::complete(corev1::Secret &secret, const corev1::ServiceAccount &account) const {
    const corev1::Secret before = secret;
    secret.metadata.annotations[kAccountUid] = account.metadata.uid;
    if (!m_caPem.empty())
        secret.data["ca.crt"] = m_caPem;
    if (secret.data["namespace"].empty())
        secret.data["namespace"] = secret.metadata.namespace_;
    if (secret.data["token"].empty()) {
        TRY(secret.data["token"], m_sign(secret, account));
    }
    return !(secret.data == before.data && secret.metadata.annotations == before.metadata.annotations);
}

Task<Result<>> TokensController::removeSecret(const corev1::Secret &secret) {
    client::DeleteOptions options;
    options.preconditionUid = secret.metadata.uid;
    options.preconditionResourceVersion = secret.metadata.resourceVersion;
    auto removed = co_await client::remove(client(), secret, std::move(options));
    co_return ignoreNotFoundOrConflict(removed);
}

} // namespace coracle::controllers
