#pragma once

#include "core/api/object.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::corev1 {
struct NodeSelector;
struct NodeSelectorTerm;
struct NodeSelectorRequirement;
} // namespace coracle::corev1

namespace coracle::api {

/// One alternative of a node selector (core/v1 NodeSelectorTerm), prepared for matching. All requirements must hold; a
/// term without any matches no node. Thread-safe after it is made.
class NodeTerm {
public:
    explicit NodeTerm(const corev1::NodeSelectorTerm &term);

    bool matches(const Object &node) const;
    /// The only node names the term can match, when it says so by metadata.name; else null.
    const std::vector<std::string> *names() const;

private:
    enum class Operator : uint8_t { In, NotIn, Exists, DoesNotExist, Gt, Lt, Unknown };
    struct Requirement {
        std::string key;
        Operator op;
        std::vector<std::string> values;
    };
    static Requirement prepare(const corev1::NodeSelectorRequirement &requirement);
    static bool matchesOne(const Requirement &requirement, const std::string_view *value);

    std::vector<Requirement> m_labels, m_fields;
};

/// The alternatives of a selector: a node is selected when one of them matches.
std::vector<NodeTerm> nodeTerms(const corev1::NodeSelector &selector);

} // namespace coracle::api
