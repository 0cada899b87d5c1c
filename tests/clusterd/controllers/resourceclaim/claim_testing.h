#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

/// Objects of device claims as JSON.
namespace coracle::test {

inline constexpr std::string_view kClaimSpec =
    R"("spec":{"devices":{"requests":[{"name":"r","exactly":{"deviceClassName":"gpu"}}]}})";

inline std::string templateJson(std::string_view name) {
    return fmt::format(R"({{"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaimTemplate",)"
                       R"("metadata":{{"name":"{}","namespace":"default"}},"spec":{{{}}}}})",
                       name, kClaimSpec);
}

inline std::string claimJson(std::string_view name) {
    return fmt::format(R"({{"apiVersion":"resource.k8s.io/v1","kind":"ResourceClaim",)"
                       R"("metadata":{{"name":"{}","namespace":"default"}},{}}})",
                       name, kClaimSpec);
}

/// A pod with one claim "gpu"; the source is a member of spec.resourceClaims[].
inline std::string podJson(std::string_view name, std::string_view source, std::string_view node = {}) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{}","namespace":"default"}},"spec":{{)"
                       R"("nodeName":"{}","resourceClaims":[{{"name":"gpu",{}}}],"containers":[{{"name":"c",)"
                       R"("image":"i","resources":{{"claims":[{{"name":"gpu"}}]}}}}]}}}})",
                       name, node, source);
}

/// The scheduler's status of a claim: one device, and the pods that use it.
inline std::string allocatedJson(std::string_view users) {
    return fmt::format(R"({{"status":{{"allocation":{{"devices":{{"results":[{{"request":"r","driver":"d.example.com",)"
                       R"("pool":"p","device":"x"}}]}}}},"reservedFor":[{}]}}}})",
                       users);
}

inline std::string userJson(std::string_view pod, std::string_view uid) {
    return fmt::format(R"({{"resource":"pods","name":"{}","uid":"{}"}})", pod, uid);
}

inline constexpr std::string_view kFromTemplate = R"("resourceClaimTemplateName":"t")";
inline constexpr std::string_view kFinalizerPatch =
    R"({"metadata":{"finalizers":["resource.kubernetes.io/delete-protection"]}})";

} // namespace coracle::test
