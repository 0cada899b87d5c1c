#include "core/cel/functions.h"
#include "core/cel/value_data.h"

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;

bool containsAll(const ValueSet &set, const Value &list) {
    for (size_t i = 0; i < list.size(); ++i)
        if (!set.contains(list.item(i)))
            return false;
    return true;
}

/// Few values are looked for one by one; a set of the other list would cost more.
constexpr size_t kFewMax = 8;

bool isIn(const Value &value, const Value &list) {
    for (size_t i = 0; i < list.size(); ++i)
        if (equal(value, list.item(i)))
            return true;
    return false;
}

Value contains(Arguments a) {
    if (a[1].size() > kFewMax)
        return Value::boolean(containsAll(ValueSet(a[0]), a[1]));
    for (size_t i = 0; i < a[1].size(); ++i)
        if (!isIn(a[1].item(i), a[0]))
            return Value::boolean(false);
    return Value::boolean(true);
}

Value equivalent(Arguments a) {
    if (a[0].size() == 0 || a[1].size() == 0)
        return Value::boolean(a[0].size() == a[1].size());
    return Value::boolean(containsAll(ValueSet(a[0]), a[1]) && containsAll(ValueSet(a[1]), a[0]));
}

Value intersects(Arguments a) {
    const bool inOrder = a[0].size() >= a[1].size();
    const Value &longer = a[inOrder ? 0 : 1], &shorter = a[inOrder ? 1 : 0];
    if (shorter.size() <= kFewMax) {
        for (size_t i = 0; i < shorter.size(); ++i)
            if (isIn(shorter.item(i), longer))
                return Value::boolean(true);
        return Value::boolean(false);
    }
    const ValueSet set(longer);
    for (size_t i = 0; i < shorter.size(); ++i)
        if (set.contains(shorter.item(i)))
            return Value::boolean(true);
    return Value::boolean(false);
}

} // namespace

void addSetsLibrary(FunctionTable &table) {
    constexpr std::string_view kSignature = "list(A), list(A) -> bool";
    table.add("sets.contains", "list_sets_contains_list", kSignature, contains, CostKind::SetProduct);
    table.add("sets.equivalent", "list_sets_equivalent_list", kSignature, equivalent, CostKind::SetEquivalence);
    table.add("sets.intersects", "list_sets_intersects_list", kSignature, intersects, CostKind::SetProduct);
}

} // namespace coracle::cel
