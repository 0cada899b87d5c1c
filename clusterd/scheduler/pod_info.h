#pragma once

#include "clusterd/scheduler/node_selector.h"
#include "clusterd/scheduler/pod_volumes.h"
#include "clusterd/scheduler/resources.h"
#include "core/api/object.h"
#include "core/api/selector.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace coracle::scheduler {

class NodeInfo;

/// A port that a pod takes on its node.
struct HostPort {
    std::string ip; ///< "0.0.0.0": every address
    std::string protocol;
    int32_t port = 0;
    bool conflicts(const HostPort &other) const;
};

/// A corev1::Toleration as api::tolerates() wants it.
struct PodToleration {
    std::string key, value, effect, operator_;
    friend bool operator==(const PodToleration &, const PodToleration &) = default;
};

/// A term of pod affinity or anti-affinity, prepared for matching.
struct AffinityTerm {
    api::LabelSelector selector;
    std::set<std::string, std::less<>> namespaces;
    bool anyNamespace = false;                         ///< an empty namespaceSelector
    std::optional<api::LabelSelector> namespaceLabels; ///< a namespaceSelector with requirements
    std::string topologyKey;
    int64_t weight = 0; ///< of a preferred term
};

struct AffinityTerms {
    std::vector<AffinityTerm> required, preferred, requiredAnti, preferredAnti;
};

struct SpreadConstraint {
    int32_t maxSkew = 1;
    int32_t minDomains = 1;
    std::string topologyKey;
    bool required = true; ///< DoNotSchedule
    api::LabelSelector selector;
    bool honorAffinity = true, honorTaints = false;
};

struct PreferredNodeTerm {
    int64_t weight = 0;
    NodeTerm term;
};

/// What only matters while a pod looks for a node.
struct PodDemands {
    std::vector<std::pair<std::string, std::string>> nodeSelector;
    bool hasRequiredTerms = false;
    std::vector<NodeTerm> requiredTerms; ///< alternatives
    std::vector<PreferredNodeTerm> preferredTerms;
    std::vector<PodToleration> tolerations;
    std::vector<SpreadConstraint> spread;
    std::vector<std::string> images; ///< with a tag
    std::vector<std::string> gates;
    std::vector<std::pair<std::string, std::string>> resourceClaims; ///< status: name in the pod, claim
    size_t containerCount = 0;
    std::string nominatedNode;
    /// The PodScheduled condition as it is stored.
    std::string conditionStatus, conditionReason, conditionMessage;
    /// Of all that a change of which is worth another attempt: the spec and the labels.
    size_t fingerprint = 0;
};

/// A pod as scheduling sees it: numbers and prepared rules, made once from its JSON. Never changes.
struct PodInfo {
    static Result<std::shared_ptr<const PodInfo>> parse(api::ObjectPtr object);

    api::ObjectPtr object; ///< for names and labels
    std::string node;      ///< spec.nodeName
    std::string schedulerName;
    int32_t priority = 0;
    bool mayPreempt = true;
    bool terminal = false;  ///< phase Succeeded or Failed
    bool preempted = false; ///< it has the condition DisruptionTarget because a scheduler wants its room
    int64_t startTime = 0;  ///< status.startTime in microseconds since 1970; 0: not started
    Resources requests, scoringRequests;
    std::vector<HostPort> hostPorts;
    std::unique_ptr<const AffinityTerms> affinity; ///< null: none
    std::unique_ptr<const PodVolumes> volumes;     ///< null: none that scheduling asks about
    std::unique_ptr<const PodDemands> demands;     ///< null: it has a node

    std::string_view name() const { return object->name(); }
    std::string_view namespaceName() const { return object->namespaceName(); }
    std::string_view uid() const { return object->uid(); }
    bool bestEffort() const { return requests == Resources(); }
};

using PodInfoPtr = std::shared_ptr<const PodInfo>;

/// Image names are compared with a tag: "busybox" is "busybox:latest".
std::string withTag(std::string image);

} // namespace coracle::scheduler
