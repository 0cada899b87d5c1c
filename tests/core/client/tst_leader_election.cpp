#include "core/api/types/coordination_v1.h"
#include "core/client/fenced_client.h"
#include "core/client/leader_election.h"
#include "core/client/typed_client.h"
#include "tests/clusterd/apiserver/support/test_api.h"
#include "tests/support/virtual_time.h"

#include <QTest>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <random>

using namespace coracle;
using namespace coracle::client;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using coordinationv1::LeaseSpec;

class SeededRandom final : public Random {
public:
    explicit SeededRandom(uint64_t seed) : m_engine(seed) {}
    uint64_t next() override { return m_engine(); }

private:
    std::mt19937_64 m_engine;
};

LeaseSpec held(const std::string &holder, int seconds) {
    LeaseSpec spec;
    spec.holderIdentity = holder;
    spec.leaseDurationSeconds = seconds;
    return spec;
}

/// What acts while it leads; stopping takes it a while.
class Actor final : public Elected {
public:
    Actor(std::string name, Clock &clock, std::vector<Actor *> &all)
        : m_name(std::move(name)), m_clock(clock), m_all(all) {
        all.push_back(this);
    }
    void start() override {
        for (const Actor *other : m_all)
            if (other->acts)
                failures += fmt::format("{} begins while {} acts\n", m_name, other->m_name);
        acts = true;
        ++starts;
        since = m_clock.steadyNow();
    }
    Task<> stop() override {
        if (stopTime > Duration::zero())
            (void)co_await m_clock.sleep(stopTime);
        acts = false;
    }

    bool acts = false;
    int starts = 0;
    SteadyTime since{};
    Duration stopTime{};
    static std::string failures;

private:
    const std::string m_name;
    Clock &m_clock;
    std::vector<Actor *> &m_all;
};
std::string Actor::failures;

/// A way to the API on which requests take time, get lost or are lost on their way back.
class BadWay final : public Client {
public:
    BadWay(Client &client, Clock &clock, uint64_t seed) : m_client(client), m_clock(clock), m_random(seed) {}

    bool cut = false;
    uint64_t lostPercent = 0, slowPercent = 0;
    static int atServer; ///< requests that the server works on

    Task<Result<ObjectPtr>> get(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                std::string subresource) override {
        return send(m_client.get(resource, std::move(namespaceName), std::move(name), std::move(subresource)));
    }
    Task<Result<ObjectList>> list(const ResourceInfo &resource, std::string namespaceName,
                                  ListOptions options) override {
        return send(m_client.list(resource, std::move(namespaceName), std::move(options)));
    }
    Task<Result<std::unique_ptr<Watch>>> watch(const ResourceInfo &resource, std::string namespaceName,
                                               WatchOptions options) override {
        return m_client.watch(resource, std::move(namespaceName), std::move(options));
    }
    Task<Result<ObjectPtr>> create(const ResourceInfo &resource, std::string namespaceName, std::string json,
                                   WriteOptions options, std::string name) override {
        return send(
            m_client.create(resource, std::move(namespaceName), std::move(json), std::move(options), std::move(name)));
    }
    Task<Result<ObjectPtr>> update(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                   std::string json, WriteOptions options) override {
        return send(
            m_client.update(resource, std::move(namespaceName), std::move(name), std::move(json), std::move(options)));
    }
    Task<Result<ObjectPtr>> patch(const ResourceInfo &resource, std::string namespaceName, std::string name,
                                  PatchType type, std::string body, WriteOptions options) override {
        return send(m_client.patch(resource, std::move(namespaceName), std::move(name), type, std::move(body),
                                   std::move(options)));
    }
    Task<Result<>> remove(const ResourceInfo &, std::string, std::string, DeleteOptions) override {
        co_return errors::noRoute();
    }

private:
    template<class T>
    Task<Result<T>> send(Task<Result<T>> request) {
        const bool before = cut || m_random.below(100) < lostPercent, after = m_random.below(100) < lostPercent;
        const Duration trip = m_random.below(100) < slowPercent
                                  ? Duration(std::chrono::milliseconds(m_random.below(9000)))
                                  : Duration(1ms);
        (void)co_await m_clock.sleep(trip);
        if (before)
            co_return errors::timeout("lost");
        struct Working { // also when the call is cancelled
            Working() { ++atServer; }
            ~Working() { --atServer; }
        };
        auto working = std::make_unique<Working>();
        auto done = co_await std::move(request);
        working.reset();
        (void)co_await m_clock.sleep(trip);
        if (after || cut)
            co_return errors::timeout("the answer got lost");
        co_return done;
    }

    Client &m_client;
    Clock &m_clock;
    SeededRandom m_random;
};

int BadWay::atServer = 0;

/// Candidates for one lease on a real API server, on virtual time.
struct Fixture {
    struct Candidate {
        Candidate(Fixture &f, std::string name, uint64_t seed)
            : identity(name), random(seed), way(f.api.client(), f.clock, seed), actor(name, f.clock, f.actors) {}
        std::string identity;
        SeededRandom random;
        BadWay way;
        Actor actor;
        std::unique_ptr<LeaderElector> elector;
        bool rivals = true;
    };

    ~Fixture() {
        for (auto &candidate : candidates)
            kill(*candidate);
    }

    Candidate &add(std::string name, uint64_t seed = 1) {
        candidates.push_back(std::make_unique<Candidate>(*this, std::move(name), seed));
        return *candidates.back();
    }
    void begin(Candidate &c) {
        LeaderElectionOptions options{.leaseName = "lease", .leaseNamespace = "default", .identity = c.identity};
        options.rivals = [&c] { return c.rivals; };
        c.elector = std::make_unique<LeaderElector>(c.way, clock, c.random, api.context().get_executor(),
                                                    std::move(options), c.actor);
        c.elector->start();
        settle();
    }
    void end(Candidate &c) {
        if (!c.elector)
            return;
        bool ended = false;
        asio::co_spawn(api.context(), c.elector->stop(), [&](const std::exception_ptr &) { ended = true; });
        while (!ended)
            pass(clock.untilNext());
        c.elector.reset();
    }
    /// Its process dies: it cannot give the lease free, and nothing of it acts.
    void kill(Candidate &c) {
        c.way.cut = true;
        c.actor.acts = false;
        end(c);
        c.way.cut = false;
    }
    void settle() {
        do {
            api.context().restart();
            while (api.context().poll() > 0) {
            }
            if (BadWay::atServer > 0) // the datastore's threads have their part in it
                api.context().run_one_for(10ms);
        } while (BadWay::atServer > 0);
    }
    void pass(Duration duration) {
        test::passTime(clock, duration, [this] { settle(); });
    }
    LeaseSpec lease() {
        auto read = api.run(client::get<coordinationv1::Lease>(api.client(), "default", "lease"));
        return read ? read->spec : LeaseSpec();
    }
    int acting() const {
        return static_cast<int>(std::ranges::count_if(actors, [](const Actor *actor) { return actor->acts; }));
    }

    test::ManualClock clock;
    test::TestApi api{clock};
    std::vector<Actor *> actors;
    std::vector<std::unique_ptr<Candidate>> candidates;
};

} // namespace

class LeaderElectionTest : public QObject {
    Q_OBJECT

private slots:
    void init() { Actor::failures.clear(); }
    void cleanup() { QCOMPARE(QString::fromStdString(Actor::failures), QString()); }

    void freeFor() {
        const SteadyTime now{1000s};
        ObservedLease lease;
        QVERIFY(lease.freeFor("a") <= now); // there is none
        lease.see(1, "u", held("b", 15), now);
        QCOMPARE((lease.freeFor("a") - now).count(), Duration(15s).count());
        QVERIFY(lease.freeFor("b") <= now);          // its own
        lease.see(1, "u", held("b", 15), now + 10s); // nothing new
        QCOMPARE((lease.freeFor("a") - now).count(), Duration(15s).count());
        lease.see(2, "u", held("b", 60), now + 10s); // renewed, and lasts longer
        QCOMPARE((lease.freeFor("a") - now).count(), Duration(70s).count());
        lease.see(3, "u", held("", 1), now + 20s);
        QVERIFY(lease.freeFor("a") <= now); // given free
        lease.seeNone(now + 20s);
        QVERIFY(lease.freeFor("a") <= now);
        lease.see(4, "v", held("b", 15), now + 30s);
        lease.seeNone(now + 35s); // b may not know yet that it was deleted
        lease.seeNone(now + 40s);
        QCOMPARE((lease.freeFor("a") - now).count(), Duration(50s).count());
        QVERIFY(lease.freeFor("b") <= now);
    }

    void transitionsAreCounted() {
        const WallTime now{std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)};
        LeaseSpec spec = heldLease(LeaseSpec(), "a", 15s, now);
        QCOMPARE(spec.leaseTransitions.value(), 0);
        QCOMPARE(spec.leaseDurationSeconds.value(), 15);
        spec = heldLease(spec, "a", 15s, now + 2s);
        QCOMPARE(spec.leaseTransitions.value(), 0);
        QVERIFY(*spec.acquireTime == now && *spec.renewTime == now + 2s);
        spec = heldLease(releasedLease(spec, now + 3s), "b", 15s, now + 4s);
        QCOMPARE(spec.leaseTransitions.value(), 1);
        QVERIFY(*spec.acquireTime == now + 4s);
    }

    void leadsAtOnceAndGivesFree() {
        Fixture f;
        auto &a = f.add("a"), &b = f.add("b");
        f.begin(a);
        f.pass(100ms);
        QVERIFY(a.actor.acts && a.elector->leads());
        f.begin(b);
        f.pass(1min);
        QVERIFY(a.actor.acts && !b.actor.acts);
        f.end(a);
        f.pass(100ms);
        QVERIFY(b.actor.acts);
        QCOMPARE(f.lease().holderIdentity.value(), std::string("b"));
        QCOMPARE(f.lease().leaseTransitions.value(), 1);
    }

    void killedLeaderIsReplacedIn15Seconds() {
        Fixture f;
        auto &a = f.add("a"), &b = f.add("b");
        f.begin(a);
        f.begin(b);
        f.pass(31s);
        QVERIFY(a.actor.acts);
        const SteadyTime killed = f.clock.steadyNow();
        f.kill(a);
        f.pass(20s);
        QVERIFY(b.actor.acts);
        QVERIFY2(b.actor.since - killed <= 15s, qPrintable(QString::number((b.actor.since - killed).count())));
    }

    void restartedLeaderDoesNotWait() {
        Fixture f;
        auto &a = f.add("a");
        f.begin(a);
        f.pass(31s);
        f.kill(a);
        f.begin(a);
        f.pass(100ms);
        QVERIFY(a.actor.acts);
        QCOMPARE(f.lease().leaseTransitions.value(), 0);
    }

    void stopsActingBeforeOthersMayBegin() {
        Fixture f;
        auto &a = f.add("a"), &b = f.add("b");
        a.actor.stopTime = 4s;
        f.begin(a);
        f.begin(b);
        f.pass(31s);
        a.way.cut = true;
        f.pass(11s);
        QVERIFY(!a.elector->leads()); // it stops, but has not stopped yet
        f.pass(30s);
        QVERIFY(!a.actor.acts && b.actor.acts);
        a.way.cut = false;
        f.end(b);
        f.pass(100ms);
        QVERIFY(a.actor.acts);
        QCOMPARE(a.actor.starts, 2);
    }

    /// Alone it writes little; whoever comes knows from the lease how long to wait.
    void withoutRivals() {
        Fixture f;
        auto &a = f.add("a"), &b = f.add("b");
        a.rivals = false;
        f.begin(a);
        f.pass(1s);
        const auto revision = f.api.backend().currentRevision();
        f.pass(10min);
        QVERIFY(f.api.backend().currentRevision() - revision <= 16);
        QCOMPARE(f.lease().leaseDurationSeconds.value(), 120);
        f.begin(b);
        f.kill(a);
        f.pass(79s);
        QVERIFY(!b.actor.acts);
        f.pass(42s);
        QVERIFY(b.actor.acts);
    }

    void takenByForce() {
        Fixture f;
        auto &a = f.add("a");
        f.begin(a);
        f.pass(5s);
        WriteOptions options;
        auto done = f.api.run(f.api.client().patch(coordinationv1::Lease::resource(), "default", "lease",
                                                   PatchType::Merge, R"({"spec":{"holderIdentity":"x"}})", options));
        QVERIFY(done.has_value());
        f.pass(5s);
        QVERIFY(!a.actor.acts);
    }

    void deletedLeaseIsMadeAgain() {
        Fixture f;
        auto &a = f.add("a"), &b = f.add("b");
        f.begin(a);
        f.begin(b);
        f.pass(5s);
        QVERIFY(f.api.run(f.api.client().remove(coordinationv1::Lease::resource(), "default", "lease")).has_value());
        f.pass(1min);
        QCOMPARE(f.acting(), 1);
    }

    void fencedWritesAreRefused() {
        Fixture f;
        bool may = true;
        FencedClient fenced(f.api.client(), [&may] { return may; });
        Client &client = fenced;
        const std::string body =
            R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"default"}})";
        const ResourceInfo &maps = *api::findResource("", "v1", "configmaps");
        QVERIFY(f.api.run(client.create(maps, "default", body)).has_value());
        may = false;
        auto refused = f.api.run(client.patch(maps, "default", "c", PatchType::Merge, "{}"));
        QCOMPARE(refused.error().code, 503);
        QVERIFY(f.api.run(client.get(maps, "default", "c")).has_value());
    }

    /// Several candidates that lose requests, die, come back, and whose dates jump: never do two act at once, and one
    /// leads again when all is well.
    void model_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 6; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    void model() {
        QFETCH(int, seed);
        std::mt19937_64 random(static_cast<uint64_t>(seed));
        Fixture f;
        for (const char *name : {"a", "b", "c"}) {
            auto &c = f.add(name, random());
            c.actor.stopTime = std::chrono::milliseconds(random() % 4000);
            f.begin(c);
        }
        for (int step = 0; step < 60; ++step) {
            auto &c = *f.candidates[random() % f.candidates.size()];
            switch (random() % 7) {
            case 0:
                f.kill(c);
                break;
            case 1:
                f.end(c);
                break;
            case 2:
                c.way.cut = !c.way.cut;
                break;
            case 3:
                c.way.lostPercent = random() % 60;
                break;
            case 4:
                c.way.slowPercent = random() % 60;
                break;
            case 5:
                f.clock.jumpWall(std::chrono::seconds(static_cast<int64_t>(random() % 7200) - 3600));
                break;
            default:
                c.rivals = random() % 4 != 0;
            }
            for (auto &other : f.candidates)
                if (!other->elector && random() % 2 == 0)
                    f.begin(*other);
            f.pass(std::chrono::milliseconds(random() % 12000));
            QVERIFY2(f.acting() <= 1, qPrintable(QString("step %1").arg(step)));
        }
        for (auto &c : f.candidates) {
            c->way.cut = false;
            c->way.lostPercent = c->way.slowPercent = 0;
            c->rivals = true;
            if (!c->elector)
                f.begin(*c);
        }
        f.pass(2min);
        QCOMPARE(f.acting(), 1);
    }
};

QTEST_GUILESS_MAIN(LeaderElectionTest)
#include "tst_leader_election.moc"
