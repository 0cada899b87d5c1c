#include "clusterd/scheduler/plugins/priority_sort.h"
#include "clusterd/scheduler/plugins/scheduling_gates.h"
#include "clusterd/scheduler/scheduling_queue.h"
#include "tests/clusterd/scheduler/scheduler_testing.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;
using namespace coracle::scheduler::testing;
using Place = QueuedPod::Place;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr ClusterEvent kNodeAdded{EventResource::Node, kAdd}, kNodeRelabeled{EventResource::Node, kUpdateNodeLabel},
    kPodGone{EventResource::Pod, kDelete};

/// Rejects pods until an event; pods of the same name as the node in it are not helped by it.
struct Waking final : Plugin {
    Waking(std::string_view pluginName, ClusterEvent event) : label(pluginName), wakes(event) {}
    std::string_view name() const override { return label; }
    std::vector<EventInterest> eventsToRegister() const override {
        auto notMe = [](const PodInfo &waiting, const ClusterChange &change) {
            const bool mine =
                change.event.resource == EventResource::Node && change.after && change.after->name() == waiting.name();
            return mine ? Hint::Skip : Hint::Queue;
        };
        return {{wakes, notMe}};
    }
    std::string_view label;
    ClusterEvent wakes;
};

struct Fixture {
    boost::asio::io_context context;
    test::ManualClock clock;
    Gate gate{context.get_executor()};
    PrioritySort sort;
    Framework framework;
    SchedulingQueue queue;

    Fixture() : queue(gate, clock, sort, [this](const PodInfo &) { return &framework; }) {
        framework.add(std::make_unique<SchedulingGates>());
        framework.add(std::make_unique<Waking>("NodeAdded", kNodeAdded));
        framework.add(std::make_unique<Waking>("PodGone", kPodGone));
        framework.add(std::make_unique<Waking>("Never", ClusterEvent{EventResource::Any, 0}));
        framework.add(std::make_unique<Waking>("Own", ClusterEvent{EventResource::Pod, kUpdate}));
    }
    ~Fixture() {
        boost::asio::co_spawn(context, gate.close(), boost::asio::detached);
        settle();
    }
    void settle() {
        context.restart();
        context.poll();
    }
    void advance(Duration duration) {
        clock.advance(duration);
        settle();
    }
    void add(const char *name, int priority = 0, const char *moreSpec = "") {
        queue.set(toPod(smallPodJson(name, "", "", fmt::format(R"("priority":{}{})", priority, moreSpec))));
        settle();
    }
    /// Takes the next pod and finds no node for it.
    std::string fail(std::string_view plugin) {
        QueuedPod *queued = queue.tryTake();
        if (!queued)
            return "none";
        queue.waitFor(queued->pod->uid(), {plugin});
        settle();
        return std::string(queued->pod->name());
    }
    void wake(ClusterEvent event, const char *name = "x") {
        ClusterChange change{
            .event = event, .before = {}, .after = toObject(nodeJson(name)), .podBefore = {}, .podAfter = {}};
        queue.wake(change);
        settle();
    }
    std::string takeAll() {
        std::string names;
        while (QueuedPod *queued = queue.tryTake())
            names += std::string(queued->pod->name()) + " ";
        return names;
    }
    std::string counts() {
        return fmt::format("{} active, {} backing off, {} unschedulable, {} gated, {} in flight",
                           queue.count(Place::Active), queue.count(Place::BackingOff),
                           queue.count(Place::Unschedulable), queue.count(Place::Gated), queue.count(Place::InFlight));
    }
};

} // namespace

class SchedulingQueueTest : public QObject {
    Q_OBJECT

private slots:
    void importantPodsFirstThenByAge() {
        Fixture f;
        f.add("a", 0);
        f.add("b", 10);
        f.advance(seconds(1));
        f.add("c", 10);
        f.add("d", 0);
        QCOMPARE(f.takeAll(), std::string("b c a d "));
        QCOMPARE(f.counts(), std::string("0 active, 0 backing off, 0 unschedulable, 0 gated, 4 in flight"));
    }

    void takeWaitsForAPod() {
        Fixture f;
        std::string taken;
        auto taker = [](SchedulingQueue *queue, std::string *name) -> Task<> {
            if (QueuedPod *queued = co_await queue->take())
                *name = queued->pod->name();
        };
        boost::asio::co_spawn(f.context, taker(&f.queue, &taken), boost::asio::detached);
        f.settle();
        QVERIFY(taken.empty());
        f.add("a");
        QCOMPARE(taken, std::string("a"));
    }

    void onlyTheRightEventsWake() {
        Fixture f;
        f.add("a");
        f.add("b");
        f.fail("NodeAdded");
        f.fail("PodGone");
        f.advance(seconds(20));
        f.wake(kNodeRelabeled);
        QCOMPARE(f.takeAll(), std::string());
        f.wake(kPodGone);
        QCOMPARE(f.takeAll(), std::string("b "));
        f.wake(kNodeAdded);
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void backoffDoublesUpToTenSeconds() {
        Fixture f;
        f.add("a");
        for (const int expected : {1, 2, 4, 8, 10, 10}) {
            QCOMPARE(f.fail("NodeAdded"), std::string("a"));
            f.wake(kNodeAdded);
            f.settle();
            QCOMPARE(f.queue.count(Place::BackingOff), size_t(1));
            f.advance(seconds(expected) - milliseconds(1));
            QCOMPARE(f.queue.count(Place::Active), size_t(0));
            f.advance(milliseconds(1));
            QCOMPARE(f.queue.count(Place::Active), size_t(1));
        }
    }

    void eventAfterTheBackoffWakesAtOnce() {
        Fixture f;
        f.add("a");
        f.fail("NodeAdded");
        f.advance(seconds(2));
        QCOMPARE(f.counts(), std::string("0 active, 0 backing off, 1 unschedulable, 0 gated, 0 in flight"));
        f.wake(kNodeAdded);
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void triedAgainAfterFiveMinutes() {
        Fixture f;
        f.add("a");
        f.fail("Never");
        f.advance(std::chrono::minutes(5) - milliseconds(1));
        QCOMPARE(f.takeAll(), std::string());
        f.advance(milliseconds(1));
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void errorsBackOffWithoutAnEvent() {
        Fixture f;
        f.add("a");
        QCOMPARE(f.takeAll(), std::string("a "));
        f.queue.retry("a");
        f.settle();
        QCOMPARE(f.queue.count(Place::BackingOff), size_t(1));
        f.advance(seconds(1));
        QCOMPARE(f.takeAll(), std::string("a "));
        f.queue.remove("a");
        f.queue.retry("a");
        QCOMPARE(f.counts(), std::string("0 active, 0 backing off, 0 unschedulable, 0 gated, 0 in flight"));
    }

    void gatedPodsWaitForTheirGates() {
        Fixture f;
        f.add("a", 0, R"(,"schedulingGates":[{"name":"x"}])");
        f.wake({EventResource::Node, kAllActions});
        f.advance(std::chrono::hours(1));
        QCOMPARE(f.counts(), std::string("0 active, 0 backing off, 0 unschedulable, 1 gated, 0 in flight"));
        f.add("a");
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void changedSpecWakesChangedStatusDoesNot() {
        Fixture f;
        f.add("a");
        f.fail("Own");
        f.advance(seconds(2));
        f.queue.set(toPod(podJson("a",
                                  R"("containers":[{"name":"c","image":"busybox","resources":{"requests":{}}}],)"
                                  R"("priority":0)",
                                  "", R"("phase":"Pending")")));
        QCOMPARE(f.takeAll(), std::string());
        f.add("a", 0, R"(,"nodeSelector":{"a":"b"})");
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void hintsDecide() {
        Fixture f;
        f.add("a");
        f.fail("NodeAdded");
        f.advance(seconds(2));
        f.wake(kNodeAdded, "a");
        QCOMPARE(f.takeAll(), std::string());
        f.wake(kNodeAdded, "b");
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void noEventIsLostWhileAPodIsInFlight() {
        Fixture f;
        f.add("a");
        f.add("b");
        f.add("c");
        // a and b are in flight when the node comes, c is taken later.
        QueuedPod *a = f.queue.tryTake(), *b = f.queue.tryTake();
        f.wake(kNodeAdded);
        QueuedPod *c = f.queue.tryTake();
        f.queue.waitFor(a->pod->uid(), {"NodeAdded"});
        f.queue.waitFor(b->pod->uid(), {"PodGone"});
        f.queue.waitFor(c->pod->uid(), {"NodeAdded"});
        f.settle();
        QCOMPARE(f.counts(), std::string("0 active, 1 backing off, 2 unschedulable, 0 gated, 0 in flight"));
        f.advance(seconds(1));
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void ownChangeInFlightIsSeenByThatPodOnly() {
        Fixture f;
        f.add("a");
        f.add("b");
        QCOMPARE(f.takeAll(), std::string("a b "));
        f.add("a", 0, R"(,"nodeSelector":{"a":"b"})");
        f.queue.waitFor("a", {"Own"});
        f.queue.waitFor("b", {"Own"});
        f.advance(seconds(1));
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void moreEventsThanAreKeptWakeUnasked() {
        Fixture f;
        f.add("a");
        f.queue.tryTake();
        const ClusterChange change{.event = kNodeRelabeled, .before = {}, .after = {}, .podBefore = {}, .podAfter = {}};
        for (int i = 0; i < 5000; ++i)
            f.queue.wake(change);
        f.queue.waitFor("a", {"NodeAdded"});
        QCOMPARE(f.counts(), std::string("0 active, 1 backing off, 0 unschedulable, 0 gated, 0 in flight"));
    }

    void activatedUnasked() {
        Fixture f;
        f.add("a");
        f.fail("Never");
        f.advance(seconds(2));
        f.queue.activate("a");
        f.queue.activate("gone");
        QCOMPARE(f.takeAll(), std::string("a "));
    }

    void changedPriorityChangesTheOrder() {
        Fixture f;
        f.add("a", 1);
        f.add("b", 2);
        f.add("a", 3);
        QCOMPARE(f.takeAll(), std::string("a b "));
    }

    void removedPodsAreGone() {
        Fixture f;
        f.add("a");
        f.add("b");
        f.add("c", 0, R"(,"schedulingGates":[{"name":"x"}])");
        f.fail("NodeAdded");
        for (const char *uid : {"a", "b", "c", "never"})
            f.queue.remove(uid);
        f.wake(kNodeAdded);
        f.advance(std::chrono::hours(1));
        QCOMPARE(f.counts(), std::string("0 active, 0 backing off, 0 unschedulable, 0 gated, 0 in flight"));
    }
};

QTEST_GUILESS_MAIN(SchedulingQueueTest)
#include "tst_scheduling_queue.moc"
