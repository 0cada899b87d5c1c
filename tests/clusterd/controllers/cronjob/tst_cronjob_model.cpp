#include "clusterd/controllers/cronjob/cronjob_controller.h"
#include "clusterd/controllers/cronjob/cronjob_util.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <fmt/format.h>
#include <map>
#include <random>

/// Time passes and jumps, jobs end, the CronJob is suspended and the controller starts anew at random points, also in
/// the middle of its writes. Deterministic from the seed. No scheduled time is served twice, and the policies hold.
using namespace coracle;
using namespace coracle::controllers;

namespace {

class World : public test::RestartableFixture {
public:
    World(uint32_t seed, const std::string &policy)
        : RestartableFixture([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<CronJobController>(context));
          }),
          random(seed) {
        create(fmt::format(
            R"({{"apiVersion":"batch/v1","kind":"CronJob","metadata":{{"name":"c","namespace":"default"}},"spec":{{"schedule":"* * * * *","timeZone":"UTC","concurrencyPolicy":"{}","successfulJobsHistoryLimit":2,"failedJobsHistoryLimit":1,"jobTemplate":{{"spec":{{"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}}}}}})",
            policy));
        begin();
    }

    int below(int bound) { return static_cast<int>(random() % static_cast<uint32_t>(bound)); }
    batchv1::CronJob cronJob() { return *api.run(client::get<batchv1::CronJob>(api.client(), "default", "c")); }
    std::vector<batchv1::Job> jobs() { return list<batchv1::Job>(); }
    size_t running() {
        size_t count = 0;
        for (const batchv1::Job &job : jobs())
            count += !cronjob::isFinished(job);
        return count;
    }
    void patch(const api::ResourceInfo &resource, const std::string &name, const std::string &body,
               const char *subresource = "") {
        client::WriteOptions options;
        options.subresource = subresource;
        (void)api.run(
            api.client().patch(resource, "default", name, client::PatchType::Merge, body, std::move(options)));
    }
    void finish(const std::string &name, bool well) {
        const std::string now = api::Time(clock.now()).text();
        patch(
            batchv1::Job::resource(), name,
            well
                ? fmt::format(
                      R"({{"status":{{"startTime":"{0}","completionTime":"{0}","conditions":[{{"type":"SuccessCriteriaMet","status":"True"}},{{"type":"Complete","status":"True"}}]}}}})",
                      now)
                : fmt::format(
                      R"({{"status":{{"startTime":"{0}","conditions":[{{"type":"FailureTarget","status":"True"}},{{"type":"Failed","status":"True"}}]}}}})",
                      now),
            "status");
    }
    void look() {
        for (const batchv1::Job &job : jobs()) {
            const auto [known, fresh] = uids.try_emplace(job.metadata.name, job.metadata.uid);
            startedTwice |= !fresh && known->second != job.metadata.uid;
        }
    }
    void step() {
        runSome(static_cast<size_t>(below(30)));
        look();
        const int what = below(20);
        if (what < 7)
            clock.advance(std::chrono::seconds(below(60)));
        else if (what == 7)
            clock.jumpWall(std::chrono::seconds(below(7200)));
        else if (what == 8)
            clock.jumpWall(-std::chrono::seconds(below(600)));
        else if (what == 9)
            patch(batchv1::CronJob::resource(), "c", fmt::format(R"({{"spec":{{"suspend":{}}}}})", below(2) == 0));
        else if (what < 15)
            finishOne();
        else
            restart();
    }
    void finishOne() {
        for (const batchv1::Job &job : jobs())
            if (!cronjob::isFinished(job))
                return finish(job.metadata.name, below(2) == 0);
    }
    std::mt19937 random;
    std::map<std::string, std::string> uids; ///< by job name
    bool startedTwice = false;
};

} // namespace

class CronJobModelTest : public QObject {
    Q_OBJECT

private slots:
    void noTimeIsServedTwice_data() {
        QTest::addColumn<QString>("policy");
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 12; ++seed)
            for (const char *policy : {"Allow", "Forbid", "Replace"})
                QTest::newRow(fmt::format("{} {}", policy, seed).c_str()) << policy << seed;
    }
    void noTimeIsServedTwice() {
        QFETCH(QString, policy);
        QFETCH(int, seed);
        World world(static_cast<uint32_t>(seed), policy.toStdString());
        for (int i = 0; i < 150; ++i) {
            world.step();
            QVERIFY(!world.startedTwice);
            if (policy != "Allow")
                QVERIFY(world.running() <= 1);
        }
        // At rest nothing is forgotten and nothing is left over.
        world.patch(batchv1::CronJob::resource(), "c", R"({"spec":{"suspend":true}})");
        world.settle();
        QCOMPARE(world.cronJob().status.active.size(), world.running());
        while (world.running() > 0)
            world.finishOne();
        world.settle();
        QVERIFY(world.cronJob().status.active.empty());
        int well = 0, badly = 0;
        for (const batchv1::Job &job : world.jobs())
            ++(cronjob::finishedCondition(job) == "Complete" ? well : badly);
        QVERIFY(well <= 2 && badly <= 1);
        QVERIFY(!world.uids.empty());
    }
};

QTEST_GUILESS_MAIN(CronJobModelTest)
#include "tst_cronjob_model.moc"
