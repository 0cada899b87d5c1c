#include "clusterd/scheduler/topology.h"

namespace coracle::scheduler {

size_t Topology::key(std::string_view name) {
    for (size_t i = 0; i < m_keys.size(); ++i)
        if (m_keys[i].name == name)
            return i;
    m_keys.push_back({std::string(name), {}});
    return m_keys.size() - 1;
}

int32_t Topology::domain(const NodeInfo &node, size_t key) {
    NodeInfo::Domains &known = node.domains();
    if (known.epoch != m_epoch) {
        known.epoch = m_epoch;
        known.values.clear();
    }
    while (known.values.size() <= key) {
        Key &next = m_keys[known.values.size()];
        const auto value = node.label(next.name);
        if (!value) {
            known.values.push_back(kNone);
            continue;
        }
        const auto [at, made] = next.values.try_emplace(std::string(*value), static_cast<int32_t>(next.values.size()));
        m_size += made;
        known.values.push_back(at->second);
    }
    return known.values[key];
}

void Topology::reset() {
    m_keys.clear();
    m_size = 0;
    ++m_epoch;
}

} // namespace coracle::scheduler
