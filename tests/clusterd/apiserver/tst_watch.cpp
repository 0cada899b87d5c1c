#include "clusterd/apiserver/registry/store_watch.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <map>

using namespace coracle;
using namespace coracle::test;
using client::EventType;
using client::ObjectPtr;
using client::PatchType;

namespace {

const api::ResourceInfo &configMaps() {
    return *api::findResource("", "configmaps");
}

std::string configMap(std::string_view name, int value) {
    return fmt::format(R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}","labels":{{"odd":"{}"}}}},)"
                       R"("data":{{"k":"{}"}}}})",
                       name, value % 2, value);
}

/// What a watcher has seen: its own copy of the collection, checked event by event.
struct Observer {
    std::map<std::string, ObjectPtr> objects;
    int64_t revision = 0;
    std::string problem;
    int events = 0;

    void see(const client::WatchEvent &event) {
        ++events;
        std::string name(event.object->name());
        int64_t at = event.object->resourceVersion();
        if (event.type == EventType::Bookmark) {
            if (at < revision)
                problem = "a bookmark went back";
            revision = at;
            return;
        }
        bool known = objects.contains(name);
        if (event.type == EventType::Added && known)
            problem = "added twice: " + name;
        if (event.type != EventType::Added && !known)
            problem = "changed before it was added: " + name;
        if (known && at <= objects[name]->resourceVersion())
            problem = "an object went back: " + name;
        if (event.type == EventType::Deleted)
            objects.erase(name);
        else
            objects[name] = event.object;
        revision = std::max(revision, at);
    }
};

Task<> observe(client::Client &client, std::string selector, std::string from, Observer &observer) {
    client::WatchOptions options;
    options.labelSelector = selector;
    options.resourceVersion = from;
    auto watch = co_await client.watch(configMaps(), "default", std::move(options));
    while (watch) {
        auto event = co_await (*watch)->next();
        if (!event) {
            observer.problem = event.error().message;
            co_return;
        }
        observer.see(*event);
    }
}

/// Creates, changes and deletes objects of its own and of all writers, in a fixed pseudo-random order.
Task<> write(client::Client &client, int writer, int rounds, int &running) {
    uint64_t state = writer * 7919 + 1;
    for (int i = 0; i < rounds; ++i) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        std::string name = fmt::format("c{}", (state >> 33) % 20);
        switch ((state >> 40) % 4) {
        case 0:
            (void)co_await client.create(configMaps(), "default", configMap(name, i));
            break;
        case 1:
            (void)co_await client.remove(configMaps(), "default", name);
            break;
        default: {
            std::string patch =
                fmt::format(R"({{"metadata":{{"labels":{{"odd":"{}"}}}},"data":{{"k":"{}-{}"}}}})", i % 2, writer, i);
            (void)co_await client.patch(configMaps(), "default", name, PatchType::Merge, std::move(patch));
        }
        }
    }
    --running;
}

} // namespace

class WatchTest : public QObject {
    Q_OBJECT

    static Result<ObjectPtr> create(TestApi &api, std::string_view name, int value) {
        return api.run(api.client().create(configMaps(), "default", configMap(name, value)));
    }

private slots:
    /// Watchers that begin at any time, by list or by revision, with and without selectors, end with what a list shows.
    void watchersAgreeWithListsUnderConcurrentWriters() {
        TestApi api;
        std::map<std::string, Observer> observers;
        std::list<boost::asio::cancellation_signal> cancels;
        int running = 8;
        auto start = [&](std::string name, std::string selector, std::string from) {
            boost::asio::co_spawn(
                api.context(), observe(api.client(), selector, from, observers[name]),
                boost::asio::bind_cancellation_slot(cancels.emplace_back().slot(), [](std::exception_ptr) {}));
        };
        start("early", "", "");
        start("early odd", "odd=1", "");
        for (int w = 0; w < 8; ++w)
            boost::asio::co_spawn(api.context(), write(api.client(), w, 150, running), boost::asio::detached);
        int late = 0;
        while (running > 0) {
            auto before = api.store().revision();
            api.runUntil([&] { return running == 0 || api.store().revision() >= before + 40; });
            // A list and a watch from its revision: nothing may be missed or come twice.
            auto list = api.run(api.client().list(configMaps(), "default", {}));
            QVERIFY(list.has_value());
            std::string name = fmt::format("late {}", late++);
            for (const ObjectPtr &object : list->items)
                observers[name].objects[std::string(object->name())] = object;
            start(name, "", list->resourceVersion);
        }
        auto all = api.run(api.client().list(configMaps(), "default", {}));
        auto odd = api.run(api.client().list(configMaps(), "default", {.labelSelector = "odd=1"}));
        int64_t end = api.store().revision();
        auto agrees = [&](const Observer &observer, const client::ObjectList &list) {
            if (observer.objects.size() != list.items.size())
                return false;
            for (const ObjectPtr &object : list.items) {
                auto at = observer.objects.find(std::string(object->name()));
                if (at == observer.objects.end() || at->second->json() != object->json())
                    return false;
            }
            return true;
        };
        api.runUntil([&] {
            for (auto &[name, observer] : observers)
                if (!observer.problem.empty() || !agrees(observer, name == "early odd" ? *odd : *all))
                    return std::ranges::any_of(observers, [](auto &o) { return !o.second.problem.empty(); });
            return true;
        });
        for (auto &[name, observer] : observers)
            QVERIFY2(observer.problem.empty(), fmt::format("{}: {}", name, observer.problem).c_str());
        QVERIFY(late > 3);
        QVERIFY(end > 300);
        for (auto &signal : cancels)
            cancel(signal);
        api.context().poll();
    }

    void selectorsTurnChangesIntoAdditionsAndDeletions() {
        TestApi api;
        Observer observer;
        (void)create(api, "a", 0);
        auto watch =
            api.run(api.client().watch(configMaps(), "default", {.labelSelector = "odd=1", .allowBookmarks = false}));
        auto set = [&](std::string_view odd) {
            (void)api.run(api.client().patch(configMaps(), "default", "a", PatchType::Merge,
                                             fmt::format(R"({{"metadata":{{"labels":{{"odd":"{}"}}}}}})", odd)));
        };
        set("1");
        auto entered = api.run((*watch)->next());
        QCOMPARE(entered->type, EventType::Added);
        set("0");
        auto left = api.run((*watch)->next());
        QCOMPARE(left->type, EventType::Deleted);
        QCOMPARE(left->object->label("odd"), "1"); // the last state that matched
        QCOMPARE(left->object->resourceVersion(), api.store().revision());
        set("1");
        QCOMPARE(api.run((*watch)->next())->type, EventType::Added);
        (void)api.run(api.client().remove(configMaps(), "default", "a"));
        auto gone = api.run((*watch)->next());
        QCOMPARE(gone->type, EventType::Deleted);
        QCOMPARE(gone->object->resourceVersion(), api.store().revision());
    }

    void watchThatFellBehindExpires() {
        TestApi api(systemClock(), {.eventsMax = 10});
        auto first = create(api, "a", 0);
        std::string from = std::to_string((*first)->resourceVersion());
        auto watch = api.run(api.client().watch(configMaps(), "default", {.resourceVersion = from}));
        for (int i = 0; i < 12; ++i)
            (void)create(api, fmt::format("b{}", i), i);
        auto event = api.run((*watch)->next());
        QCOMPARE(event.error().code, 410);
        QVERIFY(event.error().message.starts_with("too old resource version"));
    }

    void bookmarksComeEveryMinuteAndTheDeadlineEndsAWatch() {
        ManualClock clock;
        TestApi api(clock);
        (void)create(api, "a", 0);
        apiserver::StoreWatch watch(api.store(), clock, configMaps(),
                                    {.selection = *apiserver::Selection::parse(configMaps(), "default", "odd=1", ""),
                                     .after = api.store().revision(),
                                     .bookmarks = true,
                                     .deadline = clock.steadyNow() + std::chrono::seconds(90)});
        (void)create(api, "b", 2); // does not match: only the revision moves
        std::vector<apiserver::WatchItem> items;
        auto advance = [&] {
            auto next = watch.next();
            bool done = false;
            boost::asio::co_spawn(api.context(), std::move(next),
                                  [&](std::exception_ptr, Result<std::vector<apiserver::WatchItem>> result) {
                                      items = std::move(*result);
                                      done = true;
                                  });
            api.runUntil([&] {
                if (clock.sleeping() > 0 && api.context().poll() == 0)
                    clock.advance(std::chrono::seconds(1));
                return done;
            });
        };
        auto began = clock.steadyNow();
        advance();
        QCOMPARE(items.size(), 1u);
        QCOMPARE(items[0].type, EventType::Bookmark);
        QCOMPARE(items[0].revision, api.store().revision());
        auto waited = clock.steadyNow() - began;
        QVERIFY(waited >= std::chrono::seconds(59) && waited <= std::chrono::seconds(63));
        advance(); // shortly before the end, so that the next watch can begin there
        QCOMPARE(items.size(), 1u);
        QCOMPARE(items[0].type, EventType::Bookmark);
        waited = clock.steadyNow() - began;
        QVERIFY(waited >= std::chrono::seconds(87) && waited < std::chrono::seconds(90));
        advance();
        QVERIFY(items.empty());
        QVERIFY(clock.steadyNow() - began >= std::chrono::seconds(89));
    }

    void resourcesComeAndGoAtRunTime() {
        TestApi api;
        const api::ResourceInfo things{.group = "example.com",
                                       .version = "v1",
                                       .resource = "things",
                                       .kind = "Thing",
                                       .storageVersion = "v1",
                                       .storagePrefix = "/registry/example.com/things"};
        auto put = [&](std::string name) {
            std::string key = apiserver::Store::keyOf(things, "default", name);
            auto revision = api.run(api.backend().create(
                key, fmt::format(R"({{"apiVersion":"example.com/v1","kind":"Thing","metadata":{{"name":"{}",)"
                                 R"("namespace":"default"}}}})",
                                 name)));
            QVERIFY(revision.has_value());
        };
        put("before");
        QVERIFY(!api.store().get(things, "default", "before"));
        QVERIFY(api.run(api.store().addResource(things)).has_value());
        put("after");
        QCOMPARE(api.store().list(things, "default").size(), 2u);
        QCOMPARE(api.store().get(things, "default", "after")->resourceVersion(), api.store().revision());
        api.store().removeResource(things);
        QVERIFY(api.store().list(things, "default").empty());
    }

    void streamingListEndsWithABookmark() {
        TestApi api;
        for (int i = 0; i < 1200; ++i)
            QVERIFY(create(api, fmt::format("c{}", i), i).has_value());
        apiserver::StoreWatch watch(api.store(), systemClock(), configMaps(),
                                    {.selection = *apiserver::Selection::parse(configMaps(), "", "odd=1", ""),
                                     .initialEvents = true,
                                     .initialEventsEnd = true,
                                     .bookmarks = true});
        size_t count = 0;
        bool ended = false;
        while (!ended) {
            auto items = api.run(watch.next());
            for (const apiserver::WatchItem &item : *items) {
                count += item.type == EventType::Added;
                ended = item.initialEventsEnd;
            }
        }
        QCOMPARE(count, 600u);
    }
};

QTEST_GUILESS_MAIN(WatchTest)
#include "tst_watch.moc"
