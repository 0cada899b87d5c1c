#include "core/cel/runtime_cost.h"

#include "core/cel/cost_range.h"
#include "core/cel/value_data.h"

#include <algorithm>

namespace coracle::cel {

namespace {

constexpr uint64_t kListBase = 10;
/// Stands for the unknown number of expressions in a format's pattern (kubernetes' NamedFormat).
constexpr uint64_t kFormatPatternLength = 100;

uint64_t traversal(uint64_t size) {
    return (size + 9) / 10;
}

/// A pattern is taken to have an expression for every four characters.
uint64_t matching(uint64_t textSize, uint64_t patternSize) {
    return traversal(textSize + 1) * ((patternSize + 3) / 4);
}

/// Every value of a tree, texts by their length.
uint64_t treeCost(const Value &value) {
    if (!DeepWork::visit())
        return 1;
    switch (value.kind()) {
    case Value::Kind::String:
    case Value::Kind::Bytes:
        return value.asString().size() / 10;
    case Value::Kind::List:
    case Value::Kind::Map: {
        uint64_t cost = 0;
        value.forEachEntry([&](const Value &key, const Value &entry) {
            cost += (value.kind() == Value::Kind::Map ? treeCost(key) : 0) + treeCost(entry);
            return true;
        });
        return cost;
    }
    default:
        return 1;
    }
}

/// A part of a list, or all of it.
uint64_t copiedItems(std::span<const Value> arguments) {
    if (arguments.size() < 3)
        return arguments[0].size();
    const int64_t begin = arguments[1].asInt(), end = arguments[2].asInt();
    return begin < 0 || end < begin || uint64_t(end) > arguments[0].size() ? 0 : uint64_t(end - begin);
}

} // namespace

uint64_t sortCost(const Value &keys) {
    const uint64_t count = keys.size();
    const bool texts =
        count > 0 && (keys.item(0).kind() == Value::Kind::String || keys.item(0).kind() == Value::Kind::Bytes);
    return saturatingAdd(kListBase + 1, scaled(saturatingMultiply(count, count), texts ? 2.1 : 2.0));
}

bool costIsKnown(CostKind kind) {
    return kind != CostKind::Join;
}

uint64_t callCost(const Overload &overload, std::span<const Value> arguments, const Value &result) {
    const auto size = [&](size_t index) { return index < arguments.size() ? actualSize(arguments[index]) : 1; };
    switch (overload.cost) {
    case CostKind::TraverseText:
    case CostKind::ReadText:
    case CostKind::Affix:
    case CostKind::TransformText:
    case CostKind::ToBytes:
    case CostKind::ToString:
    case CostKind::Quote:
    case CostKind::Format:
    case CostKind::SearchText:
        return traversal(size(0));
    case CostKind::Contains:
        return traversal(size(0)) * traversal(size(1));
    case CostKind::Matches:
    case CostKind::Find:
        return matching(size(0), size(1));
    case CostKind::ListValues:
        return treeCost(arguments[0]);
    case CostKind::Replace:
    case CostKind::Split:
    case CostKind::CanonicalIp:
        return (size(0) * 2 + 9) / 10;
    case CostKind::Join:
        return (actualSize(result) * 2 + 9) / 10;
    case CostKind::ContainsIp:
        return traversal(size(0) * 2);
    case CostKind::ContainsIpText:
        return traversal(size(0) * 2) + traversal(size(1));
    case CostKind::ContainsCidr:
        return traversal(size(0) * 2) + traversal(size(0)) + 1;
    case CostKind::ContainsCidrText:
        return traversal(size(0) * 2) + traversal(size(0)) + 1 + traversal(size(1));
    case CostKind::Validate:
        return matching(size(1), kFormatPatternLength);
    case CostKind::SetProduct:
        return size(0) * size(1) + 1;
    case CostKind::SetEquivalence:
        return size(0) * size(1) * 2 + 1;
    case CostKind::CopyList:
        return saturatingAdd(kListBase + 1, copiedItems(arguments));
    case CostKind::Range:
        return saturatingAdd(kListBase + 1, uint64_t(std::max<int64_t>(arguments[0].asInt(), 0)));
    case CostKind::Flatten: {
        const uint64_t depth = arguments.size() > 1 ? uint64_t(std::max<int64_t>(arguments[1].asInt(), 0)) : 1;
        return saturatingAdd(kListBase + 1, saturatingMultiply(size(0), depth));
    }
    case CostKind::SortList:
        return sortCost(arguments[0]);
    case CostKind::InList:
        return size(1);
    default:
        return overload.fixedCost;
    }
}

} // namespace coracle::cel
