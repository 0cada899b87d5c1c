#pragma once

#include <string>
#include <string_view>

namespace coracle::api {

enum class YamlPlace {
    Document,
    ListItem, ///< of a block list that begins at the line's start
};

/// A JSON document as sigs.k8s.io/yaml (go-yaml v2) writes it: block style, keys in their natural order, texts without
/// quotes where they read as texts by YAML 1.1 and 1.2, those of several lines as literal blocks, long ones folded at
/// 80 columns. Ends with a line break; empty when the text is no JSON.
std::string jsonToYaml(std::string_view json, YamlPlace place = YamlPlace::Document);

} // namespace coracle::api
