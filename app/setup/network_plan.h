#pragma once

#include <QList>
#include <QString>

/// Whether the networks of a new cluster fit each other and the machine. Pure; any thread.
namespace coracle::app {

struct MachineNetwork {
    QString interface;
    QString address; ///< with its prefix: "192.168.1.5/24"
};

struct NetworkPlan {
    QString podNetworks; ///< one per family, with commas: "10.42.0.0/16"
    QString serviceNetworks;
};

struct NetworkFinding {
    enum class Field { Pods, Services };
    Field field = Field::Pods;
    QString message;
    bool blocks = true; ///< the cluster would not work; else it is only worth knowing
};

/// In the order of the fields; empty: everything fits. Interfaces that clusters make for themselves (cni0, veth...) are
/// left out. The sizes are those that kube-apiserver accepts and that a node needs: the mask of a service network at
/// least 12 (IPv6: 108), of a pod network at most 24 (IPv6: 64), of which each node takes one part of that size.
QList<NetworkFinding> checkNetworks(const NetworkPlan &plan, const QList<MachineNetwork> &machine);

} // namespace coracle::app
