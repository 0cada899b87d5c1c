#include "clusterd/apiserver/authentication/service_account_tokens.h"

#include "clusterd/apiserver/authentication/legacy_tokens.h"
#include "core/api/time.h"
#include "core/pki/encoding.h"
#include "core/pki/jwt.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr size_t kCacheEntriesMax = 4096;
constexpr int64_t kLeewaySeconds = 60; ///< between clocks
constexpr int64_t kDefaultSeconds = 3600, kLeastSeconds = 600, kMostSeconds = int64_t(1) << 32;
constexpr int64_t kPodTokenSeconds = 3607; ///< what the ServiceAccount admission plug-in asks for
constexpr int64_t kExtendedSeconds = 365 * 24 * 3600;
constexpr std::chrono::seconds kDeletedGrace{60}; ///< a deleted object's tokens hold on for its last work
constexpr std::string_view kPrivateClaims = "kubernetes.io";
constexpr std::string_view kExtraPrefix = "authentication.kubernetes.io/";

int64_t secondsOf(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

JsonObject parse(const api::ObjectPtr &object) {
    boost::json::error_code error;
    JsonValue value = object ? boost::json::parse(object->json(), error) : JsonValue();
    return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

const api::ResourceInfo &core(std::string_view resource) {
    return *api::findResource("", resource);
}

JsonObject nameAndUid(const api::Object &object) {
    return {{"name", object.name()}, {"uid", object.uid()}};
}

std::vector<std::string> audiencesOf(const JsonObject &claims) {
    std::vector<std::string> audiences;
    if (const JsonValue *value = memberAt(claims, "aud"); value && value->is_string())
        audiences.emplace_back(asText(*value));
    for (const JsonValue &audience : arrayAt(claims, "aud"))
        audiences.emplace_back(asText(audience));
    return audiences;
}

bool intersects(const std::vector<std::string> &a, const std::vector<std::string> &b) {
    return std::ranges::any_of(a, [&](const std::string &one) { return std::ranges::find(b, one) != b.end(); });
}

} // namespace

struct ServiceAccountTokens::Claims {
    struct Bound {
        std::string name, uid;
    };
    std::vector<std::string> audiences;
    int64_t notBefore = 0, expires = 0;
    std::string namespaceName, id;
    Bound account, pod, node, secret;

    static Bound bound(const JsonObject &claims, std::string_view name) {
        const JsonObject &object = objectAt(claims, kPrivateClaims, name);
        return {std::string(textAt(object, "name")), std::string(textAt(object, "uid"))};
    }
    static Claims from(const JsonObject &claims) {
        if (textAt(claims, "iss") == kLegacyIssuer) {
            LegacyClaims legacy = LegacyClaims::from(claims);
            return {.namespaceName = std::move(legacy.namespaceName),
                    .account = {std::move(legacy.account), std::move(legacy.accountUid)},
                    .secret = {std::move(legacy.secret), {}}};
        }
        return {audiencesOf(claims),
                intAt(claims, "nbf"),
                intAt(claims, "exp"),
                std::string(textAt(claims, kPrivateClaims, "namespace")),
                std::string(textAt(claims, "jti")),
                bound(claims, "serviceaccount"),
                bound(claims, "pod"),
                bound(claims, "node"),
                bound(claims, "secret")};
    }
    UserInfo user() const;
};

UserInfo ServiceAccountTokens::Claims::user() const {
    UserInfo user{.name = fmt::format("system:serviceaccount:{}:{}", namespaceName, account.name), .uid = account.uid};
    user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + namespaceName};
    auto extra = [&](std::string_view key, const std::string &value) {
        if (!value.empty())
            user.extra[fmt::format("{}{}", kExtraPrefix, key)] = {value};
    };
    if (!id.empty())
        extra("credential-id", "JTI=" + id);
    extra("pod-name", pod.name);
    extra("pod-uid", pod.uid);
    extra("node-name", node.name);
    extra("node-uid", node.uid);
    return user;
}

ServiceAccountTokens::ServiceAccountTokens(const Reader &reader, Clock &clock, Random &random,
                                           ServiceAccountOptions options)
    : m_reader(reader), m_clock(clock), m_random(random), m_options(std::move(options)) {
    if (m_options.audiences.empty())
        m_options.audiences.push_back(m_options.issuer);
}

static Failure outOfRange(int64_t seconds, std::string_view detail) {
    return errors::invalid(
        "TokenRequest", "authentication.k8s.io", {},
        {{"FieldValueInvalid", fmt::format("Invalid value: {}: {}", seconds, detail), "spec.expirationSeconds"}});
}

/// The private claims about the object that the token shall end with.
Result<JsonObject> ServiceAccountTokens::bind(const JsonObject &spec, std::string_view namespaceName,
                                              std::string_view account) const {
    JsonObject claims;
    const JsonObject &reference = objectAt(spec, "boundObjectRef");
    if (reference.empty())
        return claims;
    const std::string_view kind = textAt(reference, "kind"), version = textAt(reference, "apiVersion"),
                           name = textAt(reference, "name"), uid = textAt(reference, "uid");
    const std::string_view resource = kind == "Pod"      ? "pods"
                                      : kind == "Secret" ? "secrets"
                                      : kind == "Node"   ? "nodes"
                                                         : "";
    if (resource.empty() || (!version.empty() && version != "v1"))
        return errors::badRequest(
            fmt::format("cannot bind token for serviceaccount \"{}\" to object of kind {}, {}: only "
                        "Pod, Secret and Node of v1 can be bound to",
                        account, version, kind));
    const api::ObjectPtr object =
        m_reader.get(core(resource), kind == "Node" ? std::string_view() : namespaceName, name);
    if (!object)
        return errors::notFound(resource, {}, name);
    if (!uid.empty() && uid != object->uid())
        return errors::conflict(resource, {}, name,
                                fmt::format("the UID in the bound object reference ({}) does not match the UID in "
                                            "record. The object might have been deleted and then recreated",
                                            uid));
    claims[kind == "Pod" ? "pod" : kind == "Secret" ? "secret" : "node"] = nameAndUid(*object);
    if (kind != "Pod")
        return claims;
    const JsonObject pod = parse(object);
    if (textAt(pod, "spec", "serviceAccountName") != account)
        return errors::badRequest(fmt::format(
            "cannot bind token for serviceaccount \"{}\" to pod running with different serviceaccount name.", account));
    const std::string_view nodeName = textAt(pod, "spec", "nodeName");
    if (nodeName.empty())
        return claims;
    const api::ObjectPtr node = m_reader.get(core("nodes"), {}, nodeName);
    JsonObject &claim = claims["node"].emplace_object();
    claim["name"] = nodeName;
    if (node)
        claim["uid"] = node->uid();
    return claims;
}

Result<JsonObject> ServiceAccountTokens::request(JsonObject tokenRequest, std::string_view namespaceName,
                                                 std::string_view account) {
    if (!m_options.signingKey)
        return errors::internal("this server has no key to sign service account tokens with");
    const api::ObjectPtr object = m_reader.get(core("serviceaccounts"), namespaceName, account);
    if (!object)
        return errors::notFound("serviceaccounts", {}, account);
    JsonObject &spec = ensureObject(tokenRequest, "spec");
    if (!hasAt(spec, "expirationSeconds"))
        spec["expirationSeconds"] = kDefaultSeconds;
    const int64_t seconds = intAt(spec, "expirationSeconds");
    if (seconds < kLeastSeconds)
        return outOfRange(seconds, "may not specify a duration less than 10 minutes");
    if (seconds > kMostSeconds)
        return outOfRange(seconds, "may not specify a duration larger than 2^32 seconds");
    if (arrayAt(spec, "audiences").empty())
        for (const std::string &audience : m_options.audiences)
            ensureArray(spec, "audiences").emplace_back(audience);
    TRY(JsonObject bound, bind(spec, namespaceName, account));

    const int64_t now = secondsOf(m_clock.now());
    int64_t lifetime = seconds;
    bound["namespace"] = namespaceName;
    bound["serviceaccount"] = nameAndUid(*object);
    if (m_options.extendExpiration && seconds == kPodTokenSeconds && bound.contains("pod") &&
        intersects(audiencesOf({{"aud", arrayAt(spec, "audiences")}}), m_options.audiences)) {
        lifetime = kExtendedSeconds;
        bound["warnafter"] = now + seconds;
    }
    const JsonObject claims{{"aud", arrayAt(spec, "audiences")},
                            {"exp", now + lifetime},
                            {"iat", now},
                            {"iss", m_options.issuer},
                            {"jti", m_random.uuid()},
                            {kPrivateClaims, std::move(bound)},
                            {"nbf", now},
                            {"sub", fmt::format("system:serviceaccount:{}:{}", namespaceName, account)}};
    TRY(std::string token, pki::signJwt(*m_options.signingKey, claims));
    const api::Time expires{WallTime(std::chrono::seconds(now + seconds))};
    tokenRequest["status"] = JsonObject{{"token", std::move(token)}, {"expirationTimestamp", expires.text()}};
    return tokenRequest;
}

Result<ServiceAccountTokens::ClaimsPtr> ServiceAccountTokens::signedClaims(std::string_view token) {
    std::string key = pki::sha256(token);
    {
        std::lock_guard lock(m_mutex);
        if (const auto found = m_cache.find(key); found != m_cache.end())
            return found->second;
    }
    TRY(JsonObject claims, pki::verifyJwt(token, m_options.verificationKeys));
    auto result = std::make_shared<const Claims>(Claims::from(claims));
    std::lock_guard lock(m_mutex);
    if (m_cache.size() >= kCacheEntriesMax)
        m_cache.clear();
    m_cache.emplace(std::move(key), result);
    return result;
}

Result<> ServiceAccountTokens::checkAlive(std::string_view resource, std::string_view namespaceName,
                                          std::string_view name, std::string_view uid, std::string_view what) const {
    const api::ObjectPtr object = m_reader.get(core(resource), namespaceName, name);
    if (!object || object->uid() != uid)
        return errors::unauthorized(fmt::format("{} has been invalidated: it is deleted or made anew", what));
    if (!object->deleting())
        return {};
    const auto deleted = api::Time::parse(textAt(parse(object), "metadata", "deletionTimestamp"));
    if (deleted && *deleted && m_clock.now() > **deleted + kDeletedGrace)
        return errors::unauthorized(fmt::format("{} has been deleted", what));
    return {};
}

/// A token out of a Secret is good for the API server alone.
Result<> ServiceAccountTokens::checkLegacy(const Claims &claims, std::string_view token,
                                           const std::vector<std::string> &audiences) const {
    if (!audiences.empty() && !intersects(m_options.audiences, audiences))
        return errors::unauthorized("service account token is for another audience");
    const api::ObjectPtr secret = m_reader.get(core("secrets"), claims.namespaceName, claims.secret.name);
    const JsonObject held = parse(secret);
    if (!secret || secret->deleting() || !pki::constantTimeEqual(textAt(held, "data", "token"), pki::base64(token)))
        return errors::unauthorized("service account token has been invalidated");
    return checkAlive("serviceaccounts", claims.namespaceName, claims.account.name, claims.account.uid,
                      "service account");
}

Result<std::optional<UserInfo>> ServiceAccountTokens::verify(std::string_view token,
                                                             const std::vector<std::string> &audiences) {
    const auto unverified = pki::readJwtUnverified(token);
    const std::string_view issuer = unverified ? textAt(*unverified, "iss") : std::string_view();
    const bool legacy = issuer == kLegacyIssuer;
    if (!unverified || (issuer != m_options.issuer && !legacy))
        return std::nullopt;
    TRY(ClaimsPtr claims, signedClaims(token));
    if (legacy) {
        CHECK(checkLegacy(*claims, token, audiences));
        return claims->user();
    }
    const int64_t now = secondsOf(m_clock.now());
    if (now - kLeewaySeconds > claims->expires)
        return errors::unauthorized("service account token has expired");
    if (now + kLeewaySeconds < claims->notBefore)
        return errors::unauthorized("service account token is not valid yet");
    if (!intersects(claims->audiences, audiences.empty() ? m_options.audiences : audiences))
        return errors::unauthorized("service account token is for another audience");
    if (claims->namespaceName.empty() || claims->account.name.empty())
        return errors::unauthorized("service account token names no service account");
    CHECK(checkAlive("serviceaccounts", claims->namespaceName, claims->account.name, claims->account.uid,
                     "service account"));
    if (!claims->pod.name.empty()) {
        CHECK(checkAlive("pods", claims->namespaceName, claims->pod.name, claims->pod.uid, "bound pod"));
    } else if (!claims->node.name.empty()) {
        CHECK(checkAlive("nodes", {}, claims->node.name, claims->node.uid, "bound node"));
    }
    if (!claims->secret.name.empty()) {
        CHECK(checkAlive("secrets", claims->namespaceName, claims->secret.name, claims->secret.uid, "bound secret"));
    }
    return claims->user();
}

JsonObject ServiceAccountTokens::discoveryDocument(std::string_view jwksUri) const {
    JsonArray algorithms;
    for (const pki::PublicKey &key : m_options.verificationKeys) {
        const char *name = key.algorithm() == pki::KeyAlgorithm::Rsa ? "RS256" : "ES256";
        if (std::ranges::find(algorithms, JsonValue(name)) == algorithms.end())
            algorithms.emplace_back(name);
    }
    return {{"issuer", m_options.issuer},
            {"jwks_uri", jwksUri},
            {"response_types_supported", JsonArray{JsonValue("id_token")}},
            {"subject_types_supported", JsonArray{JsonValue("public")}},
            {"id_token_signing_alg_values_supported", std::move(algorithms)}};
}

JsonObject ServiceAccountTokens::keySet() const {
    return pki::jwks(m_options.verificationKeys);
}

} // namespace coracle::apiserver
