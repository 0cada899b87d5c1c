#include "core/client/work_queue.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace coracle;
using namespace coracle::client;
namespace asio = boost::asio;
using std::chrono::milliseconds;

class WorkQueueTest : public QObject {
    Q_OBJECT

    struct Fixture {
        asio::io_context context;
        test::ManualClock clock;
        Gate gate{context.get_executor()};
        WorkQueue queue{gate, clock};
        std::vector<std::string> taken;

        void settle() {
            context.restart();
            context.poll();
        }
        void takeAll() {
            while (queue.size() > 0) {
                asio::co_spawn(context, takeOne(this), asio::detached);
                settle();
            }
        }
        static Task<> takeOne(Fixture *f) {
            if (auto key = co_await f->queue.take())
                f->taken.push_back(*key);
        }
        ~Fixture() {
            asio::co_spawn(context, gate.close(), asio::detached);
            settle();
        }
    };

private slots:
    void handsOutEachKeyOnce() {
        Fixture f;
        f.queue.add("a");
        f.queue.add("b");
        f.queue.add("a");
        f.takeAll();
        QCOMPARE(f.taken, (std::vector<std::string>{"a", "b"}));
    }

    void keyAddedWhileWorkedOnComesAgainAfterwards() {
        Fixture f;
        f.queue.add("a");
        f.takeAll();
        f.queue.add("a");
        QCOMPARE(f.queue.size(), size_t(0));
        f.queue.done("a");
        QCOMPARE(f.queue.size(), size_t(1));
    }

    void retriesBackOffExponentiallyUntilForgotten() {
        Fixture f;
        for (int milli : {5, 10, 20, 40}) {
            f.queue.addRateLimited("a");
            f.settle();
            f.clock.advance(milliseconds(milli - 1));
            f.settle();
            QCOMPARE(f.queue.size(), size_t(0));
            f.clock.advance(milliseconds(1));
            f.settle();
            QCOMPARE(f.queue.size(), size_t(1));
            f.takeAll();
            f.queue.done("a");
        }
        QCOMPARE(f.queue.failures("a"), 4);
        f.queue.forget("a");
        QCOMPARE(f.queue.failures("a"), 0);
    }

    void earlierTimeWins() {
        Fixture f;
        f.queue.addAfter("a", milliseconds(100));
        f.queue.addAfter("a", milliseconds(10));
        f.queue.addAfter("a", milliseconds(50));
        f.settle();
        f.clock.advance(milliseconds(10));
        f.settle();
        QCOMPARE(f.queue.size(), size_t(1));
        f.takeAll();
        f.queue.done("a");
        f.clock.advance(milliseconds(200));
        f.settle();
        QCOMPARE(f.queue.size(), size_t(0));
    }

    void takeEndsWhenTheGateCloses() {
        Fixture f;
        bool ended = false;
        struct Taker {
            static Task<> run(WorkQueue *queue, bool *ended) {
                auto key = co_await queue->take();
                *ended = !key;
            }
        };
        f.gate.spawn([&] { return Taker::run(&f.queue, &ended); });
        f.settle();
        asio::co_spawn(f.context, f.gate.close(), asio::detached);
        f.settle();
        QVERIFY(f.gate.closed());
    }
};

QTEST_GUILESS_MAIN(WorkQueueTest)
#include "tst_work_queue.moc"
