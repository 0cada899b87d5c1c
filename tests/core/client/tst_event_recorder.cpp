#include "core/api/types/core_v1.h"
#include "core/client/event_recorder.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_client.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace coracle;
using namespace coracle::client;

namespace {

const ObjectReference kPod{.apiVersion = "v1", .kind = "Pod", .namespaceName = "shop", .name = "web", .uid = "1"};

struct Fixture {
    boost::asio::io_context context;
    test::ManualClock clock;
    test::MemoryClient client{context.get_executor()};
    Gate gate{context.get_executor()};
    EventRecorder recorder{client, clock, gate, "tester", "here"};

    ~Fixture() {
        boost::asio::co_spawn(context, gate.close(), boost::asio::detached);
        run();
    }
    void run() {
        context.restart();
        context.run();
    }
    void record(std::string_view reason, std::string_view message, const ObjectReference &about = kPod) {
        recorder.event(about, EventKind::Normal, reason, message);
        run();
    }
    std::vector<corev1::Event> all() const {
        std::vector<corev1::Event> result;
        for (const ObjectPtr &object : client.all(corev1::Event::resource()))
            result.push_back(*api::decode<corev1::Event>(*object));
        return result;
    }
};

std::string messageOf(int i) {
    return "message " + std::to_string(i);
}

} // namespace

class EventRecorderTest : public QObject {
    Q_OBJECT

private slots:
    void whatRepeatsIsCounted() {
        Fixture f;
        f.record("Pulled", "image a");
        const auto first = f.all().at(0);
        QCOMPARE(first.count, 1);
        QCOMPARE(first.reportingComponent, std::string("tester"));
        f.clock.advance(std::chrono::seconds(5));
        f.record("Pulled", "image a");
        f.record("Pulled", "image a");
        QCOMPARE(f.all().size(), size_t(1));
        QCOMPARE(f.all()[0].count, 3);
        QCOMPARE(f.all()[0].firstTimestamp.text(), first.firstTimestamp.text());
        QVERIFY(f.all()[0].lastTimestamp.text() != first.lastTimestamp.text());
        f.record("Pulled", "image b");
        f.record("Started", "image a");
        QCOMPARE(f.all().size(), size_t(3));
    }

    void anExpiredOneIsMadeAnew() {
        Fixture f;
        f.record("Pulled", "image a");
        f.client.erase(corev1::Event::resource(), "shop/" + f.all()[0].metadata.name);
        f.record("Pulled", "image a");
        QCOMPARE(f.all().size(), size_t(1));
        QCOMPARE(f.all()[0].count, 2);
    }

    void tenSimilarOnesAreCombined() {
        Fixture f;
        for (int i = 0; i < 12; ++i)
            f.record("Unhealthy", messageOf(i));
        QCOMPARE(f.all().size(), size_t(10)); // nine, and one for the rest
        int combined = 0;
        for (const corev1::Event &event : f.all()) {
            if (!event.message.starts_with("(combined from similar events): "))
                continue;
            ++combined;
            QCOMPARE(event.message, "(combined from similar events): " + messageOf(11));
            QCOMPARE(event.count, 3);
        }
        QCOMPARE(combined, 1);
        // After ten quiet minutes each stands for itself again.
        f.clock.advance(std::chrono::minutes(11));
        f.record("Unhealthy", "message 99");
        QCOMPARE(f.all().size(), size_t(11));
    }

    void oneObjectCannotFloodTheApi() {
        Fixture f;
        for (int i = 0; i < 40; ++i)
            f.record("Reason" + std::to_string(i), "m");
        QCOMPARE(f.all().size(), size_t(25));
        const ObjectReference other{
            .apiVersion = "v1", .kind = "Pod", .namespaceName = "shop", .name = "db", .uid = "2"};
        f.record("Pulled", "image a", other);
        QCOMPARE(f.all().size(), size_t(26));
        f.clock.advance(std::chrono::minutes(4));
        f.record("Later", "m");
        QCOMPARE(f.all().size(), size_t(26));
        f.clock.advance(std::chrono::minutes(2));
        f.record("Later", "m");
        QCOMPARE(f.all().size(), size_t(27));
        f.record("Last", "m");
        QCOMPARE(f.all().size(), size_t(27));
    }

    /// What was left out is counted when one is written again.
    void whatIsLeftOutIsCounted() {
        EventCorrelator correlator;
        const EventCorrelator::Event event{"v1/Pod/shop/web/1", "", "Normal", "Pulled", "m"};
        SteadyTime now{};
        int written = 0;
        for (int i = 0; i < 30; ++i)
            written += correlator.take(event, now).skip ? 0 : 1;
        QCOMPARE(written, 25);
        const auto later = correlator.take(event, now + std::chrono::minutes(5));
        QVERIFY(!later.skip);
        QCOMPARE(later.count, 31);
    }

    void memoryIsBounded() {
        RecentMap<int> map(3);
        for (int i = 0; i < 10; ++i) {
            map["first"] = 1;
            map[std::to_string(i)] = 2;
        }
        QCOMPARE(map["first"], 1);
        QCOMPARE(map["9"], 2);
        QCOMPARE(map["0"], 0);
    }
};

QTEST_GUILESS_MAIN(EventRecorderTest)
#include "tst_event_recorder.moc"
