#include "core/cel/operators.h"

#include "core/cel/from_json.h"
#include "core/cel/functions.h"
#include "core/cel/value_data.h"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <fmt/format.h>

namespace coracle::cel {

namespace {

using Kind = Value::Kind;

Value intOverflow() {
    return Value::error("integer overflow");
}

Value uintOverflow() {
    return Value::error("unsigned integer overflow");
}

Value intResult(Operator op, int64_t a, int64_t b) {
    int64_t result = 0;
    switch (op) {
    case Operator::Add:
        return __builtin_add_overflow(a, b, &result) ? intOverflow() : Value::integer(result);
    case Operator::Subtract:
        return __builtin_sub_overflow(a, b, &result) ? intOverflow() : Value::integer(result);
    case Operator::Multiply:
        return __builtin_mul_overflow(a, b, &result) ? intOverflow() : Value::integer(result);
    case Operator::Divide:
        if (b == 0)
            return Value::error("division by zero");
        return a == INT64_MIN && b == -1 ? intOverflow() : Value::integer(a / b);
    default:
        if (b == 0)
            return Value::error("modulus by zero");
        return a == INT64_MIN && b == -1 ? intOverflow() : Value::integer(a % b);
    }
}

Value uintResult(Operator op, uint64_t a, uint64_t b) {
    uint64_t result = 0;
    switch (op) {
    case Operator::Add:
        return __builtin_add_overflow(a, b, &result) ? uintOverflow() : Value::uinteger(result);
    case Operator::Subtract:
        return __builtin_sub_overflow(a, b, &result) ? uintOverflow() : Value::uinteger(result);
    case Operator::Multiply:
        return __builtin_mul_overflow(a, b, &result) ? uintOverflow() : Value::uinteger(result);
    case Operator::Divide:
        return b == 0 ? Value::error("division by zero") : Value::uinteger(a / b);
    default:
        return b == 0 ? Value::error("modulus by zero") : Value::uinteger(a % b);
    }
}

Value realResult(Operator op, double a, double b) {
    switch (op) {
    case Operator::Add:
        return Value::real(a + b);
    case Operator::Subtract:
        return Value::real(a - b);
    case Operator::Multiply:
        return Value::real(a * b);
    case Operator::Divide:
        return Value::real(a / b);
    default:
        return noSuchOverload();
    }
}

Value durationResult(Operator op, int64_t a, int64_t b) {
    int64_t result = 0;
    const bool overflow =
        op == Operator::Add ? __builtin_add_overflow(a, b, &result) : __builtin_sub_overflow(a, b, &result);
    return overflow ? Value::error("duration overflow") : Value::duration(result);
}

Value shiftTime(Timestamp time, int64_t nanos, bool back) {
    constexpr int64_t kSecond = 1'000'000'000;
    int64_t seconds = nanos / kSecond;
    int64_t rest = nanos % kSecond;
    if (back) {
        seconds = -seconds;
        rest = -rest;
    }
    seconds += time.seconds;
    rest += time.nanos;
    if (rest < 0 || rest >= kSecond) {
        seconds += rest < 0 ? -1 : 1;
        rest += rest < 0 ? kSecond : -kSecond;
    }
    if (seconds < kTimestampSecondsMin || seconds > kTimestampSecondsMax)
        return Value::error("timestamp overflow");
    return Value::timestamp({seconds, int32_t(rest)});
}

Value timeDifference(Timestamp a, Timestamp b) {
    int64_t nanos = 0;
    if (__builtin_mul_overflow(a.seconds - b.seconds, int64_t(1'000'000'000), &nanos) ||
        __builtin_add_overflow(nanos, int64_t(a.nanos - b.nanos), &nanos))
        return Value::error("duration overflow");
    return Value::duration(nanos);
}

Value addTexts(const Value &a, const Value &b) {
    if (a.asString().size() + b.asString().size() > kTextBytesMax)
        return textTooLong();
    std::string text(a.asString());
    text += b.asString();
    return a.kind() == Kind::String ? Value::string(std::move(text)) : Value::bytes(std::move(text));
}

/// Adding to a list of the type set leaves out what is there; in one of the type map elements with the same keys are
/// replaced where they are (as server-side apply would).
Value addLists(const Value &a, const Value &b) {
    if (a.size() + b.size() > kListItemsMax)
        return Value::error(fmt::format("the list has more than {} elements", kListItemsMax));
    const TypeNode *schema = ValueAccess::schemaOf(a);
    if (!schema || schema->list == ListSemantics::Atomic)
        return ValueAccess::concatenation(a, b);
    std::vector<Value> items;
    for (size_t i = 0; i < a.size(); ++i)
        items.push_back(a.item(i));
    if (schema->list == ListSemantics::Set) {
        ValueSet known(a);
        for (size_t i = 0; i < b.size(); ++i)
            if (Value item = b.item(i); known.insert(item))
                items.push_back(std::move(item));
        return Value::list(std::move(items));
    }
    const auto key = [&](const Value &item) {
        std::vector<Value> keys;
        for (const std::string &name : schema->listKeys) {
            const Value own = item.kind() == Kind::Map && item.hasField(name) ? item.select(name) : Value();
            keys.push_back(own);
        }
        return Value::list(std::move(keys));
    };
    MapData known;
    for (size_t i = 0; i < items.size(); ++i)
        known.insert(key(items[i]), Value::integer(int64_t(i)));
    for (size_t i = 0; i < b.size(); ++i) {
        Value item = b.item(i);
        Value own = key(item);
        if (const Value *place = known.find(own)) {
            items[size_t(place->asInt())] = std::move(item);
        } else {
            known.insert(std::move(own), Value::integer(int64_t(items.size())));
            items.push_back(std::move(item));
        }
    }
    return Value::list(std::move(items));
}

Value arithmetic(Operator op, const Value &a, const Value &b) {
    const bool adding = op == Operator::Add;
    const bool linear = adding || op == Operator::Subtract;
    if (a.kind() == Kind::Timestamp && linear) {
        if (b.kind() == Kind::Duration)
            return shiftTime(a.asTimestamp(), b.asInt(), !adding);
        return b.kind() == Kind::Timestamp && !adding ? timeDifference(a.asTimestamp(), b.asTimestamp())
                                                      : noSuchOverload();
    }
    if (a.kind() == Kind::Duration && b.kind() == Kind::Timestamp && adding)
        return shiftTime(b.asTimestamp(), a.asInt(), false);
    if (a.kind() != b.kind())
        return noSuchOverload();
    switch (a.kind()) {
    case Kind::Int:
        return intResult(op, a.asInt(), b.asInt());
    case Kind::Uint:
        return uintResult(op, a.asUint(), b.asUint());
    case Kind::Double:
        return realResult(op, a.asDouble(), b.asDouble());
    case Kind::Duration:
        return linear ? durationResult(op, a.asInt(), b.asInt()) : noSuchOverload();
    case Kind::String:
    case Kind::Bytes:
        return adding ? addTexts(a, b) : noSuchOverload();
    case Kind::List:
        return adding ? addLists(a, b) : noSuchOverload();
    default:
        return noSuchOverload();
    }
}

Value comparison(Operator op, const Value &a, const Value &b) {
    const Order order = compareValues(a, b);
    if (order == Order::None)
        return noSuchOverload();
    if (order == Order::Nan)
        return Value::error("NaN values cannot be ordered");
    const int sign = int(order);
    switch (op) {
    case Operator::Less:
        return Value::boolean(sign < 0);
    case Operator::LessEqual:
        return Value::boolean(sign <= 0);
    case Operator::Greater:
        return Value::boolean(sign > 0);
    default:
        return Value::boolean(sign >= 0);
    }
}

Value contains(const Value &value, const Value &container) {
    if (container.kind() == Kind::Map)
        return Value::boolean(container.hasEntry(value));
    if (container.kind() != Kind::List)
        return noSuchOverload();
    const size_t size = container.size();
    for (size_t i = 0; i < size; ++i)
        if (equal(value, container.item(i)))
            return Value::boolean(true);
    return Value::boolean(false);
}

uint64_t traversal(uint64_t size) {
    return (size + 9) / 10;
}

bool isText(const Value &value) {
    return value.kind() == Kind::String || value.kind() == Kind::Bytes;
}

} // namespace

Value applyBinary(Operator op, const Value &a, const Value &b) {
    switch (op) {
    case Operator::Equal:
        return Value::boolean(equal(a, b));
    case Operator::NotEqual:
        return Value::boolean(!equal(a, b));
    case Operator::In:
        return contains(a, b);
    case Operator::Less:
    case Operator::LessEqual:
    case Operator::Greater:
    case Operator::GreaterEqual:
        return comparison(op, a, b);
    default:
        return arithmetic(op, a, b);
    }
}

Value applyUnary(Operator op, const Value &a) {
    if (op == Operator::Not)
        return a.kind() == Kind::Bool ? Value::boolean(!a.asBool()) : noSuchOverload();
    if (a.kind() == Kind::Double)
        return Value::real(-a.asDouble());
    if (a.kind() != Kind::Int)
        return noSuchOverload();
    return a.asInt() == INT64_MIN ? intOverflow() : Value::integer(-a.asInt());
}

Value applyIndex(const Value &container, const Value &key, bool &missing) {
    missing = false;
    if (container.kind() == Kind::Map) {
        Value found = container.entry(key);
        missing = found.isError() && !container.hasEntry(key);
        return found;
    }
    if (container.kind() != Kind::List)
        return noSuchOverload();
    int64_t index = -1;
    if (key.kind() == Kind::Int)
        index = key.asInt();
    else if (key.kind() == Kind::Uint && key.asUint() <= uint64_t(INT64_MAX))
        index = int64_t(key.asUint());
    else if (key.kind() == Kind::Double && std::trunc(key.asDouble()) == key.asDouble() &&
             std::abs(key.asDouble()) < 0x1p53)
        index = int64_t(key.asDouble());
    else
        return Value::error(fmt::format("unsupported index type '{}' in list", typeName(key)));
    if (index >= 0 && uint64_t(index) < container.size())
        return container.item(size_t(index));
    missing = true;
    return Value::error(fmt::format("index out of bounds: {}", index));
}

uint64_t operatorCost(Operator op, const Value &a, const Value &b) {
    switch (op) {
    case Operator::Add:
        return isText(a) && isText(b) ? traversal(actualSize(a) + actualSize(b)) : 1;
    case Operator::Equal:
    case Operator::NotEqual:
        return traversal(smallerSize(a, b));
    case Operator::Less:
    case Operator::LessEqual:
    case Operator::Greater:
    case Operator::GreaterEqual:
        return isText(a) && isText(b) ? traversal(smallerSize(a, b)) : 1;
    case Operator::In:
        return b.kind() == Kind::List ? b.size() : 1;
    default:
        return 1;
    }
}

void addOperators(FunctionTable &table) {
    const auto add = [&](Operator op, std::string_view id, std::string_view signature,
                         CostKind cost = CostKind::Constant) {
        table.add(operatorName(op), id, signature, nullptr, cost);
    };
    add(Operator::Conditional, "conditional", "bool, A, A -> A");
    add(Operator::Not, "logical_not", "bool -> bool");
    add(Operator::Equal, "equals", "A, A -> bool", CostKind::CompareText);
    add(Operator::NotEqual, "not_equals", "A, A -> bool", CostKind::CompareText);
    add(Operator::Add, "add_bytes", "bytes, bytes -> bytes", CostKind::AddText);
    add(Operator::Add, "add_double", "double, double -> double");
    add(Operator::Add, "add_duration_duration", "duration, duration -> duration");
    add(Operator::Add, "add_duration_timestamp", "duration, timestamp -> timestamp");
    add(Operator::Add, "add_timestamp_duration", "timestamp, duration -> timestamp");
    add(Operator::Add, "add_int64", "int, int -> int");
    add(Operator::Add, "add_list", "list(A), list(A) -> list(A)", CostKind::AddLists);
    add(Operator::Add, "add_string", "string, string -> string", CostKind::AddText);
    add(Operator::Add, "add_uint64", "uint, uint -> uint");
    add(Operator::Subtract, "subtract_double", "double, double -> double");
    add(Operator::Subtract, "subtract_duration_duration", "duration, duration -> duration");
    add(Operator::Subtract, "subtract_int64", "int, int -> int");
    add(Operator::Subtract, "subtract_timestamp_duration", "timestamp, duration -> timestamp");
    add(Operator::Subtract, "subtract_timestamp_timestamp", "timestamp, timestamp -> duration");
    add(Operator::Subtract, "subtract_uint64", "uint, uint -> uint");
    for (const auto &[op, name] : {std::pair(Operator::Multiply, "multiply"), std::pair(Operator::Divide, "divide")}) {
        add(op, fmt::format("{}_double", name), "double, double -> double");
        add(op, fmt::format("{}_int64", name), "int, int -> int");
        add(op, fmt::format("{}_uint64", name), "uint, uint -> uint");
    }
    add(Operator::Modulo, "modulo_int64", "int, int -> int");
    add(Operator::Modulo, "modulo_uint64", "uint, uint -> uint");
    add(Operator::Negate, "negate_double", "double -> double");
    add(Operator::Negate, "negate_int64", "int -> int");
    constexpr std::array kComparisons{std::pair(Operator::Less, "less"), std::pair(Operator::LessEqual, "less_equals"),
                                      std::pair(Operator::Greater, "greater"),
                                      std::pair(Operator::GreaterEqual, "greater_equals")};
    for (const auto &[op, name] : kComparisons) {
        add(op, fmt::format("{}_bool", name), "bool, bool -> bool");
        for (const char *left : {"int", "uint", "double"})
            for (const char *right : {"int", "uint", "double"})
                add(op, fmt::format("{}_{}_{}", name, left, right), fmt::format("{}, {} -> bool", left, right));
        add(op, fmt::format("{}_string", name), "string, string -> bool", CostKind::CompareText);
        add(op, fmt::format("{}_bytes", name), "bytes, bytes -> bool", CostKind::CompareText);
        add(op, fmt::format("{}_timestamp", name), "timestamp, timestamp -> bool");
        add(op, fmt::format("{}_duration", name), "duration, duration -> bool");
    }
    add(Operator::Index, "index_list", "list(A), int -> A");
    add(Operator::Index, "index_map", "map(A, B), A -> B");
    add(Operator::Index, "optional_list_index_int", "optional(list(A)), int -> optional(A)");
    add(Operator::Index, "optional_map_index_value", "optional(map(A, B)), A -> optional(B)");
    add(Operator::OptionalIndex, "list_optindex_optional_int", "list(A), int -> optional(A)");
    add(Operator::OptionalIndex, "optional_list_optindex_optional_int", "optional(list(A)), int -> optional(A)");
    add(Operator::OptionalIndex, "map_optindex_optional_value", "map(A, B), A -> optional(B)");
    add(Operator::OptionalIndex, "optional_map_optindex_optional_value", "optional(map(A, B)), A -> optional(B)");
    add(Operator::In, "in_list", "A, list(A) -> bool", CostKind::InList);
    add(Operator::In, "in_map", "A, map(A, B) -> bool");
}

} // namespace coracle::cel
