#include "core/cel/functions.h"
#include "core/cel/value_data.h"

namespace coracle::cel {

namespace {

using Kind = Value::Kind;
using Arguments = std::span<const Value>;

bool isZero(const Value &value) {
    switch (value.kind()) {
    case Kind::Null:
        return true;
    case Kind::Bool:
        return !value.asBool();
    case Kind::Int:
    case Kind::Duration:
        return value.asInt() == 0;
    case Kind::Uint:
        return value.asUint() == 0;
    case Kind::Double:
        return value.asDouble() == 0;
    case Kind::String:
    case Kind::Bytes:
        return value.asString().empty();
    case Kind::List:
    case Kind::Map:
        return value.size() == 0;
    case Kind::Optional:
        return !value.optionalValue() || isZero(*value.optionalValue());
    case Kind::Timestamp:
        // Go's zero time is the first second of the year 1.
        return value.asTimestamp() == Timestamp{-62135596800, 0};
    default:
        return false;
    }
}

Value of(Arguments a) {
    return Value::optional(a[0]);
}

Value none(Arguments) {
    return Value::none();
}

Value ofNonZero(Arguments a) {
    return isZero(a[0]) ? Value::none() : Value::optional(a[0]);
}

Value hasValue(Arguments a) {
    return Value::boolean(a[0].optionalValue() != nullptr);
}

Value valueOf(Arguments a) {
    return a[0].optionalValue() ? *a[0].optionalValue() : Value::error("optional.none() dereference");
}

Value either(Arguments a) {
    return a[0].optionalValue() ? a[0] : a[1];
}

Value valueOr(Arguments a) {
    return a[0].optionalValue() ? *a[0].optionalValue() : a[1];
}

Value unwrap(Arguments a) {
    std::vector<Value> items;
    for (size_t i = 0; i < a[0].size(); ++i) {
        const Value item = a[0].item(i);
        if (item.kind() != Kind::Optional)
            return Value::error("value is not an optional: " + item.text());
        if (item.optionalValue())
            items.push_back(*item.optionalValue());
    }
    return Value::list(std::move(items));
}

Value first(Arguments a) {
    return a[0].size() == 0 ? Value::none() : Value::optional(a[0].item(0));
}

Value last(Arguments a) {
    return a[0].size() == 0 ? Value::none() : Value::optional(a[0].item(a[0].size() - 1));
}

} // namespace

void addOptionalLibrary(FunctionTable &table) {
    table.add("optional.of", "optional_of", "A -> optional(A)", of);
    table.add("optional.none", "optional_none", "-> optional(A)", none);
    table.add("optional.ofNonZeroValue", "optional_ofNonZeroValue", "A -> optional(A)", ofNonZero);
    table.add("hasValue", "optional_hasValue", "optional(A).() -> bool", hasValue);
    table.add("value", "optional_value", "optional(A).() -> A", valueOf);
    table.add("or", "optional_or_optional", "optional(A).(optional(A)) -> optional(A)", either);
    table.add("orValue", "optional_orValue_value", "optional(A).(A) -> A", valueOr);
    table.add("optional.unwrap", "optional_unwrap", "list(optional(A)) -> list(A)", unwrap, CostKind::CopyList);
    table.add("unwrapOpt", "optional_unwrapOpt", "list(optional(A)).() -> list(A)", unwrap, CostKind::CopyList);
    table.add("first", "list_first", "list(A).() -> optional(A)", first);
    table.add("last", "list_last", "list(A).() -> optional(A)", last);
}

} // namespace coracle::cel
