#pragma once

#include "core/api/schema.h"

#include <boost/container/small_vector.hpp>
#include <string_view>

namespace coracle::api {

/// The members of a type as they stand in its JSON object: those of inlined structs in place of the structs.
class FlatFields {
public:
    explicit FlatFields(const TypeInfo &type) { add(type); }

    size_t size() const { return m_fields.size(); }
    const FieldInfo &operator[](size_t index) const { return *m_fields[index]; }
    auto begin() const { return m_fields.begin(); }
    auto end() const { return m_fields.end(); }

    /// The index of a member, or size(). Encoders write members in order, so the search begins at the last hit.
    size_t find(std::string_view name) {
        for (size_t tried = 0; tried < size(); ++tried) {
            if (m_fields[m_guess]->name == name)
                return m_guess;
            m_guess = m_guess + 1 < size() ? m_guess + 1 : 0;
        }
        return size();
    }

private:
    void add(const TypeInfo &type) {
        for (const FieldInfo &field : type.fields) {
            if (field.inlined)
                add(*field.type);
            else
                m_fields.push_back(&field);
        }
    }

    boost::container::small_vector<const FieldInfo *, 48> m_fields;
    size_t m_guess = 0;
};

/// A struct that is a member by itself, not a pointer: Go always writes it.
inline bool isStructByValue(const FieldInfo &field) {
    return field.kind == ValueKind::Struct && field.container == Container::None && !field.pointer &&
           field.type->form == JsonForm::Object;
}

} // namespace coracle::api
