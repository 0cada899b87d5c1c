#include "clusterd/controllers/ttlafterfinished/ttl_after_finished_controller.h"
#include "tests/clusterd/controllers/controllers_fixture.h"
#include "tests/support/manual_clock.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::controllers;

namespace {

struct ClockFirst {
    test::ManualClock manual;
};

struct Fixture : ClockFirst, test::ControllersFixture {
    Fixture() : test::ControllersFixture(manual) {
        add<TtlAfterFinishedController>();
        start();
    }
    void makeJob(const char *name, const char *more) {
        create(fmt::format(
            R"({{"apiVersion":"batch/v1","kind":"Job","metadata":{{"name":"{}","namespace":"default"}},"spec":{{{}"template":{{"spec":{{"restartPolicy":"Never","containers":[{{"name":"c","image":"i"}}]}}}}}}}})",
            name, more));
    }
    void finish(const char *name, const char *condition) {
        const std::string now = api::Time(clock.now()).text();
        const bool well = std::string_view(condition) == "Complete";
        const std::string end = well ? fmt::format(R"("completionTime":"{}",)", now) : "";
        merge(
            batchv1::Job::resource(), "default", name,
            fmt::format(
                R"({{"status":{{"startTime":"{0}",{1}"conditions":[{{"type":"{2}","status":"True"}},{{"type":"{3}","status":"True","lastTransitionTime":"{0}"}}]}}}})",
                now, end, well ? "SuccessCriteriaMet" : "FailureTarget", condition),
            "status");
    }
    /// Being deleted in the foreground counts as gone: the garbage collector does the rest.
    bool gone(const char *name) {
        const auto job = read<batchv1::Job>("default", name);
        return !job || job->metadata.deletionTimestamp;
    }
    void pass(std::chrono::seconds duration) {
        settle();
        manual.advance(duration);
        settle();
    }
};

} // namespace

class TtlAfterFinishedControllerTest : public QObject {
    Q_OBJECT

private slots:
    void removesFinishedJobsInTime() {
        Fixture f;
        f.makeJob("done", R"("ttlSecondsAfterFinished":100,)");
        f.makeJob("failed", R"("ttlSecondsAfterFinished":0,)");
        f.makeJob("running", R"("ttlSecondsAfterFinished":0,)");
        f.makeJob("kept", "");
        f.finish("done", "Complete");
        f.finish("failed", "Failed");
        f.finish("kept", "Complete");
        f.until([&] { return f.gone("failed"); });
        f.pass(std::chrono::seconds(99));
        QVERIFY(!f.gone("done"));
        f.pass(std::chrono::seconds(1));
        f.until([&] { return f.gone("done"); });
        f.pass(std::chrono::hours(1));
        QVERIFY(!f.gone("running"));
        QVERIFY(!f.gone("kept"));
    }

    void aLongerTimeToLiveCounts() {
        Fixture f;
        f.makeJob("j", R"("ttlSecondsAfterFinished":10,)");
        f.finish("j", "Complete");
        f.settle();
        f.merge(batchv1::Job::resource(), "default", "j", R"({"spec":{"ttlSecondsAfterFinished":1000}})");
        f.pass(std::chrono::seconds(500));
        QVERIFY(!f.gone("j"));
        f.pass(std::chrono::seconds(400));
        f.pass(std::chrono::seconds(100));
        f.until([&] { return f.gone("j"); });
    }

    void followsADateThatIsSetAhead() {
        Fixture f;
        f.makeJob("j", R"("ttlSecondsAfterFinished":86400,)");
        f.finish("j", "Failed");
        f.settle();
        f.manual.jumpWall(std::chrono::hours(25));
        f.pass(std::chrono::minutes(5));
        f.until([&] { return f.gone("j"); });
    }
};

QTEST_GUILESS_MAIN(TtlAfterFinishedControllerTest)
#include "tst_ttl_after_finished_controller.moc"
