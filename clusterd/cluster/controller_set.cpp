#include "clusterd/cluster/controller_set.h"

#include "clusterd/cluster/certificate_signer.h"
#include "clusterd/controllers/bootstrap/token_cleaner.h"
#include "clusterd/controllers/certificates/csr_controllers.h"
#include "clusterd/controllers/clusterrole_aggregation_controller.h"
#include "clusterd/controllers/cronjob/cronjob_controller.h"
#include "clusterd/controllers/daemon/daemonset_controller.h"
#include "clusterd/controllers/deployment/deployment_controller.h"
#include "clusterd/controllers/disruption/disruption_controller.h"
#include "clusterd/controllers/disruption/stale_pod_disruption_controller.h"
#include "clusterd/controllers/endpoint/endpoints_controller.h"
#include "clusterd/controllers/endpoint/endpointslice_controller.h"
#include "clusterd/controllers/endpoint/endpointslice_mirroring_controller.h"
#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/job/job_controller.h"
#include "clusterd/controllers/namespace_controller.h"
#include "clusterd/controllers/nodelifecycle/node_lifecycle_controller.h"
#include "clusterd/controllers/pod_gc_controller.h"
#include "clusterd/controllers/replicaset/replicaset_controller.h"
#include "clusterd/controllers/resourcequota_controller.h"
#include "clusterd/controllers/root_ca_publisher.h"
#include "clusterd/controllers/runtime.h"
#include "clusterd/controllers/serviceaccount_controller.h"
#include "clusterd/controllers/servicecidrs_controller.h"
#include "clusterd/controllers/statefulset/statefulset_controller.h"
#include "clusterd/controllers/ttlafterfinished/ttl_after_finished_controller.h"
#include "clusterd/controllers/volume/ephemeral_volume_controller.h"
#include "clusterd/controllers/volume/pv_protection_controller.h"
#include "clusterd/controllers/volume/pvc_protection_controller.h"

namespace coracle::cluster {

using namespace controllers;

struct ControllerSet::State {
    State(client::Client &client, Clock &clock, Random &random, Executor executor)
        : gate(std::move(executor)),
          informers(client, clock),
          context{client, clock, random, gate, informers},
          manager(context) {}

    template<class T, class... Args>
    void add(Args &&...args) {
        manager.add(std::make_unique<T>(context, std::forward<Args>(args)...));
    }

    Gate gate;
    InformerFactory informers;
    ControllerContext context;
    ControllerManager manager;
};

ControllerSet::ControllerSet(client::Client &client, const Certificates &certificates, Clock &clock, Random &random,
                             Executor executor)
    : m_state(std::make_unique<State>(client, clock, random, std::move(executor))) {
    State &state = *m_state;
    state.add<CsrApprovingController>();
    state.add<CsrSigningController>(makeCertificateSigner(certificates, clock));
    state.add<ClusterRoleAggregationController>();
    state.add<CronJobController>();
    state.add<DaemonSetController>();
    state.add<DeploymentController>();
    state.add<DisruptionController>();
    state.add<EndpointsController>();
    state.add<EndpointSliceController>();
    state.add<EndpointSliceMirroringController>();
    state.add<EphemeralVolumeController>();
    state.add<GarbageCollector>();
    state.add<JobController>();
    state.add<NamespaceController>();
    state.add<NodeLifecycleController>();
    state.add<PodGcController>();
    state.add<PvProtectionController>();
    state.add<PvcProtectionController>();
    state.add<ReplicaSetController>(replicaSets());
    state.add<ReplicaSetController>(replicationControllers());
    state.add<ResourceQuotaController>();
    state.add<RootCaPublisher>(certificates.serverCaPem);
    state.add<ServiceAccountController>();
    state.add<ServiceCidrsController>();
    state.add<StalePodDisruptionController>();
    state.add<StatefulSetController>();
    state.add<TokenCleaner>();
    state.add<TtlAfterFinishedController>();
}

ControllerSet::~ControllerSet() = default;

void ControllerSet::start() {
    m_state->manager.start();
}

Task<> ControllerSet::stop() {
    return m_state->gate.close();
}

} // namespace coracle::cluster
