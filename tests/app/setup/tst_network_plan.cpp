#include "app/setup/network_plan.h"

#include <QTest>

using namespace coracle::app;

class NetworkPlanTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void checks_data() {
        QTest::addColumn<QString>("pods");
        QTest::addColumn<QString>("services");
        QTest::addColumn<QString>("machine"); // "interface=address"
        QTest::addColumn<QString>("finding"); // "pods!", "services!" (blocks), "pods?" ...; a blank between
        const QString home = "eth0=192.168.1.5/24";
        const auto row = [](const char *name, const QString &pods, const QString &services, const QString &machine,
                            const QString &finding) { QTest::newRow(name) << pods << services << machine << finding; };
        row("defaults", "10.42.0.0/16", "10.43.0.0/16", home, "");
        row("two families", "10.42.0.0/16,fd00:42::/56", "10.43.0.0/16,fd00:43::/112", home, "");
        row("blanks", " 10.42.0.0/16 , fd00:42::/56 ", "10.43.0.0/16,fd00:43::/112", home, "");
        row("no network", "", "10.43.0.0/16", home, "pods!");
        row("an address", "10.42.0.0", "10.43.0.0/16", home, "pods!");
        row("half an address", "10.42/16", "10.43.0.0/16", home, "pods!");
        row("words", "10.42.0.0/16", "services", home, "services!");
        row("three networks", "10.42.0.0/16,fd00::/56,10.44.0.0/16", "10.43.0.0/16", home, "pods!");
        row("one family twice", "10.42.0.0/16,10.44.0.0/16", "10.43.0.0/16", home, "pods!");
        row("families differ", "10.42.0.0/16", "fd00:43::/112", home, "services!");
        row("pods in services", "10.43.128.0/20", "10.43.0.0/16", home, "services!");
        row("services in pods", "10.42.0.0/15", "10.43.0.0/16", home, "services!");
        row("too small for a node", "10.42.0.0/25", "10.43.0.0/16", home, "pods!");
        row("for one node", "10.42.0.0/24", "10.43.0.0/16", home, "pods?");
        row("services too large", "172.16.0.0/16", "10.0.0.0/11", home, "services!");
        row("services too large, IPv6", "fd00:42::/56", "fd00:43::/64", home, "services!");
        row("clash of pods", "192.168.0.0/16", "10.43.0.0/16", home, "pods!");
        row("clash of services", "10.42.0.0/16", "10.43.0.0/16", "vpn0=10.43.7.1/24", "services!");
        row("machine around", "10.42.0.0/16", "10.43.0.0/16", "eth0=10.1.2.3/8", "pods! services!");
        row("the cluster's own bridge", "10.42.0.0/16", "10.43.0.0/16", "cni0=10.42.0.1/24", "");
        row("link-local", "fe80::/56", "fd00:43::/112", "eth0=fe80::1/64", "");
        row("IPv6 clash", "fd00::/48", "fd01::/112", "eth0=fd00::5/64", "pods!");
    }
    void checks() {
        QFETCH(QString, pods);
        QFETCH(QString, services);
        QFETCH(QString, machine);
        QFETCH(QString, finding);
        QStringList found, messages;
        for (const NetworkFinding &one :
             checkNetworks({pods, services}, {{machine.section('=', 0, 0), machine.section('=', 1)}})) {
            QVERIFY(!one.message.isEmpty());
            messages += one.message;
            found += (one.field == NetworkFinding::Field::Pods ? QString("pods") : QString("services")) +
                     (one.blocks ? "!" : "?");
        }
        QVERIFY2(found.join(' ') == finding, qPrintable(messages.join("; ")));
    }
};

QTEST_GUILESS_MAIN(NetworkPlanTest)
#include "tst_network_plan.moc"
