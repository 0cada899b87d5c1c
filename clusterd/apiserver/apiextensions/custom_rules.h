#pragma once

#include "clusterd/apiserver/strategy/field_errors.h"

#include <memory>
#include <vector>

/// x-kubernetes-validations: where the rules of a definition meet the interpreter (core/cel/schema_rules.h).
namespace coracle::apiserver {

/// The rules of a schema compile, and cost no more than they may.
void validateCustomRules(const JsonObject &schema, const FieldPath &path, std::vector<StatusCause> &causes);

/// The rules of one version, compiled. Immutable, thread-safe.
class CustomRules {
public:
    explicit CustomRules(const JsonObject &schema);
    ~CustomRules();

    /// The object fits its schema; `old` is null on create.
    void validate(const JsonObject &object, const JsonObject *old, std::vector<StatusCause> &causes) const;
    bool empty() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace coracle::apiserver
