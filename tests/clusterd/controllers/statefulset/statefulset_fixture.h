#pragma once

#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/pod_util.h"
#include "clusterd/controllers/statefulset/statefulset_controller.h"
#include "core/api/types/apps_v1.h"
#include "tests/clusterd/controllers/controllers_fixture.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace coracle::test {

/// A StatefulSet "web" in "default"; spec is what comes before the selector.
inline std::string statefulSetJson(std::string_view spec, std::string_view image = "one") {
    return fmt::format(
        R"({{"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{{"name":"web","namespace":"default"}},"spec":{{{}
        "serviceName":"web","selector":{{"matchLabels":{{"app":"web"}}}},
        "template":{{"metadata":{{"labels":{{"app":"web"}}}},"spec":{{"terminationGracePeriodSeconds":0,"containers":[{{"name":"c","image":"{}"}}]}}}}}}}})",
        spec, image);
}

inline constexpr std::string_view kClaimTemplates =
    R"("volumeClaimTemplates":[{"metadata":{"name":"data","labels":{"tier":"disk"}},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}],)";

/// StatefulSets' controller and a kubelet that makes every pod run and, when told to, ready.
struct StatefulSetFixture : ControllersFixture {
    explicit StatefulSetFixture(Clock &clock = systemClock()) : ControllersFixture(clock) {
        add<controllers::StatefulSetController>();
        informers.get<corev1::Pod>().addHandler([this](const api::ObjectPtr &, const api::ObjectPtr &after) {
            if (!after || !makeReady)
                return;
            auto pod = api::decode<corev1::Pod>(*after);
            if (pod->status.phase == corev1::kPodPending && !pod->metadata.deletionTimestamp)
                gate.spawn([this, pod = *pod] { return setStatus(this, pod, corev1::kPodRunning, true); });
        });
    }

    static Task<> setStatus(StatefulSetFixture *f, corev1::Pod pod, std::string_view phase, bool ready) {
        pod.status.phase = phase;
        pod.status.conditions.clear();
        auto &condition = pod.status.conditions.emplace_back();
        condition.type = "Ready";
        condition.status = ready ? "True" : "False";
        condition.lastTransitionTime = api::Time(f->clock.now());
        pod.metadata.resourceVersion.clear();
        (void)co_await client::updateStatus(f->api.client(), std::move(pod));
    }
    void setPod(const std::string &name, std::string_view phase, bool ready) {
        const auto existing = pod(name);
        if (!existing)
            return;
        bool done = false;
        gate.spawn([this, existing = *existing, phase, ready, &done]() -> Task<> {
            co_await setStatus(this, existing, phase, ready);
            done = true;
        });
        until([&] { return done; });
    }

    appsv1::StatefulSet web() { return read<appsv1::StatefulSet>("default", "web").value_or(appsv1::StatefulSet()); }
    std::optional<corev1::Pod> pod(std::string name) { return read<corev1::Pod>("default", std::move(name)); }
    std::vector<std::string> podNames() {
        std::vector<std::string> names;
        for (const corev1::Pod &pod : list<corev1::Pod>("default"))
            names.push_back(pod.metadata.name);
        std::sort(names.begin(), names.end());
        return names;
    }
    /// "web-0=one web-1=two": which image each pod has.
    std::string images() {
        std::map<std::string, std::string> byName;
        for (const corev1::Pod &pod : list<corev1::Pod>("default"))
            byName[pod.metadata.name] = pod.spec.containers[0].image;
        std::string text;
        for (const auto &[name, image] : byName)
            text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, image);
        return text;
    }
    std::vector<appsv1::ControllerRevision> revisions() { return list<appsv1::ControllerRevision>("default"); }
    /// All replicas are there and available, none is old, and the controller has said so.
    bool complete(int replicas) {
        const auto set = web();
        const auto &status = set.status;
        return status.observedGeneration == set.metadata.generation && status.replicas == replicas &&
               status.availableReplicas == replicas && status.updatedReplicas == replicas &&
               status.currentRevision == status.updateRevision;
    }
    void patch(const std::string &body) { merge(appsv1::StatefulSet::resource(), "default", "web", body); }
    void scale(int replicas) { patch(fmt::format(R"({{"spec":{{"replicas":{}}}}})", replicas)); }
    void setImage(std::string_view image) {
        patch(fmt::format(R"({{"spec":{{"template":{{"spec":{{"containers":[{{"name":"c","image":"{}"}}]}}}}}}}})",
                          image));
    }
    void removePod(const std::string &name) {
        if (const auto existing = pod(name))
            (void)api.run(client::remove(api.client(), *existing));
    }
    std::vector<std::string> events(std::string_view reason) {
        std::vector<std::string> messages;
        for (const corev1::Event &event : list<corev1::Event>("default"))
            if (event.reason == reason)
                messages.push_back(event.message);
        return messages;
    }

    bool makeReady = true;
};

} // namespace coracle::test
