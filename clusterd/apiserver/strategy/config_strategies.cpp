#include "clusterd/apiserver/strategy/strategies.h"
#include "core/pki/encoding.h"

#include <boost/json/parse.hpp>

/// ConfigMap, Secret, ServiceAccount.
namespace coracle::apiserver {

namespace {

constexpr size_t kBytesMax = 1u << 20;

/// Bytes of a base64 text; the form has been checked by the schema.
size_t decodedSize(std::string_view text) {
    const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    return text.size() / 4 * 3 - padding;
}

void checkKeys(Checker &check, const JsonObject &object, std::string_view member) {
    for (const auto &[key, value] : objectAt(object, member))
        if (const Problems problems = configKeyErrors(key); !problems.empty())
            check.errors.invalidEach(FieldPath(std::string(member)).key(key), std::string_view(key), problems);
}

void checkImmutable(Checker &check, const JsonObject &object, const JsonObject &old,
                    std::initializer_list<std::string_view> members) {
    if (!flagAt(old, "immutable"))
        return;
    if (!flagAt(object, "immutable"))
        check.errors.forbidden(FieldPath("immutable"), "field is immutable when `immutable` is set");
    for (const std::string_view member : members)
        if (!sameMember(object, old, member))
            check.errors.forbidden(FieldPath(std::string(member)), "field is immutable when `immutable` is set");
}

void validateConfigMap(Checker &check, const JsonObject &object) {
    size_t bytes = 0;
    checkKeys(check, object, "data");
    checkKeys(check, object, "binaryData");
    const JsonObject &data = objectAt(object, "data"), &binary = objectAt(object, "binaryData");
    for (const auto &[key, value] : data) {
        bytes += asText(value).size();
        if (binary.contains(key))
            check.errors.invalid(FieldPath("data").key(key), std::string_view(key),
                                 "duplicate of key present in binaryData");
    }
    for (const auto &[key, value] : binary)
        bytes += decodedSize(asText(value));
    if (bytes > kBytesMax)
        check.errors.tooLong(FieldPath("[]"), kBytesMax);
}

void validateConfigMapUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    checkImmutable(check, object, old, {"data", "binaryData"});
}

void checkDockerConfig(Checker &check, const JsonObject &data, std::string_view key) {
    const FieldPath path = FieldPath("data").key(key);
    if (!hasAt(data, key)) {
        check.errors.required(path);
        return;
    }
    boost::json::error_code error;
    const JsonValue value = boost::json::parse(pki::fromBase64(textAt(data, key)).value_or(""), error);
    if (error || !value.is_object())
        check.errors.invalid(path, "<secret contents redacted>", "must be a JSON object");
}

void validateSecret(Checker &check, const JsonObject &object) {
    const JsonObject &data = objectAt(object, "data");
    size_t bytes = 0;
    checkKeys(check, object, "data");
    for (const auto &[key, value] : data)
        bytes += decodedSize(asText(value));
    if (bytes > kBytesMax)
        check.errors.tooLong(FieldPath("data"), kBytesMax);
    const std::string_view type = textAt(object, "type");
    auto needs = [&](std::string_view key) {
        if (!hasAt(data, key))
            check.errors.required(FieldPath("data").key(key));
    };
    if (type == "kubernetes.io/service-account-token") {
        constexpr std::string_view kName = "kubernetes.io/service-account.name";
        if (textAt(object, "metadata", "annotations", kName).empty())
            check.errors.required(FieldPath("metadata.annotations").key(kName));
    } else if (type == "kubernetes.io/dockercfg") {
        checkDockerConfig(check, data, ".dockercfg");
    } else if (type == "kubernetes.io/dockerconfigjson") {
        checkDockerConfig(check, data, ".dockerconfigjson");
    } else if (type == "kubernetes.io/basic-auth") {
        if (!hasAt(data, "username") && !hasAt(data, "password")) {
            needs("username");
            needs("password");
        }
    } else if (type == "kubernetes.io/ssh-auth") {
        needs("ssh-privatekey");
    } else if (type == "kubernetes.io/tls") {
        needs("tls.crt");
        needs("tls.key");
    }
}

void validateSecretUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(FieldPath(), object, old, "type");
    checkImmutable(check, object, old, {"data"});
}

/// A pair of certificate and key that no server can use.
void warnSecret(std::vector<std::string> &warnings, const JsonObject &object, const JsonObject *) {
    if (textAt(object, "type") != "kubernetes.io/tls")
        return;
    for (const auto &[key, noun] : {std::pair<std::string_view, std::string_view>("tls.crt", "certificate"),
                                    std::pair<std::string_view, std::string_view>("tls.key", "key")})
        if (pki::fromBase64(textAt(object, "data", key)).value_or("").find("-----BEGIN ") == std::string::npos) {
            warnings.push_back("tls: failed to find any PEM data in " + std::string(noun) + " input");
            return;
        }
}

class SecretStrategy final : public RuleStrategy {
public:
    SecretStrategy() : RuleStrategy(validateSecret, validateSecretUpdate, {.warn = warnSecret}) {}

    void prepareForCreate(const StrategyContext &, JsonObject &object) const override { mergeTexts(object); }
    void prepareForUpdate(const StrategyContext &, JsonObject &object, const JsonObject &old) const override {
        mergeTexts(object);
        if (textAt(object, "type").empty())
            copyMember(object, old, "type");
    }

private:
    /// stringData is for writing only: its entries win over those of data.
    static void mergeTexts(JsonObject &object) {
        for (const auto &[key, value] : objectAt(object, "stringData"))
            ensureObject(object, "data")[key] = pki::base64(asText(value));
        object.erase("stringData");
    }
};

class ServiceAccountStrategy final : public Strategy {
public:
    void prepareForCreate(const StrategyContext &, JsonObject &object) const override { keepNames(object); }
    void prepareForUpdate(const StrategyContext &, JsonObject &object, const JsonObject &) const override {
        keepNames(object);
    }
    void warnings(const StrategyContext &context, const JsonObject &object, const JsonObject *,
                  std::vector<std::string> &warnings) const override {
        constexpr std::string_view kEnforce = "kubernetes.io/enforce-mountable-secrets";
        if (context.subresource.empty() && hasAt(object, "metadata", "annotations", kEnforce))
            warnings.emplace_back("metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in "
                                  "v1.32+; prefer separate namespaces to isolate access to mounted secrets");
    }

private:
    static void keepNames(JsonObject &object) {
        if (!arrayAt(object, "secrets").empty())
            for (JsonValue &secret : ensureArray(object, "secrets"))
                secret = JsonObject{{"name", textAt(asObject(secret), "name")}};
    }
};

} // namespace

void addConfigStrategies(StrategyMap &map) {
    map.make<RuleStrategy>("", "configmaps", validateConfigMap, validateConfigMapUpdate);
    map.make<SecretStrategy>("", "secrets");
    map.make<ServiceAccountStrategy>("", "serviceaccounts");
}

} // namespace coracle::apiserver
