#pragma once

#include "core/api/types/core_v1.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/config/token.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::appliance {

inline constexpr std::string_view kTokenSecretType = "bootstrap.kubernetes.io/token";
inline constexpr std::string_view kTokenNamespace = "kube-system";
inline constexpr std::string_view kTokenUsages[] = {"signing", "authentication"};
inline constexpr std::string_view kTokenGroup = "system:bootstrappers:clusterd:default-node-token";

/// A bootstrap token: what nodes join with. It is a Secret bootstrap-token-<id> of a type of its own in kube-system.
struct BootstrapToken {
    std::string id, secret; ///< 6 and 16 letters and digits
    std::string description;
    std::optional<WallTime> createdAt, expiresAt;
    std::vector<std::string> usages, groups;

    static BootstrapToken generate(Random &random);
    /// Of a Secret of the type; what is missing there is empty.
    static BootstrapToken from(const corev1::Secret &secret);

    /// An error names the member that is wrong.
    Result<corev1::Secret> toSecret() const;
    /// "K10<hash>::<id>.<secret>": with the hash the other side knows that it speaks to the right cluster.
    std::string text(std::string caHash) const;
};

/// The name of a token's Secret.
std::string tokenSecretName(std::string_view id);

} // namespace coracle::appliance
