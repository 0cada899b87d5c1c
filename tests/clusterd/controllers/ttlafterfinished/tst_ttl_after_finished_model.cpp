#include "clusterd/controllers/ttlafterfinished/ttl_after_finished_controller.h"
#include "tests/clusterd/controllers/restartable_fixture.h"

#include <QTest>
#include <fmt/format.h>
#include <map>
#include <random>

using namespace coracle;
using namespace coracle::controllers;
using namespace std::chrono_literals;

namespace {

/// Jobs with random lives, on a controller that dies now and then. None may go before its time, and all that are due
/// have gone when things have settled.
class World : public test::RestartableFixture {
public:
    explicit World(unsigned seed)
        : RestartableFixture([](const ControllerContext &context, ControllerManager &manager) {
              manager.add(std::make_unique<TtlAfterFinishedController>(context));
          }),
          m_random(seed) {
        begin();
    }

    /// What is wrong; empty: nothing.
    std::string live(int steps) {
        for (int i = 0; i < steps; ++i) {
            step();
            runSome(m_random() % 40);
            if (std::string wrong = complaint(false); !wrong.empty())
                return fmt::format("step {}: {}", i, wrong);
        }
        settle();
        return complaint(true);
    }

private:
    struct Known {
        std::optional<int> ttl;
        std::optional<WallTime> finished;
        bool wasDue = false; ///< at some time by the time to live that it had then
    };

    bool chance(unsigned one) { return m_random() % one == 0; }
    int timeToLive() { return int(m_random() % 4) * 50; }

    void step() {
        switch (m_random() % 7) {
        case 0:
            if (m_jobs.size() < 12)
                makeJob();
            break;
        case 1:
        case 2:
            if (Known *job = some())
                finish(*job);
            break;
        case 3:
            if (Known *job = some())
                changeTimeToLive(*job);
            break;
        case 4:
            if (chance(3))
                restart();
            break;
        default:
            clock.advance(std::chrono::seconds(m_random() % 80));
        }
        for (auto &[name, job] : m_jobs)
            job.wasDue = job.wasDue || isDue(job);
    }

    void makeJob() {
        Known job;
        if (!chance(4))
            job.ttl = timeToLive();
        m_chosen = fmt::format("job-{}", m_jobs.size());
        const std::string ttl = job.ttl ? fmt::format(R"("ttlSecondsAfterFinished":{},)", *job.ttl) : "";
        create(fmt::format(
            R"({{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"{}","namespace":"default"}},"spec":{{{}"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
            m_chosen, ttl));
        m_jobs[m_chosen] = job;
    }
    void finish(Known &job) {
        if (job.finished)
            return;
        job.finished = clock.now();
        const std::string now = api::Time(clock.now()).text();
        merge(
            batchv1::Job::resource(), m_chosen,
            fmt::format(
                R"({{"status":{{"startTime":"{0}","conditions":[{{"type":"FailureTarget","status":"True"}},{{"type":"Failed","status":"True","lastTransitionTime":"{0}"}}]}}}})",
                now),
            "status");
    }
    void changeTimeToLive(Known &job) {
        job.ttl = timeToLive();
        merge(batchv1::Job::resource(), m_chosen,
              fmt::format(R"({{"spec":{{"ttlSecondsAfterFinished":{}}}}})", *job.ttl));
    }
    /// One that is there still.
    Known *some() {
        std::vector<std::string> present;
        for (const auto &[name, job] : m_jobs)
            if (!gone(name))
                present.push_back(name);
        if (present.empty())
            return nullptr;
        m_chosen = present[m_random() % present.size()];
        return &m_jobs.at(m_chosen);
    }
    bool isDue(const Known &job) const {
        return job.ttl && job.finished && *job.finished + std::chrono::seconds(*job.ttl) <= clock.now();
    }
    /// Being deleted in the foreground counts as gone.
    bool gone(const std::string &name) {
        const auto job = this->api.run(client::get<batchv1::Job>(this->api.client(), "default", name));
        return !job || job->metadata.deletionTimestamp;
    }
    std::string complaint(bool settled) {
        for (auto &[name, job] : m_jobs) {
            if (gone(name) && !job.wasDue)
                return name + " went before its time";
            if (settled && isDue(job) && !gone(name))
                return name + " stays";
        }
        return {};
    }

    std::mt19937 m_random;
    std::map<std::string, Known> m_jobs; ///< also those that have gone
    std::string m_chosen;
};

} // namespace

class TtlAfterFinishedModelTest : public QObject {
    Q_OBJECT

private slots:
    void jobsGoInTime_data() {
        QTest::addColumn<unsigned>("seed");
        for (unsigned seed = 1; seed <= 15; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    void jobsGoInTime() {
        QFETCH(unsigned, seed);
        const std::string wrong = World(seed).live(120);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }
};

QTEST_GUILESS_MAIN(TtlAfterFinishedModelTest)
#include "tst_ttl_after_finished_model.moc"
