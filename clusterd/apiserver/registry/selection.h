#pragma once

#include "core/api/object.h"
#include "core/api/schema.h"
#include "core/api/selector.h"

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
    /// The one name that can match (metadata.name=x), or empty.
    std::string_view name() const;

private:
    const api::ResourceInfo *m_resource = nullptr;
    std::string m_namespace;
    api::LabelSelector m_labels;
    api::FieldSelector m_fields;
};

} // namespace coracle::apiserver
