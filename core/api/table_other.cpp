#include "core/api/quantity.h"
#include "core/api/table.h"
#include "core/api/table_row.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

/// The printers of the smaller groups: access control, networking, storage, policies and the server's own kinds.
namespace coracle::api::table {

namespace {

using boost::json::value;
using json::items;
using json::member;

std::string_view textOf(const value *parent, std::string_view name) {
    return json::text(member(parent, name));
}

/// A row of name, plain text members and age, which many kinds have.
template<const char *const *paths, size_t count>
void printTexts(Row &row) {
    row.addText("metadata.name");
    for (size_t i = 0; i < count; ++i)
        row.addText(paths[i]);
    row.addAge();
}

void printAge(Row &row) {
    row.addText("metadata.name");
    row.addAge();
}

/// A row of name, the length of a list and age.
void printCount(Row &row, std::string_view path) {
    row.addText("metadata.name");
    row.add(int64_t(items(row.at(path)).size()));
    row.addAge();
}

void printNodeMetrics(Row &row) {
    for (const char *path : {"metadata.name", "usage.cpu", "usage.memory", "window"})
        row.addText(path);
}

/// The use of all containers together.
void printPodMetrics(Row &row) {
    row.addText("metadata.name");
    for (std::string_view resource : {"cpu", "memory"}) {
        Quantity sum;
        for (const value &container : items(row.at("containers")))
            if (auto used = Quantity::parse(textOf(member(&container, "usage"), resource)))
                sum += *used;
        row.add(sum.text());
    }
    row.addText("window");
}

void printWebhooks(Row &row) {
    printCount(row, "webhooks");
}
void printCsiNode(Row &row) {
    printCount(row, "spec.drivers");
}

std::string paramKind(const Row &row) {
    return row.at("spec.paramKind")
               ? fmt::format("{}/{}", row.text("spec.paramKind.apiVersion"), row.text("spec.paramKind.kind"))
               : "<unset>";
}

void printAdmissionPolicy(Row &row, std::string_view list) {
    row.addText("metadata.name");
    row.add(int64_t(items(row.at(list)).size()));
    row.add(paramKind(row));
    row.addAge();
}

void printValidatingPolicy(Row &row) {
    printAdmissionPolicy(row, "spec.validations");
}
void printMutatingPolicy(Row &row) {
    printAdmissionPolicy(row, "spec.mutations");
}

void printPolicyBinding(Row &row) {
    std::string reference = "<unset>";
    if (row.at("spec.paramRef")) {
        const std::string_view name = row.text("spec.paramRef.name");
        reference = name.empty() ? selectorText(row.at("spec.paramRef.selector"))
                                 : fmt::format("{}/{}", row.text("spec.paramRef.namespace", "*"), name);
    }
    row.addText("metadata.name");
    row.addText("spec.policyName");
    row.add(reference);
    row.addAge();
}

void printApiService(Row &row) {
    const value *available = conditionOf(row.object, "Available");
    const std::string_view status = textOf(available, "status");
    row.addText("metadata.name");
    row.add(row.at("spec.service")
                ? fmt::format("{}/{}", row.text("spec.service.namespace"), row.text("spec.service.name"))
                : "Local");
    row.add(!available         ? "Unknown"
            : status == "True" ? "True"
                               : fmt::format("{} ({})", status, textOf(available, "reason")));
    row.addAge();
}

void printRoleBinding(Row &row) {
    std::vector<std::string> users, groups, accounts;
    for (const value &subject : items(row.at("subjects"))) {
        const std::string_view kind = textOf(&subject, "kind"), name = textOf(&subject, "name");
        if (kind == "User")
            users.emplace_back(name);
        else if (kind == "Group")
            groups.emplace_back(name);
        else if (kind == "ServiceAccount")
            accounts.push_back(fmt::format("{}/{}", textOf(&subject, "namespace"), name));
    }
    row.addText("metadata.name");
    row.add(fmt::format("{}/{}", row.text("roleRef.kind"), row.text("roleRef.name")));
    row.addAge();
    for (const auto *list : {&users, &groups, &accounts})
        row.add(joined(*list, ", "));
}

void printSigningRequest(Row &row) {
    const auto has = [&](std::string_view type) { return conditionOf(row.object, type) != nullptr; };
    std::string status = has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending";
    status += has("Failed") ? ",Failed" : "";
    status += row.text("status.certificate").empty() ? "" : ",Issued";
    const value *seconds = row.at("spec.expirationSeconds");
    row.addText("metadata.name");
    row.addAge();
    row.addText("spec.signerName", "<none>");
    row.addText("spec.username");
    row.add(seconds ? humanDuration(std::chrono::seconds(std::clamp<int64_t>(json::integer(seconds), -2, INT32_MAX)))
                    : "<none>");
    row.add(status);
}

void printTrustBundle(Row &row) {
    row.addText("metadata.name");
    row.addText("spec.signerName", "<none>");
}

void printPodCertificateRequest(Row &row) {
    std::string_view state = "Pending";
    for (std::string_view type : {"Issued", "Denied", "Failed"})
        if (conditionOf(row.object, type))
            state = type;
    row.addText("metadata.name");
    for (std::string_view path : {"spec.podName", "spec.serviceAccountName", "spec.nodeName", "spec.signerName"})
        row.addText(path);
    row.add(state);
    row.add(labelsText(row.at("spec.unverifiedUserAnnotations")));
}

void printFlowSchema(Row &row) {
    row.addText("metadata.name");
    row.addText("spec.priorityLevelConfiguration.name");
    row.addNumber("spec.matchingPrecedence");
    row.addText("spec.distinguisherMethod.type", "<none>");
    row.addAge();
    const std::string_view dangling = textOf(conditionOf(row.object, "Dangling"), "status");
    row.add(dangling.empty() ? "?" : dangling);
}

void printPriorityLevel(Row &row) {
    row.addText("metadata.name");
    row.addText("spec.type");
    row.add(scalarText(row.at("spec.limited.nominalConcurrencyShares"), "<none>"));
    for (std::string_view path :
         {"spec.limited.limitResponse.queuing.queues", "spec.limited.limitResponse.queuing.handSize",
          "spec.limited.limitResponse.queuing.queueLengthLimit"})
        row.add(scalarText(row.at(path), "<none>"));
    row.addAge();
}

void printIngress(Row &row) {
    std::vector<std::string> hosts;
    for (const value &rule : items(row.at("spec.rules")))
        if (const std::string_view host = textOf(&rule, "host"); !host.empty())
            hosts.emplace_back(host);
    row.addText("metadata.name");
    row.addText("spec.ingressClassName", "<none>");
    row.add(firstThree(hosts, "*"));
    row.add(joined(ingressAddresses(row)));
    row.add(items(row.at("spec.tls")).empty() ? "80" : "80, 443");
    row.addAge();
}

/// The name, marked when an annotation makes the class the default.
std::string classNameText(const Row &row, std::initializer_list<std::string_view> annotations) {
    const std::string name(row.text("metadata.name"));
    const value *all = row.at("metadata.annotations");
    const bool isDefault = std::ranges::any_of(
        annotations, [&](std::string_view annotation) { return textOf(all, annotation) == "true"; });
    return isDefault ? name + " (default)" : name;
}

void printIngressClass(Row &row) {
    std::string parameters = "<none>";
    if (row.at("spec.parameters")) {
        const std::string_view group = row.text("spec.parameters.apiGroup");
        parameters = fmt::format("{}{}{}/{}", row.text("spec.parameters.kind"), group.empty() ? "" : ".", group,
                                 row.text("spec.parameters.name"));
    }
    row.add(classNameText(row, {"ingressclass.kubernetes.io/is-default-class"}));
    row.addText("spec.controller");
    row.add(parameters);
    row.addAge();
}

void printNetworkPolicy(Row &row) {
    row.addText("metadata.name");
    row.add(selectorText(row.at("spec.podSelector")));
    row.addAge();
}

void printServiceCidr(Row &row) {
    std::vector<std::string> ranges;
    for (const value &range : items(row.at("spec.cidrs")))
        ranges.emplace_back(json::text(&range));
    row.addText("metadata.name");
    row.add(joined(ranges));
    row.addAge();
}

void printIpAddress(Row &row) {
    std::string parent = "<none>";
    if (row.at("spec.parentRef")) {
        const std::string_view nameSpace = row.text("spec.parentRef.namespace"),
                               group = row.text("spec.parentRef.group");
        parent = fmt::format("{}{}{}", row.text("spec.parentRef.resource"), group.empty() ? "" : ".", group);
        parent += fmt::format("{}{}/{}", nameSpace.empty() ? "" : "/", nameSpace, row.text("spec.parentRef.name"));
        std::ranges::transform(parent, parent.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    }
    row.addText("metadata.name");
    row.add(parent);
}

void printDisruptionBudget(Row &row) {
    row.addText("metadata.name");
    row.add(scalarText(row.at("spec.minAvailable"), "N/A"));
    row.add(scalarText(row.at("spec.maxUnavailable"), "N/A"));
    row.addNumber("status.disruptionsAllowed");
    row.addAge();
}

void printDeviceTaintRule(Row &row) {
    row.addText("metadata.name");
    for (std::string_view path : {"spec.taint.key", "spec.taint.value", "spec.taint.effect"})
        row.addText(path);
    row.add(row.since(row.at("spec.taint.timeAdded")));
    row.addAge();
}

void printResourceClaim(Row &row) {
    std::vector<std::string> states;
    if (row.at("metadata.deletionTimestamp"))
        states.emplace_back("deleted");
    if (!row.at("status.allocation"))
        states.emplace_back("pending");
    else
        states.emplace_back("allocated");
    if (row.at("status.allocation") && !items(row.at("status.reservedFor")).empty())
        states.emplace_back("reserved");
    row.addText("metadata.name");
    row.add(joined(states));
    row.addAge();
}

void printPriorityClass(Row &row) {
    row.addText("metadata.name");
    row.addNumber("value");
    row.add(json::isTrue(row.at("globalDefault")));
    row.addAge();
    row.addText("preemptionPolicy");
}

void printStorageClass(Row &row) {
    row.add(classNameText(
        row, {"storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"}));
    row.addText("provisioner");
    row.addText("reclaimPolicy", "Delete");
    row.addText("volumeBindingMode", "Immediate");
    row.add(json::isTrue(row.at("allowVolumeExpansion")));
    row.addAge();
}

void printCsiDriver(Row &row) {
    const value *attach = row.at("spec.attachRequired");
    std::vector<std::string> modes, audiences;
    for (const value &mode : items(row.at("spec.volumeLifecycleModes")))
        modes.emplace_back(json::text(&mode));
    for (const value &request : items(row.at("spec.tokenRequests")))
        audiences.emplace_back(textOf(&request, "audience"));
    row.addText("metadata.name");
    row.add(!attach || json::isTrue(attach));
    row.add(json::isTrue(row.at("spec.podInfoOnMount")));
    row.add(json::isTrue(row.at("spec.storageCapacity")));
    row.add(audiences.empty() ? "<unset>" : joined(audiences));
    row.add(json::isTrue(row.at("spec.requiresRepublish")));
    row.add(modes.empty() ? "<none>" : joined(modes));
    row.addAge();
}

void printVolumeAttachment(Row &row) {
    row.addText("metadata.name");
    for (std::string_view path : {"spec.attacher", "spec.source.persistentVolumeName", "spec.nodeName"})
        row.addText(path);
    row.add(json::isTrue(row.at("status.attached")));
    row.addAge();
}

void printStorageVersionMigration(Row &row) {
    std::string_view status = "Unknown";
    for (std::string_view type : {"Running", "Failed", "Succeeded"})
        if (hasTrueCondition(row.object, type))
            status = type;
    const std::string_view group = row.text("spec.resource.group");
    row.addText("metadata.name");
    row.add(fmt::format("{}{}{}", row.text("spec.resource.resource"), group.empty() ? "" : ".", group));
    row.add(status);
}

constexpr const char *kLease[] = {"spec.holderIdentity"};
constexpr const char *kLeaseCandidate[] = {"spec.leaseName", "spec.binaryVersion", "spec.emulationVersion"};
constexpr const char *kRuntimeClass[] = {"handler"};
constexpr const char *kResourceSlice[] = {"spec.nodeName", "spec.driver", "spec.pool.name"};
constexpr const char *kAttributesClass[] = {"driverName"};

struct Known {
    std::string_view group, kind;
    Printer printer;
};

constexpr Known kKnown[] = {
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicy", printMutatingPolicy},
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding", printPolicyBinding},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", printWebhooks},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy", printValidatingPolicy},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", printPolicyBinding},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", printWebhooks},
    {"apiregistration.k8s.io", "APIService", printApiService},
    {"certificates.k8s.io", "CertificateSigningRequest", printSigningRequest},
    {"certificates.k8s.io", "ClusterTrustBundle", printTrustBundle},
    {"certificates.k8s.io", "PodCertificateRequest", printPodCertificateRequest},
    {"coordination.k8s.io", "Lease", printTexts<kLease, std::size(kLease)>},
    {"coordination.k8s.io", "LeaseCandidate", printTexts<kLeaseCandidate, std::size(kLeaseCandidate)>},
    {"flowcontrol.apiserver.k8s.io", "FlowSchema", printFlowSchema},
    {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", printPriorityLevel},
    {"metrics.k8s.io", "NodeMetrics", printNodeMetrics},
    {"metrics.k8s.io", "PodMetrics", printPodMetrics},
    {"networking.k8s.io", "IPAddress", printIpAddress},
    {"networking.k8s.io", "Ingress", printIngress},
    {"networking.k8s.io", "IngressClass", printIngressClass},
    {"networking.k8s.io", "NetworkPolicy", printNetworkPolicy},
    {"networking.k8s.io", "ServiceCIDR", printServiceCidr},
    {"node.k8s.io", "RuntimeClass", printTexts<kRuntimeClass, std::size(kRuntimeClass)>},
    {"policy", "PodDisruptionBudget", printDisruptionBudget},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", printRoleBinding},
    {"rbac.authorization.k8s.io", "RoleBinding", printRoleBinding},
    {"resource.k8s.io", "DeviceClass", printAge},
    {"resource.k8s.io", "DeviceTaintRule", printDeviceTaintRule},
    {"resource.k8s.io", "ResourceClaim", printResourceClaim},
    {"resource.k8s.io", "ResourceClaimTemplate", printAge},
    {"resource.k8s.io", "ResourceSlice", printTexts<kResourceSlice, std::size(kResourceSlice)>},
    {"scheduling.k8s.io", "PriorityClass", printPriorityClass},
    {"storage.k8s.io", "CSIDriver", printCsiDriver},
    {"storage.k8s.io", "CSINode", printCsiNode},
    {"storage.k8s.io", "StorageClass", printStorageClass},
    {"storage.k8s.io", "VolumeAttachment", printVolumeAttachment},
    {"storage.k8s.io", "VolumeAttributesClass", printTexts<kAttributesClass, std::size(kAttributesClass)>},
    {"storagemigration.k8s.io", "StorageVersionMigration", printStorageVersionMigration},
};

} // namespace

Printer otherPrinter(std::string_view group, std::string_view kind) {
    for (const Known &known : kKnown)
        if (known.group == group && known.kind == kind)
            return known.printer;
    return nullptr;
}

} // namespace coracle::api::table
