#include "clusterd/apiserver/registry/selection.h"

#include "clusterd/apiserver/registry/conversion.h"

namespace coracle::apiserver {

Result<Selection> Selection::parse(const api::ResourceInfo &resource, std::string_view namespaceName,
                                   std::string_view labelSelector, std::string_view fieldSelector) {
    Selection result;
    result.m_resource = &resource;
    result.m_namespace = namespaceName;
    TRY(result.m_labels, api::LabelSelector::parse(labelSelector));
    TRY(result.m_fields, api::FieldSelector::parse(fieldSelector));
    CHECK(result.m_fields.check(resource));
    return result;
}

bool Selection::matches(const api::Object &object) const {
    if (!m_namespace.empty() && object.namespaceName() != m_namespace)
        return false;
    if (!m_labels.matches(object.labels()))
        return false;
    for (const api::FieldSelector::Term &term : m_fields.terms()) {
        std::string value =
            api::selectableField(storageResource(*m_resource), object, storagePath(*m_resource, term.path));
        if ((value == term.value) != term.equal)
            return false;
    }
    return true;
}

std::string_view Selection::name() const {
    const std::string *name = m_fields.required("metadata.name");
    return name ? std::string_view(*name) : std::string_view();
}

} // namespace coracle::apiserver
