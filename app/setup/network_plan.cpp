#include "app/setup/network_plan.h"

#include <QAbstractSocket>
#include <QCoreApplication>
#include <QHostAddress>
#include <algorithm>
#include <array>
#include <optional>

namespace coracle::app {

namespace {

using Field = NetworkFinding::Field;

class Words {
    Q_DECLARE_TR_FUNCTIONS(NetworkPlan)
};

struct Network {
    QHostAddress address;
    int prefix = 0;
    QString text;

    bool isV6() const { return address.protocol() == QAbstractSocket::IPv6Protocol; }
};

/// Interfaces that this or another cluster on the machine has made.
constexpr std::array kMadeByClusters{"cni", "cnr", "veth", "flannel", "nodelocaldns", "kube-"};

bool isMadeByCluster(const QString &interface) {
    return std::any_of(kMadeByClusters.begin(), kMadeByClusters.end(),
                       [&](const char *prefix) { return interface.startsWith(QLatin1String(prefix)); });
}

std::optional<Network> parseNetwork(const QString &text) {
    const qsizetype slash = text.indexOf(u'/');
    const QString host = text.left(slash);
    const bool whole = host.contains(u':') || host.count(u'.') == 3; // QHostAddress takes "10.42" for 10.0.0.42
    if (slash < 0 || !whole || QHostAddress(host).isNull())
        return std::nullopt;
    const auto [address, prefix] = QHostAddress::parseSubnet(text);
    if (address.isNull() || prefix <= 0)
        return std::nullopt;
    return Network{.address = address, .prefix = prefix, .text = text};
}

bool overlap(const Network &a, const Network &b) {
    return a.isV6() == b.isV6() &&
           (a.address.isInSubnet(b.address, b.prefix) || b.address.isInSubnet(a.address, a.prefix));
}

class Check {
public:
    explicit Check(Field field) : m_field(field) {}

    void add(const QString &message, bool blocks = true) { m_findings.append({m_field, message, blocks}); }
    QList<Network> parse(const QString &text);
    void sizes(const QList<Network> &networks);
    void machine(const QList<Network> &networks, const QList<MachineNetwork> &machine);
    const QList<NetworkFinding> &findings() const { return m_findings; }

private:
    Field m_field;
    QList<NetworkFinding> m_findings;
};

QList<Network> Check::parse(const QString &text) {
    QList<Network> networks;
    for (const QString &part : text.split(u',')) {
        const QString trimmed = part.trimmed();
        if (const auto network = parseNetwork(trimmed))
            networks.append(*network);
        else
            add(trimmed.isEmpty() ? Words::tr("A network is needed, such as 10.42.0.0/16")
                                  : Words::tr("“%1” is not a network such as 10.42.0.0/16").arg(trimmed));
    }
    if (networks.size() > 2 || (networks.size() == 2 && networks[0].isV6() == networks[1].isV6()))
        add(Words::tr("At most one network of each family is possible"));
    return networks;
}

void Check::sizes(const QList<Network> &networks) {
    for (const Network &network : networks) {
        const int podMost = network.isV6() ? 64 : 24, serviceLeast = network.isV6() ? 108 : 12;
        if (m_field == Field::Services && network.prefix < serviceLeast)
            add(Words::tr("%1 is too large for services: its mask must be at least /%2")
                    .arg(network.text)
                    .arg(serviceLeast));
        if (m_field == Field::Pods && network.prefix > podMost)
            add(Words::tr("%1 is too small: each node takes a /%2 of it").arg(network.text).arg(podMost));
        if (m_field == Field::Pods && network.prefix == podMost)
            add(Words::tr("%1 has room for one node only").arg(network.text), false);
    }
}

void Check::machine(const QList<Network> &networks, const QList<MachineNetwork> &machine) {
    for (const Network &network : networks)
        for (const MachineNetwork &present : machine) {
            const auto other = parseNetwork(present.address);
            if (other && !isMadeByCluster(present.interface) && !other->address.isLinkLocal() &&
                overlap(network, *other))
                add(Words::tr("%1 clashes with the network of this machine on %2 (%3)")
                        .arg(network.text, present.interface, present.address));
        }
}

bool sameFamilies(const QList<Network> &a, const QList<Network> &b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const Network &one) {
               return std::any_of(b.begin(), b.end(), [&](const Network &other) { return other.isV6() == one.isV6(); });
           });
}

} // namespace

QList<NetworkFinding> checkNetworks(const NetworkPlan &plan, const QList<MachineNetwork> &machine) {
    Check pods(Field::Pods), services(Field::Services);
    const QList<Network> podNetworks = pods.parse(plan.podNetworks);
    const QList<Network> serviceNetworks = services.parse(plan.serviceNetworks);
    pods.sizes(podNetworks);
    services.sizes(serviceNetworks);
    pods.machine(podNetworks, machine);
    services.machine(serviceNetworks, machine);
    for (const Network &pod : podNetworks)
        for (const Network &service : serviceNetworks)
            if (overlap(pod, service))
                services.add(Words::tr("%1 clashes with the network of the pods, %2").arg(service.text, pod.text));
    if (pods.findings().isEmpty() && services.findings().isEmpty() && !sameFamilies(podNetworks, serviceNetworks))
        services.add(Words::tr("Pods and services need networks of the same families"));
    return pods.findings() + services.findings();
}

} // namespace coracle::app
