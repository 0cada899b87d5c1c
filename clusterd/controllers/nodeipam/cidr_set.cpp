#include "clusterd/controllers/nodeipam/cidr_set.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::controllers {

namespace {

constexpr int kPartBitsMax = 16;

} // namespace

Result<CidrSet> CidrSet::create(const config::Cidr &cluster, int partLength) {
    const int bits = partLength - cluster.prefixLength();
    const int longest = cluster.isV6() ? 128 : 32;
    if (bits < 0 || partLength > longest)
        return errors::other(fmt::format("a node's network of /{} does not fit into cluster-cidr {}; choose another "
                                         "node-cidr-mask-size",
                                         partLength, cluster.text()));
    if (bits > kPartBitsMax)
        return errors::other(fmt::format("cluster-cidr {} has more than 65,536 networks of /{}; choose a smaller "
                                         "node-cidr-mask-size",
                                         cluster.text(), partLength));
    return CidrSet(cluster, partLength, size_t(1) << bits);
}

std::optional<config::Cidr> CidrSet::next() const {
    for (size_t i = 0; i < m_users.size(); ++i) {
        const size_t part = (m_candidate + i) % m_users.size();
        if (m_users[part] == 0)
            return m_cluster.part(m_partLength, part);
    }
    return std::nullopt;
}

void CidrSet::occupy(const config::Cidr &cidr) {
    count(cidr, 1);
}

void CidrSet::release(const config::Cidr &cidr) {
    count(cidr, -1);
}

void CidrSet::count(const config::Cidr &cidr, int by) {
    if (!m_cluster.overlaps(cidr))
        return;
    // The bits between the two prefixes are the number of the part.
    size_t first = 0, last = m_users.size() - 1;
    if (cidr.prefixLength() > m_cluster.prefixLength()) {
        for (int bit = m_cluster.prefixLength(); bit < m_partLength; ++bit) {
            const auto byte = cidr.network().bytes()[static_cast<size_t>(bit / 8)];
            first = first << 1 | (byte >> (7 - bit % 8) & 1u);
        }
        const int wider = std::max(m_partLength - cidr.prefixLength(), 0);
        last = first + (size_t(1) << wider) - 1;
    }
    for (size_t part = first; part <= last; ++part)
        m_users[part] = static_cast<uint16_t>(std::max(m_users[part] + by, 0));
    if (by > 0)
        m_candidate = (last + 1) % m_users.size();
}

} // namespace coracle::controllers
