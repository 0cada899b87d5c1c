#pragma once

#include "clusterd/apiserver/strategy/validators.h"

#include <set>

/// Validation of pods and pod templates (pkg/apis/core/validation).
namespace coracle::apiserver {

/// What a container may refer to.
struct PodNames {
    std::set<std::string, std::less<>> volumes;
    std::set<std::string, std::less<>> claimVolumes; ///< those that may be block devices
    std::set<std::string, std::less<>> resourceClaims;
    std::set<std::string, std::less<>> containers; ///< seen so far, to find duplicates
    bool hostNetwork = false;
    std::string_view restartPolicy;
};

void validatePodSpec(Checker &check, const FieldPath &path, const JsonObject &spec);

/// A template inside a workload; its labels must be valid, restartPolicy one of the words.
void validatePodTemplate(Checker &check, const FieldPath &path, const JsonObject &podTemplate, Words restartPolicies);

/// Volumes; the names that containers may mount go into `names`.
void validateVolumes(Checker &check, const FieldPath &path, const JsonArray &volumes, PodNames &names);

enum class ContainerKind { Regular, Init, Ephemeral };
void validateContainers(Checker &check, const FieldPath &path, const JsonArray &containers, ContainerKind kind,
                        PodNames &names);
void validateHostPorts(Checker &check, const FieldPath &path, const JsonArray &containers, bool hostNetwork);

void validateEnvironment(Checker &check, const FieldPath &path, const JsonObject &container);
void validateVolumeMounts(Checker &check, const FieldPath &path, const JsonObject &container, const PodNames &names);
void validateProbe(Checker &check, const FieldPath &path, const JsonObject &probe, bool successOnce);
void validateLifecycle(Checker &check, const FieldPath &path, const JsonObject &lifecycle);

/// Requests and limits of a container.
void validateResources(Checker &check, const FieldPath &path, const JsonObject &resources, const PodNames &names);
/// Names and amounts of a resource list.
void validateResourceList(Checker &check, const FieldPath &path, const JsonObject &list);

void validateTolerations(Checker &check, const FieldPath &path, const JsonArray &tolerations);
void validateAffinity(Checker &check, const FieldPath &path, const JsonObject &affinity);
void validateNodeSelector(Checker &check, const FieldPath &path, const JsonObject &selector);
void validateTopologySpread(Checker &check, const FieldPath &path, const JsonArray &constraints);

void validatePodSecurityContext(Checker &check, const FieldPath &path, const JsonObject &spec);
void validateContainerSecurityContext(Checker &check, const FieldPath &path, const JsonObject &context);

/// Guaranteed, Burstable or BestEffort (pkg/apis/core/v1/helper/qos).
std::string_view qosClass(const JsonObject &podSpec);

} // namespace coracle::apiserver
