#include "clusterd/apiserver/registry/selection.h"

#include "clusterd/apiserver/registry/conversion.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kName = "metadata.name";
constexpr std::string_view kNamespace = "metadata.namespace";

} // namespace

Result<Selection> Selection::parse(const api::ResourceInfo &resource, std::string_view namespaceName,
                                   std::string_view labelSelector, std::string_view fieldSelector) {
    Selection result;
    result.m_stored = &storageResource(resource);
    result.m_namespace = namespaceName;
    TRY(result.m_labels, api::LabelSelector::parse(labelSelector));
    TRY(result.m_fields, api::FieldSelector::parse(fieldSelector));
    CHECK(result.m_fields.check(resource));
    for (const api::FieldSelector::Term &term : result.m_fields.terms())
        result.m_terms.push_back({std::string(storagePath(resource, term.path)), term.value, term.equal});
    return result;
}

bool Selection::matches(const api::Object &object) const {
    if (!m_namespace.empty() && object.namespaceName() != m_namespace)
        return false;
    if (!m_labels.matches(object.labels()))
        return false;
    for (const Term &term : m_terms) {
        const bool same = term.path == kName        ? object.name() == term.value
                          : term.path == kNamespace ? object.namespaceName() == term.value
                                                    : api::selectableField(*m_stored, object, term.path) == term.value;
        if (same != term.equal)
            return false;
    }
    return true;
}

std::optional<Selection::Trigger> Selection::trigger() const {
    const Term *best = nullptr;
    for (const Term &term : m_terms)
        if (term.equal && (!best || term.path == kName || best->path == kNamespace))
            best = &term;
    if (best && best->path != kNamespace)
        return Trigger{best->path, best->value};
    if (!m_namespace.empty())
        return Trigger{std::string(kNamespace), m_namespace};
    return best ? std::optional(Trigger{best->path, best->value}) : std::nullopt;
}

std::string Selection::key() const {
    std::string key = fmt::format("{}\n{}{}", m_namespace, m_labels.isNothing() ? "!" : "", m_labels.text());
    for (const Term &term : m_terms)
        key += fmt::format("\n{}{}{}", term.path, term.equal ? "=" : "!=", term.value);
    return key;
}

} // namespace coracle::apiserver
