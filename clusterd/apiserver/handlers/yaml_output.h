#pragma once

#include <string>
#include <string_view>

namespace coracle::apiserver {

/// A JSON document as block-style YAML with sorted keys, as sigs.k8s.io/yaml writes it.
std::string jsonToYaml(std::string_view json);

} // namespace coracle::apiserver
