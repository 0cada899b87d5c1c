#pragma once

#include "clusterd/apiserver/registry/reader.h"
#include "clusterd/appliance/change_signal.h"
#include "clusterd/appliance/metrics_history.h"
#include "clusterd/appliance/router.h"
#include "clusterd/metrics/metrics_store.h"

#include <filesystem>

namespace coracle::appliance {

/// The history of all nodes and of the cluster, and who watches it.
struct MetricsKeeper {
    const apiserver::Reader &reader;
    std::string ownNode;
    std::filesystem::path dataFolder; ///< whose disk is measured
    MetricsHistory history = {};
    ChangeSignal changes = {};

    /// After each round of measurements: keeps what is new.
    void measured(const metrics::MetricsStore &store);
};

/// metrics and nodes/{name}/metrics. The keeper outlives the router.
void addMetricsRoutes(Router &router, MetricsKeeper &keeper);

} // namespace coracle::appliance
