#pragma once

#include "clusterd/scheduler/pod_info.h"

#include <string>
#include <unordered_map>

namespace coracle::scheduler {

/// The affinity terms of all placed pods, equal ones as one, with their weight in each topology domain. Replicas have
/// equal terms: so a new pod is compared with a few terms and not with every pod.
class TermIndex {
public:
    struct Group {
        AffinityTerm term;
        std::unordered_map<std::string, int64_t> domains; ///< value of the topology key -> sum of weights
        int64_t pods = 0;
    };

    void add(const AffinityTerm &term, std::string_view domain, int64_t weight) { change(term, domain, weight, 1); }
    void remove(const AffinityTerm &term, std::string_view domain, int64_t weight) {
        change(term, domain, -weight, -1);
    }
    const std::unordered_map<std::string, Group> &groups() const { return m_groups; }

private:
    void change(const AffinityTerm &term, std::string_view domain, int64_t weight, int64_t pods);

    std::unordered_map<std::string, Group> m_groups;
};

} // namespace coracle::scheduler
