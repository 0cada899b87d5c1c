#pragma once

#include "core/config/cidr.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace coracle::controllers {

/// The parts of equal size that a cluster network is cut into, and how often each is in use. Freed parts come again
/// only after all others, so that what still remembers an address does not soon find another node behind it.
class CidrSet {
public:
    /// An error when the parts would be larger than the network or more than 65,536 (kube-controller-manager's limit).
    static Result<CidrSet> create(const config::Cidr &cluster, int partLength);

    const config::Cidr &cluster() const { return m_cluster; }
    /// The next part that nobody uses; nothing when all are in use. It is not marked.
    std::optional<config::Cidr> next() const;
    /// Counts one more or one fewer user of every part that the network overlaps; others' networks change nothing.
    void occupy(const config::Cidr &cidr);
    void release(const config::Cidr &cidr);

private:
    CidrSet(const config::Cidr &cluster, int partLength, size_t parts)
        : m_cluster(cluster), m_partLength(partLength), m_users(parts) {}
    void count(const config::Cidr &cidr, int by);

    config::Cidr m_cluster;
    int m_partLength;
    std::vector<uint16_t> m_users; ///< by part
    size_t m_candidate = 0;        ///< where the search begins
};

} // namespace coracle::controllers
