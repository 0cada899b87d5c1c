#pragma once

#include "core/api/typed_walk.h"

#include <boost/json/value.hpp>
#include <vector>

/// What the walks over typed values share. Included by their sources only.
namespace coracle::api {

inline PathElement namedElement(std::string_view name) {
    return {PathElement::Kind::Field, std::string(name)};
}

inline bool isEmptyContainer(const boost::json::value &value) {
    return (value.is_object() && value.get_object().empty()) || (value.is_array() && value.get_array().empty());
}

/// An object whose members are walked one by one; else null.
const boost::json::object *granularObject(const boost::json::value *value, const Shape &shape);
/// A list whose items are walked one by one; else null.
const boost::json::array *granularList(const boost::json::value *value, const Shape &shape);

struct ListItem {
    PathElement address;
    const boost::json::value *value = nullptr;
};
/// The items of a list that is not atomic by their addresses, those with the same one in the list's order. Items that
/// have no address are left out.
using ListItems = std::vector<ListItem>;
ListItems itemsOf(const boost::json::array *list, const Shape &shape);
/// The first item with the address, and how many there are.
std::pair<const ListItem *, size_t> findItem(const ListItems &items, const PathElement &address);

} // namespace coracle::api
