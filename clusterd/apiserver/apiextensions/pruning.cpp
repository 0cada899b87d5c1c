#include "clusterd/apiserver/apiextensions/pruning.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr size_t kUnknownMax = 100; ///< named; more help nobody

bool isTypeMeta(std::string_view name) {
    return name == "apiVersion" || name == "kind" || name == "metadata";
}

class Pruner {
public:
    explicit Pruner(std::vector<std::string> *unknown) : m_unknown(unknown) {}

    /// Null schema: nothing is known.
    void value(json::value &value, const StructuralSchema *schema) {
        if (json::object *object = value.if_object())
            members(*object, schema, schema && schema->embedded);
        else if (json::array *list = value.if_array())
            items(*list, schema);
    }

    void members(json::object &object, const StructuralSchema *schema, bool resource) {
        for (auto member = object.begin(); member != object.end();) {
            const std::string_view name = member->key();
            const auto property = schema ? schema->properties.find(name) : kNone.end();
            const size_t length = push(name);
            bool stays = true;
            if (resource && isTypeMeta(name)) {
                // checked and kept by other rules
            } else if (schema && property != schema->properties.end()) {
                value(member->value(), property->second.get());
            } else if (schema && schema->additionalAllowed) {
                value(member->value(), schema->additional.get());
            } else if (!schema || !schema->preserveUnknown) {
                stays = false;
                report();
            }
            m_path.resize(length);
            member = stays ? member + 1 : object.erase(member);
        }
    }

    bool changed() const { return m_changed; }

private:
    void items(json::array &list, const StructuralSchema *schema) {
        const StructuralSchema *item = schema ? schema->items.get() : nullptr;
        if (schema && !item && schema->preserveUnknown)
            return;
        for (size_t i = 0; i < list.size(); ++i) {
            const size_t length = m_path.size();
            if (m_unknown)
                m_path += fmt::format("[{}]", i);
            value(list[i], item);
            m_path.resize(length);
        }
    }

    size_t push(std::string_view name) {
        const size_t length = m_path.size();
        if (!m_unknown)
            return length;
        if (length > 0)
            m_path += '.';
        m_path += name;
        return length;
    }

    void report() {
        m_changed = true;
        if (m_unknown && m_unknown->size() < kUnknownMax)
            m_unknown->push_back(m_path);
    }

    static inline const std::map<std::string, SchemaPtr, std::less<>> kNone;
    std::vector<std::string> *m_unknown;
    std::string m_path;
    bool m_changed = false;
};

} // namespace

bool prune(json::object &resource, const StructuralSchema &schema, std::vector<std::string> *unknown) {
    Pruner pruner(unknown);
    pruner.members(resource, &schema, true);
    if (unknown)
        std::ranges::sort(*unknown);
    return pruner.changed();
}

bool prune(json::value &value, const StructuralSchema &schema) {
    Pruner pruner(nullptr);
    pruner.value(value, &schema);
    return pruner.changed();
}

} // namespace coracle::apiserver
