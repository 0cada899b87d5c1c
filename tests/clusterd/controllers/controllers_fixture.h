#pragma once

#include "clusterd/controllers/runtime.h"
#include "core/client/typed_client.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QtGlobal>
#include <boost/asio/detached.hpp>

namespace coracle::test {

/// Controllers on a real API server in memory; one thread.
class ControllersFixture {
public:
    explicit ControllersFixture(Clock &clock = systemClock())
        : clock(clock),
          api(clock),
          gate(api.context().get_executor()),
          informers(api.client(), clock),
          context{api.client(), clock, systemRandom(), gate, informers},
          manager(context) {}
    ~ControllersFixture() {
        bool closed = false;
        auto close = [](Gate *gate, bool *closed) -> Task<> {
            co_await gate->close();
            *closed = true;
        };
        boost::asio::co_spawn(api.context(), close(&gate, &closed), boost::asio::detached);
        api.runUntil([&] { return closed; });
    }

    template<class T, class... Args>
    T &add(Args &&...args) {
        auto controller = std::make_unique<T>(context, std::forward<Args>(args)...);
        T &reference = *controller;
        manager.add(std::move(controller));
        return reference;
    }
    void start() {
        manager.start();
        api.runUntil([&] { return manager.running(); });
    }

    /// Creates an object given as JSON; its kind gives the resource. Returns what was stored.
    client::ObjectPtr create(std::string_view json) {
        auto object = api::Object::parse(std::string(json));
        if (!object)
            qFatal("%s", object.error().message.c_str());
        const api::ResourceInfo *resource = api::findKind((*object)->apiVersion(), (*object)->kind());
        auto made = api.run(api.client().create(*resource, std::string((*object)->namespaceName()), std::string(json)));
        if (!made)
            qFatal("%s", made.error().message.c_str());
        return *made;
    }
    template<class T>
    std::optional<T> read(std::string namespaceName, std::string name) {
        auto object = api.run(client::get<T>(api.client(), std::move(namespaceName), std::move(name)));
        return object ? std::optional<T>(std::move(*object)) : std::nullopt;
    }
    template<class T>
    std::vector<T> list(std::string namespaceName) {
        auto listed = api.run(api.client().list(T::resource(), std::move(namespaceName)));
        std::vector<T> objects;
        if (listed)
            for (const client::ObjectPtr &object : listed->items)
                if (auto decoded = api::decode<T>(*object))
                    objects.push_back(std::move(*decoded));
        return objects;
    }
    void merge(const api::ResourceInfo &resource, std::string namespaceName, std::string name, std::string patch,
               std::string subresource = {}) {
        client::WriteOptions options;
        options.subresource = std::move(subresource);
        auto done = api.run(api.client().patch(resource, std::move(namespaceName), std::move(name),
                                               client::PatchType::Merge, std::move(patch), options));
        if (!done)
            qFatal("%s", done.error().message.c_str());
    }
    void until(const std::function<bool()> &done) { api.runUntil(done); }
    /// Until nothing is queued or worked on, and what was written has come back through the informers.
    void settle() {
        for (int quiet = 0; quiet < 3;) {
            api.context().restart();
            const size_t ran = api.context().poll();
            quiet = ran == 0 && manager.idle() ? quiet + 1 : 0;
            if (ran == 0)
                api.context().run_for(std::chrono::milliseconds(5));
        }
    }

    Clock &clock;
    TestApi api;
    Gate gate;
    controllers::InformerFactory informers;
    controllers::ControllerContext context;
    controllers::ControllerManager manager;
};

} // namespace coracle::test
