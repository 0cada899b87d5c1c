#include "tests/sim/checks.h"

#include "clusterd/controllers/served_resources.h"
#include "core/api/typed.h"
#include "core/api/types/apps_v1.h"
#include "core/api/types/batch_v1.h"
#include "core/api/types/core_v1.h"
#include "core/api/types/discovery_v1.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace coracle::sim {

using client::ObjectPtr;
using kubelet::cri::ContainerState;

namespace {

template<class T>
using List = std::vector<T>;

template<class T>
std::string keyOf(const T &object) {
    return fmt::format("{} {}/{}", T::kKind, object.metadata.namespace_, object.metadata.name);
}

bool isTrue(const corev1::Pod &pod, std::string_view condition) {
    return std::ranges::any_of(pod.status.conditions,
                               [&](const auto &entry) { return entry.type == condition && entry.status == "True"; });
}

bool isFinished(const corev1::Pod &pod) {
    return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

bool hasEnded(const batchv1::Job &job) {
    return std::ranges::any_of(job.status.conditions, [](const auto &entry) {
        return (entry.type == "Complete" || entry.type == "Failed") && entry.status == "True";
    });
}

std::string labelOf(const FakeNode::Container &container, const char *name) {
    auto found = container.status.labels.find(name);
    return found == container.status.labels.end() ? std::string() : found->second;
}

} // namespace

/// Everything that the checks look at, as of one moment.
struct Checks::State {
    bool complete = true;
    List<corev1::Pod> pods;
    List<corev1::Node> nodes;
    List<corev1::Service> services;
    List<appsv1::Deployment> deployments;
    List<appsv1::ReplicaSet> replicaSets;
    List<appsv1::StatefulSet> statefulSets;
    List<appsv1::DaemonSet> daemonSets;
    List<batchv1::Job> jobs;
    List<discoveryv1::EndpointSlice> slices;
    List<corev1::PersistentVolume> volumes;
    List<corev1::PersistentVolumeClaim> claims;
    std::map<std::string, ObjectPtr> objects; ///< of every kind, by uid
};

Checks::Checks(Network &network, Nodes &nodes, std::vector<std::unique_ptr<ControlPlane>> &planes,
               const Workload &workload)
    : m_world(network.world()),
      m_client(network, {.name = "observer", .groups = {std::string(apiserver::kSystemMasters)}}),
      m_nodes(nodes),
      m_planes(planes),
      m_gate(m_world.executor()),
      m_pods(m_client, corev1::Pod::resource(), m_world.clock),
      m_storage(m_client, m_world, m_nodes, workload, [this](std::string what) { breakOnce(std::move(what)); }) {
    m_client.faultless = true;
    m_pods.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) { podChanged(after ? after : before); });
}

Checks::~Checks() {
    m_world.finish(m_gate.close());
}

void Checks::podChanged(const ObjectPtr &object) {
    const api::Object::Owner *owner = object->controller();
    if (!owner || owner->kind != "Job")
        return;
    if (auto pod = api::decode<corev1::Pod>(*object); pod && pod->status.phase == "Succeeded")
        m_succeeded[std::string(owner->uid)].insert(pod->metadata.uid);
}

void Checks::breakOnce(std::string what) {
    if (std::ranges::find(m_broken, what) != m_broken.end())
        return;
    m_world.note("BROKEN: " + what);
    m_broken.push_back(std::move(what));
}

void Checks::started(const FakeNode &node, const FakeNode::Container &container) {
    const std::string name = labelOf(container, "io.kubernetes.pod.name");
    if (!name.starts_with("sts"))
        return;
    for (const auto &[otherName, other] : m_nodes)
        for (const auto &[id, running] : other->runtime().containers())
            if (id + otherName != container.status.id + node.name() &&
                running.status.state == ContainerState::Running && labelOf(running, "io.kubernetes.pod.name") == name &&
                labelOf(running, "io.kubernetes.pod.namespace") == labelOf(container, "io.kubernetes.pod.namespace"))
                breakOnce(fmt::format("{}/{} runs on {} and on {} at the same time",
                                      labelOf(container, "io.kubernetes.pod.namespace"), name, otherName, node.name()));
}

void Checks::checkLeaders() {
    const auto leading = [&](auto leads) { return std::ranges::count_if(m_planes, leads) > 1; };
    if (leading([](const auto &plane) { return plane->controllersLead(); }))
        breakOnce("two sets of controllers lead");
    if (leading([](const auto &plane) { return plane->schedulerLeads(); }))
        breakOnce("two schedulers lead");
}

Task<> Checks::read(State *state) {
    auto take = [state]<class T>(const client::ObjectList &list, List<T> &into) {
        for (const ObjectPtr &object : list.items)
            if (auto decoded = api::decode<T>(*object))
                into.push_back(std::move(*decoded));
            else
                state->complete = false;
    };
    for (const api::ResourcePtr &resource : controllers::deletableResources(m_api)) {
        if (resource->resource == "events")
            continue;
        auto listed = co_await m_api.list(*resource, "");
        if (!listed) {
            state->complete = false;
            continue;
        }
        for (const ObjectPtr &object : listed->items)
            state->objects[std::string(object->uid())] = object;
        const api::ResourceInfo *info = resource.get();
        if (info == &corev1::Pod::resource())
            take(*listed, state->pods);
        else if (info == &corev1::Node::resource())
            take(*listed, state->nodes);
        else if (info == &corev1::Service::resource())
            take(*listed, state->services);
        else if (info == &appsv1::Deployment::resource())
            take(*listed, state->deployments);
        else if (info == &appsv1::ReplicaSet::resource())
            take(*listed, state->replicaSets);
        else if (info == &appsv1::StatefulSet::resource())
            take(*listed, state->statefulSets);
        else if (info == &appsv1::DaemonSet::resource())
            take(*listed, state->daemonSets);
        else if (info == &batchv1::Job::resource())
            take(*listed, state->jobs);
        else if (info == &discoveryv1::EndpointSlice::resource())
            take(*listed, state->slices);
        else if (info == &corev1::PersistentVolume::resource())
            take(*listed, state->volumes);
        else if (info == &corev1::PersistentVolumeClaim::resource())
            take(*listed, state->claims);
    }
}

std::vector<std::string> Checks::unrest() {
    State state;
    m_world.finish(read(&state));
    std::vector<std::string> found;
    if (!state.complete || state.nodes.empty())
        return {"the API does not answer"};
    checkWorkloads(state, found);
    checkJobs(state, found);
    checkPods(state, found);
    checkServices(state, found);
    checkLeftovers(state, found);
    checkRuntimes(state, found);
    m_storage.unrest(state.pods, state.claims, state.volumes, found);
    return found;
}

void Checks::checkWorkloads(const State &state, std::vector<std::string> &found) const {
    auto compare = [&](const auto &object, std::string_view what, int64_t is, int64_t wanted) {
        if (is != wanted)
            found.push_back(fmt::format("{}: {} is {} instead of {}", keyOf(object), what, is, wanted));
    };
    for (const auto &object : state.deployments) {
        const int64_t wanted = object.spec.replicas.value_or(1);
        compare(object, "observedGeneration", object.status.observedGeneration, object.metadata.generation);
        compare(object, "replicas", object.status.replicas, wanted);
        compare(object, "updatedReplicas", object.status.updatedReplicas, wanted);
        compare(object, "availableReplicas", object.status.availableReplicas, wanted);
        const auto own = std::ranges::count_if(state.replicaSets, [&](const auto &set) {
            return !set.metadata.ownerReferences.empty() && set.metadata.ownerReferences[0].uid == object.metadata.uid;
        });
        if (own > 3) // revisionHistoryLimit and the current one
            found.push_back(fmt::format("{} has {} ReplicaSets", keyOf(object), own));
    }
    for (const auto &object : state.replicaSets) {
        compare(object, "replicas", object.status.replicas, object.spec.replicas.value_or(1));
        compare(object, "readyReplicas", object.status.readyReplicas, object.spec.replicas.value_or(1));
    }
    for (const auto &object : state.statefulSets) {
        const int64_t wanted = object.spec.replicas.value_or(1);
        compare(object, "observedGeneration", object.status.observedGeneration, object.metadata.generation);
        compare(object, "replicas", object.status.replicas, wanted);
        compare(object, "readyReplicas", object.status.readyReplicas, wanted);
        compare(object, "updatedReplicas", object.status.updatedReplicas, wanted);
        if (object.status.currentRevision != object.status.updateRevision)
            found.push_back(keyOf(object) + ": the roll-out is not complete");
    }
    for (const auto &object : state.daemonSets) {
        const auto wanted = static_cast<int64_t>(m_nodes.size());
        compare(object, "observedGeneration", object.status.observedGeneration, object.metadata.generation);
        compare(object, "desiredNumberScheduled", object.status.desiredNumberScheduled, wanted);
        compare(object, "numberReady", object.status.numberReady, wanted);
        compare(object, "updatedNumberScheduled", object.status.updatedNumberScheduled, wanted);
        compare(object, "numberMisscheduled", object.status.numberMisscheduled, 0);
    }
}

void Checks::checkJobs(const State &state, std::vector<std::string> &found) const {
    for (const auto &job : state.jobs) {
        const auto succeeded = m_succeeded.find(job.metadata.uid);
        const size_t ended = succeeded == m_succeeded.end() ? 0 : succeeded->second.size();
        if (job.status.succeeded > static_cast<int64_t>(ended))
            found.push_back(
                fmt::format("{} counts {} completions, {} pods ended well", keyOf(job), job.status.succeeded, ended));
        if (!hasEnded(job)) {
            found.push_back(keyOf(job) + " has not ended");
            continue;
        }
        const bool complete = std::ranges::any_of(job.status.conditions, [](const auto &entry) {
            return entry.type == "Complete" && entry.status == "True";
        });
        if (complete && job.status.succeeded != job.spec.completions.value_or(1))
            found.push_back(fmt::format("{} is complete with {} of {} completions", keyOf(job), job.status.succeeded,
                                        job.spec.completions.value_or(1)));
        if (job.status.active != 0)
            found.push_back(fmt::format("{} has ended and has {} active pods", keyOf(job), job.status.active));
    }
}

void Checks::checkPods(const State &state, std::vector<std::string> &found) const {
    for (const auto &pod : state.pods) {
        if (!pod.spec.nodeName.empty() && !m_nodes.contains(pod.spec.nodeName))
            found.push_back(fmt::format("{} is on {}, which is gone", keyOf(pod), pod.spec.nodeName));
        if (!isFinished(pod) && !isTrue(pod, "Ready"))
            found.push_back(
                fmt::format("{} is not ready: {} on \"{}\"", keyOf(pod), pod.status.phase, pod.spec.nodeName));
        if (pod.metadata.ownerReferences.empty())
            found.push_back(keyOf(pod) + " has no owner");
    }
}

/// The ready addresses of a Service are those of its ready pods.
void Checks::checkServices(const State &state, std::vector<std::string> &found) const {
    for (const auto &service : state.services) {
        if (service.spec.selector.empty())
            continue;
        std::set<std::string> wanted, is;
        for (const auto &pod : state.pods) {
            const bool selected = std::ranges::all_of(service.spec.selector, [&](const auto &entry) {
                auto label = pod.metadata.labels.find(entry.first);
                return label != pod.metadata.labels.end() && label->second == entry.second;
            });
            if (selected && pod.metadata.namespace_ == service.metadata.namespace_ && isTrue(pod, "Ready") &&
                !isFinished(pod))
                wanted.insert(pod.status.podIP);
        }
        for (const auto &slice : state.slices) {
            auto label = slice.metadata.labels.find("kubernetes.io/service-name");
            if (slice.metadata.namespace_ != service.metadata.namespace_ || label == slice.metadata.labels.end() ||
                label->second != service.metadata.name)
                continue;
            for (const auto &endpoint : slice.endpoints)
                if (endpoint.conditions.ready.value_or(true))
                    is.insert(endpoint.addresses.begin(), endpoint.addresses.end());
        }
        if (is != wanted)
            found.push_back(
                fmt::format("{} has {} ready addresses instead of {}", keyOf(service), is.size(), wanted.size()));
    }
}

void Checks::checkLeftovers(const State &state, std::vector<std::string> &found) const {
    for (const auto &[uid, object] : state.objects) {
        const std::string key = fmt::format("{} {}", object->kind(), object->key());
        if (object->deleting())
            found.push_back(key + " is being deleted");
        for (const auto &owner : object->owners())
            if (!state.objects.contains(std::string(owner.uid)))
                found.push_back(fmt::format("{} is left over from {} {}", key, owner.kind, owner.name));
    }
    for (const auto &slice : state.slices)
        if (slice.metadata.ownerReferences.empty() && slice.metadata.namespace_ != "default")
            found.push_back(keyOf(slice) + " has no owner");
    for (const auto &[name, node] : m_nodes)
        if (std::ranges::none_of(state.nodes, [&](const auto &object) { return object.metadata.name == name; }))
            found.push_back(name + " is not registered");
    if (state.nodes.size() != m_nodes.size())
        found.push_back(fmt::format("there are {} Nodes and {} machines", state.nodes.size(), m_nodes.size()));
}

/// What runs is what the API says, machine by machine.
void Checks::checkRuntimes(const State &state, std::vector<std::string> &found) const {
    std::map<std::string, const corev1::Pod *> pods;
    for (const auto &pod : state.pods)
        pods[pod.metadata.uid] = &pod;
    for (const auto &[name, node] : m_nodes) {
        std::map<std::string, int> running;
        for (const auto &[id, container] : node->runtime().containers()) {
            const std::string uid = labelOf(container, "io.kubernetes.pod.uid");
            auto pod = pods.find(uid);
            if (pod == pods.end() || pod->second->spec.nodeName != name)
                found.push_back(
                    fmt::format("{}: {} of {} has no pod", name, id, labelOf(container, "io.kubernetes.pod.name")));
            else if (container.status.state == ContainerState::Running)
                ++running[uid];
        }
        for (const auto &[id, sandbox] : node->runtime().sandboxes())
            if (!pods.contains(sandbox.config.metadata.uid))
                found.push_back(fmt::format("{}: {} of {} has no pod", name, id, sandbox.config.metadata.name));
        for (const auto &[uid, pod] : pods) {
            if (pod->spec.nodeName != name)
                continue;
            const int wanted = isFinished(*pod) ? 0 : 1;
            if (running[uid] != wanted)
                found.push_back(fmt::format("{}: {} has {} running containers instead of {}", name, keyOf(*pod),
                                            running[uid], wanted));
        }
    }
}

} // namespace coracle::sim
