#include "clusterd/appliance/tokens.h"

#include "clusterd/appliance/body_reader.h"
#include "clusterd/appliance/bootstrap_token.h"
#include "core/api/time.h"
#include "core/client/typed_client.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_from.hpp>
#include <fmt/format.h>

namespace coracle::appliance {

namespace json = boost::json;

namespace {

constexpr int64_t kTtlDefaultMs = 24 * 3600 * 1000;
constexpr int64_t kTtlMostMs = int64_t(100) * 365 * 24 * 3600 * 1000;
constexpr size_t kDescriptionMax = 256;
constexpr std::string_view kKind = "TokenRequest";

enum class Secrets { LeftOut, Told };

class Tokens {
public:
    explicit Tokens(TokenParts parts) : m_parts(std::move(parts)) {}

    Task<Result<Reply>> list(Call &);
    Task<Result<Reply>> create(Call &call);
    Task<Result<Reply>> get(Call &call);
    Task<Result<Reply>> remove(Call &call);

private:
    json::object describe(const BootstrapToken &token, Secrets secrets) const;
    Task<Result<corev1::Secret>> find(std::string id);

    TokenParts m_parts;
};

json::object Tokens::describe(const BootstrapToken &token, Secrets secrets) const {
    json::object made{{"id", token.id},
                      {"description", token.description},
                      {"usages", json::value_from(token.usages)},
                      {"groups", json::value_from(token.groups)},
                      {"expired", token.expiresAt && *token.expiresAt <= m_parts.clock.now()}};
    if (token.createdAt)
        made["createdAt"] = api::Time(*token.createdAt).text();
    if (token.expiresAt)
        made["expiresAt"] = api::Time(*token.expiresAt).text();
    if (secrets == Secrets::Told) {
        const std::string text = token.text(m_parts.caHash);
        const std::string &server = m_parts.server;
        made["join"] = json::object{{"token", text},
                                    {"server", server},
                                    {"command", fmt::format("clusterd agent --server {} --token {}", server, text)},
                                    {"qrText", fmt::format("clusterd-join:{}#{}", server, text)}};
    }
    return made;
}

Task<Result<corev1::Secret>> Tokens::find(std::string id) {
    auto secret =
        co_await client::get<corev1::Secret>(m_parts.client, std::string(kTokenNamespace), tokenSecretName(id));
    if (secret && secret->type != kTokenSecretType)
        co_return errors::notFound("tokens", "", id);
    if (!secret && isNotFound(secret.error()))
        co_return errors::notFound("tokens", "", id);
    co_return secret;
}

Task<Result<Reply>> Tokens::list(Call &) {
    client::ListOptions options;
    options.fieldSelector = "type=" + std::string(kTokenSecretType);
    CO_TRY(const client::ObjectList found,
           co_await m_parts.client.list(corev1::Secret::resource(), std::string(kTokenNamespace), options));
    json::array items;
    for (const client::ObjectPtr &object : found.items) {
        CO_TRY(const corev1::Secret secret, api::decode<corev1::Secret>(*object));
        items.push_back(describe(BootstrapToken::from(secret), Secrets::LeftOut));
    }
    co_return Reply::json(json::object{{"items", std::move(items)}});
}

Task<Result<Reply>> Tokens::create(Call &call) {
    CO_TRY(BodyReader body, BodyReader::parse(call.request.body));
    BootstrapToken token = BootstrapToken::generate(m_parts.random);
    token.description = body.text("description", kDescriptionMax).value_or("");
    const int64_t ttlMs = body.integer("ttlMs", 0, kTtlMostMs, kTtlDefaultMs);
    if (ttlMs > 0)
        token.expiresAt = m_parts.clock.now() + std::chrono::milliseconds(ttlMs);
    token.usages = body.texts("usages");
    if (token.usages.empty())
        token.usages.assign(std::begin(kTokenUsages), std::end(kTokenUsages));
    token.groups = body.texts("groups");
    if (token.groups.empty())
        token.groups.emplace_back(kTokenGroup);
    auto secret = token.toSecret();
    if (!secret)
        body.add(secret.error().causes);
    CO_CHECK(body.finish(kKind));
    CO_TRY(const corev1::Secret stored, co_await client::create(m_parts.client, std::move(*secret)));
    co_return Reply::json(describe(BootstrapToken::from(stored), Secrets::Told), 201);
}

Task<Result<Reply>> Tokens::get(Call &call) {
    CO_TRY(const corev1::Secret secret, co_await find(call.parameter("id")));
    co_return Reply::json(describe(BootstrapToken::from(secret), Secrets::Told));
}

Task<Result<Reply>> Tokens::remove(Call &call) {
    CO_TRY(const corev1::Secret secret, co_await find(call.parameter("id")));
    CO_CHECK(co_await client::remove(m_parts.client, secret));
    co_return Reply::nothing();
}

} // namespace

void addTokenRoutes(Router &router, TokenParts parts) {
    auto tokens = std::make_shared<Tokens>(std::move(parts));
    router.add("GET", "/tokens", [tokens](Call &call) { return tokens->list(call); });
    router.add("POST", "/tokens", [tokens](Call &call) { return tokens->create(call); });
    router.add("GET", "/tokens/{id}", [tokens](Call &call) { return tokens->get(call); });
    router.add("DELETE", "/tokens/{id}", [tokens](Call &call) { return tokens->remove(call); });
}

} // namespace coracle::appliance
