#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace coracle::kubelet {

using VariableLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Replaces $(NAME) by its value; unknown names stay as they are and $$ is an escaped $ (third_party/forked/golang
/// expansion's rules, part of the API: EnvVar.value, command, args, subPathExpr).
std::string expandVariables(std::string_view text, const VariableLookup &lookup);

} // namespace coracle::kubelet
