#pragma once

#include "core/api/object.h"
#include "core/api/schema.h"
#include "core/api/selector.h"

#include <optional>
#include <string>
#include <string_view>

namespace coracle::apiserver {

/// Which stored objects of a resource a list, watch or deletion of a collection means.
class Selection {
public:
    /// 400 in the standard words for selectors that are malformed or name unknown fields.
    static Result<Selection> parse(const api::ResourceInfo &resource, std::string_view namespaceName,
                                   std::string_view labelSelector, std::string_view fieldSelector);

    /// The object is in its stored form.
    bool matches(const api::Object &object) const;
    /// No selectors: everything in the namespace.
    bool isEverything() const { return m_labels.isEverything() && m_fields.isEverything(); }
    const std::string &namespaceName() const { return m_namespace; }

    /// A field that must have one value: the namespace, or what a field selector asks for; the most telling one.
    struct Trigger {
        std::string path; ///< in the stored form
        std::string value;
    };
    std::optional<Trigger> trigger() const;
    /// The same text for selections that mean the same objects in the same form.
    std::string key() const;
    const api::ResourceInfo &storedResource() const { return *m_stored; }

private:
    struct Term {
        std::string path; ///< in the stored form
        std::string value;
        bool equal = true;
    };

    const api::ResourceInfo *m_stored = nullptr;
    std::string m_namespace;
    api::LabelSelector m_labels;
    api::FieldSelector m_fields;
    std::vector<Term> m_terms; ///< m_fields in stored form
};

} // namespace coracle::apiserver
