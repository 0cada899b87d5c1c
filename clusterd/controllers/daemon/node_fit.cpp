#include "clusterd/controllers/daemon/node_fit.h"

#include "core/api/tolerations.h"
#include "core/api/typed.h"

#include <algorithm>

namespace coracle::controllers::daemon {

namespace {

constexpr std::string_view kNameField = "metadata.name";

void tolerate(corev1::PodSpec &spec, std::string_view key, std::string_view effect) {
    corev1::Toleration wanted;
    wanted.key = key;
    wanted.operator_ = "Exists";
    wanted.effect = effect;
    for (corev1::Toleration &present : spec.tolerations)
        if (present.key == wanted.key && present.effect == wanted.effect && present.operator_ == wanted.operator_ &&
            present.value.empty()) {
            present.tolerationSeconds.reset(); // without an end
            return;
        }
    spec.tolerations.push_back(std::move(wanted));
}

const corev1::NodeSelector *requiredTerms(const corev1::PodSpec &spec) {
    if (!spec.affinity || !spec.affinity->nodeAffinity)
        return nullptr;
    return spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution.get();
}

} // namespace

Result<DaemonNode> DaemonNode::from(const api::ObjectPtr &node) {
    TRY(corev1::Node decoded, api::decode<corev1::Node>(*node));
    return DaemonNode{node, std::move(decoded.spec.taints)};
}

bool DaemonNode::sameAs(const DaemonNode &other) const {
    return object->labels() == other.object->labels() && taints == other.taints;
}

Placement::Placement(const corev1::PodSpec &podTemplate)
    : m_nodeName(podTemplate.nodeName),
      m_nodeSelector(podTemplate.nodeSelector.begin(), podTemplate.nodeSelector.end()) {
    if (const corev1::NodeSelector *required = requiredTerms(podTemplate)) {
        m_hasTerms = true;
        for (const corev1::NodeSelectorTerm &term : required->nodeSelectorTerms)
            m_terms.emplace_back(term);
    }
    corev1::PodSpec spec;
    spec.hostNetwork = podTemplate.hostNetwork;
    spec.tolerations = podTemplate.tolerations;
    addStandardTolerations(spec);
    m_tolerations = std::move(spec.tolerations);
}

bool Placement::matches(const api::Object &node) const {
    if (!m_nodeName.empty() && m_nodeName != node.name())
        return false;
    for (const auto &[key, value] : m_nodeSelector)
        if (node.label(key) != value)
            return false;
    return !m_hasTerms || std::any_of(m_terms.begin(), m_terms.end(),
                                      [&](const scheduler::NodeTerm &term) { return term.matches(node); });
}

Fit Placement::on(const DaemonNode &node) const {
    if (!matches(*node.object))
        return {};
    Fit fit{true, true};
    for (const corev1::Taint &taint : node.taints) {
        const bool executes = taint.effect == corev1::kTaintEffectNoExecute;
        if (!executes && taint.effect != corev1::kTaintEffectNoSchedule)
            continue;
        if (std::any_of(m_tolerations.begin(), m_tolerations.end(),
                        [&](const corev1::Toleration &toleration) { return api::tolerates(toleration, taint); }))
            continue;
        fit.run = false;
        if (executes)
            fit.keep = false;
    }
    return fit;
}

void addStandardTolerations(corev1::PodSpec &spec) {
    tolerate(spec, corev1::kTaintNodeNotReady, corev1::kTaintEffectNoExecute);
    tolerate(spec, corev1::kTaintNodeUnreachable, corev1::kTaintEffectNoExecute);
    tolerate(spec, corev1::kTaintNodeDiskPressure, corev1::kTaintEffectNoSchedule);
    tolerate(spec, corev1::kTaintNodeMemoryPressure, corev1::kTaintEffectNoSchedule);
    tolerate(spec, corev1::kTaintNodePIDPressure, corev1::kTaintEffectNoSchedule);
    tolerate(spec, corev1::kTaintNodeUnschedulable, corev1::kTaintEffectNoSchedule);
    if (spec.hostNetwork)
        tolerate(spec, corev1::kTaintNodeNetworkUnavailable, corev1::kTaintEffectNoSchedule);
}

void pinToNode(corev1::PodSpec &spec, const std::string &node) {
    corev1::NodeSelectorRequirement byName;
    byName.key = kNameField;
    byName.operator_ = "In";
    byName.values.push_back(node);
    corev1::NodeSelectorTerm term;
    term.matchFields.push_back(std::move(byName));
    corev1::NodeSelector &required =
        spec.affinity.ensure().nodeAffinity.ensure().requiredDuringSchedulingIgnoredDuringExecution.ensure();
    required.nodeSelectorTerms.clear();
    required.nodeSelectorTerms.push_back(std::move(term));
}

std::string targetNode(const corev1::PodSpec &spec) {
    if (!spec.nodeName.empty())
        return spec.nodeName;
    if (const corev1::NodeSelector *required = requiredTerms(spec))
        for (const corev1::NodeSelectorTerm &term : required->nodeSelectorTerms)
            for (const corev1::NodeSelectorRequirement &field : term.matchFields)
                if (field.key == kNameField && field.operator_ == "In" && field.values.size() == 1)
                    return field.values.front();
    return {};
}

} // namespace coracle::controllers::daemon
