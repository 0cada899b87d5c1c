#include "core/cel/value.h"

#include "core/cel/from_json.h"
#include "core/cel/value_data.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace coracle::cel {

namespace {

const TypeNode &dynList() {
    static const Type type = listType(dynType());
    return *type;
}

const TypeNode &dynMap() {
    static const Type type = mapType(stringType(), dynType());
    return *type;
}

} // namespace

Value Value::error(std::string message) {
    Value value = string(std::move(message));
    value.m_kind = Kind::Error;
    return value;
}

Value Value::boolean(bool boolean) {
    Value value;
    value.m_kind = Kind::Bool;
    value.m_data.boolean = boolean;
    return value;
}

Value Value::integer(int64_t number) {
    Value value;
    value.m_kind = Kind::Int;
    value.m_data.integer = number;
    return value;
}

Value Value::uinteger(uint64_t number) {
    Value value;
    value.m_kind = Kind::Uint;
    value.m_data.uinteger = number;
    return value;
}

Value Value::real(double number) {
    Value value;
    value.m_kind = Kind::Double;
    value.m_data.real = number;
    return value;
}

Value Value::string(std::string text) {
    auto owned = std::make_shared<const std::string>(std::move(text));
    Value value;
    value.m_kind = Kind::String;
    value.m_data.text = {owned->data(), owned->size()};
    value.m_owner = std::move(owned);
    return value;
}

Value Value::bytes(std::string bytes) {
    Value value = string(std::move(bytes));
    value.m_kind = Kind::Bytes;
    return value;
}

Value Value::stringView(std::string_view text) {
    Value value;
    value.m_kind = Kind::String;
    value.m_data.text = {text.data(), text.size()};
    return value;
}

Value Value::timestamp(Timestamp time) {
    Value value;
    value.m_kind = Kind::Timestamp;
    value.m_data.integer = time.seconds;
    value.m_nanos = time.nanos;
    return value;
}

Value Value::duration(int64_t nanos) {
    Value value;
    value.m_kind = Kind::Duration;
    value.m_data.integer = nanos;
    return value;
}

Value Value::list(std::vector<Value> items) {
    auto data = std::make_shared<ListData>();
    data->size = items.size();
    data->items = std::move(items);
    Value value;
    value.m_kind = Kind::List;
    value.m_data.view = {nullptr, nullptr};
    value.m_owner = std::move(data);
    return value;
}

Value Value::map(std::vector<std::pair<Value, Value>> entries) {
    return map(std::move(entries), Value());
}

Value Value::map(std::vector<std::pair<Value, Value>> entries, Value missing) {
    auto data = std::make_shared<MapData>();
    data->missing = std::move(missing);
    for (auto &[key, entry] : entries)
        data->insert(std::move(key), std::move(entry));
    return ValueAccess::mapOf(std::move(data));
}

Value Value::optional(Value content) {
    Value value;
    value.m_kind = Kind::Optional;
    value.m_owner = std::make_shared<const Value>(std::move(content));
    return value;
}

Value Value::none() {
    Value value;
    value.m_kind = Kind::Optional;
    return value;
}

Value Value::typeValue(Type type) {
    Value value;
    value.m_kind = Kind::TypeValue;
    value.m_owner = std::make_shared<const Type>(std::move(type));
    return value;
}

Value Value::opaque(std::shared_ptr<const Opaque> object) {
    Value value;
    value.m_kind = Kind::Opaque;
    const Opaque *plain = object.get();
    value.m_data.text = {reinterpret_cast<const char *>(plain), 0};
    value.m_owner = std::move(object);
    return value;
}

Value Value::fromJson(const boost::json::value &json, const TypeNode &type) {
    if (json.is_string() && (type.kind == TypeNode::Kind::String || type.kind == TypeNode::Kind::Dyn)) {
        const auto &text = json.get_string();
        return stringView({text.data(), text.size()});
    }
    if (json.is_array() || json.is_object()) {
        const bool array = json.is_array();
        const bool dynamic = type.kind == TypeNode::Kind::Dyn;
        const bool fits = dynamic || (array ? type.kind == TypeNode::Kind::List
                                            : type.kind == TypeNode::Kind::Map || type.kind == TypeNode::Kind::Object);
        if (!fits)
            return mismatch(json, type);
        Value value;
        value.m_kind = array ? Kind::List : Kind::Map;
        value.m_data.view = {&json, dynamic ? (array ? &dynList() : &dynMap()) : &type};
        return value;
    }
    return scalarFromJson(json, type);
}

const Opaque &Value::asOpaque() const {
    return *reinterpret_cast<const Opaque *>(m_data.text.begin);
}

const Type &Value::asType() const {
    return *static_cast<const Type *>(m_owner.get());
}

const Value *Value::optionalValue() const {
    return static_cast<const Value *>(m_owner.get());
}

size_t Value::size() const {
    if (const boost::json::value *json = m_data.view.json)
        return json->is_array() ? json->get_array().size() : json->get_object().size();
    return m_kind == Kind::List ? static_cast<const ListData *>(m_owner.get())->size
                                : static_cast<const MapData *>(m_owner.get())->entries.size();
}

Value Value::item(size_t index) const {
    if (const boost::json::value *json = m_data.view.json)
        return fromJson(json->get_array()[index], *m_data.view.type->params[0]);
    const auto *data = static_cast<const ListData *>(m_owner.get());
    while (data->items.empty()) {
        const Value &part = index < data->leftSize ? data->left : data->right;
        if (index >= data->leftSize)
            index -= data->leftSize;
        if (part.m_data.view.json)
            return part.item(index);
        data = static_cast<const ListData *>(part.m_owner.get());
    }
    return data->items[index];
}

void Value::forEachEntry(const std::function<bool(const Value &, const Value &)> &call) const {
    if (m_kind == Kind::List) {
        const size_t count = size();
        for (size_t i = 0; i < count; ++i)
            if (!call(integer(int64_t(i)), item(i)))
                return;
        return;
    }
    const boost::json::value *json = m_data.view.json;
    if (!json) {
        for (const auto &[key, value] : static_cast<const MapData *>(m_owner.get())->entries)
            if (!call(key, value))
                return;
        return;
    }
    const TypeNode &type = *m_data.view.type;
    if (type.kind == TypeNode::Kind::Object) {
        for (const Field &field : type.fields)
            if (const boost::json::value *at = json->get_object().if_contains(field.jsonName))
                if (!call(stringView(field.name), fromJson(*at, *field.type)))
                    return;
        return;
    }
    for (const auto &entry : json->get_object())
        if (!call(stringView({entry.key().data(), entry.key().size()}), fromJson(entry.value(), *type.params[1])))
            return;
}

Value Value::entry(const Value &key) const {
    if (m_data.view.json)
        return key.m_kind == Kind::String ? select(key.asString()) : error("no such key: " + key.text());
    const auto &data = *static_cast<const MapData *>(m_owner.get());
    if (const Value *found = data.find(key))
        return *found;
    if (data.missing.m_kind != Kind::Null)
        return data.missing;
    return error("no such key: " + (key.m_kind == Kind::String ? std::string(key.asString()) : key.text()));
}

bool Value::hasEntry(const Value &key) const {
    if (m_data.view.json)
        return key.m_kind == Kind::String && hasField(key.asString());
    return static_cast<const MapData *>(m_owner.get())->find(key) != nullptr;
}

namespace {

/// A member of a JSON object as its type names it, with the member's type.
std::pair<const boost::json::value *, const TypeNode *> member(const boost::json::value &json, const TypeNode &type,
                                                               std::string_view name) {
    if (type.kind != TypeNode::Kind::Object)
        return {json.get_object().if_contains(name), type.params[1].get()};
    const Field *field = type.field(name);
    if (!field)
        return {nullptr, nullptr};
    return {json.get_object().if_contains(field->jsonName), field->type.get()};
}

} // namespace

Value Value::select(std::string_view name) const {
    if (!m_data.view.json)
        return entry(stringView(name));
    const auto [json, type] = member(*m_data.view.json, *m_data.view.type, name);
    return json ? fromJson(*json, *type) : error("no such key: " + std::string(name));
}

bool Value::hasField(std::string_view name) const {
    if (!m_data.view.json)
        return hasEntry(stringView(name));
    return member(*m_data.view.json, *m_data.view.type, name).first != nullptr;
}

std::string_view typeName(const Value &value) {
    switch (value.kind()) {
    case Value::Kind::Error:
        return "error";
    case Value::Kind::Null:
        return "null_type";
    case Value::Kind::Bool:
        return "bool";
    case Value::Kind::Int:
        return "int";
    case Value::Kind::Uint:
        return "uint";
    case Value::Kind::Double:
        return "double";
    case Value::Kind::String:
        return "string";
    case Value::Kind::Bytes:
        return "bytes";
    case Value::Kind::Timestamp:
        return "google.protobuf.Timestamp";
    case Value::Kind::Duration:
        return "google.protobuf.Duration";
    case Value::Kind::List:
        return "list";
    case Value::Kind::Map:
        return "map";
    case Value::Kind::Optional:
        return "optional_type";
    case Value::Kind::TypeValue:
        return "type";
    case Value::Kind::Opaque:
        return value.asOpaque().typeName();
    }
    return "";
}

Value ValueAccess::concatenation(const Value &left, const Value &right) {
    if (left.size() == 0)
        return right;
    if (right.size() == 0)
        return left;
    auto data = std::make_shared<ListData>();
    data->leftSize = left.size();
    data->size = data->leftSize + right.size();
    data->left = left;
    data->right = right;
    Value value;
    value.m_kind = Value::Kind::List;
    value.m_data.view = {nullptr, nullptr};
    value.m_owner = std::move(data);
    return value;
}

Value ValueAccess::mapOf(std::shared_ptr<const MapData> data) {
    Value value;
    value.m_kind = Value::Kind::Map;
    value.m_data.view = {nullptr, nullptr};
    value.m_owner = std::move(data);
    return value;
}

const TypeNode *ValueAccess::schemaOf(const Value &value) {
    const bool container = value.m_kind == Value::Kind::List || value.m_kind == Value::Kind::Map;
    return container ? value.m_data.view.type : nullptr;
}

const boost::json::value *ValueAccess::jsonOf(const Value &value) {
    const bool container = value.m_kind == Value::Kind::List || value.m_kind == Value::Kind::Map;
    return container ? value.m_data.view.json : nullptr;
}

bool MapData::insert(Value key, Value value) {
    if (find(key))
        return false;
    constexpr size_t kLinearMax = 8;
    entries.emplace_back(std::move(key), std::move(value));
    if (entries.size() == kLinearMax + 1) {
        for (uint32_t i = 0; i < entries.size(); ++i)
            index.emplace(hashValue(entries[i].first), i);
    } else if (entries.size() > kLinearMax) {
        index.emplace(hashValue(entries.back().first), uint32_t(entries.size() - 1));
    }
    return true;
}

void MapData::set(Value key, Value value) {
    if (const Value *known = find(key))
        *const_cast<Value *>(known) = std::move(value);
    else
        insert(std::move(key), std::move(value));
}

const Value *MapData::find(const Value &key) const {
    if (index.empty()) {
        for (const auto &[own, value] : entries)
            if (equal(own, key))
                return &value;
        return nullptr;
    }
    const auto [begin, end] = index.equal_range(hashValue(key));
    for (auto at = begin; at != end; ++at)
        if (equal(entries[at->second].first, key))
            return &entries[at->second].second;
    return nullptr;
}

size_t characterCount(std::string_view text) {
    size_t count = 0;
    for (const char c : text)
        count += (uint8_t(c) & 0xC0) != 0x80;
    return count;
}

uint64_t smallerSize(const Value &a, const Value &b) {
    constexpr size_t kCharacterBytesMax = 4;
    if (a.kind() != Value::Kind::String || b.kind() != Value::Kind::String)
        return std::min(actualSize(a), actualSize(b));
    const bool inOrder = a.asString().size() <= b.asString().size();
    const uint64_t shorter = actualSize(inOrder ? a : b);
    const Value &longer = inOrder ? b : a;
    return longer.asString().size() / kCharacterBytesMax >= shorter ? shorter : std::min(shorter, actualSize(longer));
}

uint64_t actualSize(const Value &value) {
    switch (value.kind()) {
    case Value::Kind::String:
        return characterCount(value.asString());
    case Value::Kind::Bytes:
        return value.asString().size();
    case Value::Kind::List:
    case Value::Kind::Map:
        return value.size();
    case Value::Kind::Optional:
        return value.optionalValue() ? actualSize(*value.optionalValue()) : 1;
    case Value::Kind::Opaque:
        return value.asOpaque().size();
    default:
        return 1;
    }
}

} // namespace coracle::cel
