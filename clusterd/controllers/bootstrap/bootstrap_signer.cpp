#include "clusterd/controllers/bootstrap/bootstrap_signer.h"

#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"
#include "core/pki/encoding.h"

#include <fmt/format.h>
#include <optional>

namespace coracle::controllers {

namespace {

constexpr const char *kKey = "kube-public/cluster-info"; ///< the only one
constexpr std::string_view kSecretsNamespace = "kube-system";
constexpr std::string_view kTokenType = "bootstrap.kubernetes.io/token";
constexpr std::string_view kSignaturePrefix = "jws-kubeconfig-";
constexpr const char *kContent = "kubeconfig";

struct Token {
    std::string id, secret;
    std::optional<WallTime> ends;
};

std::string dataOf(const corev1::Secret &secret, std::string_view name) {
    const auto at = secret.data.find(name);
    return at == secret.data.end() ? std::string() : std::string(at->second);
}

/// Nothing for what is no token that signs at this time.
std::optional<Token> signingToken(const corev1::Secret &secret, WallTime now) {
    Token token{dataOf(secret, "token-id"), dataOf(secret, "token-secret"), std::nullopt};
    if (secret.type != kTokenType || token.id.empty() || token.secret.empty() ||
        secret.metadata.name != "bootstrap-token-" + token.id || dataOf(secret, "usage-bootstrap-signing") != "true")
        return std::nullopt;
    if (const std::string expiration = dataOf(secret, "expiration"); !expiration.empty()) {
        const auto ends = api::Time::parse(expiration);
        if (!ends || ends->valueOr(WallTime()) <= now)
            return std::nullopt;
        token.ends = ends->valueOr(WallTime());
    }
    return token;
}

} // namespace

std::string detachedSignature(std::string_view content, std::string_view tokenId, std::string_view tokenSecret) {
    const std::string header = pki::base64Url(fmt::format(R"({{"alg":"HS256","kid":"{}"}})", tokenId));
    const std::string signature = pki::base64Url(pki::hmacSha256(tokenSecret, header + "." + pki::base64Url(content)));
    return header + ".." + signature;
}

BootstrapSigner::BootstrapSigner(const ControllerContext &context)
    : Controller(context, "bootstrap-signer"),
      m_secrets(informers().get<corev1::Secret>()),
      m_configMaps(client(), corev1::ConfigMap::resource(), clock(), "kube-public", {}, "metadata.name=cluster-info") {
    m_secrets.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
        if ((after ? after : before)->namespaceName() == kSecretsNamespace)
            queue().add(kKey);
    });
    m_configMaps.addHandler([this](const ObjectPtr &, const ObjectPtr &) { queue().add(kKey); });
    m_configMaps.start(gate());
}

Task<Result<>> BootstrapSigner::reconcile(std::string key) {
    co_await m_configMaps.waitSynced();
    const ObjectPtr object = m_configMaps.get(key);
    if (!object || object->deleting())
        co_return Result<>{};
    CO_TRY(corev1::ConfigMap info, api::decode<corev1::ConfigMap>(*object));
    const WallTime now = clock().now();
    auto data = info.data;
    std::erase_if(data, [](const auto &entry) { return entry.first.starts_with(kSignaturePrefix); });
    if (const auto content = data.find(kContent); content != data.end()) {
        const std::string text = content->second;
        for (const ObjectPtr &secret : m_secrets.listNamespace(kSecretsNamespace)) {
            CO_TRY(const corev1::Secret decoded, api::decode<corev1::Secret>(*secret));
            const auto token = signingToken(decoded, now);
            if (!token)
                continue;
            data[std::string(kSignaturePrefix) + token->id] = detachedSignature(text, token->id, token->secret);
            if (token->ends) // the cleaner deletes the Secret then; this is for a server without it
                queue().addAfter(key, std::min<Duration>(std::chrono::hours(24), *token->ends - now));
        }
    }
    if (data == info.data)
        co_return Result<>{};
    info.data = std::move(data);
    auto written = co_await client::update(client(), std::move(info));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
