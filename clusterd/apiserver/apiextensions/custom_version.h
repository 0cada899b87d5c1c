#pragma once

#include "clusterd/apiserver/apiextensions/custom_rules.h"
#include "clusterd/apiserver/apiextensions/structural_schema.h"
#include "clusterd/apiserver/apiextensions/type_table.h"
#include "clusterd/apiserver/json_access.h"
#include "core/api/json_path.h"
#include "core/api/schema.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coracle::apiserver {

/// Where a scale sub-resource finds its numbers.
struct ScalePaths {
    std::vector<std::string> specReplicas, statusReplicas, labelSelector;
    std::string specReplicasText; ///< ".spec.replicas"
};

/// One version of a CustomResourceDefinition, compiled: the resource row, and what is behind it. Immutable after
/// create().
class CustomVersion {
public:
    /// `names`: the accepted names. The kind owns this and outlives every use of resource().
    static Result<std::unique_ptr<CustomVersion>> create(const JsonObject &definition, const JsonObject &version,
                                                         const JsonObject &names, const api::RuntimeKind *kind);

    const api::ResourceInfo &resource() const { return m_resource; }
    const StructuralSchema &schema() const { return *m_schema; }
    const JsonObject &schemaJson() const { return m_schemaJson; }
    const CustomRules &rules() const { return *m_rules; }
    bool hasStatus() const { return m_hasStatus; }
    const std::optional<ScalePaths> &scale() const { return m_scale; }
    /// Of the columns after the name, in order.
    const std::vector<api::JsonPath> &columnPaths() const { return m_columnPaths; }
    bool served() const { return m_served; }
    bool stored() const { return m_stored; }
    const std::string &deprecation() const { return m_deprecation; }

private:
    CustomVersion() = default;
    void setNames(const JsonObject &definition, const JsonObject &names);
    void setSubresources(const JsonObject &version);
    void setColumns(const JsonObject &version);
    void setDeprecation(const JsonObject &definition, const JsonObject &version);
    std::string_view keep(std::string_view text) { return m_texts.emplace_back(text); }
    std::span<const std::string_view> keepList(const JsonArray &texts);

    api::ResourceInfo m_resource;
    SchemaPtr m_schema;
    JsonObject m_schemaJson;
    std::unique_ptr<TypeTable> m_types;
    std::unique_ptr<CustomRules> m_rules;
    std::optional<ScalePaths> m_scale;
    std::vector<api::ColumnInfo> m_columns;
    std::vector<api::JsonPath> m_columnPaths;
    std::vector<api::SubresourceInfo> m_subresources;
    std::vector<std::string_view> m_selectable;
    std::deque<std::string> m_texts;
    std::deque<std::vector<std::string_view>> m_lists;
    std::string m_deprecation;
    bool m_hasStatus = false, m_served = false, m_stored = false;
};

} // namespace coracle::apiserver
