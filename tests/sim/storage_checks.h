#pragma once

#include "core/client/informer.h"
#include "tests/sim/workload.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace coracle::corev1 {
struct PersistentVolume;
struct PersistentVolumeClaim;
struct Pod;
} // namespace coracle::corev1

namespace coracle::sim {

/// What must hold for claims and volumes: no claim is lost, none is bound twice or to another volume than before, and
/// at rest no volume and no directory is left over.
class StorageChecks {
public:
    /// Breaches are told as they happen.
    StorageChecks(client::Client &client, World &world, const Nodes &nodes, const Workload &workload,
                  std::function<void(std::string)> broken);
    /// Follows what happens until the gate closes.
    void start(Gate &gate) { m_claims.start(gate); }

    /// What keeps storage from being as it is declared, and what was left over.
    void unrest(const std::vector<corev1::Pod> &pods, const std::vector<corev1::PersistentVolumeClaim> &claims,
                const std::vector<corev1::PersistentVolume> &volumes, std::vector<std::string> &found) const;

private:
    void claimChanged(const client::ObjectPtr &claim);
    void claimGone(const client::ObjectPtr &claim);
    void checkDirectories(const std::vector<corev1::PersistentVolume> &volumes, std::vector<std::string> &found) const;

    const Nodes &m_nodes;
    const Workload &m_workload;
    std::function<void(std::string)> m_broken;
    client::Informer m_claims;
    std::map<std::string, std::string> m_volumeOf; ///< by the claim's UID; of claims that are there
    std::map<std::string, std::string> m_claimOf;  ///< the other way round
};

} // namespace coracle::sim
