#pragma once

#include "clusterd/controllers/runtime.h"
#include "clusterd/controllers/served_resources.h"
#include "core/api/types/core_v1.h"
#include "core/client/typed_client.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/support/manual_clock.h"

#include <QtGlobal>
#include <algorithm>
#include <boost/asio/detached.hpp>
#include <functional>

namespace coracle::test {

/// Controllers on a real API server in memory, on virtual time, which may die at any time and begin anew: only what the
/// API server holds outlives them. All objects are in the namespace "default". One thread.
class RestartableFixture {
public:
    using AddControllers =
        std::function<void(const controllers::ControllerContext &, controllers::ControllerManager &)>;

    /// With admission, the standard plug-ins check what is written; else nothing does.
    explicit RestartableFixture(AddControllers add, bool admission = false)
        : api({.clock = clock, .admission = admission}), m_add(std::move(add)) {}
    ~RestartableFixture() { end(); }

    void begin() {
        m_life = std::make_unique<Life>(api, clock);
        m_add(m_life->context, m_life->manager);
        m_life->manager.start();
        api.runUntil([&] { return m_life->manager.running(); });
    }
    void end() {
        if (!m_life)
            return;
        bool closed = false;
        auto close = [](Gate *gate, bool *closed) -> Task<> {
            co_await gate->close();
            *closed = true;
        };
        boost::asio::co_spawn(api.context(), close(&m_life->gate, &closed), boost::asio::detached);
        api.runUntil([&] { return closed; });
        m_life.reset();
    }
    void restart() {
        end();
        begin();
    }
    /// Runs at most so many handlers, so that a restart can come between any two.
    void runSome(size_t handlers) {
        api.context().restart();
        for (; handlers > 0; --handlers)
            api.context().poll_one();
    }
    /// Until nothing is queued or worked on, and what was written has come back through the informers.
    void settle() {
        for (int quiet = 0; quiet < 3;) {
            api.context().restart();
            const size_t ran = api.context().poll();
            quiet = ran == 0 && m_life->manager.idle() ? quiet + 1 : 0;
            if (ran == 0)
                api.context().run_for(std::chrono::milliseconds(1));
        }
    }

    /// Creates an object given as JSON; its kind gives the resource. Returns what was stored.
    client::ObjectPtr create(const std::string &json) {
        const auto object = api::Object::parse(json);
        if (!object)
            qFatal("%s", object.error().message.c_str());
        const auto resource = controllers::findServedKind(api.client(), (*object)->apiVersion(), (*object)->kind());
        auto made = api.run(api.client().create(*resource, std::string((*object)->namespaceName()), json));
        if (!made)
            qFatal("%s", made.error().message.c_str());
        return *made;
    }
    void merge(const api::ResourceInfo &resource, std::string name, std::string body, std::string subresource = {}) {
        client::WriteOptions options;
        options.subresource = std::move(subresource);
        auto done = api.run(api.client().patch(resource, "default", std::move(name), client::PatchType::Merge,
                                               std::move(body), options));
        if (!done)
            qFatal("%s", done.error().message.c_str());
    }
    template<class T>
    std::vector<T> list() {
        std::vector<T> objects;
        const auto listed = api.run(api.client().list(T::resource(), "default"));
        for (const client::ObjectPtr &object : listed->items)
            objects.push_back(*api::decode<T>(*object));
        return objects;
    }
    void removePod(const std::string &name) {
        (void)api.run(api.client().remove(corev1::Pod::resource(), "default", name));
    }
    bool hasEvent(std::string_view reason, std::string_view message = {}) {
        settle();
        return std::ranges::any_of(list<corev1::Event>(), [&](const corev1::Event &event) {
            return event.reason == reason && (message.empty() || event.message == message);
        });
    }

    ManualClock clock;
    TestApi api;

private:
    struct Life {
        Life(TestApi &api, Clock &clock)
            : gate(api.context().get_executor()),
              informers(api.client(), clock),
              context{api.client(), clock, systemRandom(), gate, informers},
              manager(context) {}
        Gate gate;
        controllers::InformerFactory informers;
        controllers::ControllerContext context;
        controllers::ControllerManager manager;
    };
    AddControllers m_add;
    std::unique_ptr<Life> m_life;
};

} // namespace coracle::test
