#include "clusterd/scheduler/pod_info.h"

#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <functional>

namespace coracle::scheduler {

namespace {

void addHostPorts(std::vector<HostPort> &ports, const corev1::Container &container) {
    for (const auto &port : container.ports)
        if (port.hostPort > 0)
            ports.push_back({port.hostIP.empty() ? "0.0.0.0" : port.hostIP,
                             port.protocol.empty() ? "TCP" : port.protocol, port.hostPort});
}

Result<AffinityTerm> toTerm(const corev1::PodAffinityTerm &term, const api::Object &pod, int64_t weight) {
    AffinityTerm prepared;
    prepared.topologyKey = term.topologyKey;
    prepared.weight = weight;
    prepared.selector = api::LabelSelector::nothing();
    if (term.labelSelector) {
        TRY(prepared.selector, api::LabelSelector::from(*term.labelSelector));
    }
    // The API server merges matchLabelKeys into the selector of stored pods; older stored pods have them apart.
    for (const std::string &key : term.matchLabelKeys)
        if (const auto value = pod.label(key))
            CHECK(prepared.selector.add(key, api::LabelSelector::Operator::In, {std::string(*value)}));
    for (const std::string &key : term.mismatchLabelKeys)
        if (const auto value = pod.label(key))
            CHECK(prepared.selector.add(key, api::LabelSelector::Operator::NotIn, {std::string(*value)}));
    prepared.namespaces.insert(term.namespaces.begin(), term.namespaces.end());
    if (term.namespaceSelector) {
        TRY(auto namespaces, api::LabelSelector::from(*term.namespaceSelector));
        if (namespaces.isEverything())
            prepared.anyNamespace = true;
        else
            prepared.namespaceLabels = std::move(namespaces);
    } else if (term.namespaces.empty()) {
        prepared.namespaces.emplace(pod.namespaceName());
    }
    return prepared;
}

template<class Source>
Result<> addTerms(const Source &source, const api::Object &pod, std::vector<AffinityTerm> &required,
                  std::vector<AffinityTerm> &preferred) {
    for (const auto &term : source.requiredDuringSchedulingIgnoredDuringExecution) {
        TRY(auto prepared, toTerm(term, pod, 0));
        required.push_back(std::move(prepared));
    }
    for (const auto &weighted : source.preferredDuringSchedulingIgnoredDuringExecution) {
        TRY(auto prepared, toTerm(weighted.podAffinityTerm, pod, weighted.weight));
        preferred.push_back(std::move(prepared));
    }
    return {};
}

Result<std::unique_ptr<const AffinityTerms>> toAffinity(const corev1::PodSpec &spec, const api::Object &pod) {
    if (!spec.affinity || (!spec.affinity->podAffinity && !spec.affinity->podAntiAffinity))
        return nullptr;
    auto terms = std::make_unique<AffinityTerms>();
    if (spec.affinity->podAffinity)
        CHECK(addTerms(*spec.affinity->podAffinity, pod, terms->required, terms->preferred));
    if (spec.affinity->podAntiAffinity)
        CHECK(addTerms(*spec.affinity->podAntiAffinity, pod, terms->requiredAnti, terms->preferredAnti));
    return terms;
}

Result<SpreadConstraint> toConstraint(const corev1::TopologySpreadConstraint &constraint, const api::Object &pod) {
    SpreadConstraint prepared;
    prepared.maxSkew = constraint.maxSkew;
    prepared.minDomains = constraint.minDomains.value_or(1);
    prepared.topologyKey = constraint.topologyKey;
    prepared.required = constraint.whenUnsatisfiable != "ScheduleAnyway";
    prepared.honorAffinity = constraint.nodeAffinityPolicy.value_or("Honor") != "Ignore";
    prepared.honorTaints = constraint.nodeTaintsPolicy.value_or("Ignore") == "Honor";
    prepared.selector = api::LabelSelector::nothing();
    if (constraint.labelSelector) {
        TRY(prepared.selector, api::LabelSelector::from(*constraint.labelSelector));
    }
    for (const std::string &key : constraint.matchLabelKeys)
        if (const auto value = pod.label(key))
            CHECK(prepared.selector.add(key, api::LabelSelector::Operator::In, {std::string(*value)}));
    return prepared;
}

void addNodeRules(PodDemands &demands, const corev1::PodSpec &spec) {
    demands.nodeSelector.assign(spec.nodeSelector.begin(), spec.nodeSelector.end());
    if (!spec.affinity || !spec.affinity->nodeAffinity)
        return;
    const auto &affinity = *spec.affinity->nodeAffinity;
    if (affinity.requiredDuringSchedulingIgnoredDuringExecution) {
        demands.hasRequiredTerms = true;
        for (const auto &term : affinity.requiredDuringSchedulingIgnoredDuringExecution->nodeSelectorTerms)
            demands.requiredTerms.emplace_back(term);
    }
    for (const auto &preferred : affinity.preferredDuringSchedulingIgnoredDuringExecution)
        demands.preferredTerms.push_back({preferred.weight, NodeTerm(preferred.preference)});
}

Result<std::unique_ptr<const PodDemands>> toDemands(const corev1::Pod &pod, const api::Object &object) {
    auto demands = std::make_unique<PodDemands>();
    addNodeRules(*demands, pod.spec);
    for (const auto &toleration : pod.spec.tolerations)
        demands->tolerations.push_back({toleration.key, toleration.value, toleration.effect, toleration.operator_});
    for (const auto &constraint : pod.spec.topologySpreadConstraints) {
        TRY(auto prepared, toConstraint(constraint, object));
        demands->spread.push_back(std::move(prepared));
    }
    for (const auto *containers : {&pod.spec.initContainers, &pod.spec.containers})
        for (const auto &container : *containers)
            demands->images.push_back(withTag(container.image));
    demands->containerCount = demands->images.size();
    for (const auto &gate : pod.spec.schedulingGates)
        demands->gates.push_back(gate.name);
    for (const auto &claim : pod.status.resourceClaimStatuses)
        demands->resourceClaims.emplace_back(claim.name, claim.resourceClaimName.value_or(""));
    demands->nominatedNode = pod.status.nominatedNodeName;
    for (const auto &condition : pod.status.conditions)
        if (condition.type == corev1::kPodScheduled) {
            demands->conditionStatus = condition.status;
            demands->conditionReason = condition.reason;
            demands->conditionMessage = condition.message;
        }
    std::string watched = api::encode(pod.spec);
    for (const auto &[key, value] : pod.metadata.labels)
        watched += '\n' + key + '=' + value;
    demands->fingerprint = std::hash<std::string>()(watched);
    return demands;
}

} // namespace

std::string withTag(std::string image) {
    // A colon after the last slash is a tag or digest; one before it belongs to a registry's port.
    if (image.find(':', image.rfind('/') == std::string::npos ? 0 : image.rfind('/')) == std::string::npos)
        image += ":latest";
    return image;
}

bool HostPort::conflicts(const HostPort &other) const {
    return port == other.port && protocol == other.protocol &&
           (ip == other.ip || ip == "0.0.0.0" || other.ip == "0.0.0.0");
}

Result<PodInfoPtr> PodInfo::parse(api::ObjectPtr object) {
    TRY(const corev1::Pod pod, api::decode<corev1::Pod>(*object));
    auto info = std::make_shared<PodInfo>();
    info->node = pod.spec.nodeName;
    info->schedulerName = pod.spec.schedulerName;
    info->priority = pod.spec.priority.value_or(0);
    info->mayPreempt = pod.spec.preemptionPolicy.value_or("") != "Never";
    info->terminal = pod.status.phase == corev1::kPodSucceeded || pod.status.phase == corev1::kPodFailed;
    for (const auto &condition : pod.status.conditions)
        info->preempted = info->preempted || (condition.type == "DisruptionTarget" && condition.status == "True" &&
                                              condition.reason == "PreemptionByScheduler");
    if (pod.status.startTime)
        info->startTime = (*pod.status.startTime).time_since_epoch().count();
    info->requests = podRequests(pod.spec, pod.status);
    info->scoringRequests = podRequestsForScoring(pod.spec, pod.status);
    for (const auto &container : pod.spec.containers)
        addHostPorts(info->hostPorts, container);
    for (const auto &container : pod.spec.initContainers)
        if (container.restartPolicy == "Always")
            addHostPorts(info->hostPorts, container);
    TRY(info->affinity, toAffinity(pod.spec, *object));
    info->volumes = PodVolumes::of(pod);
    if (info->node.empty()) {
        TRY(info->demands, toDemands(pod, *object));
    }
    info->object = std::move(object);
    return info;
}

} // namespace coracle::scheduler
