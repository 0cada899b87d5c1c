#include "clusterd/apiserver/authentication/legacy_tokens.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kNamespace = "kubernetes.io/serviceaccount/namespace";
constexpr std::string_view kSecret = "kubernetes.io/serviceaccount/secret.name";
constexpr std::string_view kAccount = "kubernetes.io/serviceaccount/service-account.name";
constexpr std::string_view kAccountUid = "kubernetes.io/serviceaccount/service-account.uid";

} // namespace

LegacyClaims LegacyClaims::from(const JsonObject &claims) {
    return {std::string(textAt(claims, kNamespace)), std::string(textAt(claims, kSecret)),
            std::string(textAt(claims, kAccount)), std::string(textAt(claims, kAccountUid))};
}

JsonObject LegacyClaims::json() const {
    return {{"iss", kLegacyIssuer},    {kNamespace, namespaceName},
            {kSecret, secret},         {kAccount, account},
            {kAccountUid, accountUid}, {"sub", fmt::format("system:serviceaccount:{}:{}", namespaceName, account)}};
}

} // namespace coracle::apiserver
