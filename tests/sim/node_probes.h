#pragma once

#include "clusterd/kubelet/probes/probe_transport.h"
#include "tests/sim/world.h"
#include "tests/support/fake_cri.h"

namespace coracle::sim {

/// What the containers of a machine answer to probes: those that run answer, well unless the machine is sick.
class NodeProbes final : public kubelet::ProbeTransport {
public:
    NodeProbes(const test::FakeCri &runtime, SeededRandom random) : m_runtime(runtime), m_random(random) {}

    uint64_t sickness = 0; ///< so many of 10,000 probes fail

    Task<Result<kubelet::HttpOutcome>> http(kubelet::HttpCheck check, std::chrono::seconds timeout) override;
    Task<Result<>> tcp(std::string host, uint16_t port, std::chrono::seconds timeout) override;
    Task<Result<>> grpc(std::string host, uint16_t port, std::string service, std::chrono::seconds timeout) override;

private:
    Result<> connect(const std::string &address);

    const test::FakeCri &m_runtime;
    SeededRandom m_random;
};

} // namespace coracle::sim
