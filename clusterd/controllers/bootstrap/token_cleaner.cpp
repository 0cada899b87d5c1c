#include "clusterd/controllers/bootstrap/token_cleaner.h"

#include "core/api/types/core_v1.h"
#include "core/base/log.h"
#include "core/client/typed_client.h"

#include <algorithm>

namespace coracle::controllers {

namespace {

constexpr std::string_view kNamespace = "kube-system";
constexpr std::string_view kTokenType = "bootstrap.kubernetes.io/token";
constexpr auto kLongestWait = std::chrono::hours(24); // what is centuries away does not fit into a Duration

} // namespace

TokenCleaner::TokenCleaner(const ControllerContext &context)
    : Controller(context, "token-cleaner"), m_secrets(informers().get<corev1::Secret>()) {
    m_secrets.addHandler([this](const ObjectPtr &, const ObjectPtr &after) {
        if (after && after->namespaceName() == kNamespace)
            queue().add(after->key());
    });
}

Task<Result<>> TokenCleaner::reconcile(std::string key) {
    const ObjectPtr object = m_secrets.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(corev1::Secret secret, api::decode<corev1::Secret>(*object));
    const auto expiration = secret.data.find("expiration");
    if (secret.type != kTokenType || expiration == secret.data.end())
        co_return Result<>{};
    const auto end = api::Time::parse(expiration->second);
    if (!end) {
        log::warning("token-cleaner", "{}: its expiration is no RFC 3339 time; it is kept", key);
        co_return Result<>{};
    }
    const std::chrono::microseconds left = end->valueOr(WallTime()) - clock().now();
    if (left > std::chrono::microseconds::zero()) {
        queue().addAfter(std::move(key), std::min<std::chrono::microseconds>(left, kLongestWait));
        co_return Result<>{};
    }
    client::DeleteOptions options;
    options.preconditionUid = secret.metadata.uid;
    auto removed = co_await client::remove(client(), secret, std::move(options));
    co_return ignoreNotFoundOrConflict(removed);
}

} // namespace coracle::controllers
