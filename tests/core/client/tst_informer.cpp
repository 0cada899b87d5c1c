#include "core/client/informer.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::client;
namespace asio = boost::asio;

namespace {

ObjectPtr configMap(const std::string &name, int revision, const std::string &uid = "u", const char *label = "a") {
    return *api::Object::parse(fmt::format(
        R"({{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{}","namespace":"ns","uid":"{}","resourceVersion":"{}","labels":{{"l":"{}"}}}}}})",
        name, uid, revision, label));
}

/// A client whose list and watch answers the test writes beforehand.
class ScriptedClient final : public Client {
public:
    struct ScriptedWatch final : Watch {
        explicit ScriptedWatch(ScriptedClient &c) : client(c) {}
        Task<Result<WatchEvent>> next() override {
            while (client.events.empty())
                co_await client.changed->wait();
            auto event = std::move(client.events.front());
            client.events.pop_front();
            co_return event;
        }
        ScriptedClient &client;
    };

    Task<Result<ObjectList>> list(const ResourceInfo &, std::string, ListOptions) override {
        ++lists;
        co_return lists <= failures ? Result<ObjectList>(errors::serviceUnavailable("down")) : listing;
    }
    Task<Result<std::unique_ptr<Watch>>> watch(const ResourceInfo &, std::string, WatchOptions options) override {
        watchedFrom.push_back(options.resourceVersion);
        co_return std::make_unique<ScriptedWatch>(*this);
    }
    Task<Result<ObjectPtr>> get(const ResourceInfo &, std::string, std::string, std::string) override { return no(); }
    Task<Result<ObjectPtr>> create(const ResourceInfo &, std::string, std::string, WriteOptions, std::string) override {
        return no();
    }
    Task<Result<ObjectPtr>> update(const ResourceInfo &, std::string, std::string, std::string, WriteOptions) override {
        return no();
    }
    Task<Result<ObjectPtr>> patch(const ResourceInfo &, std::string, std::string, PatchType, std::string,
                                  WriteOptions) override {
        return no();
    }
    Task<Result<>> remove(const ResourceInfo &, std::string, std::string, DeleteOptions) override {
        co_return errors::noRoute();
    }

    int lists = 0, failures = 0;
    ObjectList listing;
    std::deque<Result<WatchEvent>> events;
    std::vector<std::string> watchedFrom;
    std::unique_ptr<AsyncEvent> changed;

private:
    Task<Result<ObjectPtr>> no() { co_return errors::noRoute(); }
};

struct Fixture {
    Fixture() {
        client.changed = std::make_unique<AsyncEvent>(context.get_executor());
        informer.addIndex("label", [](const ObjectPtr &object, std::vector<std::string> &values) {
            values.emplace_back(object->label("l").value_or(""));
        });
        informer.addHandler([this](const ObjectPtr &before, const ObjectPtr &after) {
            seen.push_back((before ? "-" : "") + std::string(after ? "+" : "") +
                           std::string((after ? after : before)->name()));
        });
    }
    ~Fixture() {
        asio::co_spawn(context, gate.close(), asio::detached);
        settle();
    }
    void settle() {
        context.restart();
        context.poll();
    }
    void push(Result<WatchEvent> event) {
        client.events.push_back(std::move(event));
        client.changed->notifyAll();
        settle();
    }

    asio::io_context context;
    test::ManualClock clock;
    Gate gate{context.get_executor()};
    ScriptedClient client;
    Informer informer{client, *api::findResource("", "v1", "configmaps"), clock};
    std::vector<std::string> seen;
};

} // namespace

class InformerTest : public QObject {
    Q_OBJECT

private slots:
    void followsListAndWatch() {
        Fixture f;
        f.client.listing = {{configMap("a", 1), configMap("b", 2)}, "5", "", 0};
        f.informer.start(f.gate);
        f.settle();
        QVERIFY(f.informer.synced());
        QCOMPARE(f.client.watchedFrom, std::vector<std::string>{"5"});
        f.push(WatchEvent{EventType::Modified, configMap("a", 6, "u", "z")});
        f.push(WatchEvent{EventType::Deleted, configMap("b", 7)});
        QCOMPARE(f.seen, (std::vector<std::string>{"+a", "+b", "-+a", "-b"}));
        QCOMPARE(f.informer.size(), size_t(1));
        QCOMPARE(f.informer.byIndex("label", "a").size(), size_t(0));
        QCOMPARE(f.informer.byIndex("label", "z").size(), size_t(1));
        QVERIFY(f.informer.get("ns/a") == f.informer.get("ns", "a"));
    }

    void resumesFromTheLastRevisionWhenAWatchBreaks() {
        Fixture f;
        f.client.listing = {{}, "5", "", 0};
        f.informer.start(f.gate);
        f.settle();
        f.push(WatchEvent{EventType::Added, configMap("a", 9)});
        f.push(errors::serviceUnavailable("the connection broke"));
        f.clock.advance(std::chrono::seconds(1));
        f.settle();
        QCOMPARE(f.client.watchedFrom, (std::vector<std::string>{"5", "9"}));
        QCOMPARE(f.client.lists, 1);
    }

    void listsAgainWhenTheRevisionExpired() {
        Fixture f;
        f.client.listing = {{configMap("gone", 1), configMap("made-again", 2, "old")}, "5", "", 0};
        f.informer.start(f.gate);
        f.settle();
        f.client.listing = {{configMap("made-again", 20, "new")}, "30", "", 0};
        f.push(errors::expired("too old resource version"));
        f.clock.advance(std::chrono::seconds(1));
        f.settle();
        QCOMPARE(f.client.watchedFrom, (std::vector<std::string>{"5", "30"}));
        QCOMPARE(f.seen, (std::vector<std::string>{"+gone", "+made-again", "-made-again", "+made-again", "-gone"}));
    }

    void retriesWithBackOff() {
        Fixture f;
        f.client.failures = 3;
        f.client.listing = {{}, "5", "", 0};
        f.informer.start(f.gate);
        for (int i = 0; i < 3; ++i) {
            f.settle();
            QVERIFY(!f.informer.synced());
            QCOMPARE(f.clock.untilNext(), Duration(std::chrono::milliseconds(100 << i)));
            f.clock.advance(f.clock.untilNext());
        }
        f.settle();
        QVERIFY(f.informer.synced());
        QCOMPARE(f.client.lists, 4);
    }
};

QTEST_GUILESS_MAIN(InformerTest)
#include "tst_informer.moc"
