#pragma once

#include "clusterd/controllers/daemon/daemonset_controller.h"
#include "clusterd/controllers/daemon/node_fit.h"
#include "clusterd/controllers/history/revisions.h"
#include "clusterd/controllers/pod_util.h"
#include "tests/clusterd/controllers/controllers_fixture.h"
#include "tests/clusterd/controllers/faulty_client.h"
#include "tests/support/manual_clock.h"

#include <fmt/format.h>
#include <memory>
#include <set>

namespace coracle::test {

/// A cluster with a DaemonSetController that may crash at any time, and a scheduler and kubelets that do what they must
/// at once: bind pinned pods, make them ready and let deleted ones end. Virtual time.
class DaemonSetFixture {
public:
    DaemonSetFixture() : f(clock) {
        f.informers.get<corev1::Pod>().addHandler([this](const api::ObjectPtr &, const api::ObjectPtr &after) {
            if (after)
                f.gate.spawn([this, after] { return attend(this, after); });
        });
        f.start();
        restart();
    }
    ~DaemonSetFixture() { crash(); }

    /// Ends the controller wherever it is, and begins with another one.
    void restart() {
        crash();
        process = std::make_unique<Process>(f, faults);
        process->manager.add(std::make_unique<controllers::DaemonSetController>(process->context));
        process->manager.start();
    }

    /// Runs what there is to run; lets time pass while there is nothing.
    bool converge(const std::function<bool()> &done, std::chrono::milliseconds tick = std::chrono::milliseconds(50)) {
        for (int rounds = 0; rounds < 3000; ++rounds) {
            const bool idle = step(200) == 0 && process->manager.running() && process->manager.idle();
            if (idle && done())
                return true;
            if (idle)
                clock.advance(tick);
        }
        return false;
    }
    /// Kubelets look at all pods again.
    void attendAll() {
        for (const api::ObjectPtr &pod : f.informers.get<corev1::Pod>().list())
            f.gate.spawn([this, pod] { return attend(this, pod); });
    }
    size_t step(size_t most) {
        f.api.context().restart();
        size_t ran = 0;
        while (ran < most && f.api.context().poll_one() > 0)
            ++ran;
        if (ran == 0)
            f.api.context().run_for(std::chrono::milliseconds(1));
        return ran;
    }

    void node(const std::string &name, const std::string &labels = "{}", const std::string &taints = "[]") {
        f.create(fmt::format(
            R"({{"apiVersion":"v1","kind":"Node","metadata":{{"name":"{}","labels":{}}},"spec":{{"taints":{}}}}})",
            name, labels, taints));
    }
    void taint(const std::string &name, const std::string &taints) {
        f.merge(corev1::Node::resource(), {}, name, fmt::format(R"({{"spec":{{"taints":{}}}}})", taints));
    }
    void daemonSet(const std::string &spec = "{}") {
        f.create(
            R"({"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"agent","namespace":"default"},"spec":{
            "selector":{"matchLabels":{"app":"agent"}},"template":{"metadata":{"labels":{"app":"agent"}},
            "spec":{"containers":[{"name":"c","image":"v0"}]}}}})");
        patch(fmt::format(R"({{"spec":{}}})", spec));
    }
    void patch(const std::string &body) { f.merge(appsv1::DaemonSet::resource(), "default", "agent", body); }
    void setImage(const std::string &image) {
        patch(fmt::format(R"({{"spec":{{"template":{{"spec":{{"containers":[{{"name":"c","image":"{}"}}]}}}}}}}})",
                          image));
    }
    appsv1::DaemonSet agent() { return f.read<appsv1::DaemonSet>("default", "agent").value_or(appsv1::DaemonSet()); }
    std::vector<corev1::Pod> pods() { return f.list<corev1::Pod>("default"); }
    std::vector<appsv1::ControllerRevision> revisions() { return f.list<appsv1::ControllerRevision>("default"); }
    /// "node=image" of every pod that is active, sorted.
    std::multiset<std::string> running() {
        std::multiset<std::string> found;
        for (const corev1::Pod &pod : pods())
            if (controllers::isPodActive(pod))
                found.insert(controllers::daemon::targetNode(pod.spec) + "=" + pod.spec.containers[0].image);
        return found;
    }
    /// The pod may be gone by now.
    void end(const corev1::Pod &pod, const char *phase) {
        client::WriteOptions options;
        options.subresource = "status";
        (void)f.api.run(
            f.api.client().patch(corev1::Pod::resource(), "default", pod.metadata.name, client::PatchType::Merge,
                                 fmt::format(R"({{"status":{{"phase":"{}","conditions":null}}}})", phase), options));
    }
    void remove(const corev1::Pod &pod, std::optional<int64_t> grace = std::nullopt) {
        client::DeleteOptions options;
        options.gracePeriodSeconds = grace;
        (void)f.api.run(client::remove(f.api.client(), pod, options));
    }
    bool hasEvent(const char *reason) {
        for (const corev1::Event &event : f.list<corev1::Event>("default"))
            if (event.reason == reason)
                return true;
        return false;
    }

    ManualClock clock;
    ControllersFixture f{clock};
    std::function<bool(const corev1::Pod &)> becomesReady = [](const corev1::Pod &) { return true; };
    bool kubeletsWork = true;
    FaultyClient::Faults faults = [](const api::ResourceInfo &) {
        return FaultyClient::Fault::None;
    }; ///< the next process's

private:
    struct Process {
        Process(ControllersFixture &f, const FaultyClient::Faults &faults)
            : client(f.api.client(), faults),
              gate(f.api.context().get_executor()),
              informers(client, f.clock),
              context{client, f.clock, systemRandom(), gate, informers},
              manager(context) {}
        FaultyClient client;
        Gate gate;
        controllers::InformerFactory informers;
        controllers::ControllerContext context;
        controllers::ControllerManager manager;
    };

    void crash() {
        if (!process)
            return;
        bool closed = false;
        auto close = [](Gate *gate, bool *closed) -> Task<> {
            co_await gate->close();
            *closed = true;
        };
        boost::asio::co_spawn(f.api.context(), close(&process->gate, &closed), boost::asio::detached);
        f.api.runUntil([&] { return closed; });
        process.reset();
    }

    static Task<> attend(DaemonSetFixture *self, api::ObjectPtr object) {
        auto pod = api::decode<corev1::Pod>(*object);
        client::Client &client = self->f.api.client();
        if (!self->kubeletsWork || !pod)
            co_return;
        if (pod->metadata.deletionTimestamp) {
            client::DeleteOptions options;
            options.gracePeriodSeconds = 0;
            options.preconditionUid = pod->metadata.uid;
            (void)co_await client::remove(client, *pod, options);
        } else if (pod->spec.nodeName.empty()) {
            client::WriteOptions options;
            options.subresource = "binding";
            const std::string node = controllers::daemon::targetNode(pod->spec);
            auto found = co_await client.get(corev1::Node::resource(), {}, node);
            if (!found)
                co_return;
            std::string body = fmt::format(R"({{"apiVersion":"v1","kind":"Binding","metadata":{{"name":"{}"}},
                "target":{{"apiVersion":"v1","kind":"Node","name":"{}"}}}})",
                                           pod->metadata.name, node);
            (void)co_await client.create(corev1::Pod::resource(), pod->metadata.namespace_, body, options,
                                         pod->metadata.name);
        } else if (!controllers::isPodTerminal(*pod) && !controllers::isPodReady(*pod) && self->becomesReady(*pod)) {
            pod->status.phase = "Running";
            auto &condition = pod->status.conditions.emplace_back();
            condition.type = "Ready";
            condition.status = "True";
            condition.lastTransitionTime = api::Time(self->clock.now());
            (void)co_await client::updateStatus(client, *pod);
        }
    }

    std::unique_ptr<Process> process;
};

} // namespace coracle::test
