#pragma once

#include "core/base/result.h"

#include <boost/json/fwd.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::api {

/// One step of a path into an object, as structured-merge-diff has it.
struct PathElement {
    enum class Kind : uint8_t {
        Field, ///< f: a member's name
        Key,   ///< k: the keys of an item of an associative list
        Value, ///< v: the item of a set
        Index, ///< i: the place in a list
    };
    Kind kind = Kind::Field;
    std::string text; ///< the name; for the others compact JSON, keys sorted by name

    /// ".name", "[name=\"web\"]", "[=\"x\"]", "[3]"
    std::string print() const;

    friend bool operator==(const PathElement &, const PathElement &) = default;
    /// Fields, keys, values, indexes; names by their bytes, numbers in keys and values by their size.
    friend std::strong_ordering operator<=>(const PathElement &a, const PathElement &b);
};

/// A set of paths, kept as a tree. The empty path is never in a set.
class FieldSet {
public:
    struct Entry;

    /// Reads the JSON of meta/v1.FieldsV1; fails when it is none.
    static Result<FieldSet> fromJson(const boost::json::value &fields);
    /// The JSON of meta/v1.FieldsV1, members in a fixed order.
    boost::json::object toJson() const;

    bool empty() const { return m_entries.empty(); }
    const std::vector<Entry> &entries() const { return m_entries; }
    const Entry *find(const PathElement &element) const;

    /// Adds what a walk found below one element; nothing when that is nothing. sort() must follow the last one.
    void append(PathElement element, bool member, FieldSet children);
    void sort();
    void insert(const std::vector<PathElement> &path);

    // By value: the sets of whole objects are large, and what a caller gives away is not copied.
    static FieldSet unite(FieldSet a, FieldSet b);
    static FieldSet intersect(const FieldSet &a, const FieldSet &b);
    static FieldSet subtract(FieldSet a, const FieldSet &b);
    /// `a` without the paths of `b` and all that is below them.
    static FieldSet subtractBranches(FieldSet a, const FieldSet &b);

    /// All paths as text (".spec.replicas"); those of one level come before what is below them.
    std::vector<std::string> paths() const;

    friend bool operator==(const FieldSet &a, const FieldSet &b);

private:
    std::vector<Entry> m_entries; ///< sorted; each is a member or has children
};

struct FieldSet::Entry {
    PathElement element;
    bool member = false; ///< the path that ends here is in the set
    FieldSet children;

    friend bool operator==(const Entry &, const Entry &) = default;
};

} // namespace coracle::api
