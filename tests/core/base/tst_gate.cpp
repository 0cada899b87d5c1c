#include "core/base/clock.h"
#include "core/base/gate.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

using namespace coracle;
namespace asio = boost::asio;

class GateTest : public QObject {
    Q_OBJECT

private slots:
    void closeCancelsAndWaits() {
        asio::io_context context;
        Gate gate(context.get_executor());
        int ended = 0;
        auto sleeper = [](int *count) -> Task<> {
            auto slept = co_await systemClock().sleep(std::chrono::hours(1));
            *count += !slept;
        };
        for (int i = 0; i < 3; ++i)
            gate.spawn([&] { return sleeper(&ended); });
        bool closed = false;
        auto closer = [](Gate *g, bool *done) -> Task<> {
            co_await g->close();
            *done = true;
        };
        asio::post(context, [&] { asio::co_spawn(context, closer(&gate, &closed), asio::detached); });
        context.run_for(std::chrono::seconds(10));
        QVERIFY(closed);
        QCOMPARE(ended, 3);
        gate.spawn([&] { return sleeper(&ended); });
        context.restart();
        QCOMPARE(context.poll(), 0u);
    }
};

QTEST_GUILESS_MAIN(GateTest)
#include "tst_gate.moc"
