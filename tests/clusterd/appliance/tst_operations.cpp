#include "clusterd/appliance/operations.h"

#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>

using namespace coracle;
using namespace coracle::appliance;
using namespace std::chrono_literals;

namespace {

Task<Result<boost::json::object>> sleepALot(Clock &clock, std::shared_ptr<Operation> operation) {
    operation->enter("sleeping", 0.5, "it sleeps");
    CO_CHECK(co_await clock.sleep(1h));
    boost::json::object result;
    result["slept"] = true;
    co_return result;
}

Task<Result<boost::json::object>> failAtOnce() {
    co_return errors::other("there is no bed");
}

} // namespace

class OperationsTest : public QObject {
    Q_OBJECT

    boost::asio::io_context m_context;
    test::ManualClock m_clock;
    std::unique_ptr<Operations> m_operations;

    void settle() {
        m_context.restart();
        m_context.poll();
    }
    Result<OperationInfo> begin(OperationKind kind, std::string target) {
        auto begun = m_operations->begin(kind, std::move(target), [this](std::shared_ptr<Operation> operation) {
            return sleepALot(m_clock, std::move(operation));
        });
        settle();
        return begun;
    }

private slots:
    void init() { m_operations = std::make_unique<Operations>(m_clock, systemRandom(), m_context.get_executor()); }
    void cleanup() {
        boost::asio::co_spawn(m_context, m_operations->stop(), boost::asio::detached);
        settle();
        m_operations.reset();
    }

    void goesItsWay() {
        const auto begun = begin(OperationKind::Drain, "node-1");
        QVERIFY(begun.has_value());
        QCOMPARE(m_operations->get(begun->id)->phase, std::string("sleeping"));
        QCOMPARE(m_operations->get(begun->id)->progress, 0.5);
        m_clock.advance(2h);
        settle();
        const OperationInfo ended = *m_operations->get(begun->id);
        QVERIFY(ended.state == OperationState::Succeeded);
        QCOMPARE(ended.progress, 1.0);
        QVERIFY(ended.finishedAt && *ended.finishedAt - ended.startedAt == 2h);
        QVERIFY(boost::json::serialize(ended.json().at("result")) == "{\"slept\":true}");
    }

    void failuresAreTold() {
        const auto begun =
            m_operations->begin(OperationKind::Compact, "", [](std::shared_ptr<Operation>) { return failAtOnce(); });
        settle();
        const auto json = m_operations->get(begun->id)->json();
        QVERIFY(json.at("state").as_string() == "failed");
        QVERIFY(json.at("error").at("message").as_string() == "there is no bed");
    }

    void cancels() {
        const auto begun = begin(OperationKind::Drain, "node-1");
        QVERIFY(m_operations->cancel(begun->id).has_value());
        settle();
        QVERIFY(m_operations->get(begun->id)->state == OperationState::Cancelled);
        QCOMPARE(m_clock.sleeping(), size_t(0));
        QCOMPARE(m_operations->cancel(begun->id).error().code, 409);
        QCOMPARE(m_operations->cancel("op-none").error().code, 404);
    }

    void whatMustGoOnIsNotCancelled() {
        const auto begun =
            m_operations->begin(OperationKind::Restart, "", [this](std::shared_ptr<Operation> operation) {
                operation->forbidCancelling();
                return sleepALot(m_clock, std::move(operation));
            });
        settle();
        QCOMPARE(m_operations->cancel(begun->id).error().code, 409);
        boost::asio::co_spawn(m_context, m_operations->stop(), boost::asio::detached);
        settle();
        QVERIFY(m_operations->get(begun->id)->state == OperationState::Running); // the next process takes it up
        QCOMPARE(begin(OperationKind::Compact, "").error().code, 503);
    }

    void oneOfAKindAtATime() {
        QVERIFY(begin(OperationKind::Drain, "node-1").has_value());
        QCOMPARE(begin(OperationKind::Drain, "node-1").error().code, 409);
        QVERIFY(begin(OperationKind::Drain, "node-2").has_value());
        QVERIFY(begin(OperationKind::Restart, "").has_value());
        QCOMPARE(begin(OperationKind::Upgrade, "0.2").error().code, 409); // both end the daemon
        QVERIFY(!m_operations->admits(OperationKind::Restore, "x"));
    }

    void anEarlierProcessesOperationGoesOn() {
        m_operations->adopt(
            {.id = "op-before", .kind = OperationKind::Restart, .phase = "confirming", .progress = 0.7});
        QVERIFY(m_operations->get("op-before")->state == OperationState::Running);
        m_operations->finish("op-before", errors::other("no"));
        QVERIFY(m_operations->get("op-before")->state == OperationState::Failed);
        m_operations->finish("op-before", boost::json::object()); // it has ended already
        QVERIFY(m_operations->get("op-before")->state == OperationState::Failed);
    }

    void aHundredAreKept() {
        for (int i = 0; i < 150; ++i) {
            QVERIFY(m_operations
                        ->begin(OperationKind::Backup, std::to_string(i),
                                [](std::shared_ptr<Operation>) { return failAtOnce(); })
                        .has_value());
            settle();
        }
        QCOMPARE(m_operations->list().size(), size_t(100));
        QCOMPARE(m_operations->list().front().target, std::string("149"));
        for (int i = 0; i < 100; ++i)
            QVERIFY(begin(OperationKind::Drain, "node-" + std::to_string(i)).has_value());
        QCOMPARE(begin(OperationKind::Drain, "node-x").error().code, 429); // none that has ended can go
    }

    void listenersMissNothing() {
        int seen = 0;
        bool ended = false;
        auto listen = [](ChangeSignal &signal, Executor executor, int &seen, bool &ended) -> Task<> {
            ChangeSignal::Listener listener(signal, executor);
            while (co_await listener.wait())
                ++seen;
            ended = true;
        };
        boost::asio::co_spawn(m_context, listen(m_operations->changes(), m_context.get_executor(), seen, ended),
                              boost::asio::detached);
        settle();
        QCOMPARE(m_operations->changes().listeners(), size_t(1));
        QVERIFY(begin(OperationKind::Drain, "node-1").has_value());
        QVERIFY(seen > 0);
        boost::asio::co_spawn(m_context, m_operations->stop(), boost::asio::detached);
        settle();
        QVERIFY(ended);
        QCOMPARE(m_operations->changes().listeners(), size_t(0));
    }
};

QTEST_GUILESS_MAIN(OperationsTest)
#include "tst_operations.moc"
