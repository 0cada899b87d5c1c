#include "clusterd/scheduler/plugins/default_binder.h"
#include "clusterd/scheduler/plugins/image_locality.h"
#include "clusterd/scheduler/plugins/inter_pod_affinity.h"
#include "clusterd/scheduler/plugins/node_affinity.h"
#include "clusterd/scheduler/plugins/node_name.h"
#include "clusterd/scheduler/plugins/node_ports.h"
#include "clusterd/scheduler/plugins/node_resources_balanced_allocation.h"
#include "clusterd/scheduler/plugins/node_resources_fit.h"
#include "clusterd/scheduler/plugins/node_unschedulable.h"
#include "clusterd/scheduler/plugins/pod_topology_spread.h"
#include "clusterd/scheduler/plugins/scheduling_gates.h"
#include "clusterd/scheduler/plugins/taint_toleration.h"
#include "clusterd/scheduler/scheduler.h"

namespace coracle::scheduler {

void addDefaultPlugins(Framework &framework, client::Client &client) {
    framework.add(std::make_unique<SchedulingGates>());
    framework.add(std::make_unique<NodeUnschedulable>());
    framework.add(std::make_unique<NodeName>());
    framework.add(std::make_unique<TaintToleration>(), 3);
    framework.add(std::make_unique<NodeAffinity>(), 2);
    framework.add(std::make_unique<NodePorts>());
    framework.add(std::make_unique<NodeResourcesFit>());
    framework.add(std::make_unique<PodTopologySpread>(), 2);
    framework.add(std::make_unique<InterPodAffinity>(), 2);
    framework.add(std::make_unique<NodeResourcesBalancedAllocation>());
    framework.add(std::make_unique<ImageLocality>());
    framework.add(std::make_unique<DefaultBinder>(client));
}

} // namespace coracle::scheduler
