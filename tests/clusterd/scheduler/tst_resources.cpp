#include "clusterd/scheduler/resources.h"
#include "core/api/typed.h"
#include "core/api/types/core_v1.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::scheduler;

namespace {

std::string show(const Resources &resources) {
    std::string text = fmt::format("{}m {}", resources.milliCpu, resources.memory);
    for (const auto &[name, amount] : resources.scalars)
        text += fmt::format(" {}={}", name, amount);
    return text;
}

std::string container(const char *name, const char *requests, const char *more = "") {
    return fmt::format(R"({{"name":"{}","resources":{{"requests":{{{}}}}}{}}})", name, requests, more);
}

} // namespace

class ResourcesTest : public QObject {
    Q_OBJECT

private slots:
    void podRequests_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("requests");
        QTest::addColumn<QString>("scoring");
        auto row = [](const char *name, const std::string &spec, const char *requests, const char *scoring,
                      const char *status = "{}") {
            QTest::newRow(name) << QString::fromStdString("{" + spec + "}") << QString(status) << QString(requests)
                                << QString(scoring);
        };
        const std::string a = container("a", R"("cpu":"100m","memory":"1000")");
        const std::string b = container("b", R"("cpu":"1","example.com/gpu":"2")");
        const std::string sidecar = container("s", R"("cpu":"300m","memory":"10")", R"(,"restartPolicy":"Always")");
        row("nothing", R"("containers":[{"name":"a"}])", "0m 0", "100m 209715200");
        row("sum", R"("containers":[)" + a + "," + b + "]", "1100m 1000 example.com/gpu=2",
            "1100m 209716200 example.com/gpu=2");
        row("init container needs more", R"("containers":[)" + a + R"(],"initContainers":[)" + b + "]",
            "1000m 1000 example.com/gpu=2", "1000m 209715200 example.com/gpu=2");
        row("sidecar runs beside", R"("containers":[)" + a + R"(],"initContainers":[)" + sidecar + "]", "400m 1010",
            "400m 1010");
        row("init container after a sidecar",
            R"("containers":[)" + a + R"(],"initContainers":[)" + sidecar + "," +
                container("i", R"("cpu":"500m","memory":"5")") + "]",
            "800m 1010", "800m 1010");
        row("init container before a sidecar",
            R"("containers":[)" + a + R"(],"initContainers":[)" + container("i", R"("cpu":"500m","memory":"5")") + "," +
                sidecar + "]",
            "500m 1010", "500m 1010");
        row("overhead", R"("containers":[)" + a + R"(],"overhead":{"cpu":"50m","memory":"7"})", "150m 1007",
            "150m 1007");
        row("amounts of the pod win",
            R"("containers":[)" + a + R"(,{"name":"x"}],"resources":{"requests":{"cpu":"2","memory":"5000"}})",
            "2000m 5000", "2000m 5000");
        row("pod amounts of one resource only",
            R"("containers":[)" + a + R"(],"resources":{"requests":{"cpu":"2"}},"overhead":{"cpu":"1"})", "3000m 1000",
            "3000m 1000");
        row("resized down, not yet done", R"("containers":[)" + a + "]", "200m 3000", "200m 3000",
            R"({"containerStatuses":[{"name":"a","resources":{"requests":{"cpu":"200m"}},)"
            R"("allocatedResources":{"memory":"3000"}}]})");
        row("resize that can't be done", R"("containers":[)" + a + "]", "50m 1000", "50m 1000",
            R"({"conditions":[{"type":"PodResizePending","status":"True","reason":"Infeasible"}],)"
            R"("containerStatuses":[{"name":"a","allocatedResources":{"cpu":"50m","memory":"1000"}}]})");
        row("resized as a whole", R"("containers":[)" + a + R"(],"resources":{"requests":{"cpu":"1","memory":"5000"}})",
            "2000m 5000", "2000m 5000", R"({"allocatedResources":{"cpu":"2","memory":"4000"}})");
        row("huge pages of the pod",
            R"("containers":[)" + a + R"(],"resources":{"requests":{"hugepages-2Mi":"4Mi","example.com/gpu":"1"}})",
            "100m 1000 hugepages-2Mi=4194304", "100m 1000 hugepages-2Mi=4194304");
        row("ended init containers hold nothing",
            R"("containers":[)" + a + R"(],"initContainers":[)" + container("i", R"("cpu":"50m")") + "]", "100m 1000",
            "100m 209715200", R"({"initContainerStatuses":[{"name":"i","allocatedResources":{"cpu":"9"}}]})");
    }
    void podRequests() {
        QFETCH(QString, spec);
        QFETCH(QString, status);
        const auto podSpec = api::decode<corev1::PodSpec>(spec.toStdString());
        const auto podStatus = api::decode<corev1::PodStatus>(status.toStdString());
        QVERIFY(podSpec && podStatus);
        QTEST(QString::fromStdString(show(scheduler::podRequests(*podSpec, *podStatus))), "requests");
        QTEST(QString::fromStdString(show(podRequestsForScoring(*podSpec, *podStatus))), "scoring");
    }

    void arithmetic() {
        Resources a{.milliCpu = 1, .memory = 2, .scalars = {{"b", 5}}};
        const Resources b{.milliCpu = 10, .memory = 1, .pods = 3, .scalars = {{"a", 1}, {"b", 2}}};
        Resources sum = a;
        sum += b;
        QCOMPARE(show(sum), std::string("11m 3 a=1 b=7"));
        sum -= b;
        QCOMPARE(show(sum), std::string("1m 2 a=0 b=5"));
        a.raiseTo(b);
        QCOMPARE(show(a), std::string("10m 2 a=1 b=5"));
        QCOMPARE(a.scalar("a"), 1);
        QCOMPARE(a.scalar("c"), 0);
    }
};

QTEST_GUILESS_MAIN(ResourcesTest)
#include "tst_resources.moc"
