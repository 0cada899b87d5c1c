#include "clusterd/kubelet/server/kubelet_server.h"

#include "clusterd/kubelet/logs/log_reader.h"
#include "clusterd/kubelet/stats/exposition.h"
#include "core/api/typed.h"
#include "core/base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <fmt/format.h>

namespace coracle::kubelet {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kPrometheus = "text/plain; version=0.0.4; charset=utf-8";
constexpr auto kDrain = std::chrono::milliseconds(500);
constexpr int kContainerIdPrefix = std::string_view("containerd://").size();

Failure httpError(int code, std::string message) {
    Status status{.code = code, .message = std::move(message)};
    return Failure(std::move(status));
}

http::Headers contentType(std::string_view type) {
    http::Headers headers;
    headers.set("Content-Type", std::string(type));
    return headers;
}

std::vector<http::Chunk> body(std::string text) {
    std::vector<http::Chunk> chunks;
    chunks.push_back(http::Chunk::own(std::move(text)));
    return chunks;
}

/// A flag under the kubelet's own name or the API's ("input" and "stdin").
bool flag(const http::Target &target, std::string_view name, std::string_view apiName) {
    return target.flag(name) || target.flag(apiName);
}

Result<std::optional<int64_t>> numberParam(const http::Target &target, std::string_view name) {
    std::string_view text = target.param(name);
    if (text.empty())
        return std::nullopt;
    int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
        return httpError(400, fmt::format("invalid {}: \"{}\" is not a number of at least 0", name, text));
    return value;
}

Result<LogOptions> logOptions(const http::Target &target, WallTime now) {
    LogOptions options;
    options.follow = target.flag("follow");
    options.timestamps = target.flag("timestamps");
    options.stream = target.param("stream");
    TRY(options.tailLines, numberParam(target, "tailLines"));
    TRY(options.limitBytes, numberParam(target, "limitBytes"));
    TRY(auto sinceSeconds, numberParam(target, "sinceSeconds"));
    if (sinceSeconds)
        options.since = now - std::chrono::seconds(*sinceSeconds);
    if (auto text = target.param("sinceTime"); !text.empty()) {
        TRY(auto time, api::MicroTime::parse(text));
        if (time)
            options.since = *time;
    }
    return options;
}

std::string runtimeId(const std::string &shown) {
    return shown.size() > kContainerIdPrefix ? shown.substr(kContainerIdPrefix) : std::string();
}

/// Which container's log is meant: the running or ended one, or with previous the one before.
Result<std::string> logContainer(const corev1::PodStatus &status, const std::string &pod, const std::string &name,
                                 bool previous) {
    const corev1::ContainerStatus *found = nullptr;
    for (const auto *list : {&status.containerStatuses, &status.initContainerStatuses})
        for (const auto &entry : *list)
            if (entry.name == name)
                found = &entry;
    if (!found)
        return httpError(404, fmt::format("container \"{}\" in pod \"{}\" is not available", name, pod));
    std::string id;
    if (previous) {
        if (found->lastState.terminated)
            id = runtimeId(found->lastState.terminated->containerID);
        if (id.empty())
            return httpError(400,
                             fmt::format("previous terminated container \"{}\" in pod \"{}\" not found", name, pod));
        return id;
    }
    if (found->state.running || found->state.terminated)
        id = runtimeId(found->containerID);
    else if (found->lastState.terminated)
        id = runtimeId(found->lastState.terminated->containerID);
    if (id.empty()) {
        std::string reason = found->state.waiting ? found->state.waiting->reason : "";
        std::string because = reason == "ErrImagePull"       ? "image can't be pulled"
                              : reason == "ImagePullBackOff" ? "trying and failing to pull image"
                                                             : reason;
        return httpError(400,
                         fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}", name, pod, because));
    }
    return id;
}

/// Writes log text as the peer reads it; the header goes out with the first bytes.
Task<Result<>> writeText(http::ResponseWriter &writer, std::string text) {
    if (!writer.begun())
        CO_CHECK(co_await writer.start(200, contentType("text/plain; charset=utf-8")));
    co_return co_await writer.write(body(std::move(text)));
}

Task<Result<>> sendText(http::ResponseWriter &writer, Result<std::string> answer, std::string_view type) {
    if (!answer)
        co_return std::unexpected(answer.error());
    co_return co_await writer.send(200, contentType(type), body(std::move(*answer)));
}

Task<bool> stillRunning(cri::RuntimeService &runtime, std::string id) {
    auto status = co_await runtime.containerStatus(id);
    co_return status && status->state == cri::ContainerState::Running;
}

} // namespace

KubeletServer::KubeletServer(NodeContext &node, PodManager &pods, Executor executor)
    : m_node(node), m_pods(pods), m_stats(node, pods), m_executor(std::move(executor)) {
    m_server = http::Server::create(
        m_executor, [this](http::Request &request, http::ResponseWriter &writer) { return handle(request, writer); });
}

Result<uint16_t> KubeletServer::listen() {
    TRY(m_port, m_server->listenTls(m_node.options.serverAddress, m_node.options.serverPort, m_node.options.serverTls));
    return m_port;
}

Task<> KubeletServer::stop() {
    return m_server->stop(kDrain);
}

Task<> KubeletServer::handle(http::Request &request, http::ResponseWriter &writer) {
    bool open = request.target.path == "/healthz";
    if (!open && (!m_node.options.authorize || !m_node.options.authorize(*request.peer))) {
        co_await writer.send(401, contentType("text/plain"), body("Unauthorized"));
        co_return;
    }
    co_await route(request, writer);
}

Task<Result<>> KubeletServer::measured(http::ResponseWriter &writer, std::string_view path) {
    const bool resource = path == "/metrics/resource";
    const Detail detail = resource ? Detail::CpuAndMemory : Detail::Everything;
    auto use = co_await m_stats.collect(detail);
    if (!use)
        co_return std::unexpected(std::move(use).error());
    std::string answer = resource                   ? resourceMetrics(*use)
                         : path == "/stats/summary" ? statsSummary(*use, m_node)
                                                    : cadvisorMetrics(*use, m_node);
    const std::string_view type = path == "/stats/summary" ? "application/json" : kPrometheus;
    co_return co_await sendText(writer, std::move(answer), type);
}

Task<> KubeletServer::route(http::Request &request, http::ResponseWriter &writer) {
    const auto &segments = request.target.segments;
    std::string first = segments.empty() ? "" : segments[0];
    const std::string &path = request.target.path;
    Result<> done;
    auto text = [&writer](Result<std::string> answer, std::string_view type) {
        return sendText(writer, std::move(answer), type);
    };
    if (path == "/healthz") {
        done = co_await text(std::string("ok"), "text/plain; charset=utf-8");
    } else if (first == "containerLogs") {
        done = co_await containerLogs(request, writer);
    } else if (first == "exec" || first == "attach" || first == "portForward") {
        done = co_await stream(request, writer);
    } else if (first == "run") {
        done = co_await runCommand(request, writer);
    } else if (path == "/pods" || path == "/pods/") {
        std::string list = R"({"kind":"PodList","apiVersion":"v1","metadata":{},"items":[)";
        std::string_view separator;
        for (const auto &worker : m_pods.workers()) {
            corev1::Pod pod = *worker->pod();
            if (const auto *status = m_node.statuses.get(pod.metadata.uid))
                pod.status = *status;
            list.append(separator).append(api::encode(pod));
            separator = ",";
        }
        done = co_await text(list + "]}", "application/json");
    } else if (path == "/metrics") {
        done = co_await text(kubeletMetrics(m_node, m_pods), kPrometheus);
    } else if (path == "/stats/summary" || path == "/metrics/resource" || path == "/metrics/cadvisor") {
        done = co_await measured(writer, path);
    } else {
        done = httpError(404, "404 page not found\n");
    }
    if (!done && !writer.begun())
        co_await writer.send(done.error().code, contentType("text/plain; charset=utf-8"), body(done.error().message));
}

Task<Result<>> KubeletServer::containerLogs(http::Request &request, http::ResponseWriter &writer) {
    const auto &segments = request.target.segments;
    if (segments.size() != 4)
        co_return httpError(400, "expected /containerLogs/{namespace}/{pod}/{container}");
    auto worker = m_pods.find(segments[1], segments[2]);
    if (!worker)
        co_return httpError(404, fmt::format("pod \"{}\" not found", segments[2]));
    const auto *status = m_node.statuses.get(worker->pod()->metadata.uid);
    if (!status)
        co_return httpError(400, fmt::format("container \"{}\" in pod \"{}\" is waiting to start: ContainerCreating",
                                             segments[3], segments[2]));
    CO_TRY(auto options, logOptions(request.target, m_node.clock.now()));
    CO_TRY(auto id, logContainer(*status, segments[2], segments[3], request.target.flag("previous")));
    CO_TRY(auto container, co_await m_node.runtime.containerStatus(id));
    auto &runtime = m_node.runtime;
    std::function<Task<Result<>>(std::string)> sink = [&writer](std::string text) {
        return writeText(writer, std::move(text));
    };
    std::function<Task<bool>()> running = [&runtime, id] { return stillRunning(runtime, id); };
    auto read = co_await readLog(container.logPath, options, m_node.clock, sink, running);
    if (!read)
        co_return std::unexpected(read.error());
    if (!writer.begun())
        co_return co_await writer.send(200, contentType("text/plain; charset=utf-8"), std::vector<http::Chunk>());
    co_return Result<>{};
}

/// The URL of the runtime's streaming server for this exec, attach or port-forward.
Task<Result<std::string>> KubeletServer::streamingUrl(http::Request &request) {
    const auto &segments = request.target.segments;
    const auto &target = request.target;
    bool ports = segments[0] == "portForward";
    // A UID may stand between the pod and the container.
    if (segments.size() < (ports ? 3u : 4u))
        co_return httpError(
            400, fmt::format("expected /{}/{{namespace}}/{{pod}}{}", segments[0], ports ? "" : "/{container}"));
    auto worker = m_pods.find(segments[1], segments[2]);
    if (!worker)
        co_return httpError(404, fmt::format("pod \"{}\" not found", segments[2]));
    if (ports) {
        const auto *sandbox = worker->runtime().readySandbox();
        if (!sandbox)
            co_return httpError(500, fmt::format("pod \"{}\" is not running", segments[2]));
        std::vector<int32_t> numbers;
        for (std::string_view name : {"port", "ports"})
            for (std::string_view value : target.params(name)) {
                int32_t number = 0;
                std::from_chars(value.data(), value.data() + value.size(), number);
                if (number <= 0 || number > 65535)
                    co_return httpError(400, fmt::format("invalid port \"{}\"", value));
                numbers.push_back(number);
            }
        co_return co_await m_node.runtime.portForward(sandbox->id, numbers);
    }
    const std::string &name = segments.back();
    const auto *container = worker->runtime().latest(name);
    if (!container || container->state != cri::ContainerState::Running)
        co_return httpError(404, fmt::format("container not found (\"{}\")", name));
    cri::ExecOptions options;
    options.containerId = container->id;
    for (std::string_view word : target.params("command"))
        options.command.emplace_back(word);
    options.tty = target.flag("tty");
    options.stdin = flag(target, "input", "stdin");
    options.stdout = flag(target, "output", "stdout");
    // A terminal has one output only.
    options.stderr = flag(target, "error", "stderr") && !options.tty;
    if (!options.stdin && !options.stdout && !options.stderr)
        co_return httpError(400, "you must specify at least 1 of stdin, stdout, stderr");
    if (segments[0] == "attach") {
        const auto *spec = findContainer(*worker->pod(), name);
        options.tty = spec ? spec->tty : options.tty;
        co_return co_await m_node.runtime.attach(options);
    }
    co_return co_await m_node.runtime.exec(options);
}

Task<Result<>> KubeletServer::stream(http::Request &request, http::ResponseWriter &writer) {
    if (!request.upgrade)
        co_return httpError(400, "unable to upgrade: the request has no Connection: Upgrade");
    CO_TRY(auto url, co_await streamingUrl(request));
    // "http://127.0.0.1:37429/exec/xkdVf0NT"
    constexpr std::string_view scheme = "http://";
    size_t slash = url.find('/', scheme.size()), colon = url.rfind(':', slash);
    if (!url.starts_with(scheme) || slash == std::string::npos || colon == std::string::npos || colon < scheme.size())
        co_return httpError(500, "the runtime's streaming URL is not understood: " + url);
    http::ClientOptions options;
    options.host = url.substr(scheme.size(), colon - scheme.size());
    uint16_t port = 0;
    std::from_chars(url.data() + colon + 1, url.data() + slash, port);
    options.port = port;
    http::ClientRequest onward;
    onward.method = request.method;
    onward.target = url.substr(slash);
    for (const auto &[name, value] : request.headers)
        onward.headers.add(name, value);
    for (std::string_view drop : {"Host", "Connection", "Content-Length", "Authorization", "Transfer-Encoding"})
        onward.headers.remove(drop);
    auto client = http::Client::create(options);
    CO_TRY(auto upgraded, co_await client->upgrade(std::move(onward)));
    http::Headers headers;
    for (const auto &[name, value] : upgraded.headers)
        headers.add(name, value);
    for (std::string_view drop : {"Content-Length", "Transfer-Encoding"})
        headers.remove(drop);
    if (!upgraded.stream)
        co_return co_await writer.send(upgraded.status, std::move(headers), body(std::move(upgraded.body)));
    headers.remove("Connection");
    CO_TRY(auto peer, co_await writer.upgrade(std::move(headers)));
    co_await http::splice(peer, upgraded.stream);
    co_return Result<>{};
}

Task<Result<>> KubeletServer::runCommand(http::Request &request, http::ResponseWriter &writer) {
    const auto &segments = request.target.segments;
    if (segments.size() < 4)
        co_return httpError(400, "expected /run/{namespace}/{pod}/{container}");
    auto worker = m_pods.find(segments[1], segments[2]);
    const auto *container = worker ? worker->runtime().latest(segments.back()) : nullptr;
    if (!container || container->state != cri::ContainerState::Running)
        co_return httpError(404, fmt::format("container not found (\"{}\")", segments.back()));
    std::vector<std::string> command;
    for (std::string_view word : request.target.params("cmd"))
        command.emplace_back(word);
    CO_TRY(auto run, co_await m_node.runtime.execSync(container->id, std::move(command), std::chrono::seconds(60)));
    co_return co_await writer.send(200, contentType("text/plain"), body(run.standardOutput + run.standardError));
}

} // namespace coracle::kubelet
