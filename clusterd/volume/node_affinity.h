#pragma once

#include "core/api/node_selector.h"
#include "core/api/types/core_v1.h"

#include <vector>

namespace coracle::volume {

/// From which nodes a volume can be reached (PersistentVolume spec.nodeAffinity), prepared for asking about many nodes.
/// Thread-safe after it is made.
class NodeAffinity {
public:
    explicit NodeAffinity(const corev1::PersistentVolume &volume);

    /// By the node's labels and name; a volume without an affinity is reached from everywhere.
    bool matches(const api::Object &node) const;
    /// Whether there is anything to ask.
    bool restricts() const { return m_restricts; }
    /// The one value that a label must have, as provisioners of local volumes write it; empty when there is no such.
    static std::string_view singleValue(const corev1::PersistentVolume &volume, std::string_view label);

private:
    bool m_restricts = false;
    std::vector<api::NodeTerm> m_terms;
};

} // namespace coracle::volume
