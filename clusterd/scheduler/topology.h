#pragma once

#include "clusterd/scheduler/node_info.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coracle::scheduler {

/// Topology keys and the values that nodes have for them as small numbers, so that spreading counts in arrays. Numbers
/// are stable until reset(); one executor.
class Topology {
public:
    static constexpr int32_t kNone = -1; ///< the node doesn't have the label

    /// The number of a label's key; new keys get one.
    size_t key(std::string_view name);
    /// The number of the node's value for a key, below domains(key).
    int32_t domain(const NodeInfo &node, size_t key);
    size_t domains(size_t key) const { return m_keys[key].values.size(); }
    /// How many values are known of all keys, also of nodes that are gone.
    size_t size() const { return m_size; }
    /// Forgets all numbers.
    void reset();

private:
    struct Key {
        std::string name;
        std::unordered_map<std::string, int32_t> values;
    };
    std::vector<Key> m_keys;
    size_t m_size = 0;
    uint64_t m_epoch = 1;
};

} // namespace coracle::scheduler
