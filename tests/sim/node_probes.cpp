#include "tests/sim/node_probes.h"

#include <algorithm>

namespace coracle::sim {

using kubelet::cri::ContainerState;

Result<> NodeProbes::connect(const std::string &address) {
    for (const auto &[sandboxId, sandbox] : m_runtime.sandboxes()) {
        if (std::ranges::find(sandbox.status.ips, address) == sandbox.status.ips.end())
            continue;
        for (const auto &[id, container] : m_runtime.containers()) {
            const auto pod = container.status.labels.find("io.kubernetes.pod.uid");
            if (pod != container.status.labels.end() && pod->second == sandbox.config.metadata.uid &&
                container.status.state == ContainerState::Running)
                return {};
        }
    }
    return errors::other("connection refused");
}

Task<Result<kubelet::HttpOutcome>> NodeProbes::http(kubelet::HttpCheck check, std::chrono::seconds) {
    CO_CHECK(connect(check.host));
    const int status = m_random.chance(sickness) ? 500 : 200;
    co_return kubelet::HttpOutcome{status, ""};
}

Task<Result<>> NodeProbes::tcp(std::string host, uint16_t, std::chrono::seconds) {
    if (m_random.chance(sickness))
        co_return errors::timeout("no connection in time");
    co_return connect(host);
}

Task<Result<>> NodeProbes::grpc(std::string host, uint16_t port, std::string, std::chrono::seconds timeout) {
    return tcp(std::move(host), port, timeout);
}

} // namespace coracle::sim
