#pragma once

#include "clusterd/apiserver/strategy/validators.h"

#include <map>
#include <optional>
#include <set>

/// Validation of pods and pod templates (pkg/apis/core/validation).
namespace coracle::apiserver {

/// What the parts of a pod need to know of the whole, and what a container may refer to.
struct PodScope {
    std::map<std::string, const JsonObject *, std::less<>> volumes; ///< by name
    std::set<std::string, std::less<>> resourceClaims;
    std::set<std::string, std::less<>> containers; ///< seen so far, to find duplicates
    std::optional<int64_t> gracePeriod;
    std::string_view restartPolicy, os;
    bool isPod = false; ///< not a template
    bool hostNetwork = false, hostUsers = true;
};

enum class PodForm { Pod, Template };
void validatePodSpec(Checker &check, const FieldPath &path, const JsonObject &spec, PodForm form);

/// A template inside a workload; its labels must be valid, restartPolicy one of the words.
void validatePodTemplate(Checker &check, const FieldPath &path, const JsonObject &podTemplate, Words restartPolicies);

/// Volumes; what containers may mount goes into the scope.
void validateVolumes(Checker &check, const FieldPath &path, const JsonArray &volumes, PodScope &scope);

enum class ContainerKind { Regular, Init, Ephemeral };
void validateContainers(Checker &check, const FieldPath &path, const JsonArray &containers, ContainerKind kind,
                        PodScope &scope);

void validateEnvironment(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope);
/// A fieldRef to one of the paths, or to a label or annotation by its key.
void validateFieldRef(Checker &check, const FieldPath &path, const JsonObject &reference, Words fields);
void validateResourceFieldRef(Checker &check, const FieldPath &path, const JsonObject &reference, bool inVolume);
void validateVolumeMounts(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope);
/// Lifecycle hooks and probes.
void validateHooks(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope);

/// Requests and limits of a container.
void validateResources(Checker &check, const FieldPath &path, const JsonObject &resources, const PodScope &scope);
/// Those of the whole pod (spec.resources), which its containers must fit into.
void validatePodResources(Checker &check, const FieldPath &path, const JsonObject &spec);
/// Names and amounts of a resource list.
void validateResourceList(Checker &check, const FieldPath &path, const JsonObject &list);
bool isHugePages(std::string_view resource);
/// Named by its maker: neither unprefixed nor of kubernetes.io.
bool isExtendedResource(std::string_view resource);

void validateTolerations(Checker &check, const FieldPath &path, const JsonArray &tolerations);
void validateAffinity(Checker &check, const FieldPath &path, const JsonObject &affinity);
void validateNodeSelector(Checker &check, const FieldPath &path, const JsonObject &selector);
void validateTopologySpread(Checker &check, const FieldPath &path, const JsonArray &constraints);

void validatePodSecurityContext(Checker &check, const FieldPath &path, const JsonObject &spec);
void validateContainerSecurityContext(Checker &check, const FieldPath &path, const JsonObject &context, bool hostUsers);
/// The operating system of a pod and what the other one's fields may not say.
void validateOperatingSystem(Checker &check, const FieldPath &path, const JsonObject &spec);

/// The limits of an update of the pod itself and of its sub-resources.
void validatePodUpdate(Checker &check, const JsonObject &pod, const JsonObject &old);
void validatePodResize(Checker &check, const JsonObject &pod, const JsonObject &old);
void validateEphemeralContainersUpdate(Checker &check, const JsonObject &pod, const JsonObject &old);
void validatePodStatus(Checker &check, const JsonObject &pod, const JsonObject &old);

/// Guaranteed, Burstable or BestEffort (pkg/apis/core/v1/helper/qos).
std::string_view qosClass(const JsonObject &podSpec);

} // namespace coracle::apiserver
