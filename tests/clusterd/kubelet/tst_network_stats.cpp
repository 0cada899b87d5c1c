#include "clusterd/kubelet/stats/network_stats.h"

#include <QTest>

using namespace coracle::kubelet;

class NetworkStatsTest : public QObject {
    Q_OBJECT

private slots:
    void readsTheInterfaces() {
        const auto interfaces = parseNetDev(
            "Inter-|   Receive                                                |  Transmit\n"
            " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo\n"
            "    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0\n"
            "  eth1:       7       1    0    0    0     0          0         0        9       1    0    0    0\n"
            "  eth0:    1234      10    2    3    4     5          6         7     5678      20    8    0    0\n",
            "eth0");
        QCOMPARE(interfaces.size(), size_t(2));
        QCOMPARE(interfaces[0].name, std::string("eth0"));
        QCOMPARE(interfaces[0].rxBytes, uint64_t(1234));
        QCOMPARE(interfaces[0].rxErrors, uint64_t(2));
        QCOMPARE(interfaces[0].txBytes, uint64_t(5678));
        QCOMPARE(interfaces[0].txErrors, uint64_t(8));
        QCOMPARE(interfaces[1].name, std::string("eth1"));
    }

    void leavesOutWhatItDoesNotUnderstand() {
        QVERIFY(parseNetDev("", "eth0").empty());
        QVERIFY(parseNetDev("eth0: 1 2 x\n:\n", "eth0").empty());
    }

    void findsTheDefaultRoute() {
        QCOMPARE(defaultInterface("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
                                  "cni0\t00002A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\n"
                                  "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\n"),
                 std::string("eth0"));
        QCOMPARE(defaultInterface("Iface\tDestination\n"), std::string());
    }
};

QTEST_APPLESS_MAIN(NetworkStatsTest)
#include "tst_network_stats.moc"
