#include "core/api/quantity.h"

#include "core/cel/functions.h"
#include "core/cel/library_values.h"

namespace coracle::cel {

namespace {

using Arguments = std::span<const Value>;
using api::Quantity;

struct QuantityObject : Opaque {
    Quantity amount;

    explicit QuantityObject(const Quantity &own) : amount(own) {}
    std::string_view typeName() const override { return "kubernetes.Quantity"; }
    bool equals(const Opaque &other) const override {
        return amount == static_cast<const QuantityObject &>(other).amount;
    }
};

const Quantity &asQuantity(const Value &value) {
    return static_cast<const QuantityObject &>(value.asOpaque()).amount;
}

Value made(const Quantity &amount) {
    return Value::opaque(std::make_shared<const QuantityObject>(amount));
}

/// A quantity, or an int as one.
Quantity operand(const Value &value) {
    return value.kind() == Value::Kind::Int ? Quantity(value.asInt(), Quantity::Format::DecimalExponent)
                                            : asQuantity(value);
}

Value toQuantity(Arguments a) {
    const auto amount = Quantity::parse(a[0].asString());
    return amount ? made(*amount) : Value::error(amount.error().message);
}

Value isQuantity(Arguments a) {
    return Value::boolean(Quantity::parse(a[0].asString()).has_value());
}

Value sign(Arguments a) {
    return Value::integer(asQuantity(a[0]).sign());
}

bool isWhole(const Quantity &amount) {
    // Whole units that fit: rounding and saturation would make another amount of anything else.
    return Quantity(amount.value()) == amount;
}

Value isInteger(Arguments a) {
    return Value::boolean(isWhole(asQuantity(a[0])));
}

Value asInteger(Arguments a) {
    const Quantity &amount = asQuantity(a[0]);
    return isWhole(amount) ? Value::integer(amount.value()) : Value::error("cannot convert value to integer");
}

Value asApproximateFloat(Arguments a) {
    return Value::real(asQuantity(a[0]).approximate());
}

Value add(Arguments a) {
    return made(asQuantity(a[0]) + operand(a[1]));
}

Value subtract(Arguments a) {
    return made(asQuantity(a[0]) - operand(a[1]));
}

Value isLess(Arguments a) {
    return Value::boolean(asQuantity(a[0]) < asQuantity(a[1]));
}

Value isGreater(Arguments a) {
    return Value::boolean(asQuantity(a[0]) > asQuantity(a[1]));
}

Value compare(Arguments a) {
    const auto order = asQuantity(a[0]) <=> asQuantity(a[1]);
    return Value::integer(order < 0 ? -1 : order > 0 ? 1 : 0);
}

} // namespace

Value quantityValue(const api::Quantity &amount) {
    return made(amount);
}

Type quantityType() {
    return opaqueType("kubernetes.Quantity");
}

void addQuantityLibrary(FunctionTable &table) {
    table.add("quantity", "string_to_quantity", "string -> kubernetes.Quantity", toQuantity, CostKind::TraverseText);
    table.add("isQuantity", "is_quantity_string", "string -> bool", isQuantity, CostKind::TraverseText);
    table.add("sign", "quantity_sign", "kubernetes.Quantity -> int", sign);
    table.add("sign", "quantity_sign_member", "kubernetes.Quantity.() -> int", sign);
    table.add("isInteger", "quantity_is_integer", "kubernetes.Quantity.() -> bool", isInteger);
    table.add("asInteger", "quantity_get_int", "kubernetes.Quantity.() -> int", asInteger);
    table.add("asApproximateFloat", "quantity_get_float", "kubernetes.Quantity.() -> double", asApproximateFloat);
    table.add("add", "quantity_add", "kubernetes.Quantity.(kubernetes.Quantity) -> kubernetes.Quantity", add);
    table.add("add", "quantity_add_int", "kubernetes.Quantity.(int) -> kubernetes.Quantity", add);
    table.add("sub", "quantity_sub", "kubernetes.Quantity.(kubernetes.Quantity) -> kubernetes.Quantity", subtract);
    table.add("sub", "quantity_sub_int", "kubernetes.Quantity.(int) -> kubernetes.Quantity", subtract);
    table.add("isLessThan", "quantity_is_less_than", "kubernetes.Quantity.(kubernetes.Quantity) -> bool", isLess);
    table.add("isGreaterThan", "quantity_is_greater_than", "kubernetes.Quantity.(kubernetes.Quantity) -> bool",
              isGreater);
    table.add("compareTo", "quantity_compare_to", "kubernetes.Quantity.(kubernetes.Quantity) -> int", compare);
}

} // namespace coracle::cel
