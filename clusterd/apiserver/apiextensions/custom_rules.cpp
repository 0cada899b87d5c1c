#include "clusterd/apiserver/apiextensions/custom_rules.h"

#include "core/cel/schema_rules.h"

namespace coracle::apiserver {

void validateCustomRules(const JsonObject &schema, const FieldPath &path, std::vector<StatusCause> &causes) {
    const auto rules = cel::ValidationRules::compile(schema, path.text());
    causes.insert(causes.end(), rules.errors().begin(), rules.errors().end());
}

struct CustomRules::State {
    cel::ValidationRules rules;
};

CustomRules::CustomRules(const JsonObject &schema)
    : m_state(new State{cel::ValidationRules::compile(schema, "spec.versions.schema.openAPIV3Schema")}) {}

CustomRules::~CustomRules() = default;

bool CustomRules::empty() const {
    return m_state->rules.empty();
}

void CustomRules::validate(const JsonObject &object, const JsonObject *old, std::vector<StatusCause> &causes) const {
    if (empty())
        return;
    const JsonValue before = old ? JsonValue(*old) : JsonValue();
    const auto outcome = m_state->rules.validate(JsonValue(object), old ? &before : nullptr);
    causes.insert(causes.end(), outcome.errors.begin(), outcome.errors.end());
}

} // namespace coracle::apiserver
