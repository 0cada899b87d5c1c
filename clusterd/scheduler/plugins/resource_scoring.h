#pragma once

#include "clusterd/scheduler/resources.h"
#include "clusterd/scheduler/strict_object.h"

#include <string>
#include <utility>
#include <vector>

namespace coracle::scheduler {

class NodeInfo;
struct PodInfo;

/// A resource that counts in a score.
struct ScoredResource {
    std::string name;
    int64_t weight = 1;
};

/// CPU and memory, alike.
std::vector<ScoredResource> defaultScoredResources();
/// The member "resources" of plug-in arguments: names and weights from 1 to 100.
void readScoredResources(StrictObject &object, std::vector<ScoredResource> &resources);

/// The amounts as they are, or those for scoring.
enum class Amounts { Requested, ForScoring };
/// What the pod asks for.
int64_t requestOf(const PodInfo &pod, const std::string &resource, Amounts amounts);
/// What a node has of a resource, and what would be asked for with the pod; nothing (0, 0) of extended resources that
/// the pod doesn't ask for.
std::pair<int64_t, int64_t> allocatableAndRequested(const NodeInfo &node, const PodInfo &pod,
                                                    const std::string &resource, Amounts amounts);

} // namespace coracle::scheduler
