#include "clusterd/volume/node_affinity.h"

#include <algorithm>

namespace coracle::volume {

namespace {

const corev1::NodeSelector *required(const corev1::PersistentVolume &volume) {
    return volume.spec.nodeAffinity ? volume.spec.nodeAffinity->required.get() : nullptr;
}

} // namespace

NodeAffinity::NodeAffinity(const corev1::PersistentVolume &volume) {
    const corev1::NodeSelector *selector = required(volume);
    if (!selector)
        return;
    m_restricts = true;
    m_terms = api::nodeTerms(*selector);
}

bool NodeAffinity::matches(const api::Object &node) const {
    return !m_restricts || std::ranges::any_of(m_terms, [&](const api::NodeTerm &term) { return term.matches(node); });
}

std::string_view NodeAffinity::singleValue(const corev1::PersistentVolume &volume, std::string_view label) {
    const corev1::NodeSelector *selector = required(volume);
    if (!selector || selector->nodeSelectorTerms.size() != 1)
        return {};
    for (const corev1::NodeSelectorRequirement &requirement : selector->nodeSelectorTerms.front().matchExpressions)
        if (requirement.key == label && requirement.operator_ == "In" && requirement.values.size() == 1)
            return requirement.values.front();
    return {};
}

} // namespace coracle::volume
