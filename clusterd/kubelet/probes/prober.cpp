#include "clusterd/kubelet/probes/prober.h"

#include <fmt/format.h>

namespace coracle::kubelet {

namespace {

/// What a failed command's output contributes to an event.
constexpr size_t kOutputBytesMax = 10 << 10;
constexpr auto kHookTimeout = std::chrono::minutes(10);

Result<HttpCheck> makeCheck(const corev1::HTTPGetAction &action, const ProbeTarget &target, std::string_view agent) {
    TRY(uint16_t port, resolvePort(action.port, target.container));
    HttpCheck check;
    check.scheme = action.scheme == "HTTPS" ? "https" : "http";
    check.host = action.host.empty() ? target.podIp : action.host;
    check.port = port;
    check.path = action.path.empty() ? "/" : action.path;
    bool agentSet = false, acceptSet = false;
    for (const auto &header : action.httpHeaders) {
        check.headers.emplace_back(header.name, header.value);
        agentSet = agentSet || header.name == "User-Agent" || header.name == "user-agent";
        acceptSet = acceptSet || header.name == "Accept" || header.name == "accept";
    }
    if (!agentSet)
        check.headers.emplace_back("User-Agent", std::string(agent));
    if (!acceptSet)
        check.headers.emplace_back("Accept", "*/*");
    return check;
}

ProbeOutcome failure(std::string output) {
    return {ProbeResult::Failure, std::move(output)};
}

} // namespace

Result<uint16_t> resolvePort(const api::IntOrString &port, const corev1::Container &container) {
    int32_t number = port.intValue();
    if (port.isString())
        for (const auto &named : container.ports)
            if (named.name == port.stringValue())
                number = named.containerPort;
    if (number <= 0 || number > 65535)
        return errors::other(fmt::format("invalid port number: {}", port.text()));
    return static_cast<uint16_t>(number);
}

Task<ProbeOutcome> Prober::http(const corev1::HTTPGetAction &action, ProbeTarget target, std::chrono::seconds timeout) {
    auto check = makeCheck(action, target, "kube-probe/1.36");
    if (!check)
        co_return failure(check.error().message);
    std::string url = fmt::format("{}://{}:{}{}", check->scheme, check->host, check->port, check->path);
    auto outcome = co_await m_transport.http(std::move(*check), timeout);
    if (!outcome)
        co_return failure(fmt::format("Get \"{}\": {}", url, outcome.error().message));
    if (outcome->status >= 200 && outcome->status < 400)
        co_return ProbeOutcome{ProbeResult::Success, outcome->body};
    co_return failure(fmt::format("HTTP probe failed with statuscode: {}", outcome->status));
}

Task<ProbeOutcome> Prober::probe(const corev1::Probe &probe, ProbeTarget target) {
    auto timeout = std::chrono::seconds(std::max(probe.timeoutSeconds, 1));
    if (probe.exec) {
        auto run = co_await m_runtime.execSync(target.containerId, probe.exec->command, timeout);
        if (!run)
            co_return failure(run.error().reason == "Timeout"
                                  ? fmt::format("command timed out: \"{}\" timed out after {}s",
                                                probe.exec->command.empty() ? "" : probe.exec->command[0],
                                                timeout.count())
                                  : run.error().message);
        std::string output = (run->standardOutput + run->standardError).substr(0, kOutputBytesMax);
        co_return ProbeOutcome{run->exitCode == 0 ? ProbeResult::Success : ProbeResult::Failure, std::move(output)};
    }
    if (probe.httpGet)
        co_return co_await http(*probe.httpGet, target, timeout);
    if (probe.tcpSocket) {
        auto port = resolvePort(probe.tcpSocket->port, target.container);
        if (!port)
            co_return failure(port.error().message);
        std::string host = probe.tcpSocket->host.empty() ? target.podIp : probe.tcpSocket->host;
        auto connected = co_await m_transport.tcp(host, *port, timeout);
        if (!connected)
            co_return failure(fmt::format("dial tcp {}:{}: {}", host, *port, connected.error().message));
        co_return ProbeOutcome{ProbeResult::Success, {}};
    }
    if (probe.grpc) {
        auto checked = co_await m_transport.grpc(target.podIp, static_cast<uint16_t>(probe.grpc->port),
                                                 probe.grpc->service.value_or(""), timeout);
        if (!checked)
            co_return failure(checked.error().message);
        co_return ProbeOutcome{ProbeResult::Success, {}};
    }
    co_return failure(fmt::format("missing probe handler for {}", target.container.name));
}

Task<Result<>> Prober::runHook(const corev1::LifecycleHandler &handler, ProbeTarget target) {
    if (handler.exec) {
        CO_TRY(auto run, co_await m_runtime.execSync(target.containerId, handler.exec->command, kHookTimeout));
        if (run.exitCode != 0)
            co_return errors::other(fmt::format("command exited with {}: {}", run.exitCode,
                                                (run.standardOutput + run.standardError).substr(0, kOutputBytesMax)));
    } else if (handler.httpGet) {
        CO_TRY(auto check, makeCheck(*handler.httpGet, target, "kube-lifecycle/1.36"));
        CO_TRY(auto outcome, co_await m_transport.http(std::move(check),
                                                       std::chrono::duration_cast<std::chrono::seconds>(kHookTimeout)));
        if (outcome.status >= 400)
            co_return errors::other(fmt::format("HTTP hook failed with statuscode: {}", outcome.status));
    } else if (handler.tcpSocket) {
        co_return errors::other("tcpSocket is not a lifecycle handler");
    }
    co_return Result<>{};
}

} // namespace coracle::kubelet
