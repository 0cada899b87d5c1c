#pragma once

#include "core/api/field_set.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::api {

/// Which fields a write can own at all: a strategy resets the others, whatever is sent (a status through the main
/// resource). Made of paths such as "spec.containers.*.resources"; a star stands for any item or member.
class FieldFilter {
public:
    /// Everything can be owned.
    FieldFilter() = default;
    /// Everything but these fields and what is below them.
    static FieldFilter excluding(const std::vector<std::string_view> &paths);
    /// Only these fields, what is below them, and what is on the way to them.
    static FieldFilter including(const std::vector<std::string_view> &paths);

    FieldSet apply(FieldSet fields) const;

private:
    using Pattern = std::vector<std::string>;

    FieldSet m_excluded;
    std::optional<std::vector<Pattern>> m_included;
};

} // namespace coracle::api
