#pragma once

#include "core/api/types/meta_v1.h"

#include <optional>
#include <string_view>

namespace coracle::api {

/// The value of an annotation, a view into the metadata; nothing when there is none. Thread-safe.
inline std::optional<std::string_view> annotation(const metav1::ObjectMeta &metadata, std::string_view name) {
    const auto found = metadata.annotations.find(name);
    return found == metadata.annotations.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

} // namespace coracle::api
