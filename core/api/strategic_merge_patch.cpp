#include "core/api/strategic_merge_patch.h"

#include "core/api/go_text.h"
#include "core/api/schema.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace coracle::api {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::string_view kDirective = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kDeletePrefix = "$deleteFromPrimitiveList/";
constexpr std::string_view kOrderPrefix = "$setElementOrder/";

constexpr std::string_view kBadOrderFormat = "invalid patch format of setElementOrder list";
constexpr std::string_view kBadRetainKeys = "invalid patch format of retainKeys";
constexpr std::string_view kBadPrimitives = "invalid patch format of primitive list";

bool isDirective(std::string_view key) {
    return key == kDirective || key == kRetainKeys || key.starts_with(kDeletePrefix) || key.starts_with(kOrderPrefix);
}

Failure noMergeKey(const object &item, std::string_view key) {
    return errors::badRequest(fmt::format("map: {} does not contain declared merge key: {}", goText(item), key));
}

Failure badDirective(const value &directive, const object &patch) {
    return errors::badRequest(fmt::format("unknown patch type: {} in map: {}", goText(directive), goText(patch)));
}

/// The type of an object: a struct, or a map with elements of a type. Null: unknown, where maps merge and lists are
/// replaced.
struct ObjectShape {
    const TypeInfo *type = nullptr;
    bool map = false;
};

/// How a member of an object merges.
struct MemberShape {
    ObjectShape shape; ///< of the member, or of a list's elements
    PatchStrategy strategy = PatchStrategy::None;
    std::string_view mergeKey;

    bool mergesLists() const { return strategy == PatchStrategy::Merge || strategy == PatchStrategy::MergeRetainKeys; }
    bool replacesObjects() const { return strategy == PatchStrategy::Replace; }
};

MemberShape shapeOf(const ObjectShape &parent, std::string_view key) {
    if (parent.map)
        return {.shape = {parent.type}, .mergeKey = {}};
    const FieldInfo *field = parent.type ? parent.type->field(key) : nullptr;
    if (!field)
        return {};
    return {{field->type, field->container == Container::Map}, field->patchStrategy, field->patchKey};
}

/// Identity of a list element: its merge key's value, or the whole scalar, as JSON text.
using Identity = std::string;

Result<Identity> identityOf(const value &item, std::string_view mergeKey) {
    if (mergeKey.empty())
        return boost::json::serialize(item);
    const auto *members = item.if_object();
    if (!members)
        return errors::badRequest("the elements of a list that merges by key must be objects");
    const value *key = members->if_contains(mergeKey);
    if (!key)
        return noMergeKey(*members, mergeKey);
    return boost::json::serialize(*key);
}

using Positions = std::unordered_map<Identity, size_t>; ///< of the first element with each identity

Result<Positions> positionsOf(const array &items, std::string_view mergeKey) {
    Positions positions;
    for (size_t i = 0; i < items.size(); ++i) {
        TRY(Identity identity, identityOf(items[i], mergeKey));
        positions.emplace(std::move(identity), i);
    }
    return positions;
}

std::optional<value> materialise(const value &patch);

/// The members that a patch means where the document has nothing: no nulls and no directives.
object materialiseMembers(const object &patch) {
    object result(patch.storage());
    for (const auto &[key, item] : patch) {
        if (isDirective(key) || item.is_null())
            continue;
        if (auto made = materialise(item))
            result[key] = std::move(*made);
    }
    return result;
}

/// The same for any value; nothing for an object with a directive, which is about something that is there.
std::optional<value> materialise(const value &patch) {
    if (const auto *members = patch.if_object())
        return members->contains(kDirective) ? std::nullopt : std::optional<value>(materialiseMembers(*members));
    const auto *items = patch.if_array();
    if (!items)
        return patch;
    array result(patch.storage());
    for (const value &item : *items)
        if (auto made = materialise(item))
            result.push_back(std::move(*made));
    return result;
}

/// Sorts the merged list: elements of `order` follow it, the others keep their places of the old list as far as
/// possible (upstream: best-effort interleaving by the live list's order).
Result<array> arrange(array merged, const array &order, const array &old, std::string_view mergeKey) {
    TRY(const Positions wanted, positionsOf(order, mergeKey));
    TRY(const Positions before, positionsOf(old, mergeKey));
    struct Item {
        size_t rank;  ///< in the order or, for the others, in the old list
        size_t place; ///< in the old list; SIZE_MAX: new
        value *item;
    };
    std::vector<Item> ordered, others;
    for (value &item : merged) {
        TRY(const Identity identity, identityOf(item, mergeKey));
        const auto old = before.find(identity);
        const size_t place = old == before.end() ? SIZE_MAX : old->second;
        if (const auto found = wanted.find(identity); found != wanted.end())
            ordered.push_back({found->second, place, &item});
        else
            others.push_back({place, place, &item});
    }
    const auto byRank = [](const Item &a, const Item &b) { return a.rank < b.rank; };
    std::stable_sort(ordered.begin(), ordered.end(), byRank);
    std::stable_sort(others.begin(), others.end(), byRank);
    array result(merged.storage());
    result.reserve(merged.size());
    auto left = others.begin();
    for (Item &right : ordered) {
        while (left != others.end() && left->place != SIZE_MAX && right.place != SIZE_MAX && left->place < right.place)
            result.push_back(std::move(*left++->item));
        result.push_back(std::move(*right.item));
    }
    for (; left != others.end(); ++left)
        result.push_back(std::move(*left->item));
    return result;
}

Result<> mergeObject(object &document, const object &patch, const ObjectShape &parent);

/// Merges a list of scalars: a union in the patch's order.
array uniteScalars(array document, const array &patch) {
    std::unordered_set<Identity> seen;
    array result(document.storage());
    const auto add = [&](const value &item) {
        if (seen.insert(boost::json::serialize(item)).second)
            result.push_back(item);
    };
    std::ranges::for_each(document, add);
    std::ranges::for_each(patch, add);
    return result;
}

/// A patch for a list of objects, taken apart.
struct KeyedPatch {
    array items; ///< without directives
    std::unordered_set<Identity> deleted;
    bool replace = false;
};

Result<KeyedPatch> readKeyedPatch(const array &patch, std::string_view mergeKey) {
    KeyedPatch result;
    for (const value &item : patch) {
        const auto *members = item.if_object();
        if (!members)
            return errors::badRequest("list element types are not identical");
        const value *directive = members->if_contains(kDirective);
        if (!directive) {
            result.items.push_back(item);
        } else if (*directive == "delete") {
            TRY(Identity identity, identityOf(item, mergeKey));
            result.deleted.insert(std::move(identity));
        } else if (*directive == "replace") {
            result.replace = true;
        } else if (*directive == "merge") {
            return errors::badRequest("merging lists cannot yet be specified in the patch");
        } else {
            return badDirective(*directive, *members);
        }
    }
    return result;
}

Result<array> mergeByKey(array document, const KeyedPatch &patch, const MemberShape &member) {
    array result(document.storage());
    Positions positions;
    for (value &item : document) {
        TRY(Identity identity, identityOf(item, member.mergeKey));
        if (patch.deleted.contains(identity))
            continue;
        positions.emplace(std::move(identity), result.size());
        result.push_back(std::move(item));
    }
    for (const value &item : patch.items) {
        TRY(Identity identity, identityOf(item, member.mergeKey));
        const auto [found, fresh] = positions.emplace(std::move(identity), result.size());
        if (fresh)
            result.push_back(materialiseMembers(item.get_object()));
        else
            CHECK(mergeObject(result[found->second].get_object(), item.get_object(), member.shape));
    }
    return result;
}

bool holdsObjects(const array &items) {
    return !items.empty() && items.front().is_object();
}

/// A list whose strategy is merge. `order`: the wanted order, or null for that of the patch.
Result<array> mergeList(array document, const array &patch, const MemberShape &member, const array *order) {
    if (document.empty() && patch.empty())
        return document;
    const array old = document;
    if (!holdsObjects(document) && !holdsObjects(patch)) {
        array merged = uniteScalars(std::move(document), patch);
        return arrange(std::move(merged), order ? *order : patch, old, "");
    }
    if (member.mergeKey.empty())
        return errors::badRequest("cannot merge lists without merge key");
    TRY(const KeyedPatch keyed, readKeyedPatch(patch, member.mergeKey));
    if (keyed.replace)
        return materialise(keyed.items)->get_array();
    TRY(array merged, mergeByKey(std::move(document), keyed, member));
    return arrange(std::move(merged), order ? *order : keyed.items, old, member.mergeKey);
}

/// The elements of the patch must stand in the order list, in the same order.
Result<> checkOrder(const array &patch, const array &order, std::string_view mergeKey) {
    if (patch.empty() || order.empty())
        return {};
    size_t next = 0;
    for (const value &item : patch) {
        if (item.is_object() && item.get_object().contains(kDirective))
            continue;
        TRY(const Identity wanted, identityOf(item, mergeKey));
        bool found = false;
        while (next < order.size() && !found) {
            TRY(const Identity identity, identityOf(order[next++], mergeKey));
            found = identity == wanted;
        }
        if (!found)
            return errors::badRequest(
                fmt::format("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n", goText(patch),
                            goText(order)));
    }
    return {};
}

/// `$setElementOrder/<field>`, together with the patch of the field itself.
Result<> mergeOrdered(object &document, const object &patch, std::string_view field, const value &order,
                      const ObjectShape &parent) {
    const value *given = patch.if_contains(field);
    if (given && given->is_null()) {
        document.erase(field);
        return {};
    }
    value *present = document.if_contains(field);
    if (present && present->is_null())
        present = nullptr;
    if (!order.is_array() || (given && !given->is_array()) || (present && !present->is_array()))
        return errors::badRequest(std::string(kBadOrderFormat));
    const MemberShape member = shapeOf(parent, field);
    const array none;
    const array &items = given ? given->get_array() : none;
    CHECK(checkOrder(items, order.get_array(), member.mergeKey));
    if (!member.mergesLists()) {
        if (given)
            document[field] = *materialise(*given);
        return {};
    }
    if (!given && !present)
        return {};
    array base = present ? std::move(present->get_array()) : array();
    TRY(array merged, mergeList(std::move(base), items, member, &order.get_array()));
    document[field] = std::move(merged);
    return {};
}

Result<> retainKeys(object &document, const object &patch, const value &keys) {
    if (!keys.is_array())
        return errors::badRequest(std::string(kBadRetainKeys));
    std::unordered_set<std::string> kept;
    for (const value &key : keys.get_array()) {
        if (!key.is_string())
            return errors::badRequest(std::string(kBadRetainKeys));
        kept.emplace(key.get_string());
    }
    for (const auto &[key, item] : patch)
        if (!item.is_null() && !isDirective(key) && !kept.contains(std::string(key)))
            return errors::badRequest(std::string(kBadRetainKeys));
    for (auto it = document.begin(); it != document.end();)
        it = kept.contains(std::string(it->key())) ? it + 1 : document.erase(it);
    return {};
}

Result<> deletePrimitives(object &document, std::string_view field, const value &items) {
    if (!items.is_array())
        return errors::badRequest(std::string(kBadPrimitives));
    value *present = document.if_contains(field);
    if (!present || !present->is_array())
        return {};
    TRY(const Positions unwanted, positionsOf(items.get_array(), ""));
    array kept(present->storage());
    for (value &item : present->get_array())
        if (!unwanted.contains(boost::json::serialize(item)))
            kept.push_back(std::move(item));
    *present = std::move(kept);
    return {};
}

Result<> mergeMember(object &document, std::string_view key, const value &patch, const ObjectShape &parent) {
    if (patch.is_null()) {
        document.erase(key);
        return {};
    }
    value *present = document.if_contains(key);
    if (!present || present->kind() != patch.kind()) {
        if (auto made = materialise(patch))
            document[key] = std::move(*made);
        else
            document.erase(key);
        return {};
    }
    const MemberShape member = shapeOf(parent, key);
    if (patch.is_object() && !member.replacesObjects())
        return mergeObject(present->get_object(), patch.get_object(), member.shape);
    if (patch.is_array() && member.mergesLists()) {
        TRY(array merged, mergeList(std::move(present->get_array()), patch.get_array(), member, nullptr));
        *present = std::move(merged);
        return {};
    }
    *present = patch.is_object() ? value(materialiseMembers(patch.get_object())) : materialise(patch).value_or(patch);
    return {};
}

Result<> mergeObject(object &document, const object &patch, const ObjectShape &parent) {
    if (const value *directive = patch.if_contains(kDirective)) {
        if (*directive != "replace" && *directive != "delete")
            return badDirective(*directive, patch);
        document = *directive == "replace" ? materialiseMembers(patch) : object();
        return {};
    }
    if (const value *keys = patch.if_contains(kRetainKeys))
        CHECK(retainKeys(document, patch, *keys));
    std::unordered_set<std::string_view> done;
    for (const auto &[key, item] : patch)
        if (std::string_view(key).starts_with(kOrderPrefix)) {
            const std::string_view field = std::string_view(key).substr(kOrderPrefix.size());
            CHECK(mergeOrdered(document, patch, field, item, parent));
            done.insert(field);
        }
    for (const auto &[key, item] : patch) {
        if (std::string_view(key).starts_with(kDeletePrefix)) {
            CHECK(deletePrimitives(document, std::string_view(key).substr(kDeletePrefix.size()), item));
        } else if (!isDirective(key) && !done.contains(key)) {
            CHECK(mergeMember(document, key, item, parent));
        }
    }
    return {};
}

} // namespace

Result<object> applyStrategicMergePatch(const TypeInfo &type, const object &document, const object &patch) {
    object result = document;
    CHECK(mergeObject(result, patch, {&type}));
    return result;
}

} // namespace coracle::api
