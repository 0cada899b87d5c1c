#pragma once

#include "clusterd/apiserver/admission/admission.h"
#include "clusterd/apiserver/admission/pod_security_policy.h"
#include "clusterd/apiserver/authorization/authorizers.h"
#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/reader.h"
#include "core/base/clock.h"
#include "core/base/random.h"

#include <initializer_list>

/// The admission plug-ins of kube-apiserver that Coracle has.
namespace coracle::apiserver {

struct AdmissionOptions {
    std::vector<std::string> enable;  ///< by name, beside the standard set
    std::vector<std::string> disable; ///< by name
    int64_t notReadyTolerationSeconds = 300, unreachableTolerationSeconds = 300;
    PodSecurityOptions podSecurity = {};
};

/// The standard set in the standard order. All references must outlive the chain. An unknown name is an error that
/// names the nearest one.
Result<std::unique_ptr<AdmissionChain>> makeAdmissionChain(const Reader &reader, const ClusterAuthorizer &authorizer,
                                                           Random &random, const AdmissionOptions &options);

/// A plug-in that needs not wait for anything.
class DirectPlugin : public AdmissionPlugin {
public:
    DirectPlugin(std::string_view name, std::initializer_list<Operation> operations)
        : m_name(name), m_operations(operations) {}

    std::string_view name() const final { return m_name; }
    bool handles(Operation operation) const final {
        for (const Operation own : m_operations)
            if (own == operation)
                return true;
        return false;
    }
    Task<Result<>> admit(AdmissionAttributes &attributes) final { co_return mutate(attributes); }
    Task<Result<>> validate(const AdmissionAttributes &attributes) final { co_return check(attributes); }

protected:
    virtual Result<> mutate(AdmissionAttributes &) { return {}; }
    virtual Result<> check(const AdmissionAttributes &) { return {}; }

private:
    std::string_view m_name;
    std::vector<Operation> m_operations;
};

/// Whether the request is about this resource and sub-resource.
inline bool isAbout(const AdmissionAttributes &attributes, std::string_view group, std::string_view resource,
                    std::string_view subresource = {}) {
    return attributes.resource.resource == resource && attributes.resource.group == group &&
           attributes.subresource == subresource;
}
/// 403 about the request's object.
Failure denied(const AdmissionAttributes &attributes, std::string message);
/// The object with this name as JSON; nothing when it does not exist.
std::optional<JsonObject> readJson(const Reader &reader, std::string_view group, std::string_view resource,
                                   std::string_view namespaceName, std::string_view name);
std::vector<JsonObject> listJson(const Reader &reader, std::string_view group, std::string_view resource,
                                 std::string_view namespaceName);
std::vector<JsonObject> listJson(const Reader &reader, const api::ResourceInfo &resource,
                                 std::string_view namespaceName);
/// The object that carries this annotation with "true"; of several the newest, then by name. Nothing: none.
std::optional<JsonObject> defaultObject(const Reader &reader, std::string_view group, std::string_view resource,
                                        std::string_view annotation);

using Plugin = std::unique_ptr<AdmissionPlugin>;

Plugin makeAlwaysAdmit();
Plugin makeAlwaysDeny();
Plugin makeNamespaceLifecycle(const Reader &reader);
Plugin makeNamespaceExists(const Reader &reader);
Plugin makeLimitPodHardAntiAffinityTopology();
Plugin makeLimitRanger(const Reader &reader);
Plugin makeServiceAccount(const Reader &reader, Random &random);
Plugin makeNodeRestriction(const Reader &reader);
Plugin makeTaintNodesByCondition();
Plugin makeAlwaysPullImages();
Plugin makePodSecurity(const Reader &reader, PodSecurityOptions options);
Plugin makePodNodeSelector(const Reader &reader);
Plugin makePriority(const Reader &reader);
Plugin makeDefaultTolerationSeconds(int64_t notReady, int64_t unreachable);
Plugin makeExtendedResourceToleration();
Plugin makeDefaultStorageClass(const Reader &reader);
Plugin makeStorageObjectInUseProtection();
Plugin makeOwnerReferencesPermissionEnforcement(const ClusterAuthorizer &authorizer);
Plugin makePersistentVolumeClaimResize(const Reader &reader);
Plugin makeRuntimeClass(const Reader &reader);
Plugin makeCertificateApproval(const ClusterAuthorizer &authorizer);
Plugin makeCertificateSigning(const ClusterAuthorizer &authorizer);
Plugin makeClusterTrustBundleAttest(const ClusterAuthorizer &authorizer);
Plugin makeCertificateSubjectRestriction();
Plugin makeDefaultIngressClass(const Reader &reader);
Plugin makeDenyServiceExternalIPs();
Plugin makePodTopologyLabels(const Reader &reader);
Plugin makeResourceQuota(const Reader &reader);
/// Not plug-ins of kube-apiserver, which has these two in its storage of the objects: always on.
Plugin makeCertificateRequester();
Plugin makeRbacEscalation(const ClusterAuthorizer &authorizer);

} // namespace coracle::apiserver
