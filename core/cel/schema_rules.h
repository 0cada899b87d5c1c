#pragma once

#include "core/base/result.h"
#include "core/cel/type.h"

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

/// x-kubernetes-validations of structural schemas (KEP-2876): the CEL rules in a CustomResourceDefinition.
namespace coracle::cel {

/// What the rules of one object may cost together (RuntimeCELCostBudget).
inline constexpr int64_t kRequestCostMax = 10'000'000;
/// What all rules of one schema may cost by their estimates (StaticEstimatedCRDCostLimit).
inline constexpr uint64_t kSchemaCostMax = 100'000'000;

/// The CEL type of a structural schema; nothing for what expressions cannot see (no type, an array without items).
/// With `resource`, apiVersion, kind, metadata.name and metadata.generateName are there even if not in the schema.
std::optional<Type> schemaType(const boost::json::object &schema, bool resource);

/// A property's name as expressions write it: "__dot__" for a dot, "__namespace__" for a keyword; nothing for a name
/// that cannot be written.
std::optional<std::string> escapeProperty(std::string_view name);

/// The rules of one structural schema, compiled. Immutable; any number of threads may validate at once.
class ValidationRules {
public:
    struct Outcome {
        /// In the standard words; field is a path below the root, "<nil>" for the root itself.
        std::vector<StatusCause> errors;
        /// Failed rules of values that did not change (ratcheting): warnings, not errors.
        std::vector<std::string> warnings;
        int64_t remainingCost = kRequestCostMax; ///< negative when it ran out
    };

    struct Options {
        bool ratchet = true;
        int64_t cost = kRequestCostMax;
        std::stop_token stop;
    };

    /// Compiles all rules of the schema and its parts. `schemaPath` is where the schema is in its object, for the
    /// fields of errors(): "spec.versions[0].schema.openAPIV3Schema". `resource`: the schema is that of a whole
    /// resource. The schema may go afterwards.
    static ValidationRules compile(const boost::json::object &schema, std::string_view schemaPath,
                                   bool resource = true);

    ValidationRules(ValidationRules &&) noexcept;
    ValidationRules &operator=(ValidationRules &&) noexcept;
    ~ValidationRules();

    /// What the API server refuses a CustomResourceDefinition for: rules that do not compile, cost too much, or have
    /// invalid messages, reasons and field paths. validate() reports rules that do not compile as failed.
    const std::vector<StatusCause> &errors() const;

    /// There are no rules: validate() need not be called.
    bool empty() const;

    /// Validates an object, and its change when there is an old one (transition rules, those with oldSelf, run only
    /// then). Both must fit the schema already.
    Outcome validate(const boost::json::value &object, const boost::json::value *old, const Options &options) const;
    Outcome validate(const boost::json::value &object, const boost::json::value *old = nullptr) const;

private:
    struct State;
    explicit ValidationRules(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace coracle::cel
