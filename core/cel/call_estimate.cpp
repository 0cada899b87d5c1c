#include "core/cel/call_estimate.h"

#include "core/cel/cost_range.h"

namespace coracle::cel {

namespace {

using Kind = TypeNode::Kind;
using Arguments = std::span<const CallArgument>;

constexpr double kTraversal = 0.1;
constexpr double kPatternFactor = 0.25;
constexpr uint64_t kListBase = 10;
/// The longest pattern of a named format, by kubernetes' reckoning.
constexpr double kFormatPatternLength = 128;
/// IPv4 and IPv6 addresses, in bytes.
constexpr CostRange kAddress{4, 16};

bool isText(const TypeNode &type) {
    return type.kind == Kind::String || type.kind == Kind::Bytes;
}

CostRange matching(const CostRange &text, const CostRange &pattern) {
    return (text + fixedCost(1)) * kTraversal * (pattern * kPatternFactor);
}

/// Equality and order of texts and containers: up to the shorter one.
CostRange comparison(Arguments a) {
    if (a[0].expr->type->kind == Kind::Opaque) {
        const bool address = a[0].expr->type->name.starts_with("net.");
        return address ? kAddress * kTraversal : fixedCost(1);
    }
    const uint64_t most = std::min(a[0].size.max, a[1].size.max);
    return CostRange{most > 0 ? 1u : 0u, most} * kTraversal;
}

/// The size of a list's elements by the schema, unknown where there is none; of what is only known to be dynamic
/// the API server counts nothing.
CostRange elementSize(const CallArgument &list) {
    if (list.expr->type->kind != Kind::List)
        return {};
    const TypeNode &element = *list.expr->type->params[0];
    return list.path && element.fromSchema ? CostRange{0, element.maxElements} : CostRange{0, kUnlimited};
}

CostRange listValues(const CallArgument &list) {
    CostRange each = fixedCost(1);
    if (list.expr->type->kind == Kind::List && isText(*list.expr->type->params[0]))
        each = each + elementSize(list) * kTraversal;
    return list.size * each;
}

CallEstimate replacement(Arguments a) {
    const CostRange text = a[0].size, from = a[1].size, to = a[2].size;
    CostRange count{}, kept{};
    if (from.min == 0) {
        count.max = saturatingAdd(text.max, 1);
        kept.max = text.max;
    } else if (to.max <= from.min) {
        kept.max = text.max;
    } else {
        count.max = scaled(text.max, 1.0 / double(from.min));
    }
    if (from.max == 0) {
        count.min = saturatingAdd(text.min, 1);
        kept.min = text.min;
    } else if (from.max <= to.min) {
        kept.min = text.min;
    } else {
        count.min = scaled(text.min, 1.0 / double(from.max));
    }
    return {text * (2 * kTraversal), count * to + kept};
}

CallEstimate joined(Arguments a) {
    CostRange size = a[0].size * elementSize(a[0]);
    if (a.size() > 1) {
        const CostRange &list = a[0].size;
        size = size + a[1].size * CostRange{list.min > 0 ? list.min - 1 : 0, list.max > 0 ? list.max - 1 : 0};
    }
    return {size * kTraversal, size};
}

CostRange network(CostKind kind, Arguments a) {
    CostRange cost = (kAddress + kAddress) * kTraversal;
    if (kind == CostKind::ContainsCidr || kind == CostKind::ContainsCidrText)
        cost = cost + kAddress * kTraversal + fixedCost(1);
    if (kind == CostKind::ContainsIpText || kind == CostKind::ContainsCidrText)
        cost = cost + a[1].size * kTraversal;
    return cost;
}

uint64_t literalOr(const CallArgument &argument, uint64_t otherwise) {
    const Value &value = argument.expr->literal;
    if (argument.expr->kind != Expr::Kind::Literal || value.kind() != Value::Kind::Int)
        return otherwise;
    return value.asInt() < 0 ? 0 : uint64_t(value.asInt());
}

CallEstimate listCall(double factor, const CostRange &size) {
    return {size * factor + fixedCost(1 + kListBase), size};
}

CallEstimate newList(CostKind kind, std::string_view name, Arguments a) {
    if (kind == CostKind::Range)
        return listCall(1, fixedCost(literalOr(a[0], kUnlimited)));
    if (kind == CostKind::Flatten)
        return listCall(a.size() > 1 ? double(literalOr(a[1], kUnlimited)) : 1, a[0].size);
    if (kind == CostKind::SortList) {
        const TypeNode &list = *a[0].expr->type;
        const bool texts = name == "sort" && list.kind == Kind::List && isText(*list.params[0]);
        return listCall(texts ? 2 + kTraversal : 2, a[0].size * a[0].size);
    }
    if (a.size() == 3) {
        const uint64_t begin = literalOr(a[1], 0), end = literalOr(a[2], a[0].size.max);
        return listCall(1, fixedCost(end > begin ? end - begin : 0));
    }
    return listCall(1, a[0].size);
}

} // namespace

CostRange sortingCost(const CostRange &size) {
    return listCall(2, size * size).cost;
}

CallEstimate estimateCall(const Expr &call, const Overload &overload, Arguments a) {
    switch (overload.cost) {
    case CostKind::ReadText:
        return {a[0].size * kTraversal};
    case CostKind::Affix:
        return {a[1].size * kTraversal};
    case CostKind::Contains:
        return {a[0].size * kTraversal * (a[1].size * kTraversal)};
    case CostKind::Matches:
        // cel-go has an estimate for the member only.
        return {call.member ? matching(a[0].size, a[1].size) : fixedCost(1)};
    case CostKind::Find:
        return {matching(a[0].size, a[1].size), CostRange{0, a[0].size.max}};
    case CostKind::CompareText:
        return {comparison(a)};
    case CostKind::AddText:
        return {(a[0].size + a[1].size) * kTraversal, a[0].size + a[1].size};
    case CostKind::AddLists:
        return {fixedCost(1), a[0].size + a[1].size};
    case CostKind::InList:
        return {a[1].size};
    case CostKind::ListValues:
        return {listValues(a[0])};
    case CostKind::SearchText:
    case CostKind::Format:
        return {a[0].size * kTraversal};
    case CostKind::TransformText:
        return {a[0].size * kTraversal, a[0].size};
    case CostKind::Replace:
        return replacement(a);
    case CostKind::Split:
        return {a[0].size * (2 * kTraversal),
                CostRange{0, a.size() > 2 ? literalOr(a[2], a[0].size.max) : a[0].size.max}};
    case CostKind::Join:
        return joined(a);
    case CostKind::ToBytes:
        return {a[0].size * kTraversal, CostRange{a[0].size.min, saturatingMultiply(a[0].size.max, 4)}};
    case CostKind::ToString:
        return {a[0].size * kTraversal, CostRange{a[0].size.min / 4, a[0].size.max}};
    case CostKind::Quote:
        return {a[0].size * kTraversal, a[0].size * CostRange{1, 2} + fixedCost(2)};
    case CostKind::ContainsIp:
    case CostKind::ContainsIpText:
    case CostKind::ContainsCidr:
    case CostKind::ContainsCidrText:
        return {network(overload.cost, a)};
    case CostKind::Validate:
        return {a[1].size * kTraversal * (kFormatPatternLength * kPatternFactor)};
    case CostKind::SetProduct:
        return {a[0].size * a[1].size + fixedCost(1)};
    case CostKind::SetEquivalence:
        return {a[0].size * a[1].size * 2.0 + fixedCost(1)};
    case CostKind::CopyList:
    case CostKind::SortList:
    case CostKind::Flatten:
    case CostKind::Range:
        return newList(overload.cost, call.name, a);
    default:
        return {fixedCost(overload.fixedCost)};
    }
}

} // namespace coracle::cel
