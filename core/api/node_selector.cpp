#include "core/api/node_selector.h"

#include "core/api/types/core_v1.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace coracle::api {

namespace {

std::optional<int64_t> toNumber(std::string_view text) {
    int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

} // namespace

NodeTerm::Requirement NodeTerm::prepare(const corev1::NodeSelectorRequirement &requirement) {
    static constexpr std::pair<std::string_view, Operator> kOperators[] = {
        {"In", Operator::In},         {"NotIn", Operator::NotIn},
        {"Exists", Operator::Exists}, {"DoesNotExist", Operator::DoesNotExist},
        {"Gt", Operator::Gt},         {"Lt", Operator::Lt}};
    Requirement prepared{requirement.key, Operator::Unknown, requirement.values};
    for (const auto &[name, op] : kOperators)
        if (requirement.operator_ == name)
            prepared.op = op;
    return prepared;
}

NodeTerm::NodeTerm(const corev1::NodeSelectorTerm &term) {
    for (const auto &requirement : term.matchExpressions)
        m_labels.push_back(prepare(requirement));
    for (const auto &requirement : term.matchFields)
        m_fields.push_back(prepare(requirement));
}

bool NodeTerm::matchesOne(const Requirement &requirement, const std::string_view *value) {
    const auto &values = requirement.values;
    auto listed = [&] { return value && std::find(values.begin(), values.end(), *value) != values.end(); };
    switch (requirement.op) {
    case Operator::In:
        return listed();
    case Operator::NotIn:
        return !listed();
    case Operator::Exists:
        return value != nullptr;
    case Operator::DoesNotExist:
        return value == nullptr;
    case Operator::Gt:
    case Operator::Lt: {
        const auto bound = values.size() == 1 ? toNumber(values[0]) : std::nullopt;
        const auto number = value ? toNumber(*value) : std::nullopt;
        if (!bound || !number)
            return false;
        return requirement.op == Operator::Gt ? *number > *bound : *number < *bound;
    }
    case Operator::Unknown:
        break;
    }
    return false;
}

bool NodeTerm::matches(const Object &node) const {
    if (m_labels.empty() && m_fields.empty())
        return false;
    for (const Requirement &requirement : m_labels) {
        const auto value = node.label(requirement.key);
        if (!matchesOne(requirement, value ? &*value : nullptr))
            return false;
    }
    for (const Requirement &requirement : m_fields) {
        const std::string_view name = node.name();
        if (requirement.key != "metadata.name" || !matchesOne(requirement, &name))
            return false;
    }
    return true;
}

const std::vector<std::string> *NodeTerm::names() const {
    for (const Requirement &requirement : m_fields)
        if (requirement.key == "metadata.name" && requirement.op == Operator::In)
            return &requirement.values;
    return nullptr;
}

std::vector<NodeTerm> nodeTerms(const corev1::NodeSelector &selector) {
    return {selector.nodeSelectorTerms.begin(), selector.nodeSelectorTerms.end()};
}

} // namespace coracle::api
