#include "core/api/typed_nodes.h"

#include <algorithm>

namespace coracle::api {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using Kind = Shape::Kind;

/// The value is a list or object that has parts with owners of their own.
bool hasParts(const value *v, const Shape &shape) {
    return v && !isEmptyContainer(*v) && (granularObject(v, shape) || granularList(v, shape));
}

object mergeObjects(object base, const object &overlay, const Shape &shape) {
    for (const auto &[name, item] : overlay) {
        const Shape memberShape = shape.member(name);
        if (!item.is_null()) {
            value &member = base[name];
            member = mergeTyped(std::move(member), item, memberShape);
        } else if (const value *old = base.if_contains(name); old && !hasParts(old, memberShape)) {
            base.erase(name);
        }
    }
    return base;
}

/// Merges the items of the two lists in the order that the result gets.
class ListMerge {
public:
    ListMerge(array base, const array &overlay, const Shape &shape)
        : m_base(std::move(base)),
          m_shape(shape),
          m_element(shape.element()),
          m_oldItems(itemsOf(&m_base, shape)),
          m_newItems(itemsOf(&overlay, shape)) {
        for (const value &item : overlay)
            if (auto address = shape.addressOf(item))
                m_wanted.push_back({std::move(*address), &item});
        findShared();
    }

    /// Items keep their order within each list; where the two disagree, the overlay's order wins. An item that both
    /// have comes out where the base has it, unless the overlay wants another one before it.
    array merged() {
        for (value &item : m_base) {
            const auto address = m_shape.addressOf(item);
            if (!address || !findItem(m_newItems, *address).first) {
                m_result.push_back(std::move(item));
            } else if (m_shared < m_wanted.size() && m_wanted[m_shared].address == *address) {
                takeUntil(++m_shared);
                findShared();
            }
        }
        takeUntil(m_wanted.size());
        return std::move(m_result);
    }

private:
    void findShared() {
        while (m_shared < m_wanted.size() && !findItem(m_oldItems, m_wanted[m_shared].address).first)
            ++m_shared;
    }

    void takeUntil(size_t end) {
        for (; m_next < end; ++m_next) {
            const auto [old, count] = findItem(m_oldItems, m_wanted[m_next].address);
            // Where the base has several, the one that is applied replaces them all.
            m_result.push_back(mergeTyped(count == 1 ? *old->value : value(), *m_wanted[m_next].value, m_element));
        }
    }

    array m_base; ///< what is taken over is moved out
    const Shape &m_shape;
    const Shape m_element;
    const ListItems m_oldItems, m_newItems;
    ListItems m_wanted;              ///< the overlay in its order, without what cannot be addressed
    size_t m_next = 0, m_shared = 0; ///< in m_wanted: the next to take, and the next that the base has too
    array m_result;
};

value without(const value &v, const FieldSet &fields, const Shape &shape);

array itemsWithout(const array &items, const FieldSet &fields, const Shape &shape) {
    array result;
    for (const value &item : items) {
        const auto address = shape.addressOf(item);
        const FieldSet::Entry *entry = address ? fields.find(*address) : nullptr;
        if (!entry)
            result.push_back(item);
        else if (!entry->member)
            result.push_back(without(item, entry->children, shape.element()));
    }
    return result;
}

/// Null when nothing is left. A part of an atomic value cannot go alone.
value without(const value &v, const FieldSet &fields, const Shape &shape) {
    if (fields.empty())
        return v;
    if (const object *members = granularObject(&v, shape)) {
        object rest = withoutFields(*members, fields, shape);
        return rest.empty() ? value() : value(std::move(rest));
    }
    if (const array *items = granularList(&v, shape)) {
        array rest = itemsWithout(*items, fields, shape);
        return rest.empty() ? value() : value(std::move(rest));
    }
    return v.is_object() || v.is_array() ? value() : v;
}

/// The parts of a value of this shape have no owners.
bool isAtomic(const Shape &shape) {
    return shape.kind() != Kind::Scalar && shape.kind() != Kind::Unknown && shape.atomic();
}

Shape below(const Shape &shape, const PathElement &element) {
    return element.kind == PathElement::Kind::Field ? shape.member(element.text) : shape.element();
}

bool fitsShape(const FieldSet &fields, const Shape &shape) {
    return std::ranges::all_of(fields.entries(), [&](const FieldSet::Entry &entry) {
        if (entry.children.empty())
            return true;
        const Shape inner = below(shape, entry.element);
        return !isAtomic(inner) && fitsShape(entry.children, inner);
    });
}

} // namespace

value mergeTyped(value base, const value &overlay, const Shape &shape) {
    if (const object *members = granularObject(&overlay, shape)) {
        object *old = base.if_object();
        return mergeObjects(old ? std::move(*old) : object(), *members, shape);
    }
    if (const array *items = granularList(&overlay, shape)) {
        array *old = base.if_array();
        return ListMerge(old ? std::move(*old) : array(), *items, shape).merged();
    }
    return overlay;
}

object withoutFields(const object &members, const FieldSet &fields, const Shape &shape) {
    object result;
    for (const auto &[name, item] : members) {
        const FieldSet::Entry *entry = fields.find(namedElement(name));
        if (!entry || (!entry->member && isEmptyContainer(item))) {
            result[name] = item;
        } else if (!entry->member) {
            if (value rest = without(item, entry->children, shape.member(name)); !rest.is_null())
                result[name] = std::move(rest);
        }
    }
    return result;
}

FieldSet withNamedParents(const FieldSet &fields, const Shape &shape) {
    FieldSet result;
    for (const FieldSet::Entry &entry : fields.entries()) {
        const bool field = entry.element.kind == PathElement::Kind::Field;
        result.append(entry.element, entry.member || (field && shape.declares(entry.element.text)),
                      withNamedParents(entry.children, below(shape, entry.element)));
    }
    return result;
}

FieldSet reconciled(const FieldSet &fields, const Shape &shape) {
    if (fitsShape(fields, shape))
        return fields;
    FieldSet result;
    for (const FieldSet::Entry &entry : fields.entries()) {
        const Shape inner = below(shape, entry.element);
        if (!entry.children.empty() && isAtomic(inner))
            result.append(entry.element, true, FieldSet());
        else
            result.append(entry.element, entry.member, reconciled(entry.children, inner));
    }
    return result;
}

} // namespace coracle::api
