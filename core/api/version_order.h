#pragma once

#include <string_view>

namespace coracle::api {

/// Where a version stands among those of its API group: stable versions before beta before alpha, in each the higher
/// number first, others last by name (k8s.io/apimachinery version.CompareKubeAwareVersionStrings). Negative: a is
/// before b.
int compareVersions(std::string_view a, std::string_view b);

} // namespace coracle::api
