#include "clusterd/apiserver/apiextensions/defaulting.h"

#include <boost/json/array.hpp>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

bool isUnwantedNull(const json::value &value, const StructuralSchema *schema) {
    return value.is_null() && schema && !schema->nullable;
}

class Defaulter {
public:
    void members(json::object &object, const StructuralSchema &schema) {
        if (schema.hasDefaults)
            for (const auto &[name, property] : schema.properties)
                if (property->defaultValue && isAbsent(object, name, *property))
                    set(object[name], *property->defaultValue);
        for (auto member = object.begin(); member != object.end();) {
            const StructuralSchema *child = schema.member(member->key());
            json::value &value = member->value();
            if (isUnwantedNull(value, child)) {
                if (!child->defaultValue) {
                    member = object.erase(member);
                    m_changed = true;
                    continue;
                }
                set(value, *child->defaultValue);
            }
            if (child)
                descend(value, *child);
            ++member;
        }
    }

    bool changed() const { return m_changed; }

private:
    static bool isAbsent(const json::object &object, std::string_view name, const StructuralSchema &schema) {
        const json::value *value = object.if_contains(name);
        return !value || isUnwantedNull(*value, &schema);
    }

    void set(json::value &target, const json::value &value) {
        target = value;
        m_changed = true;
    }

    void descend(json::value &value, const StructuralSchema &schema) {
        if (json::object *object = value.if_object()) {
            members(*object, schema);
        } else if (json::array *list = value.if_array(); list && schema.items) {
            for (json::value &item : *list) {
                if (isUnwantedNull(item, schema.items.get()) && schema.items->defaultValue)
                    set(item, *schema.items->defaultValue);
                descend(item, *schema.items);
            }
        }
    }

    bool m_changed = false;
};

} // namespace

bool applyDefaults(json::object &object, const StructuralSchema &schema) {
    Defaulter defaulter;
    defaulter.members(object, schema);
    return defaulter.changed();
}

} // namespace coracle::apiserver
