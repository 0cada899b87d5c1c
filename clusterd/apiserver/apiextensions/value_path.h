#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace coracle::apiserver {

/// Where a walk over a value is. Made on the stack, part by part; text is made only for those who ask.
struct ValuePath {
    const ValuePath *parent = nullptr;
    std::string_view name; ///< of the root: what goes before everything
    size_t index = 0;
    enum class Part : uint8_t { Member, Item, Key } part = Part::Member;

    ValuePath member(std::string_view child) const { return {this, child}; }
    ValuePath item(size_t i) const { return {this, {}, i, Part::Item}; }
    ValuePath key(std::string_view child) const { return {this, child, 0, Part::Key}; }

    /// "spec.list[0].name"
    std::string text() const {
        if (!parent)
            return std::string(name);
        std::string result = parent->text();
        if (part == Part::Item)
            return result + fmt::format("[{}]", index);
        if (part == Part::Key)
            return result + fmt::format("[{}]", name);
        if (!result.empty())
            result += '.';
        return result += name;
    }
};

} // namespace coracle::apiserver
