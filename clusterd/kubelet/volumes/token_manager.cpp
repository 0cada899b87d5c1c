#include "clusterd/kubelet/volumes/token_manager.h"

#include "core/api/typed.h"
#include "core/api/types/authentication_v1.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

constexpr int64_t kDefaultSeconds = 3600;
constexpr auto kLongestUse = std::chrono::hours(24);

} // namespace

Task<Result<std::string>> TokenManager::token(const corev1::Pod &pod,
                                              const corev1::ServiceAccountTokenProjection &projection) {
    int64_t seconds = projection.expirationSeconds.value_or(kDefaultSeconds);
    std::string key = fmt::format("{}/{}/{}", pod.metadata.uid, projection.audience, seconds);
    auto found = m_tokens.find(key);
    if (found != m_tokens.end() && m_clock.now() < found->second.refreshAt)
        co_return found->second.token;

    authenticationv1::TokenRequest request;
    if (!projection.audience.empty())
        request.spec.audiences.push_back(projection.audience);
    request.spec.expirationSeconds = seconds;
    auto &bound = request.spec.boundObjectRef.ensure();
    bound.apiVersion = "v1";
    bound.kind = "Pod";
    bound.name = pod.metadata.name;
    bound.uid = pod.metadata.uid;
    client::WriteOptions options;
    options.subresource = "token";
    WallTime asked = m_clock.now();
    std::string account = pod.spec.serviceAccountName.empty() ? "default" : pod.spec.serviceAccountName;
    auto object = co_await m_client.create(corev1::ServiceAccount::resource(), pod.metadata.namespace_,
                                           api::encode(request), options, account);
    if (!object) {
        // An API server that is away for a while does not break a pod whose token is still good.
        if (auto old = m_tokens.find(key); old != m_tokens.end() && m_clock.now() < old->second.expires)
            co_return old->second.token;
        co_return std::unexpected(
            withContext(fmt::format("failed to fetch token of service account \"{}\"", account), object.error()));
    }
    CO_TRY(auto answer, api::decode<authenticationv1::TokenRequest>(**object));
    WallTime expires = answer.status.expirationTimestamp.valueOr(asked + std::chrono::seconds(seconds));
    auto use = std::min<WallTime::duration>((expires - asked) * 4 / 5, kLongestUse);
    m_tokens[key] = {answer.status.token, asked + use, expires};
    co_return answer.status.token;
}

void TokenManager::forget(const std::string &podUid) {
    std::erase_if(m_tokens, [&](const auto &entry) { return entry.first.starts_with(podUid + "/"); });
}

} // namespace coracle::kubelet
