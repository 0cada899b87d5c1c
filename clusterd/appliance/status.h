#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/appliance/machine.h"
#include "core/base/clock.h"

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace coracle::appliance {

enum class Health { Ok, Starting, Degraded, Failed, Stopping, Disabled };
std::string_view healthName(Health health);

/// A part of the daemon.
struct Component {
    std::string name;
    Health health = Health::Ok;
    std::string message; ///< why it is not ok
};

/// What the status tells of the daemon and its place. The functions are called on any thread and do not wait.
struct StatusParts {
    const apiserver::Reader &reader;
    Clock &clock;
    std::string productName, version, kubernetesVersion;
    std::string nodeName;                                       ///< empty: the server runs without a node
    std::vector<std::pair<std::string, std::string>> addresses; ///< type and address
    std::string apiUrl;
    std::vector<std::pair<std::string, std::string>> paths; ///< data, config, kubeconfig, run
    std::filesystem::path dataFolder;
    std::function<std::vector<Component>()> components;
};

/// The cluster's objects, counted.
struct Counts {
    int64_t nodes = 0, nodesReady = 0, namespaces = 0, pods = 0, podsRunning = 0, podsPending = 0, podsFailing = 0;
};
Counts countObjects(const apiserver::Reader &reader);

/// Whether a node's Ready condition is true.
bool nodeReady(const api::Object &node);
/// The same, by the word of a kubelet that has renewed the node's lease since then.
bool nodeReadySince(const apiserver::Reader &reader, const std::string &name, WallTime since);

/// Of all parts together.
Health overallHealth(const std::vector<Component> &components, bool criticalNotice);

/// The API's ApplianceStatus, but for lastChange and notices, which others know.
boost::json::object describeStatus(const StatusParts &parts, WallTime startedAt, bool criticalNotice);

} // namespace coracle::appliance
