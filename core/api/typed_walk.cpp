#include "core/api/typed_nodes.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace coracle::api {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using Kind = Shape::Kind;

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
        // Most members are the same, so that nothing needs to be known about them.
        if ((left || right) && !(left && right && *left == *right))
            out.append(namedElement(name), compare(left, right, memberShape));
    };
    if (before)
        for (const auto &[name, item] : *before)
            compareOne(name);
    if (after)
        for (const auto &[name, item] : *after)
            if (!before || !before->contains(name))
                compareOne(name);
}

/// The items with one address, on one side. Of more than one, all together are one value that nobody looks into.
using Group = std::span<const ListItem>;

void compareGroups(const PathElement &address, Group left, Group right, const Shape &element, NodeDifference &out) {
    const auto first = [](Group group) { return group.empty() ? nullptr : group.front().value; };
    if (left.size() <= 1 && right.size() <= 1) {
        if (left.empty() || right.empty() || *first(left) != *first(right))
            out.append(address, compare(first(left), first(right), element));
        return;
    }
    NodeDifference all;
    if (left.size() >= 2 && right.size() >= 2) {
        all.modified = !std::ranges::equal(left, right, [](auto &a, auto &b) { return *a.value == *b.value; });
    } else if (left.size() >= 2) {
        if (!right.empty())
            all.below.added = std::move(compare(nullptr, first(right), element).below.added);
        all.added = !right.empty();
        all.removed = true;
    } else {
        if (!left.empty())
            all.below.removed = std::move(compare(first(left), nullptr, element).below.removed);
        all.removed = !left.empty();
        all.added = true;
    }
    out.append(address, std::move(all));
}

void compareItems(const array *before, const array *after, const Shape &shape, NodeDifference &out) {
    const ListItems left = itemsOf(before, shape), right = itemsOf(after, shape);
    const Shape element = shape.element();
    const auto groupAt = [](const ListItems &items, size_t begin, const PathElement &address) {
        size_t end = begin;
        while (end < items.size() && items[end].address == address)
            ++end;
        return Group(items).subspan(begin, end - begin);
    };
    for (size_t i = 0, j = 0; i < left.size() || j < right.size();) {
        const bool fromLeft = j == right.size() || (i < left.size() && left[i].address < right[j].address);
        const PathElement &address = fromLeft ? left[i].address : right[j].address;
        const Group a = groupAt(left, i, address), b = groupAt(right, j, address);
        compareGroups(address, a, b, element, out);
        i += a.size();
        j += b.size();
    }
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
        // A value without a schema may turn from an object into something else, or back.
        if (!hollow && (leftObject || rightObject))
            compareMembers(leftObject, rightObject, shape, out);
        out.sort();
        return out;
    }
    if (objects)
        compareMembers(leftObject, rightObject, shape, out);
    else
        compareItems(leftList, rightList, shape, out);
    out.sort();
    return out;
}

} // namespace

const object *granularObject(const value *v, const Shape &shape) {
    const bool fits = shape.kind() == Kind::Struct || shape.kind() == Kind::Map || shape.kind() == Kind::Unknown;
    return v && fits && !shape.atomic() ? v->if_object() : nullptr;
}

const array *granularList(const value *v, const Shape &shape) {
    return v && shape.kind() == Kind::List && !shape.atomic() ? v->if_array() : nullptr;
}

ListItems itemsOf(const array *list, const Shape &shape) {
    ListItems items;
    if (!list)
        return items;
    items.reserve(list->size());
    for (const value &item : *list)
        if (auto address = shape.addressOf(item))
            items.push_back({std::move(*address), &item});
    std::ranges::stable_sort(items, {}, &ListItem::address);
    return items;
}

std::pair<const ListItem *, size_t> findItem(const ListItems &items, const PathElement &address) {
    const auto found = std::ranges::equal_range(items, address, {}, &ListItem::address);
    return {found.empty() ? nullptr : &found.front(), found.size()};
}

Shape Shape::of(const TypeInfo *type) {
    Shape shape;
    shape.m_type = type;
    if (!type)
        return shape;
    shape.m_atomic = type->atomic;
    if (type->form == JsonForm::Object) {
        shape.m_kind = Kind::Struct;
    } else if ((type->form == JsonForm::List || type->form == JsonForm::Map) && !type->fields.empty()) {
        shape.m_field = &type->fields.front();
        shape.m_kind = type->form == JsonForm::List ? Kind::List : Kind::Map;
        shape.m_atomic =
            shape.m_kind == Kind::List ? shape.m_field->listType == ListType::Atomic : shape.m_field->atomicMap;
    }
    return shape;
}

Shape Shape::ofElement(const FieldInfo &field) {
    Shape shape;
    if (field.kind == ValueKind::Struct)
        shape = of(field.type);
    else if (field.kind != ValueKind::Raw)
        shape.m_kind = Kind::Scalar;
    if (!shape.m_field) // a type that is a list or map by its form has a field of its own
        shape.m_field = &field;
    shape.m_item = true;
    return shape;
}

bool Shape::declares(std::string_view name) const {
    return m_kind == Kind::Struct && m_type->field(name);
}

bool Shape::allows(std::string_view name) const {
    return m_kind != Kind::Struct || m_type->open || m_type->field(name);
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
        if (item.is_object())
            return errors::other("associative list without keys has an element that's a map type");
        if (item.is_array())
            return errors::other("not supported: associative list with lists as elements");
        if (item.is_null())
            return errors::other("associative list without keys has an element that's an explicit null");
        return PathElement{PathElement::Kind::Value, boost::json::serialize(item)};
    }
    if (item.is_null())
        return errors::other("associative list with keys may not have a null element");
    const auto *members = item.if_object();
    if (!members)
        return errors::other("associative list with keys may not have non-map elements");
    std::vector<std::string_view> names(m_field->listMapKeys.begin(), m_field->listMapKeys.end());
    std::ranges::sort(names);
    std::string text = "{";
    for (std::string_view name : names) {
        const value *key = members->if_contains(name);
        const FieldInfo *keyField = m_field->type ? m_field->type->field(name) : nullptr;
        const bool given = key && !key->is_null();
        // A key without value or default is no part of the address: that is an address of its own.
        if (!given && (!keyField || keyField->defaultJson.empty()))
            continue;
        text += fmt::format("{}\"{}\":", text.size() > 1 ? "," : "", name);
        text += given ? boost::json::serialize(*key) : std::string(keyField->defaultJson);
    }
    if (text.size() == 1)
        return errors::other(fmt::format("associative list with keys has an element that omits all key fields "
                                         "[\"{}\"] (and doesn't have default values for any key fields)",
                                         fmt::join(m_field->listMapKeys, "\" \"")));
    return PathElement{PathElement::Kind::Key, text + "}"};
}

FieldSet fieldsOf(const value &v, const Shape &shape) {
    FieldSet set;
    if (const object *members = granularObject(&v, shape)) {
        for (const auto &[name, item] : *members) {
            const Shape memberShape = shape.member(name);
            const bool leaf = !granularObject(&item, memberShape) && !granularList(&item, memberShape);
            const bool emptyObject = item.is_object() && item.get_object().empty();
            set.append(namedElement(name), leaf || emptyObject || !shape.declares(name), fieldsOf(item, memberShape));
        }
    } else if (const array *list = granularList(&v, shape)) {
        const ListItems items = itemsOf(list, shape);
        for (size_t i = 0, end = 0; i < items.size(); i = end) {
            for (end = i + 1; end < items.size() && items[end].address == items[i].address;)
                ++end;
            // Nobody looks into items that share an address.
            set.append(items[i].address, true, end == i + 1 ? fieldsOf(*items[i].value, shape.element()) : FieldSet());
        }
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

} // namespace coracle::api
