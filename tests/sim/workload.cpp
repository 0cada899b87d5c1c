#include "tests/sim/workload.h"

#include "core/api/types/apps_v1.h"
#include "core/api/types/batch_v1.h"
#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::sim {

using client::ObjectPtr;

namespace {

constexpr const char *kNamespaces[] = {"alpha", "beta", "gamma"};
constexpr size_t kPerKindMax = 4;
constexpr uint64_t kReplicasMax = 6;
constexpr const char *kGreedy = "greedy";

const api::ResourceInfo &resource(std::string_view group, std::string_view plural) {
    return *api::findResource(group, "v1", plural);
}

} // namespace

const Workload::Row Workload::kRows[] = {
    {10, &Workload::makeDeployment}, {8, &Workload::makeStatefulSet},
    {4, &Workload::makeDaemonSet},   {10, &Workload::makeJob},
    {3, &Workload::makeCronJob},     {4, &Workload::makeVolume},
    {3, &Workload::removeVolume},    {4, &Workload::removeClaim},
    {6, &Workload::makeService},     {4, &Workload::makeDisruptionBudget},
    {6, &Workload::makeNamespace},   {16, &Workload::scale},
    {12, &Workload::rollOut},        {3, &Workload::pause},
    {8, &Workload::removeWorkload},  {14, &Workload::removePod},
    {1, &Workload::removeNamespace}, {8, &Workload::evictPod},
    {4, &Workload::cordon},          {2, &Workload::drain},
    {2, &Workload::removeNode},      {3, &Workload::outage},
    {2, &Workload::bePreempted},
};

Workload::Workload(Network &network, Nodes &nodes, std::function<void()> addNode)
    : m_network(network),
      m_world(network.world()),
      m_random(m_world.seed, "workload"),
      m_client(network, {.name = "admin", .groups = {std::string(apiserver::kSystemMasters)}}),
      m_nodes(nodes),
      m_addNode(std::move(addNode)) {
    m_client.faultless = true;
}

void Workload::step() {
    int total = 0;
    for (const Row &row : kRows)
        total += row.weight;
    int drawn = static_cast<int>(m_random.below(static_cast<uint64_t>(total)));
    const Row *row = kRows;
    while (drawn >= row->weight)
        drawn -= (row++)->weight;
    m_world.finish((this->*row->operation)());
    for (const std::string &name : std::exchange(m_gone, {})) {
        m_nodes.erase(name); // before its object goes: its pods are then known not to run
        m_world.finish(forgetNode(name));
        m_addNode();
    }
}

void Workload::calm() {
    m_world.finish(calmDown());
}

Task<> Workload::create(std::string text) {
    auto object = api::Object::parse(text);
    if (!object)
        throw std::runtime_error(object.error().message + ": " + text);
    const api::ResourceInfo &info = *api::findKind((*object)->apiVersion(), (*object)->kind());
    auto made = co_await m_api.create(info, std::string((*object)->namespaceName()), text);
    // A cluster IP that cannot be written is an invalid Service in kube-apiserver's words.
    if (!made && made.error().code == 422 && made.error().message.find("Internal error") == std::string::npos)
        throw std::runtime_error(made.error().message + ": " + text);
}

Task<> Workload::merge(ObjectPtr object, std::string patch) {
    const api::ResourceInfo &info = *api::findKind(object->apiVersion(), object->kind());
    (void)co_await m_api.patch(info, std::string(object->namespaceName()), std::string(object->name()),
                               client::PatchType::Merge, std::move(patch));
}

Task<std::vector<ObjectPtr>> Workload::all(const api::ResourceInfo &info) {
    std::vector<ObjectPtr> objects;
    auto list = co_await m_api.list(info, "");
    if (list)
        for (const ObjectPtr &object : list->items)
            if (std::ranges::find(kNamespaces, object->namespaceName()) != std::end(kNamespaces))
                objects.push_back(object);
    co_return objects;
}

Task<ObjectPtr> Workload::any(const api::ResourceInfo &info) {
    std::vector<ObjectPtr> objects = co_await all(info);
    co_return objects.empty() ? nullptr : objects[m_random.below(objects.size())];
}

// Not in the coroutines: GCC 12 refuses initializer lists there.
const api::ResourceInfo &Workload::anyOf(std::initializer_list<const api::ResourceInfo *> resources) {
    return **(resources.begin() + m_random.below(resources.size()));
}
const api::ResourceInfo &Workload::anyScalable() {
    return anyOf({&appsv1::Deployment::resource(), &appsv1::StatefulSet::resource()});
}
const api::ResourceInfo &Workload::anyWithPods() {
    return anyOf({&appsv1::Deployment::resource(), &appsv1::StatefulSet::resource(), &appsv1::DaemonSet::resource()});
}
const api::ResourceInfo &Workload::anyRemovable() {
    return anyOf({&appsv1::Deployment::resource(), &appsv1::StatefulSet::resource(), &appsv1::DaemonSet::resource(),
                  &appsv1::ReplicaSet::resource(), &batchv1::Job::resource(), &batchv1::CronJob::resource(),
                  &corev1::Service::resource(), &resource("policy", "poddisruptionbudgets")});
}

std::string Workload::anyNamespace() {
    return kNamespaces[m_random.below(std::size(kNamespaces))];
}

std::string Workload::newName(std::string_view prefix) {
    return fmt::format("{}-{}", prefix, ++m_next);
}

/// Those that serve are asked how they are.
std::string Workload::probes() {
    std::string text;
    if (m_random.below(3) == 0)
        text += R"(,"readinessProbe":{"httpGet":{"port":8080,"path":"/ready"},"periodSeconds":5,"failureThreshold":2})";
    if (m_random.below(4) == 0)
        text += R"(,"livenessProbe":{"tcpSocket":{"port":8080},"periodSeconds":7})";
    if (m_random.below(6) == 0)
        text +=
            R"(,"startupProbe":{"httpGet":{"port":8080,"path":"/started"},"periodSeconds":2,"failureThreshold":60})";
    return text;
}

std::string Workload::podTemplate(const std::string &app, const std::string &container, const std::string &extra,
                                  const std::string &mounts) {
    const uint64_t graceSeconds = 1 + m_random.below(20), image = 1 + m_random.below(3);
    const bool token = m_random.below(3) == 0;
    return fmt::format(
        R"({{"metadata":{{"labels":{{"app":"{}"}}}},"spec":{{"automountServiceAccountToken":{},)"
        R"("terminationGracePeriodSeconds":{},{}"containers":[{{"name":"{}","image":"app:{}",)"
        R"("imagePullPolicy":"IfNotPresent","resources":{{"requests":{{"cpu":"50m","memory":"16Mi"}}}}{}{}}}]}}}})",
        app, token, graceSeconds, extra, container, image, container == "serve" ? probes() : "", mounts);
}

Task<> Workload::makeDeployment() {
    const auto existing = co_await all(appsv1::Deployment::resource());
    if (existing.size() >= kPerKindMax)
        co_return;
    const std::string name = newName("deploy");
    const char *strategy = m_random.below(4) == 0
                               ? R"({"type":"Recreate"})"
                               : R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":1,"maxUnavailable":"25%"}})";
    std::string body = fmt::format(
        R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"{0}","namespace":"{1}"}},"spec":{{)"
        R"("replicas":{2},"revisionHistoryLimit":2,"strategy":{3},"selector":{{"matchLabels":{{"app":"{0}"}}}},)"
        R"("template":{4}}}}})",
        name, anyNamespace(), m_random.below(kReplicasMax), strategy, podTemplate(name, "serve"));
    co_await create(std::move(body));
}

Task<> Workload::makeStatefulSet() {
    const auto existing = co_await all(appsv1::StatefulSet::resource());
    if (existing.size() >= kPerKindMax)
        co_return;
    const std::string name = newName("sts");
    const bool keepsData = m_random.below(3) != 0;
    std::string body = fmt::format(
        R"({{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{{"name":"{0}","namespace":"{1}"}},"spec":{{)"
        R"("serviceName":"{0}","replicas":{2},"revisionHistoryLimit":2,"podManagementPolicy":"{3}",{4})"
        R"("selector":{{"matchLabels":{{"app":"{0}"}}}},"template":{5}}}}})",
        name, anyNamespace(), m_random.below(kReplicasMax), m_random.below(2) == 0 ? "OrderedReady" : "Parallel",
        keepsData ? claimTemplates() : "", podTemplate(name, "serve", {}, keepsData ? volumeMount() : ""));
    co_await create(std::move(body));
}

Task<> Workload::makeDaemonSet() {
    const auto existing = co_await all(appsv1::DaemonSet::resource());
    if (existing.size() >= 2)
        co_return;
    const std::string name = newName("daemon");
    std::string body = fmt::format(
        R"({{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{{"name":"{0}","namespace":"{1}"}},"spec":{{)"
        R"("revisionHistoryLimit":2,"selector":{{"matchLabels":{{"app":"{0}"}}}},"template":{2}}}}})",
        name, anyNamespace(), podTemplate(name, "serve"));
    co_await create(std::move(body));
}

Task<> Workload::makeJob() {
    const auto existing = co_await all(batchv1::Job::resource());
    if (existing.size() >= 2 * kPerKindMax)
        co_return;
    const std::string name = newName("job");
    const bool indexed = m_random.below(2) == 0, scratch = m_random.below(4) == 0;
    std::string extra = m_random.below(3) == 0 ? R"("restartPolicy":"OnFailure",)" : R"("restartPolicy":"Never",)";
    if (scratch)
        extra += ephemeralVolume();
    std::string body = fmt::format(
        R"({{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"{0}","namespace":"{1}"}},"spec":{{)"
        R"("completions":{2},"parallelism":{3},"completionMode":"{4}","backoffLimit":{5},)"
        R"({6}"template":{7}}}}})",
        name, anyNamespace(), 1 + m_random.below(5), 1 + m_random.below(4), indexed ? "Indexed" : "NonIndexed",
        m_random.below(8), m_random.below(4) == 0 ? R"("ttlSecondsAfterFinished":60,)" : "",
        podTemplate(name, m_random.below(2) == 0 ? "work" : "flaky", extra, scratch ? volumeMount() : ""));
    co_await create(std::move(body));
}

Task<> Workload::makeCronJob() {
    const auto existing = co_await all(batchv1::CronJob::resource());
    if (existing.size() >= 2)
        co_return;
    const std::string name = newName("cron");
    constexpr const char *kPolicies[] = {"Allow", "Forbid", "Replace"};
    std::string body = fmt::format(
        R"({{"apiVersion":"batch/v1","kind":"CronJob","metadata":{{"name":"{0}","namespace":"{1}"}},"spec":{{)"
        R"("schedule":"*/{2} * * * *","concurrencyPolicy":"{3}","successfulJobsHistoryLimit":1,)"
        R"("failedJobsHistoryLimit":1,"jobTemplate":{{"spec":{{"backoffLimit":2,"template":{4}}}}}}}}})",
        name, anyNamespace(), 1 + m_random.below(3), kPolicies[m_random.below(3)],
        podTemplate(name, "work", R"("restartPolicy":"Never",)"));
    co_await create(std::move(body));
}

Task<> Workload::makeService() {
    const auto existing = co_await all(corev1::Service::resource());
    const ObjectPtr target = co_await any(anyWithPods());
    if (existing.size() >= kPerKindMax || !target)
        co_return;
    std::string body =
        fmt::format(R"({{"apiVersion":"v1","kind":"Service","metadata":{{"name":"{}","namespace":"{}"}},"spec":{{)"
                    R"("selector":{{"app":"{}"}},"ports":[{{"port":80,"targetPort":8080}}]{}}}}})",
                    newName("svc"), target->namespaceName(), target->name(),
                    m_random.below(3) == 0 ? R"(,"clusterIP":"None")" : "");
    co_await create(std::move(body));
}

Task<> Workload::makeDisruptionBudget() {
    const api::ResourceInfo &budgets = resource("policy", "poddisruptionbudgets");
    const auto existing = co_await all(budgets);
    const ObjectPtr target = co_await any(anyScalable());
    if (existing.size() >= 2 || !target)
        co_return;
    std::string body = fmt::format(
        R"({{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{{"name":"{}","namespace":"{}"}},)"
        R"("spec":{{"maxUnavailable":{},"selector":{{"matchLabels":{{"app":"{}"}}}}}}}})",
        newName("pdb"), target->namespaceName(), 1 + m_random.below(2), target->name());
    co_await create(std::move(body));
}

Task<> Workload::makeNamespace() {
    std::string body =
        fmt::format(R"({{"apiVersion":"v1","kind":"Namespace","metadata":{{"name":"{}"}}}})", anyNamespace());
    co_await create(std::move(body));
}

Task<> Workload::scale() {
    const ObjectPtr object = co_await any(anyScalable());
    if (object)
        co_await merge(object, fmt::format(R"({{"spec":{{"replicas":{}}}}})", m_random.below(kReplicasMax)));
}

Task<> Workload::rollOut() {
    const ObjectPtr object = co_await any(anyWithPods());
    // Few states, so that some roll-outs go back to an earlier one.
    if (object)
        co_await merge(object,
                       fmt::format(R"({{"spec":{{"template":{{"metadata":{{"annotations":{{"round":"{}"}}}}}}}}}})",
                                   m_random.below(4)));
}

Task<> Workload::pause() {
    const ObjectPtr object = co_await any(appsv1::Deployment::resource());
    if (object)
        co_await merge(object, fmt::format(R"({{"spec":{{"paused":{}}}}})", m_random.below(2) == 0));
}

Task<> Workload::removeWorkload() {
    const ObjectPtr object = co_await any(anyRemovable());
    if (!object)
        co_return;
    client::DeleteOptions options;
    options.propagationPolicy = m_random.below(3) == 0 ? "Foreground" : "Background";
    if (object->kind() == "Deployment" && m_random.below(4) == 0)
        options.propagationPolicy = "Orphan"; // its ReplicaSets stay
    (void)co_await m_api.remove(*api::findKind(object->apiVersion(), object->kind()),
                                std::string(object->namespaceName()), std::string(object->name()), options);
}

Task<> Workload::removePod() {
    const ObjectPtr pod = co_await any(corev1::Pod::resource());
    if (!pod)
        co_return;
    client::DeleteOptions options;
    // Force is a promise that the pod does not run any more, which nobody can give here for an identity.
    if (m_random.below(6) == 0 && !pod->name().starts_with("sts"))
        options.gracePeriodSeconds = 0;
    (void)co_await m_api.remove(corev1::Pod::resource(), std::string(pod->namespaceName()), std::string(pod->name()),
                                options);
}

Task<> Workload::removeNamespace() {
    const std::string name = anyNamespace();
    m_removedNamespaces.insert(name);
    (void)co_await m_api.remove(corev1::Namespace::resource(), "", name);
}

Task<> Workload::evict(ObjectPtr pod) {
    client::WriteOptions options;
    options.subresource = "eviction";
    (void)co_await m_api.create(
        corev1::Pod::resource(), std::string(pod->namespaceName()),
        fmt::format(R"({{"apiVersion":"policy/v1","kind":"Eviction","metadata":{{"name":"{}","namespace":"{}"}}}})",
                    pod->name(), pod->namespaceName()),
        options, std::string(pod->name()));
}

Task<> Workload::evictPod() {
    const ObjectPtr pod = co_await any(corev1::Pod::resource());
    if (pod)
        co_await evict(pod);
}

Task<> Workload::setCordoned(std::string node, bool cordoned) {
    (void)co_await m_api.patch(corev1::Node::resource(), "", std::move(node), client::PatchType::Merge,
                               fmt::format(R"({{"spec":{{"unschedulable":{}}}}})", cordoned));
}

Task<> Workload::cordon() {
    auto node = m_nodes.begin();
    std::advance(node, static_cast<int>(m_random.below(m_nodes.size())));
    co_await setCordoned(node->first, m_random.below(3) == 0);
}

Task<> Workload::drain() {
    auto node = m_nodes.begin();
    std::advance(node, static_cast<int>(m_random.below(m_nodes.size())));
    const std::string name = node->first;
    co_await setCordoned(name, true);
    for (const ObjectPtr &object : co_await all(corev1::Pod::resource())) {
        auto pod = api::decode<corev1::Pod>(*object);
        if (pod && pod->spec.nodeName == name && !object->name().starts_with("daemon"))
            co_await evict(object);
    }
}

Task<> Workload::removeNode() {
    auto node = m_nodes.begin();
    std::advance(node, static_cast<int>(m_random.below(m_nodes.size())));
    m_gone.push_back(node->first);
    co_return;
}

Task<> Workload::forgetNode(std::string name) {
    (void)co_await m_api.remove(corev1::Node::resource(), "", std::move(name));
}

Task<> Workload::outage() {
    auto node = m_nodes.begin();
    std::advance(node, static_cast<int>(m_random.below(m_nodes.size())));
    node->second->setCutOff(!node->second->cutOff());
    co_return;
}

/// More of the important than there is room for.
Task<> Workload::bePreempted() {
    co_await create(R"({"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"important"},)"
                    R"("value":1000})");
    const std::string where = anyNamespace();
    std::string pods = podTemplate(kGreedy, "serve", R"("priorityClassName":"important",)");
    pods.replace(pods.find("50m"), 3, "900m");
    std::string body = fmt::format(
        R"({{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"{0}","namespace":"{1}"}},"spec":{{)"
        R"("replicas":{2},"revisionHistoryLimit":2,"selector":{{"matchLabels":{{"app":"{0}"}}}},"template":{3}}}}})",
        kGreedy, where, 2 * m_nodes.size(), pods);
    co_await create(std::move(body));
}

Task<> Workload::calmDown() {
    for (const auto &[name, node] : m_nodes) {
        node->setCutOff(false);
        co_await setCordoned(name, false);
    }
    auto nodes = co_await m_api.list(corev1::Node::resource(), "");
    if (nodes)
        for (const ObjectPtr &node : nodes->items)
            if (!m_nodes.contains(std::string(node->name())))
                co_await forgetNode(std::string(node->name()));
    for (const ObjectPtr &object : co_await all(appsv1::Deployment::resource()))
        co_await merge(object, object->name() == kGreedy ? R"({"spec":{"paused":false,"replicas":0}})"
                                                         : R"({"spec":{"paused":false}})");
    // Its sets outlive it when it was deleted alone.
    for (const ObjectPtr &object : co_await all(appsv1::ReplicaSet::resource()))
        if (object->label("app") == kGreedy && !object->controller())
            co_await merge(object, R"({"spec":{"replicas":0}})");
    for (const ObjectPtr &object : co_await all(batchv1::CronJob::resource()))
        co_await merge(object, R"({"spec":{"suspend":true}})");
    co_await makeEnoughVolumes();
}

} // namespace coracle::sim
