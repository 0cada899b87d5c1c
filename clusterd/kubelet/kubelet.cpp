#include "clusterd/kubelet/kubelet.h"

#include "clusterd/kubelet/container/resources.h"
#include "clusterd/kubelet/node/node_status.h"
#include "clusterd/kubelet/pods/garbage_collector.h"
#include "clusterd/kubelet/pods/pod_cgroups.h"
#include "clusterd/kubelet/pods/pod_manager.h"
#include "clusterd/kubelet/pods/static_pods.h"
#include "clusterd/kubelet/server/kubelet_server.h"
#include "core/api/typed.h"
#include "core/base/files.h"
#include "core/base/log.h"
#include "core/client/informer.h"

namespace coracle::kubelet {

using namespace std::chrono_literals;

namespace {

constexpr auto kHousekeepingPeriod = 2s, kRotationPeriod = 10s, kContainerGcPeriod = 60s, kImageGcPeriod = 300s;

} // namespace

struct Kubelet::Impl {
    Impl(KubeletOptions given, KubeletDependencies d, Executor executor)
        : options(std::move(given)),
          dependencies(d),
          gate(executor),
          events(d.client, d.clock, gate, "kubelet", options.nodeName),
          statuses(d.client, d.clock, gate),
          watcher(d.runtime, d.clock, gate, [this](const std::string &uid) { pods.notify(uid); }),
          volumes(d.client, d.clock, d.random, d.mounter, options.paths),
          puller(d.images, d.clock, gate, events, options.parallelImagePulls),
          prober(d.runtime, d.probes),
          node(NodeReporter::Context{options, d.client, d.clock, gate, d.runtime, d.images, events}),
          context{.options = options,
                  .client = d.client,
                  .clock = d.clock,
                  .gate = gate,
                  .runtime = d.runtime,
                  .images = d.images,
                  .cgroups = d.cgroups,
                  .events = events,
                  .statuses = statuses,
                  .watcher = watcher,
                  .volumes = volumes,
                  .puller = puller,
                  .prober = prober,
                  .dns = {},
                  .hostIps = {},
                  .capacity = {},
                  .allocatable = {},
                  .services = [this](const std::string &name) { return servicesOf(name); }},
          pods(context),
          collector(context, pods),
          staticPods(context),
          podInformer(d.client, corev1::Pod::resource(), d.clock, "", "", "spec.nodeName=" + options.nodeName),
          serviceInformer(d.client, corev1::Service::resource(), d.clock) {}

    std::vector<std::shared_ptr<const corev1::Service>> servicesOf(const std::string &namespaceName);
    Result<> prepareNode();
    Task<> begin();
    Task<> housekeeping();
    void podChanged(const client::ObjectPtr &before, const client::ObjectPtr &after);

    KubeletOptions options;
    KubeletDependencies dependencies;
    Gate gate;
    client::EventRecorder events;
    StatusManager statuses;
    RuntimeWatcher watcher;
    VolumeManager volumes;
    ImagePuller puller;
    Prober prober;
    NodeReporter node;
    NodeContext context;
    PodManager pods;
    GarbageCollector collector;
    StaticPods staticPods;
    client::Informer podInformer, serviceInformer;
    std::unique_ptr<KubeletServer> server;
};

std::vector<std::shared_ptr<const corev1::Service>> Kubelet::Impl::servicesOf(const std::string &namespaceName) {
    std::vector<std::shared_ptr<const corev1::Service>> services;
    auto add = [&](const client::ObjectPtr &object) {
        if (!object)
            return;
        if (auto service = api::decode<corev1::Service>(*object))
            services.push_back(std::make_shared<const corev1::Service>(std::move(*service)));
    };
    if (namespaceName != "default")
        add(serviceInformer.get("default", "kubernetes"));
    for (const auto &object : serviceInformer.listNamespace(namespaceName))
        add(object);
    return services;
}

Result<> Kubelet::Impl::prepareNode() {
    CHECK(makeFolder(options.paths.pods(), 0750));
    CHECK(makeFolder(options.paths.podLogs));
    context.dns.clusterServers = options.clusterDns;
    context.dns.clusterDomain = options.clusterDomain;
    if (auto text = readFile(options.resolvConf))
        context.dns.host = parseResolvConf(*text);
    context.hostIps = node.addresses();
    context.capacity = node.capacity();
    context.allocatable = node.allocatable();
    if (!dependencies.cgroups)
        return {};
    // Pods together never get more than what the node can allocate.
    std::string root = kubepodsCgroup(options.cgroupRoot);
    int64_t milliCpu = amount(node.allocatable(), "cpu").milliValue();
    CHECK(dependencies.cgroups->ensure(
        root, {.cpuShares = cpuShares(milliCpu), .memoryLimitBytes = amount(node.allocatable(), "memory").value()}));
    CHECK(dependencies.cgroups->ensure(root + "/burstable", {.cpuShares = cpuShares(milliCpu)}));
    return dependencies.cgroups->ensure(root + "/besteffort", {.cpuShares = 2});
}

void Kubelet::Impl::podChanged(const client::ObjectPtr &before, const client::ObjectPtr &after) {
    // A pod of the same name may have been replaced between two looks.
    if (before && (!after || after->uid() != before->uid()))
        pods.remove(std::string(before->uid()));
    if (!after)
        return;
    auto pod = api::decode<corev1::Pod>(*after);
    if (pod)
        pods.apply(std::move(*pod));
    else
        log::error("kubelet", "pod {}/{} cannot be read: {}", after->namespaceName(), after->name(),
                   pod.error().message);
}

/// The runtime first: a pod that runs already must be known as such when the API shows it.
Task<> Kubelet::Impl::begin() {
    while (!gate.closed()) {
        auto listed = co_await watcher.relist();
        if (listed || gate.closed())
            break;
        log::warning("kubelet", "waiting for the container runtime: {}", listed.error().message);
        auto slept = co_await dependencies.clock.sleep(1s);
        if (!slept)
            co_return;
    }
    if (gate.closed())
        co_return;
    watcher.start();
    serviceInformer.start(gate);
    // Environment variables of services must be complete when the first container starts.
    co_await serviceInformer.waitSynced();
    if (gate.closed())
        co_return;
    podInformer.addHandler([this](const auto &before, const auto &after) { podChanged(before, after); });
    podInformer.start(gate);
    gate.spawn([this] { return housekeeping(); });
    if (!options.staticPods.empty())
        gate.spawn([this] { return staticPods.run(); });
}

Task<> Kubelet::Impl::housekeeping() {
    co_await podInformer.waitSynced();
    auto &clock = dependencies.clock;
    SteadyTime nextRotation = clock.steadyNow(), nextContainers = nextRotation + kContainerGcPeriod,
               nextImages = nextRotation + kContainerGcPeriod;
    auto due = [&](SteadyTime &next, Duration period) {
        if (clock.steadyNow() < next)
            return false;
        next = clock.steadyNow() + period;
        return true;
    };
    auto report = [](const Result<> &result, std::string_view what) {
        if (!result)
            log::warning("kubelet", "{}: {}", what, result.error().message);
    };
    while (!gate.closed()) {
        pods.cleanOrphans();
        if (due(nextRotation, kRotationPeriod)) {
            auto rotated = co_await collector.rotateLogs();
            report(rotated, "cannot rotate logs");
        }
        if (!gate.closed() && due(nextContainers, kContainerGcPeriod)) {
            auto collected = co_await collector.collectContainers();
            report(collected, "cannot remove old containers");
        }
        if (!gate.closed() && due(nextImages, kImageGcPeriod)) {
            auto collected = co_await collector.collectImages();
            report(collected, "cannot remove unused images");
        }
        if (gate.closed())
            break;
        auto slept = co_await clock.sleep(kHousekeepingPeriod);
        if (!slept)
            break;
    }
}

Kubelet::Kubelet(KubeletOptions options, KubeletDependencies dependencies, Executor executor)
    : m_impl(std::make_unique<Impl>(std::move(options), dependencies, executor)) {}

Kubelet::~Kubelet() = default;

Task<Result<>> Kubelet::start() {
    CO_CHECK(m_impl->prepareNode());
    if (m_impl->options.serve) {
        m_impl->server = std::make_unique<KubeletServer>(m_impl->context, m_impl->pods, m_impl->gate.executor());
        CO_TRY(uint16_t port, m_impl->server->listen());
        m_impl->node.setPort(port);
    }
    m_impl->node.start();
    m_impl->gate.spawn([impl = m_impl.get()] { return impl->begin(); });
    co_return Result<>{};
}

Task<> Kubelet::stop() {
    if (m_impl->server)
        co_await m_impl->server->stop();
    co_await m_impl->gate.close();
}

uint16_t Kubelet::port() const {
    return m_impl->server ? m_impl->server->port() : 0;
}

Result<> Kubelet::replaceServerIdentity(http::TlsIdentity identity) {
    return m_impl->server ? m_impl->server->replaceIdentity(std::move(identity)) : Result<>{};
}

} // namespace coracle::kubelet
