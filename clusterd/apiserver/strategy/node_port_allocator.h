#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <mutex>
#include <set>

namespace coracle::apiserver {

/// Which node ports are taken. A number belongs to one Service, for all protocols. Filled from the Services in the
/// store at the first use; later changes come from the strategy. Thread-safe.
class NodePortAllocator {
public:
    NodePortAllocator(const Reader &reader, Random &random, const ServiceNetworks &networks);

    /// A free port, or why there is none.
    Result<int> allocate();
    /// This port; the error says why not, in the standard words.
    Result<> take(int port);
    void release(int port);

private:
    void loadOnce();

    const Reader &m_reader;
    Random &m_random;
    const int m_first, m_last;
    std::mutex m_mutex; ///< guards the following
    bool m_loaded = false;
    std::set<int> m_taken;
};

/// The numbers that a Service's spec holds: its node ports and its health check port.
std::set<int> nodePortsOf(const JsonObject &spec);

} // namespace coracle::apiserver
