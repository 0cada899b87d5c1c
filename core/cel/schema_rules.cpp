#include "core/cel/schema_rules.h"

#include "core/cel/rule_tree.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace coracle::cel {

struct ValidationRules::State {
    CompiledRules compiled;
};

namespace {

using boost::json::value;

constexpr size_t kMessageBytesMax = 5 * 1024;
constexpr std::string_view kOutOfBudget =
    "validation failed due to running out of cost budget, no further validation rules will be run";

/// The counterpart of a value in the old object, for ratcheting; without one, that of the nearest part around it that
/// has one.
struct Counterpart {
    const value *now = nullptr, *old = nullptr;
    const value *aroundNow = nullptr, *aroundOld = nullptr;

    bool unchanged() const {
        if (now)
            return *now == *old;
        return aroundNow && *aroundNow == *aroundOld;
    }

    /// Of a part whose old value is `oldPart`, null if it has none.
    Counterpart part(const value &nowPart, const value *oldPart) const {
        if (!now)
            return *this;
        return {oldPart ? &nowPart : nullptr, oldPart, now, old};
    }
};

/// Finds elements of a list of the type map by their keys.
class ListIndex {
public:
    ListIndex(const value *old, const std::vector<std::string> &keys) : m_keys(keys) {
        if (!old || !old->is_array())
            return;
        for (const value &element : old->get_array())
            if (element.is_object())
                m_elements.emplace(keyOf(element), &element);
    }

    const value *find(const value &element) const {
        const auto at = element.is_object() ? m_elements.find(keyOf(element)) : m_elements.end();
        return at == m_elements.end() ? nullptr : at->second;
    }

private:
    std::string keyOf(const value &element) const {
        std::string key;
        for (const std::string &name : m_keys) {
            const value *part = element.get_object().if_contains(name);
            key += part ? boost::json::serialize(*part) : "null";
            key += '\n';
        }
        return key;
    }

    const std::vector<std::string> &m_keys;
    std::map<std::string, const value *> m_elements;
};

class Validation {
public:
    explicit Validation(const ValidationRules::Options &options) : m_options(options) {
        m_outcome.remainingCost = options.cost;
    }

    void run(const RuleNode &node, const std::string &path, const value &object, const value *old,
             const Counterpart &counterpart) {
        if (object.is_null())
            return;
        // Null has no rules of its own, so that as an old value it is none.
        if (old && old->is_null())
            old = nullptr;
        runRules(node, path, object, old, counterpart);
        Counterpart around;
        around.aroundNow = counterpart.aroundNow;
        around.aroundOld = counterpart.aroundOld;
        for (const auto &nested : node.allOf)
            if (going())
                run(*nested, path, object, old, around);
        if (object.is_array() && node.items)
            runItems(node, path, object, old, counterpart);
        else if (object.is_object())
            runMembers(node, path, object, old, counterpart);
    }

    ValidationRules::Outcome take() { return std::move(m_outcome); }

private:
    bool going() const { return m_outcome.remainingCost >= 0; }
    void stop() { m_outcome.remainingCost = -1; }

    void runItems(const RuleNode &node, const std::string &path, const value &object, const value *old,
                  const Counterpart &counterpart) {
        const auto &items = object.get_array();
        const bool map = node.listType == "map";
        const ListIndex known(map ? old : nullptr, node.listKeys);
        const ListIndex counterparts(map && counterpart.old != old ? counterpart.old : nullptr, node.listKeys);
        for (size_t i = 0; i < items.size() && going(); ++i) {
            const value *oldItem = map ? known.find(items[i]) : nullptr;
            const value *same = map ? (counterpart.old == old ? oldItem : counterparts.find(items[i])) : nullptr;
            // A list of no type is compared element by element where it only matters whether they changed.
            if (node.listType.empty() && counterpart.old && counterpart.old->is_array() &&
                i < counterpart.old->get_array().size())
                same = &counterpart.old->get_array()[i];
            run(*node.items, fmt::format("{}[{}]", path, i), items[i], oldItem, counterpart.part(items[i], same));
        }
    }

    void runMembers(const RuleNode &node, const std::string &path, const value &object, const value *old,
                    const Counterpart &counterpart) {
        const auto memberOf = [](const value *container, std::string_view name) {
            return container && container->is_object() ? container->get_object().if_contains(name) : nullptr;
        };
        for (const auto &member : object.get_object()) {
            if (!going())
                return;
            const std::string_view name(member.key().data(), member.key().size());
            const value *oldMember = node.atomicMap ? nullptr : memberOf(old, name);
            const Counterpart own = counterpart.part(member.value(), memberOf(counterpart.old, name));
            if (node.values)
                run(*node.values, fmt::format("{}[{}]", path, name), member.value(), oldMember, own);
            if (const auto at = node.properties.find(name); at != node.properties.end() && going())
                run(*at->second, path.empty() ? std::string(name) : fmt::format("{}.{}", path, name), member.value(),
                    oldMember, own);
        }
    }

    void runRules(const RuleNode &node, const std::string &path, const value &object, const value *old,
                  const Counterpart &counterpart) {
        for (const Rule &rule : node.rules) {
            if (!going())
                return;
            if (!rule.error.empty())
                invalid(node, path, fmt::format("rule compile error: {}", rule.error));
            else if (rule.program && (!rule.usesOldSelf || old || rule.optionalOldSelf))
                runRule(node, rule, path, object, old, counterpart);
        }
    }

    void runRule(const RuleNode &node, const Rule &rule, const std::string &path, const value &object, const value *old,
                 const Counterpart &counterpart) {
        if (m_outcome.remainingCost == 0) {
            invalid(node, path, kOutOfBudget);
            return stop();
        }
        std::array<Value, 2> variables{Value::fromJson(object, *node.type)};
        if (old)
            variables[1] = Value::fromJson(*old, *node.type);
        if (rule.optionalOldSelf)
            variables[1] = old ? Value::optional(variables[1]) : Value::none();
        const Evaluation evaluation = rule.program->evaluate(variables, {.cost = kCallCostMax, .stop = m_options.stop});
        if (!charge(evaluation.cost)) {
            invalid(node, path, kOutOfBudget);
            return stop();
        }
        if (evaluation.value.isError())
            return failed(node, rule, path, evaluation.value.asString());
        if (evaluation.value.isTrue())
            return;
        std::string where = path;
        if (!rule.fieldPath.empty())
            where += (where.empty() || rule.fieldPath.starts_with('[') ? "" : ".") + rule.fieldPath;
        const bool ratchet = m_options.ratchet && !rule.usesOldSelf && counterpart.unchanged();
        report(problem(node, rule, where, messageOf(rule, variables)), ratchet);
    }

    bool charge(uint64_t cost) {
        if (cost > uint64_t(m_outcome.remainingCost))
            return false;
        m_outcome.remainingCost -= int64_t(cost);
        return true;
    }

    /// The rule could not be evaluated.
    void failed(const RuleNode &node, const Rule &rule, const std::string &path, std::string_view error) {
        const std::string_view shown = trimmed(rule.message.empty() ? rule.rule : rule.message);
        if (error.starts_with("no such overload")) {
            invalid(node, path,
                    fmt::format("'{}': call arguments did not match a supported operator, function or macro signature "
                                "for rule: {}",
                                error, shown));
        } else if (error.starts_with("operation cancelled: actual cost limit exceeded")) {
            invalid(node, path,
                    fmt::format("'{}': no further validation rules will be run due to call cost exceeds limit for "
                                "rule: {}",
                                error, shown));
            stop();
        } else {
            invalid(node, path, fmt::format("{} evaluating rule: {}", error, shown));
            if (m_options.stop.stop_requested())
                stop();
        }
    }

    std::string messageOf(const Rule &rule, std::span<const Value> variables) {
        if (rule.messageProgram) {
            const Evaluation evaluation =
                rule.messageProgram->evaluate(variables, {.cost = kCallCostMax, .stop = m_options.stop});
            if (!charge(evaluation.cost)) {
                stop();
                return "messageExpression evaluation failed due to running out of cost budget, no further validation "
                       "rules will be run";
            }
            // One that fails or makes no message leaves the rule's own one.
            if (evaluation.value.kind() == Value::Kind::String) {
                const std::string_view text = trimmed(evaluation.value.asString());
                if (!text.empty() && text.size() <= kMessageBytesMax && text.find('\n') == text.npos)
                    return std::string(text);
            }
        }
        return rule.message.empty() ? fmt::format("failed rule: {}", trimmed(rule.rule))
                                    : std::string(trimmed(rule.message));
    }

    static std::string fieldOf(const std::string &path) { return path.empty() ? "<nil>" : path; }

    static StatusCause problem(const RuleNode &node, const Rule &rule, const std::string &path,
                               const std::string &detail) {
        if (rule.reason == "FieldValueForbidden")
            return {rule.reason, "Forbidden: " + detail, fieldOf(path)};
        if (rule.reason == "FieldValueRequired")
            return {rule.reason, "Required value: " + detail, fieldOf(path)};
        if (rule.reason == "FieldValueDuplicate")
            return {rule.reason, fmt::format("Duplicate value: \"{}\"", node.schemaType), fieldOf(path)};
        return {"FieldValueInvalid", fmt::format("Invalid value: \"{}\": {}", node.schemaType, detail), fieldOf(path)};
    }

    void invalid(const RuleNode &node, const std::string &path, std::string_view detail) {
        report({"FieldValueInvalid", fmt::format("Invalid value: \"{}\": {}", node.schemaType, detail), fieldOf(path)},
               false);
    }

    void report(StatusCause cause, bool ratchet) {
        if (ratchet)
            m_outcome.warnings.push_back(fmt::format("{}: {}", cause.field, cause.message));
        else
            m_outcome.errors.push_back(std::move(cause));
    }

    const ValidationRules::Options &m_options;
    ValidationRules::Outcome m_outcome;
};

} // namespace

ValidationRules::ValidationRules(std::unique_ptr<State> state) : m_state(std::move(state)) {}
ValidationRules::ValidationRules(ValidationRules &&) noexcept = default;
ValidationRules &ValidationRules::operator=(ValidationRules &&) noexcept = default;
ValidationRules::~ValidationRules() = default;

ValidationRules ValidationRules::compile(const boost::json::object &schema, std::string_view schemaPath,
                                         bool resource) {
    auto state = std::make_unique<State>();
    state->compiled = compileRules(schema, schemaPath, resource);
    return ValidationRules(std::move(state));
}

const std::vector<StatusCause> &ValidationRules::errors() const {
    return m_state->compiled.errors;
}

bool ValidationRules::empty() const {
    return !m_state->compiled.root;
}

ValidationRules::Outcome ValidationRules::validate(const value &object, const value *old,
                                                   const Options &options) const {
    Validation validation(options);
    if (m_state->compiled.root)
        validation.run(*m_state->compiled.root, {}, object, old, old ? Counterpart{&object, old} : Counterpart{});
    return validation.take();
}

ValidationRules::Outcome ValidationRules::validate(const value &object, const value *old) const {
    return validate(object, old, {});
}

} // namespace coracle::cel
