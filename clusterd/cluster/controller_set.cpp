#include "clusterd/cluster/controller_set.h"

#include "clusterd/apiserver/authentication/legacy_tokens.h"
#include "clusterd/cluster/certificate_signer.h"
#include "clusterd/controllers/attachdetach/attachdetach_controller.h"
#include "clusterd/controllers/bootstrap/bootstrap_signer.h"
#include "clusterd/controllers/bootstrap/token_cleaner.h"
#include "clusterd/controllers/certificates/csr_cleaner.h"
#include "clusterd/controllers/certificates/csr_controllers.h"
#include "clusterd/controllers/clusterrole_aggregation_controller.h"
#include "clusterd/controllers/cronjob/cronjob_controller.h"
#include "clusterd/controllers/daemon/daemonset_controller.h"
#include "clusterd/controllers/deployment/deployment_controller.h"
#include "clusterd/controllers/devicetainteviction/device_taint_eviction_controller.h"
#include "clusterd/controllers/disruption/disruption_controller.h"
#include "clusterd/controllers/disruption/stale_pod_disruption_controller.h"
#include "clusterd/controllers/endpoint/endpoints_controller.h"
#include "clusterd/controllers/endpoint/endpointslice_controller.h"
#include "clusterd/controllers/endpoint/endpointslice_mirroring_controller.h"
#include "clusterd/controllers/garbagecollector/garbage_collector.h"
#include "clusterd/controllers/job/job_controller.h"
#include "clusterd/controllers/namespace_controller.h"
#include "clusterd/controllers/nodeipam/node_ipam_controller.h"
#include "clusterd/controllers/nodelifecycle/node_lifecycle_controller.h"
#include "clusterd/controllers/pod_gc_controller.h"
#include "clusterd/controllers/podautoscaler/api_metrics.h"
#include "clusterd/controllers/podautoscaler/horizontal_controller.h"
#include "clusterd/controllers/replicaset/replicaset_controller.h"
#include "clusterd/controllers/resourceclaim/resourceclaim_controller.h"
#include "clusterd/controllers/resourcequota_controller.h"
#include "clusterd/controllers/root_ca_publisher.h"
#include "clusterd/controllers/runtime.h"
#include "clusterd/controllers/serviceaccount_controller.h"
#include "clusterd/controllers/serviceaccount_tokens_controller.h"
#include "clusterd/controllers/servicecidrs_controller.h"
#include "clusterd/controllers/statefulset/statefulset_controller.h"
#include "clusterd/controllers/ttl/ttl_controller.h"
#include "clusterd/controllers/ttlafterfinished/ttl_after_finished_controller.h"
#include "clusterd/controllers/volume/ephemeral_volume_controller.h"
#include "clusterd/controllers/volume/expand_controller.h"
#include "clusterd/controllers/volume/local_path_package.h"
#include "clusterd/controllers/volume/local_path_provisioner.h"
#include "clusterd/controllers/volume/persistent_volume_controller.h"
#include "clusterd/controllers/volume/pv_protection_controller.h"
#include "clusterd/controllers/volume/pvc_protection_controller.h"
#include "clusterd/controllers/volume/vac_protection_controller.h"
#include "core/base/log.h"
#include "core/pki/jwt.h"

namespace coracle::cluster {

using namespace controllers;

struct ControllerSet::State {
    State(client::Client &client, Clock &clock, Random &random, Executor executor)
        : gate(std::move(executor)),
          informers(client, clock),
          context{client, clock, random, gate, informers},
          metrics(client),
          manager(context) {}

    template<class T, class... Args>
    void add(Args &&...args) {
        manager.add(std::make_unique<T>(context, std::forward<Args>(args)...));
    }

    Gate gate;
    InformerFactory informers;
    ControllerContext context;
    podautoscaler::ApiMetrics metrics;
    ControllerManager manager;
};

namespace {

podautoscaler::Settings autoscalerSettings(const config::ControllerManagerArguments &arguments) {
    return {.syncPeriod = arguments.autoscalerSyncPeriod,
            .downscaleStabilization = arguments.autoscalerDownscaleStabilization,
            .tolerance = arguments.autoscalerTolerance,
            .cpuInitializationPeriod = arguments.autoscalerCpuInitializationPeriod,
            .initialReadinessDelay = arguments.autoscalerInitialReadinessDelay};
}

NodeLifecycleSettings nodeLifecycleSettings(const config::ControllerManagerArguments &arguments) {
    return {.monitorPeriod = arguments.nodeMonitorPeriod,
            .gracePeriod = arguments.nodeMonitorGracePeriod,
            .startupGracePeriod = arguments.nodeStartupGracePeriod,
            .rates = {.normal = arguments.nodeEvictionRate,
                      .secondary = arguments.secondaryNodeEvictionRate,
                      .unhealthyZoneThreshold = arguments.unhealthyZoneThreshold,
                      .largeZoneNodes = arguments.largeClusterSizeThreshold}};
}

SecretTokenSigner makeSecretTokenSigner(const Certificates &certificates) {
    return [&certificates](const corev1::Secret &secret, const corev1::ServiceAccount &account) {
        const apiserver::LegacyClaims claims{.namespaceName = secret.metadata.namespace_,
                                             .secret = secret.metadata.name,
                                             .account = account.metadata.name,
                                             .accountUid = account.metadata.uid};
        return pki::signJwt(certificates.serviceKeys.front(), claims.json());
    };
}

/// Null when nodes get their networks from elsewhere.
std::unique_ptr<Controller> nodeIpam(const ControllerContext &context, const ControllerSettings &settings) {
    const config::ControllerManagerArguments &arguments = settings.arguments;
    if (!arguments.allocateNodeCidrs || settings.clusterCidrs.empty())
        return nullptr;
    auto made = NodeIpamController::create(context, {.clusterCidrs = settings.clusterCidrs,
                                                     .maskSizeV4 = arguments.nodeCidrMaskSizeV4,
                                                     .maskSizeV6 = arguments.nodeCidrMaskSizeV6});
    if (!made)
        log::error("controllers", "nodes get no pod networks: {}", made.error().message);
    return made ? std::move(*made) : nullptr;
}

} // namespace

ControllerSet::ControllerSet(client::Client &client, const Certificates &certificates, Clock &clock, Random &random,
                             Executor executor, ControllerSettings settings)
    : m_state(std::make_unique<State>(client, clock, random, std::move(executor))) {
    State &state = *m_state;
    state.add<AttachDetachController>();
    state.add<BootstrapSigner>();
    state.add<CsrApprovingController>();
    state.add<CsrCleaner>();
    state.add<CsrSigningController>(makeCertificateSigner(certificates, clock));
    state.add<ClusterRoleAggregationController>();
    state.add<CronJobController>();
    state.add<DaemonSetController>();
    state.add<DeploymentController>();
    state.add<DeviceTaintEvictionController>();
    state.add<DisruptionController>();
    state.add<EndpointsController>();
    state.add<EndpointSliceController>();
    state.add<EndpointSliceMirroringController>();
    state.add<EphemeralVolumeController>();
    state.add<ExpandController>();
    state.add<GarbageCollector>();
    state.add<HorizontalController>(state.metrics, autoscalerSettings(settings.arguments));
    state.add<JobController>();
    if (settings.localStorage)
        state.add<LocalPathProvisioner>();
    state.add<LocalPathPackage>(
        LocalStorageOptions{.enabled = settings.localStorage, .path = settings.localStoragePath});
    state.add<NamespaceController>();
    state.add<NodeLifecycleController>(nodeLifecycleSettings(settings.arguments));
    if (auto ipam = nodeIpam(state.context, settings))
        state.manager.add(std::move(ipam));
    state.add<PersistentVolumeController>();
    state.add<PodGcController>();
    state.add<PvProtectionController>();
    state.add<PvcProtectionController>();
    state.add<ReplicaSetController>(replicaSets());
    state.add<ReplicaSetController>(replicationControllers());
    state.add<ResourceClaimController>();
    state.add<ResourceQuotaController>();
    state.add<RootCaPublisher>(certificates.serverCaPem);
    state.add<ServiceAccountController>();
    state.add<ServiceCidrsController>();
    state.add<StalePodDisruptionController>();
    state.add<StatefulSetController>();
    state.add<TokenCleaner>();
    state.add<TokensController>(makeSecretTokenSigner(certificates), certificates.serverCaPem);
    state.add<TtlAfterFinishedController>();
    state.add<TtlController>();
    state.add<VacProtectionController>();
}

ControllerSet::~ControllerSet() = default;

void ControllerSet::start() {
    m_state->manager.start();
}

Task<> ControllerSet::stop() {
    return m_state->gate.close();
}

} // namespace coracle::cluster
