// The second part of the suite: watches, compaction, leases, restarts.
#include "tests/clusterd/datastore/backend_suite.h"

#include "tests/clusterd/datastore/store_calls.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <thread>

namespace coracle::datastore::testing {

namespace asio = boost::asio;
using std::chrono::seconds;

void BackendSuite::watchesFromNow() {
    QTemporaryDir folder;
    auto store = started(folder);
    create(*store, "/r/a", "before");
    EventLog log, other;
    auto watch = store->watch("/r/", 0, log.sink());
    auto elsewhere = store->watch("/s/", 0, other.sink());
    QVERIFY(watch && elsewhere);
    const Revision made = create(*store, "/r/b", "1");
    // The event came before the answer.
    QCOMPARE(log.lastRevision(), made);
    create(*store, "/s/b", "1");
    update(*store, "/r/b", "2", made);
    watch->reset();
    remove(*store, "/r/b");
    const auto events = log.events();
    QCOMPARE(events.size(), size_t(2));
    QVERIFY(events[0].created && !events[0].deleted && !events[0].previous);
    QVERIFY(!events[1].created && !events[1].deleted);
    QCOMPARE(other.events().size(), size_t(1));
}

void BackendSuite::watchesFromARevision() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision first = create(*store, "/r/a", "1");
    create(*store, "/s/a", "1");
    update(*store, "/r/a", "2", first);
    create(*store, "/r/b", "1");
    EventLog log;
    auto watch = store->watch("/r/", first, log.sink());
    QVERIFY(log.waitFor(2));
    create(*store, "/r/c", "1");
    QVERIFY(log.waitFor(3));
    std::string text;
    for (const Event &event : log.events())
        text += fmt::format("{}={}@{} ", event.current.key, event.current.value, event.current.modRevision - first);
    QCOMPARE(text, std::string("/r/a=2@2 /r/b=1@3 /r/c=1@4 "));

    EventLog ahead;
    auto later = store->watch("/r/", store->currentRevision() + 1, ahead.sink());
    create(*store, "/r/d", "not after the revision");
    create(*store, "/r/e", "after");
    QCOMPARE(ahead.events().size(), size_t(1));
    QCOMPARE(ahead.events()[0].current.key, std::string("/r/e"));
}

void BackendSuite::watchTellsTheStateBefore() {
    QTemporaryDir folder;
    auto store = started(folder);
    EventLog live, backlog;
    const Revision start = store->currentRevision();
    auto liveWatch = store->watch("/r/", 0, live.sink());
    const Revision made = create(*store, "/r/a", "1");
    const Revision changed = update(*store, "/r/a", "2", made).revision;
    const Revision gone = remove(*store, "/r/a", changed).revision;
    create(*store, "/r/a", "3");
    auto backlogWatch = store->watch("/r/", start, backlog.sink());
    QVERIFY(backlog.waitFor(4));
    for (const EventLog *log : {&live, &backlog}) {
        const auto events = log->events();
        QCOMPARE(events.size(), size_t(4));
        QVERIFY(!events[0].previous);
        QCOMPARE(events[1].previous->value, std::string("1"));
        QCOMPARE(events[1].previous->modRevision, made);
        QCOMPARE(events[1].current.createRevision, made);
        QVERIFY(events[2].deleted);
        QCOMPARE(events[2].current.modRevision, gone);
        QCOMPARE(events[2].current.value, std::string("2"));
        QCOMPARE(events[2].previous->value, std::string("2"));
        QCOMPARE(events[2].previous->modRevision, changed);
        QVERIFY(events[3].created && !events[3].previous);
        QCOMPARE(events[3].current.createRevision, gone + 1);
    }
}

namespace {

Task<> churn(Backend *store, int writer, int count) {
    Revision revision = 0;
    for (int i = 0; i < count; ++i) {
        const std::string key = fmt::format("/r/{}", writer);
        if (revision == 0) {
            auto made = co_await store->create(key, std::to_string(i));
            revision = made ? *made : 0;
        } else {
            auto changed = co_await store->update(key, std::to_string(i), revision);
            revision = changed && changed->succeeded ? changed->revision : 0;
        }
    }
}

} // namespace

void BackendSuite::watchOrderUnderConcurrentWriters() {
    QTemporaryDir folder;
    auto store = started(folder);
    constexpr int kWriters = 8, kWrites = 200;
    const Revision start = store->currentRevision();
    EventLog first;
    auto firstWatch = store->watch("/r/", 0, first.sink());
    std::jthread writers([&] {
        asio::io_context context;
        for (int writer = 0; writer < kWriters; ++writer)
            asio::co_spawn(context, churn(store.get(), writer, kWrites), asio::detached);
        context.run();
    });
    // Watches that begin in the middle of it, anywhere in the past.
    std::vector<std::unique_ptr<EventLog>> logs;
    std::vector<std::pair<Revision, std::unique_ptr<Subscription>>> watches;
    for (size_t i = 1; i <= 20; ++i) {
        QVERIFY(first.waitFor(i * kWriters * kWrites / 20));
        logs.push_back(std::make_unique<EventLog>());
        const Revision after = start + 1 + static_cast<Revision>(i * i);
        auto watch = store->watch("/r/", after, logs.back()->sink());
        QVERIFY(watch);
        watches.emplace_back(after, std::move(*watch));
    }
    writers.join();
    const Revision end = start + kWriters * kWrites;
    QCOMPARE(store->currentRevision(), end);
    for (size_t i = 0; i < logs.size(); ++i) {
        QVERIFY(logs[i]->waitFor(static_cast<size_t>(end - watches[i].first)));
        Revision expected = watches[i].first;
        for (const Event &event : logs[i]->events())
            QCOMPARE(event.current.modRevision, ++expected);
        QCOMPARE(expected, end);
    }
}

void BackendSuite::watchEndsInItsOwnSink() {
    QTemporaryDir folder;
    auto store = started(folder);
    int calls = 0;
    std::unique_ptr<Subscription> subscription;
    auto watch = store->watch("/r/", 0, [&](Result<std::vector<Event>>) {
        ++calls;
        subscription.reset();
    });
    subscription = std::move(*watch);
    create(*store, "/r/a", "");
    create(*store, "/r/b", "");
    QCOMPARE(calls, 1);
}

void BackendSuite::compactionKeepsWhatIsNeeded() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision a1 = create(*store, "/r/a", "1");
    const Revision b1 = create(*store, "/r/b", "1");
    create(*store, "/r/c", "1");
    const Revision a2 = update(*store, "/r/a", "2", a1).revision;
    remove(*store, "/r/b", b1);
    const Revision middle = store->currentRevision();
    const Revision a3 = update(*store, "/r/a", "3", a2).revision;
    QVERIFY(await(store->compact(middle)));
    QCOMPARE(store->compactRevision(), middle);
    QCOMPARE(store->currentRevision(), a3);
    QCOMPARE(listed(*store, "/r/"), std::string("/r/a=3 /r/c=1"));
    QCOMPARE(listed(*store, "/r/", "", 0, middle), std::string("/r/a=2 /r/c=1"));
    QVERIFY(await(store->compact(a3)));
    QCOMPARE(listed(*store, "/r/"), std::string("/r/a=3 /r/c=1"));
    // Deleted keys can come back, also when nothing is left of them.
    QVERIFY(remove(*store, "/r/a", a3).succeeded);
    QVERIFY(await(store->compact(store->currentRevision())));
    QCOMPARE(create(*store, "/r/a", "again"), a3 + 2);
    QCOMPARE(create(*store, "/r/b", "again"), a3 + 3);
    QCOMPARE(listed(*store, "/r/"), std::string("/r/a=again /r/b=again /r/c=1"));
}

void BackendSuite::compactedRevisionsAreExpired() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision first = create(*store, "/r/a", "1");
    const Revision second = update(*store, "/r/a", "2", first).revision;
    update(*store, "/r/a", "3", second);
    QVERIFY(await(store->compact(second)));
    auto again = await(store->compact(second));
    QVERIFY(!again && isExpired(again.error()));
    auto got = await(store->get("/r/a", first));
    QVERIFY(!got && isExpired(got.error()));
    auto list = await(store->list("/r/", "", 0, first));
    QVERIFY(!list && isExpired(list.error()));
    auto count = await(store->count("/r/", first));
    QVERIFY(!count && isExpired(count.error()));
    EventLog log;
    auto watch = store->watch("/r/", first, log.sink());
    QVERIFY(!watch && isExpired(watch.error()));
    auto edge = store->watch("/r/", second, log.sink());
    QVERIFY(edge);
    QVERIFY(log.waitFor(1));
    QCOMPARE(log.events()[0].previous->value, std::string("2"));
}

void BackendSuite::compactionEndsABacklog() {
    QTemporaryDir folder;
    auto store = started(folder);
    const Revision first = create(*store, "/r/a", "1");
    update(*store, "/r/a", "2", first);
    EventLog log;
    // Whichever comes first, the watch has all events or one error, never a hole.
    auto watch = store->watch("/r/", first, log.sink());
    QVERIFY(await(store->compact(store->currentRevision())));
    QVERIFY(log.waitFor(1) || (log.error() && isExpired(*log.error())));
}

void BackendSuite::leasesEnd() {
    QTemporaryDir folder;
    test::ManualClock clock;
    auto store = started(folder, clock);
    EventLog log;
    auto watch = store->watch("/r/", 0, log.sink());
    create(*store, "/r/short", "", 5);
    create(*store, "/r/long", "", 60);
    create(*store, "/r/none", "");
    QTRY_VERIFY(clock.sleeping() > 0);
    clock.advance(seconds(4));
    create(*store, "/r/later", "");
    QCOMPARE(log.events().size(), size_t(4));
    clock.advance(seconds(2));
    QVERIFY(log.waitFor(5));
    QVERIFY(log.events()[4].deleted);
    QCOMPARE(log.events()[4].current.key, std::string("/r/short"));
    QTRY_VERIFY(clock.sleeping() > 0);
    clock.advance(seconds(60));
    QVERIFY(log.waitFor(6));
    QCOMPARE(log.events()[5].current.key, std::string("/r/long"));
    QCOMPARE(listed(*store, "/r/"), std::string("/r/later= /r/none="));
}

void BackendSuite::leaseIsRenewedByAWrite() {
    QTemporaryDir folder;
    test::ManualClock clock;
    auto store = started(folder, clock);
    EventLog log;
    const Revision a = create(*store, "/r/renewed", "", 10);
    const Revision b = create(*store, "/r/ended", "", 10);
    create(*store, "/r/sure", "", 11);
    auto watch = store->watch("/r/", 0, log.sink());
    QTRY_VERIFY(clock.sleeping() > 0);
    clock.advance(seconds(8));
    update(*store, "/r/renewed", "", a, 10);
    update(*store, "/r/ended", "", b, 0);
    clock.advance(seconds(4));
    QVERIFY(log.waitFor(3));
    QCOMPARE(log.events()[2].current.key, std::string("/r/sure"));
    QCOMPARE(listed(*store, "/r/"), std::string("/r/ended= /r/renewed="));
    QTRY_VERIFY(clock.sleeping() > 0);
    clock.advance(seconds(8));
    QVERIFY(log.waitFor(4));
    QCOMPARE(listed(*store, "/r/"), std::string("/r/ended="));
}

void BackendSuite::leasesSurviveARestart() {
    QTemporaryDir folder;
    test::ManualClock clock;
    Revision last = 0;
    {
        auto store = started(folder, clock);
        create(*store, "/r/short", "", 100);
        last = create(*store, "/r/long", "", 3600);
        clock.advance(seconds(60));
        store->stop();
    }
    // Off for a while; the time goes on.
    clock.advance(seconds(1800));
    auto store = started(folder, clock);
    EventLog log;
    auto watch = store->watch("/r/", last, log.sink());
    QVERIFY(log.waitFor(1));
    QCOMPARE(log.events()[0].current.key, std::string("/r/short"));
    QCOMPARE(listed(*store, "/r/"), std::string("/r/long="));
    QTRY_VERIFY(clock.sleeping() > 0);
    clock.advance(seconds(1760));
    QVERIFY(log.waitFor(2));
    QCOMPARE(listed(*store, "/r/"), std::string());
}

void BackendSuite::restartKeepsEverything() {
    QTemporaryDir folder;
    Revision a = 0, last = 0;
    {
        auto store = started(folder);
        a = create(*store, "/r/a", "1");
        update(*store, "/r/a", "2", a);
        last = create(*store, "/r/b", "1");
    }
    auto store = started(folder);
    QCOMPARE(store->currentRevision(), last);
    QCOMPARE(listed(*store, "/r/"), std::string("/r/a=2 /r/b=1"));
    QCOMPARE(valueOf(*store, "/r/a", a), std::string("1"));
    EventLog log;
    auto watch = store->watch("/r/", a, log.sink());
    QVERIFY(log.waitFor(2));
    QCOMPARE(create(*store, "/r/c", ""), last + 1);
    // The highest revision counts also when compaction took its row.
    remove(*store, "/r/c");
    QVERIFY(await(store->compact(last + 2)));
    store.reset();
    store = started(folder);
    QCOMPARE(store->currentRevision(), last + 2);
    QCOMPARE(store->compactRevision(), last + 2);
    QCOMPARE(create(*store, "/r/d", ""), last + 3);
}

void BackendSuite::stopFinishesAcceptedWrites() {
    QTemporaryDir folder;
    auto store = started(folder);
    asio::io_context context;
    int done = 0;
    for (int i = 0; i < 100; ++i)
        asio::co_spawn(context, store->create(fmt::format("/r/{}", i), "v"),
                       [&](std::exception_ptr, Result<Revision> made) { done += made.has_value(); });
    context.poll();
    store->stop();
    context.run();
    QCOMPARE(done, 100);
    store = started(folder);
    QCOMPARE(*await(store->count("/r/")), 100);
}

void BackendSuite::writesAfterStopFail() {
    QTemporaryDir folder;
    auto store = started(folder);
    store->stop();
    auto made = await(store->create("/r/a", ""));
    QVERIFY(!made);
    QCOMPARE(made.error().code, 503);
}

} // namespace coracle::datastore::testing
