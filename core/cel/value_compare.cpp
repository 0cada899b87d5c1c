#include "core/cel/value_data.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <cstring>

namespace coracle::cel {

thread_local uint64_t DeepWork::s_visited = 0;

namespace {

using Kind = Value::Kind;

template<class T>
Order ordered(const T &a, const T &b) {
    return a < b ? Order::Less : b < a ? Order::Greater : Order::Equal;
}

Order orderedReal(double a, double b) {
    return std::isnan(a) || std::isnan(b) ? Order::Nan : ordered(a, b);
}

Order reversed(Order order) {
    return order == Order::Less ? Order::Greater : order == Order::Greater ? Order::Less : order;
}

Order intWithUint(int64_t a, uint64_t b) {
    return a < 0 ? Order::Less : ordered(uint64_t(a), b);
}

/// 2^63 and 2^64 are exact as doubles, so that the cut-offs are.
Order realWithInt(double a, int64_t b) {
    if (std::isnan(a))
        return Order::Nan;
    if (a < -0x1p63)
        return Order::Less;
    return a >= 0x1p63 ? Order::Greater : orderedReal(a, double(b));
}

Order realWithUint(double a, uint64_t b) {
    if (std::isnan(a))
        return Order::Nan;
    if (a < 0)
        return Order::Less;
    return a >= 0x1p64 ? Order::Greater : orderedReal(a, double(b));
}

bool isNumber(const Value &value) {
    return value.kind() == Kind::Int || value.kind() == Kind::Uint || value.kind() == Kind::Double;
}

Order compareNumbers(const Value &a, const Value &b) {
    if (a.kind() == b.kind()) {
        if (a.kind() == Kind::Int)
            return ordered(a.asInt(), b.asInt());
        return a.kind() == Kind::Uint ? ordered(a.asUint(), b.asUint()) : orderedReal(a.asDouble(), b.asDouble());
    }
    if (a.kind() == Kind::Int && b.kind() == Kind::Uint)
        return intWithUint(a.asInt(), b.asUint());
    if (a.kind() == Kind::Double)
        return b.kind() == Kind::Int ? realWithInt(a.asDouble(), b.asInt()) : realWithUint(a.asDouble(), b.asUint());
    return reversed(compareNumbers(b, a));
}

/// The keys of an element of a list of the type map, as a list.
Value listKey(const Value &element, const TypeNode &list) {
    std::vector<Value> keys;
    const boost::json::value *json = ValueAccess::jsonOf(element);
    const TypeNode *type = ValueAccess::schemaOf(element);
    for (const std::string &name : list.listKeys) {
        const boost::json::value *at = json && json->is_object() ? json->get_object().if_contains(name) : nullptr;
        const Field *field = nullptr;
        if (type)
            for (const Field &candidate : type->fields)
                if (candidate.jsonName == name)
                    field = &candidate;
        keys.push_back(at ? Value::fromJson(*at, field ? *field->type : *dynType()) : Value());
    }
    return Value::list(std::move(keys));
}

bool equalLists(const Value &a, const Value &b) {
    const size_t size = a.size();
    if (size != b.size())
        return false;
    const TypeNode *schema = ValueAccess::schemaOf(a);
    if (schema && schema->list == ListSemantics::Set) {
        const ValueSet others(b);
        for (size_t i = 0; i < size; ++i)
            if (!others.contains(a.item(i)))
                return false;
        return true;
    }
    if (schema && schema->list == ListSemantics::Map) {
        MapData others;
        for (size_t i = 0; i < size; ++i) {
            Value element = b.item(i);
            Value key = listKey(element, *schema);
            others.insert(std::move(key), std::move(element));
        }
        for (size_t i = 0; i < size; ++i) {
            const Value element = a.item(i);
            const Value *other = others.find(listKey(element, *schema));
            if (!other || !equal(element, *other))
                return false;
        }
        return true;
    }
    for (size_t i = 0; i < size; ++i)
        if (!equal(a.item(i), b.item(i)))
            return false;
    return true;
}

bool equalMaps(const Value &a, const Value &b) {
    size_t count = 0;
    bool same = true;
    a.forEachEntry([&](const Value &key, const Value &value) {
        ++count;
        same = b.hasEntry(key) && equal(value, b.entry(key));
        return same;
    });
    if (!same)
        return false;
    size_t others = 0;
    b.forEachEntry([&](const Value &, const Value &) { return ++others <= count; });
    return others == count;
}

/// Types as values are equal when their names are: parameters are not known at run time.
bool equalTypes(const TypeNode &a, const TypeNode &b) {
    return a.kind == b.kind && a.name == b.name;
}

} // namespace

Order compareValues(const Value &a, const Value &b) {
    if (isNumber(a) && isNumber(b))
        return compareNumbers(a, b);
    if (a.kind() != b.kind())
        return Order::None;
    switch (a.kind()) {
    case Kind::Bool:
        return ordered(a.asBool(), b.asBool());
    case Kind::String:
    case Kind::Bytes:
        return ordered(a.asString(), b.asString());
    case Kind::Timestamp:
        return ordered(a.asTimestamp(), b.asTimestamp());
    case Kind::Duration:
        return ordered(a.asInt(), b.asInt());
    default:
        return Order::None;
    }
}

bool equal(const Value &a, const Value &b) {
    if (!DeepWork::visit())
        return false;
    if (isNumber(a) && isNumber(b))
        return compareNumbers(a, b) == Order::Equal;
    if (a.kind() != b.kind())
        return false;
    switch (a.kind()) {
    case Kind::Null:
        return true;
    case Kind::Bool:
        return a.asBool() == b.asBool();
    case Kind::Error:
    case Kind::String:
    case Kind::Bytes:
        return a.asString() == b.asString();
    case Kind::Timestamp:
        return a.asTimestamp() == b.asTimestamp();
    case Kind::Duration:
        return a.asInt() == b.asInt();
    case Kind::List:
        return equalLists(a, b);
    case Kind::Map:
        return equalMaps(a, b);
    case Kind::Optional:
        if (!a.optionalValue() || !b.optionalValue())
            return a.optionalValue() == b.optionalValue();
        return equal(*a.optionalValue(), *b.optionalValue());
    case Kind::TypeValue:
        return equalTypes(*a.asType(), *b.asType());
    case Kind::Opaque:
        return a.asOpaque().typeName() == b.asOpaque().typeName() && a.asOpaque().equals(b.asOpaque());
    default:
        return false;
    }
}

size_t hashValue(const Value &value) {
    if (!DeepWork::visit())
        return 0;
    const auto mix = [](size_t hash, size_t more) { return (hash ^ more) * 0x9E3779B97F4A7C15u + (hash >> 7); };
    switch (value.kind()) {
    case Kind::Bool:
        return value.asBool() ? 3 : 5;
    case Kind::Int:
    case Kind::Duration:
        return std::hash<double>()(double(value.asInt()));
    case Kind::Uint:
        return std::hash<double>()(double(value.asUint()));
    case Kind::Double:
        return std::hash<double>()(value.asDouble());
    case Kind::String:
    case Kind::Bytes:
        return std::hash<std::string_view>()(value.asString());
    case Kind::Timestamp:
        return mix(size_t(value.asTimestamp().seconds), size_t(value.asTimestamp().nanos));
    case Kind::List: {
        // The order may not matter (lists of the type set), so the sum is symmetric.
        size_t hash = value.size();
        for (size_t i = 0; i < value.size(); ++i)
            hash += mix(11, hashValue(value.item(i)));
        return hash;
    }
    case Kind::Map: {
        size_t hash = 17;
        value.forEachEntry([&](const Value &key, const Value &entry) {
            hash += mix(hashValue(key), hashValue(entry));
            return true;
        });
        return hash;
    }
    default:
        return size_t(value.kind());
    }
}

ValueSet::ValueSet(const Value &list) {
    for (size_t i = 0; i < list.size(); ++i)
        insert(list.item(i));
}

bool ValueSet::contains(const Value &value) const {
    const auto [begin, end] = m_values.equal_range(hashValue(value));
    for (auto at = begin; at != end; ++at)
        if (equal(at->second, value))
            return true;
    return false;
}

bool ValueSet::insert(const Value &value) {
    const size_t hash = hashValue(value);
    const auto [begin, end] = m_values.equal_range(hash);
    for (auto at = begin; at != end; ++at)
        if (equal(at->second, value))
            return false;
    m_values.emplace(hash, value);
    return true;
}

} // namespace coracle::cel
