#include "core/api/typed_walk.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <map>
#include <optional>

namespace coracle::api {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using Kind = Shape::Kind;

PathElement named(std::string_view name) {
    return {PathElement::Kind::Field, std::string(name)};
}

/// An object whose members are walked one by one.
const object *granularObject(const value *v, const Shape &shape) {
    const bool fits = shape.kind() == Kind::Struct || shape.kind() == Kind::Map || shape.kind() == Kind::Unknown;
    return v && fits && !shape.atomic() ? v->if_object() : nullptr;
}

/// A list whose items are walked one by one.
const array *granularList(const value *v, const Shape &shape) {
    return v && shape.kind() == Kind::List && !shape.atomic() ? v->if_array() : nullptr;
}

bool isEmptyContainer(const value &v) {
    return (v.is_object() && v.get_object().empty()) || (v.is_array() && v.get_array().empty());
}

using Items = std::map<PathElement, const value *>; ///< the first item with each address

Items itemsOf(const array *list, const Shape &shape) {
    Items items;
    if (list)
        for (const value &item : *list)
            if (auto address = shape.addressOf(item))
                items.emplace(std::move(*address), &item);
    return items;
}

/// What one node contributes to a Difference: itself and what is below it.
struct NodeDifference {
    Difference below;
    bool added = false, removed = false, modified = false;

    void append(const PathElement &element, NodeDifference child) {
        below.added.append(element, child.added, std::move(child.below.added));
        below.removed.append(element, child.removed, std::move(child.below.removed));
        below.modified.append(element, child.modified, std::move(child.below.modified));
    }
    void sort() {
        below.added.sort();
        below.removed.sort();
        below.modified.sort();
    }
};

/// The member as Go's types see it: null and, where that is not written, empty are absent.
const value *presentMember(const object *parent, std::string_view name, const Shape &shape) {
    const value *found = parent ? parent->if_contains(name) : nullptr;
    if (!found || found->is_null() || (isEmptyContainer(*found) && shape.emptyIsAbsent()))
        return nullptr;
    return found;
}

NodeDifference compare(const value *before, const value *after, const Shape &shape);

void compareMembers(const object *before, const object *after, const Shape &shape, NodeDifference &out) {
    static const value kEmptyObject = object(), kEmptyList = array();
    const auto compareOne = [&](std::string_view name) {
        const Shape memberShape = shape.member(name);
        const value *left = presentMember(before, name, memberShape);
        const value *right = presentMember(after, name, memberShape);
        if (before && after && memberShape.alwaysThere()) {
            const value *empty = memberShape.kind() == Kind::List ? &kEmptyList : &kEmptyObject;
            left = left ? left : empty;
            right = right ? right : empty;
        }
        if (left || right)
            out.append(named(name), compare(left, right, memberShape));
    };
    if (before)
        for (const auto &[name, item] : *before)
            compareOne(name);
    if (after)
        for (const auto &[name, item] : *after)
            if (!before || !before->contains(name))
                compareOne(name);
}

void compareItems(const array *before, const array *after, const Shape &shape, NodeDifference &out) {
    const Items left = itemsOf(before, shape), right = itemsOf(after, shape);
    const Shape element = shape.element();
    for (const auto &[address, item] : left) {
        const auto other = right.find(address);
        out.append(address, compare(item, other == right.end() ? nullptr : other->second, element));
    }
    for (const auto &[address, item] : right)
        if (!left.contains(address))
            out.append(address, compare(nullptr, item, element));
}

/// At least one of the two must be there.
NodeDifference compare(const value *before, const value *after, const Shape &shape) {
    NodeDifference out;
    out.added = !before;
    out.removed = !after;
    const bool hollow = (!before || isEmptyContainer(*before)) && (!after || isEmptyContainer(*after));
    const object *leftObject = granularObject(before, shape), *rightObject = granularObject(after, shape);
    const array *leftList = granularList(before, shape), *rightList = granularList(after, shape);
    const bool objects = (leftObject || !before) && (rightObject || !after);
    const bool lists = (leftList || !before) && (rightList || !after);
    if (hollow || (!objects && !lists)) {
        out.modified = before && after && *before != *after;
        return out;
    }
    if (objects)
        compareMembers(leftObject, rightObject, shape, out);
    else
        compareItems(leftList, rightList, shape, out);
    out.sort();
    return out;
}

value mergeLists(const array &base, const array &overlay, const Shape &shape);

value mergeObjects(const object &base, const object &overlay, const Shape &shape) {
    object result = base;
    for (const auto &[name, item] : overlay) {
        const value *old = base.if_contains(name);
        if (item.is_null())
            result.erase(name);
        else
            result[name] = mergeTyped(old ? *old : value(), item, shape.member(name));
    }
    return result;
}

/// Items keep their order within each list; where the two disagree, the overlay's order wins. An item that both have
/// comes out where the base has it, unless the overlay wants another one before it.
value mergeLists(const array &base, const array &overlay, const Shape &shape) {
    const Items oldItems = itemsOf(&base, shape), newItems = itemsOf(&overlay, shape);
    const Shape element = shape.element();
    std::vector<std::pair<PathElement, const value *>> wanted; // the overlay without what cannot be addressed
    for (const value &item : overlay)
        if (auto address = shape.addressOf(item))
            wanted.emplace_back(std::move(*address), &item);
    array result;
    size_t next = 0, shared = 0; // in wanted: the next to take, and the next that the base has too
    const auto findShared = [&] {
        while (shared < wanted.size() && !oldItems.contains(wanted[shared].first))
            ++shared;
    };
    const auto takeUntil = [&](size_t end) {
        for (; next < end; ++next) {
            const auto old = oldItems.find(wanted[next].first);
            result.push_back(mergeTyped(old == oldItems.end() ? value() : *old->second, *wanted[next].second, element));
        }
    };
    findShared();
    for (const value &item : base) {
        const auto address = shape.addressOf(item);
        if (!address || !newItems.contains(*address)) {
            result.push_back(item);
        } else if (shared < wanted.size() && wanted[shared].first == *address) {
            takeUntil(++shared);
            findShared();
        }
    }
    takeUntil(wanted.size());
    return result;
}

} // namespace

Shape Shape::of(const TypeInfo *type) {
    Shape shape;
    shape.m_type = type;
    if (!type)
        return shape;
    shape.m_atomic = type->atomic;
    if (type->form == JsonForm::Object) {
        shape.m_kind = Kind::Struct;
    } else if (type->form == JsonForm::List) {
        shape.m_kind = Kind::List;
        shape.m_atomic = true;
    }
    return shape;
}

Shape Shape::ofElement(const FieldInfo &field) {
    Shape shape;
    if (field.kind == ValueKind::Struct)
        shape = of(field.type);
    else if (field.kind != ValueKind::Raw)
        shape.m_kind = Kind::Scalar;
    shape.m_field = &field;
    shape.m_item = true;
    return shape;
}

bool Shape::declares(std::string_view name) const {
    return m_kind == Kind::Struct && m_type->field(name);
}

Shape Shape::member(std::string_view name) const {
    if (m_kind == Kind::Map)
        return ofElement(*m_field);
    const FieldInfo *field = m_kind == Kind::Struct ? m_type->field(name) : nullptr;
    if (!field)
        return {};
    Shape shape = ofElement(*field);
    if (field->container == Container::None) {
        shape.m_atomic = shape.m_atomic || field->atomicMap;
        shape.m_item = false;
        return shape;
    }
    shape = {};
    shape.m_field = field;
    shape.m_kind = field->container == Container::List ? Kind::List : Kind::Map;
    shape.m_atomic = field->container == Container::List ? field->listType == ListType::Atomic : field->atomicMap;
    return shape;
}

Shape Shape::element() const {
    return m_field ? ofElement(*m_field) : Shape();
}

bool Shape::alwaysThere() const {
    const bool field = m_field && !m_item && !m_field->pointer && !m_field->omitEmpty;
    return field && m_kind != Kind::Scalar && m_kind != Kind::Unknown;
}

bool Shape::emptyIsAbsent() const {
    return (m_kind == Kind::List || m_kind == Kind::Map) && m_field && m_field->omitEmpty && !m_field->pointer;
}

Result<PathElement> Shape::addressOf(const value &item) const {
    if (!m_field || m_field->listType == ListType::Set) {
        if (item.is_object() || item.is_array())
            return errors::other("associative list without keys has an element that's a map or list type");
        return PathElement{PathElement::Kind::Value, boost::json::serialize(item)};
    }
    const auto *members = item.if_object();
    if (!members)
        return errors::other("associative list with keys may not have non-map elements");
    std::map<std::string_view, std::string> keys;
    for (std::string_view name : m_field->listMapKeys) {
        const value *key = members->if_contains(name);
        const FieldInfo *keyField = m_field->type ? m_field->type->field(name) : nullptr;
        if (key && !key->is_null())
            keys[name] = boost::json::serialize(*key);
        else if (keyField && !keyField->defaultJson.empty())
            keys[name] = keyField->defaultJson;
        else
            return errors::other(fmt::format("associative list with keys has an element that omits key field \"{}\" "
                                             "(and doesn't have default value)",
                                             name));
    }
    std::string text = "{";
    for (const auto &[name, key] : keys)
        text += fmt::format("{}\"{}\":{}", text.size() > 1 ? "," : "", name, key);
    return PathElement{PathElement::Kind::Key, text + "}"};
}

FieldSet fieldsOf(const value &v, const Shape &shape) {
    FieldSet set;
    if (const object *members = granularObject(&v, shape)) {
        for (const auto &[name, item] : *members) {
            const Shape memberShape = shape.member(name);
            const bool leaf = !granularObject(&item, memberShape) && !granularList(&item, memberShape);
            const bool emptyObject = item.is_object() && item.get_object().empty();
            set.append(named(name), leaf || emptyObject || !shape.declares(name), fieldsOf(item, memberShape));
        }
    } else if (const array *list = granularList(&v, shape)) {
        for (const value &item : *list)
            if (auto address = shape.addressOf(item))
                set.append(std::move(*address), true, fieldsOf(item, shape.element()));
    }
    set.sort();
    return set;
}

Difference differenceOf(const object &before, const object &after, const Shape &shape) {
    NodeDifference out;
    compareMembers(&before, &after, shape, out);
    out.sort();
    return std::move(out.below);
}

value mergeTyped(const value &base, const value &overlay, const Shape &shape) {
    if (const object *members = granularObject(&overlay, shape)) {
        const object *old = base.if_object();
        return mergeObjects(old ? *old : object(), *members, shape);
    }
    if (const array *items = granularList(&overlay, shape)) {
        const array *old = base.if_array();
        return mergeLists(old ? *old : array(), *items, shape);
    }
    return overlay;
}

value withoutFields(const value &v, const FieldSet &fields, const Shape &shape) {
    if (fields.empty())
        return v;
    if (const object *members = granularObject(&v, shape)) {
        object result;
        for (const auto &[name, item] : *members) {
            const FieldSet::Entry *entry = fields.find(named(name));
            if (!entry) {
                result[name] = item;
            } else if (!entry->member) {
                value rest = withoutFields(item, entry->children, shape.member(name));
                if (!isEmptyContainer(rest) || isEmptyContainer(item))
                    result[name] = std::move(rest);
            }
        }
        return result;
    }
    const array *items = granularList(&v, shape);
    if (!items)
        return v;
    array result;
    for (const value &item : *items) {
        const auto address = shape.addressOf(item);
        const FieldSet::Entry *entry = address ? fields.find(*address) : nullptr;
        if (!entry)
            result.push_back(item);
        else if (!entry->member)
            result.push_back(withoutFields(item, entry->children, shape.element()));
    }
    return result;
}

FieldSet withNamedParents(const FieldSet &fields, const Shape &shape) {
    FieldSet result;
    for (const FieldSet::Entry &entry : fields.entries()) {
        const bool field = entry.element.kind == PathElement::Kind::Field;
        const Shape below = field ? shape.member(entry.element.text) : shape.element();
        result.append(entry.element, entry.member || (field && shape.declares(entry.element.text)),
                      withNamedParents(entry.children, below));
    }
    return result;
}

} // namespace coracle::api
