#include "core/cel/functions.h"
#include "core/cel/operators.h"
#include "core/cel/sorting.h"
#include "core/cel/value_data.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;

constexpr int64_t kRangeMax = 1'000'000;
constexpr size_t kFlattenedMax = 1'000'000;

bool isOrdered(const Value &value) {
    return compareValues(value, value) == Order::Equal || value.kind() == Value::Kind::Double;
}

Value isSorted(Arguments a) {
    for (size_t i = 1; i < a[0].size(); ++i) {
        const Value before = a[0].item(i - 1), own = a[0].item(i);
        const Order order = compareValues(before, own);
        if (order == Order::None)
            return noSuchOverload();
        if (order == Order::Greater)
            return Value::boolean(false);
    }
    return Value::boolean(true);
}

Value total(const Value &list, Value sum) {
    for (size_t i = 0; i < list.size() && !sum.isError(); ++i)
        sum = applyBinary(Operator::Add, sum, list.item(i));
    return sum;
}

/// The type of the first element counts: the declared one may have been dyn.
Value sumOf(const Value &list, Value zero) {
    if (list.size() == 0)
        return zero;
    switch (list.item(0).kind()) {
    case Value::Kind::Uint:
        return total(list, Value::uinteger(0));
    case Value::Kind::Double:
        return total(list, Value::real(0));
    case Value::Kind::Duration:
        return total(list, Value::duration(0));
    default:
        return total(list, Value::integer(0));
    }
}

Value sumInts(Arguments a) {
    return sumOf(a[0], Value::integer(0));
}

Value sumUints(Arguments a) {
    return sumOf(a[0], Value::uinteger(0));
}

Value sumDoubles(Arguments a) {
    return sumOf(a[0], Value::real(0));
}

Value sumDurations(Arguments a) {
    return sumOf(a[0], Value::duration(0));
}

Value extreme(const Value &list, Order better, std::string_view name) {
    if (list.size() == 0)
        return Value::error(fmt::format("{} called on empty list", name));
    Value best = list.item(0);
    for (size_t i = 0; i < list.size(); ++i) {
        Value item = list.item(i);
        if (!isOrdered(item))
            return noSuchOverload();
        if (compareValues(item, best) == better)
            best = std::move(item);
    }
    return best;
}

Value minimum(Arguments a) {
    return extreme(a[0], Order::Less, "min");
}

Value maximum(Arguments a) {
    return extreme(a[0], Order::Greater, "max");
}

Value indexOf(Arguments a) {
    for (size_t i = 0; i < a[0].size(); ++i)
        if (equal(a[0].item(i), a[1]))
            return Value::integer(int64_t(i));
    return Value::integer(-1);
}

Value lastIndexOf(Arguments a) {
    for (size_t i = a[0].size(); i-- > 0;)
        if (equal(a[0].item(i), a[1]))
            return Value::integer(int64_t(i));
    return Value::integer(-1);
}

Value slice(Arguments a) {
    const int64_t begin = a[1].asInt(), end = a[2].asInt();
    const auto size = int64_t(a[0].size());
    if (begin < 0 || end < 0)
        return Value::error(fmt::format("cannot slice({}, {}), negative indexes not supported", begin, end));
    if (begin > end)
        return Value::error(
            fmt::format("cannot slice({}, {}), start index must be less than or equal to end index", begin, end));
    if (size < end)
        return Value::error(fmt::format("cannot slice({}, {}), list is length {}", begin, end, size));
    std::vector<Value> items;
    for (int64_t i = begin; i < end; ++i)
        items.push_back(a[0].item(size_t(i)));
    return Value::list(std::move(items));
}

/// False when the result became too large.
bool flattenInto(const Value &list, int64_t depth, std::vector<Value> &items) {
    for (size_t i = 0; i < list.size(); ++i) {
        Value item = list.item(i);
        if (items.size() >= kFlattenedMax || !DeepWork::visit())
            return false;
        if (item.kind() != Value::Kind::List || depth == 0)
            items.push_back(std::move(item));
        else if (!flattenInto(item, depth - 1, items))
            return false;
    }
    return true;
}

Value flatten(Arguments a) {
    const int64_t depth = a.size() > 1 ? a[1].asInt() : 1;
    if (depth < 0)
        return Value::error("level must be non-negative");
    std::vector<Value> items;
    if (!flattenInto(a[0], depth, items))
        return Value::error(fmt::format("the list has more than {} elements", kFlattenedMax));
    return Value::list(std::move(items));
}

Value range(Arguments a) {
    if (a[0].asInt() > kRangeMax)
        return Value::error(fmt::format("the list has more than {} elements", kRangeMax));
    std::vector<Value> items;
    for (int64_t i = 0; i < a[0].asInt(); ++i)
        items.push_back(Value::integer(i));
    return Value::list(std::move(items));
}

std::vector<Value> itemsOf(const Value &list) {
    std::vector<Value> items;
    items.reserve(list.size());
    for (size_t i = 0; i < list.size(); ++i)
        items.push_back(list.item(i));
    return items;
}

Value reverse(Arguments a) {
    std::vector<Value> items = itemsOf(a[0]);
    std::reverse(items.begin(), items.end());
    return Value::list(std::move(items));
}

Value distinct(Arguments a) {
    std::vector<Value> items;
    ValueSet known;
    for (size_t i = 0; i < a[0].size(); ++i)
        if (Value item = a[0].item(i); known.insert(item))
            items.push_back(std::move(item));
    return Value::list(std::move(items));
}

Value sort(Arguments a) {
    return sortByKeys(a[0], itemsOf(a[0]));
}

} // namespace

Value sortByKeys(const Value &list, const std::vector<Value> &keys) {
    if (keys.empty())
        return list;
    for (const Value &key : keys) {
        if (!isOrdered(key))
            return Value::error("list elements must be comparable");
        if (key.kind() != keys[0].kind())
            return Value::error("list elements must have the same type");
    }
    std::vector<size_t> order(keys.size());
    std::iota(order.begin(), order.end(), size_t(0));
    // NaN is before all numbers: an order that is none would be undefined behaviour.
    const auto before = [&](size_t a, size_t b) {
        const Order found = compareValues(keys[a], keys[b]);
        if (found != Order::Nan)
            return found == Order::Less;
        return keys[a].asDouble() != keys[a].asDouble() && keys[b].asDouble() == keys[b].asDouble();
    };
    std::stable_sort(order.begin(), order.end(), before);
    std::vector<Value> items;
    items.reserve(order.size());
    for (const size_t index : order)
        items.push_back(list.item(index));
    return Value::list(std::move(items));
}

void addListsLibrary(FunctionTable &table) {
    const std::pair<const char *, Implementation> sums[] = {
        {"int", sumInts}, {"uint", sumUints}, {"double", sumDoubles}, {"duration", sumDurations}};
    for (const auto &[type, sum] : sums)
        table.add("sum", fmt::format("list_{0}_sum_{0}", type), fmt::format("list({0}).() -> {0}", type), sum,
                  CostKind::ListValues);
    for (const char *type : {"int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"}) {
        const auto signature = [&](std::string_view result) { return fmt::format("list({}).() -> {}", type, result); };
        table.add("isSorted", fmt::format("list_{}_is_sorted_bool", type), signature("bool"), isSorted,
                  CostKind::ListValues);
        table.add("min", fmt::format("list_{0}_min_{0}", type), signature(type), minimum, CostKind::ListValues);
        table.add("max", fmt::format("list_{0}_max_{0}", type), signature(type), maximum, CostKind::ListValues);
        table.add("sort", fmt::format("list_{}_sort", type), signature(fmt::format("list({})", type)), sort,
                  CostKind::SortList);
    }
    table.add("indexOf", "list_a_index_of_int", "list(A).(A) -> int", indexOf, CostKind::ListValues);
    table.add("lastIndexOf", "list_a_last_index_of_int", "list(A).(A) -> int", lastIndexOf, CostKind::ListValues);
    table.add("slice", "list_slice", "list(A).(int, int) -> list(A)", slice, CostKind::CopyList);
    table.add("flatten", "list_flatten", "list(list(A)).() -> list(A)", flatten, CostKind::Flatten);
    table.add("flatten", "list_flatten_int", "list(dyn).(int) -> list(dyn)", flatten, CostKind::Flatten);
    table.add("lists.range", "lists_range", "int -> list(int)", range, CostKind::Range);
    table.add("reverse", "list_reverse", "list(A).() -> list(A)", reverse, CostKind::CopyList);
    table.add("distinct", "list_distinct", "list(A).() -> list(A)", distinct, CostKind::SortList);
}

} // namespace coracle::cel
