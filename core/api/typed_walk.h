#pragma once

#include "core/api/field_set.h"
#include "core/api/schema.h"

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Walks over JSON values by their schema, for server-side apply: what structured-merge-diff's typed package does.
namespace coracle::api {

/// The schema of one value.
class Shape {
public:
    enum class Kind : uint8_t {
        Scalar,
        Struct,
        Map,
        List,
        Unknown, ///< goes by the value: objects are granular, lists atomic
    };

    /// Null: unknown.
    static Shape of(const TypeInfo *type);

    Kind kind() const { return m_kind; }
    bool atomic() const { return m_atomic; }
    /// A struct's field of this name; false for maps and unknown values, whose members have no names of their own.
    bool declares(std::string_view name) const;
    /// An object of this shape may have such a member.
    bool allows(std::string_view name) const;
    Shape member(std::string_view name) const;
    Shape element() const;
    /// Go writes it even when it is empty, so absent and empty are the same.
    bool alwaysThere() const;
    /// An empty value of it is written as no value.
    bool emptyIsAbsent() const;
    ValueKind scalar() const { return m_field ? m_field->kind : ValueKind::Raw; }

    /// How an item of a list that is not atomic is addressed; fails when all keys are missing or the item has a wrong
    /// form.
    Result<PathElement> addressOf(const boost::json::value &item) const;

private:
    static Shape ofElement(const FieldInfo &field);

    Kind m_kind = Kind::Unknown;
    bool m_atomic = false;
    bool m_item = false; ///< of a list or map, not a field's own value
    const TypeInfo *m_type = nullptr;
    const FieldInfo *m_field = nullptr; ///< that holds the value; null at the top
};

/// What does not fit the schema, each with its path; the words are upstream's.
std::vector<std::string> typeErrors(const boost::json::value &value, const Shape &shape);

/// The fields that a value sets. Items of a list that have the same address count as one, without what is in them.
FieldSet fieldsOf(const boost::json::value &value, const Shape &shape);

struct Difference {
    FieldSet added, removed, modified;
};
Difference differenceOf(const boost::json::object &before, const boost::json::object &after, const Shape &shape);

/// `base` with everything that `overlay` sets. A null takes single values away, but neither lists nor objects whose
/// parts have owners of their own.
boost::json::value mergeTyped(boost::json::value base, const boost::json::value &overlay, const Shape &shape);

/// The value without the fields and items of the set; what gets empty by that goes, too.
boost::json::object withoutFields(const boost::json::object &value, const FieldSet &fields, const Shape &shape);

/// The set together with the named struct fields on the way to its members.
FieldSet withNamedParents(const FieldSet &fields, const Shape &shape);

/// A set that was written when the shape was another one: what is below a value that is atomic now becomes that value.
FieldSet reconciled(const FieldSet &fields, const Shape &shape);

} // namespace coracle::api
