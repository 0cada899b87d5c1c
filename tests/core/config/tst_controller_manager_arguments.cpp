#include "core/config/controller_manager_arguments.h"

#include <QTest>

using namespace coracle;
using namespace coracle::config;
using namespace std::chrono_literals;

namespace {

Result<ControllerManagerArguments> read(std::initializer_list<const char *> texts) {
    std::vector<ComponentArgument> arguments;
    for (const char *text : texts)
        arguments.push_back(*parseComponentArgument(text));
    return ControllerManagerArguments::from(arguments);
}

} // namespace

class ControllerManagerArgumentsTest : public QObject {
    Q_OBJECT

private slots:
    void defaults() {
        const auto arguments = read({});
        QVERIFY(arguments && arguments->allocateNodeCidrs && arguments->withoutEffect.empty());
        QCOMPARE(arguments->nodeCidrMaskSizeV4, 24);
        QVERIFY(arguments->autoscalerSyncPeriod == 15s);
    }

    void reads() {
        const auto arguments =
            read({"allocate-node-cidrs=false", "node-cidr-mask-size=26", "node-cidr-mask-size-ipv6=72",
                  "horizontal-pod-autoscaler-sync-period=5s", "horizontal-pod-autoscaler-tolerance=0.25",
                  "node-eviction-rate=0", "large-cluster-size-threshold=10", "node-monitor-grace-period=1m",
                  "leader-elect=false", "concurrent-gc-syncs=3"});
        QVERIFY(arguments);
        QVERIFY(!arguments->allocateNodeCidrs);
        QCOMPARE(arguments->nodeCidrMaskSizeV4, 26);
        QCOMPARE(arguments->nodeCidrMaskSizeV6, 72);
        QVERIFY(arguments->autoscalerSyncPeriod == 5s);
        QCOMPARE(arguments->autoscalerTolerance, 0.25);
        QCOMPARE(arguments->nodeEvictionRate, 0.0);
        QCOMPARE(arguments->largeClusterSizeThreshold, 10);
        QVERIFY(arguments->nodeMonitorGracePeriod == 60s);
        QCOMPARE(arguments->withoutEffect, std::vector<std::string>{"concurrent-gc-syncs"});
    }

    void refuses_data() {
        QTest::addColumn<QString>("argument");
        for (const char *argument :
             {"allocate-node-cidrs=maybe", "node-cidr-mask-size=33", "node-cidr-mask-size=0",
              "horizontal-pod-autoscaler-sync-period=0", "horizontal-pod-autoscaler-sync-period=soon",
              "horizontal-pod-autoscaler-tolerance=-1", "node-eviction-rate=nan", "node-eviction-rate=1x",
              "node-monitor-period=-5s"})
            QTest::newRow(argument) << argument;
    }
    void refuses() {
        QFETCH(QString, argument);
        const auto arguments = read({qPrintable(argument)});
        QVERIFY(!arguments);
        QVERIFY2(arguments.error().message.starts_with("invalid argument \""), arguments.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(ControllerManagerArgumentsTest)
#include "tst_controller_manager_arguments.moc"
