#include "clusterd/apiserver/admission/plugins.h"

#include "clusterd/apiserver/authorization/node_authorizer.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

/// NodeRestriction and TaintNodesByCondition.
namespace coracle::apiserver {

namespace {

/// Labels with a reserved prefix that a kubelet may nevertheless set on its Node.
constexpr std::string_view kKubeletLabels[] = {"kubernetes.io/hostname",
                                               "kubernetes.io/os",
                                               "kubernetes.io/arch",
                                               "topology.kubernetes.io/zone",
                                               "topology.kubernetes.io/region",
                                               "node.kubernetes.io/instance-type",
                                               "failure-domain.beta.kubernetes.io/zone",
                                               "failure-domain.beta.kubernetes.io/region",
                                               "beta.kubernetes.io/instance-type",
                                               "beta.kubernetes.io/os",
                                               "beta.kubernetes.io/arch"};

bool inDomain(std::string_view prefix, std::string_view domain) {
    return prefix == domain || (prefix.ends_with(domain) && prefix.size() > domain.size() &&
                                prefix[prefix.size() - domain.size() - 1] == '.');
}

/// Whether a kubelet may not set this label on its Node.
bool isReserved(std::string_view label) {
    const std::string_view prefix = label.substr(0, std::min(label.find('/'), label.size()));
    if (inDomain(prefix, "node-restriction.kubernetes.io"))
        return true;
    if (!inDomain(prefix, "kubernetes.io") && !inDomain(prefix, "k8s.io"))
        return false;
    return std::ranges::find(kKubeletLabels, label) == std::end(kKubeletLabels) &&
           !inDomain(prefix, "kubelet.kubernetes.io") && !inDomain(prefix, "node.kubernetes.io");
}

class NodeRestriction final : public DirectPlugin {
public:
    explicit NodeRestriction(const Reader &reader)
        : DirectPlugin("NodeRestriction", {Operation::Create, Operation::Update, Operation::Delete}),
          m_reader(reader) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        const std::string_view node = nodeNameOf(attributes.user);
        if (node.empty())
            return {};
        const std::string_view group = attributes.resource.group, resource = attributes.resource.resource;
        if (group.empty() && resource == "pods")
            return checkPod(attributes, node);
        if (group.empty() && resource == "nodes")
            return checkNode(attributes, node);
        if (group.empty() && resource == "persistentvolumeclaims")
            return checkClaim(attributes, node);
        if (group.empty() && resource == "serviceaccounts")
            return checkToken(attributes, node);
        if (group == "coordination.k8s.io" && resource == "leases") {
            if (attributes.namespaceName != "kube-node-lease")
                return denied(attributes, "can only access leases in the \"kube-node-lease\" system namespace");
            return checkOwnName(attributes, node,
                                "can only access node lease with the same name as the requesting node");
        }
        if (group == "storage.k8s.io" && resource == "csinodes")
            return checkOwnName(attributes, node, "can only access CSINode with the same name as the requesting node");
        return {};
    }

private:
    static Failure refused(const AdmissionAttributes &attributes, std::string_view node, std::string_view why) {
        return denied(attributes, fmt::format("node \"{}\" {}", node, why));
    }

    static Result<> checkOwnName(const AdmissionAttributes &attributes, std::string_view node, std::string_view words) {
        const std::string_view name = attributes.operation == Operation::Create
                                          ? textAt(*attributes.object, "metadata", "name")
                                          : std::string_view(attributes.name);
        if (name != node)
            return denied(attributes, std::string(words));
        return {};
    }

    Result<> checkPod(const AdmissionAttributes &attributes, std::string_view node) const {
        if (attributes.subresource == "status") {
            if (textAt(*attributes.old, "spec", "nodeName") != node)
                return refused(attributes, node,
                               "can only update pod status for pods with spec.nodeName set to itself");
            if (!sameMember(objectAt(*attributes.object, "metadata"), objectAt(*attributes.old, "metadata"), "labels"))
                return refused(attributes, node, "cannot update labels through pod status");
            if (!sameMember(objectAt(*attributes.object, "status"), objectAt(*attributes.old, "status"),
                            "resourceClaimStatuses"))
                return refused(attributes, node, "cannot update resource claim statuses");
            if (!sameMember(objectAt(*attributes.object, "status"), objectAt(*attributes.old, "status"),
                            "extendedResourceClaimStatus"))
                return refused(attributes, node, "cannot update extended resource claim status");
            return {};
        }
        if (attributes.subresource == "eviction" || attributes.operation == Operation::Delete) {
            const auto pod = readJson(m_reader, "", "pods", attributes.namespaceName, attributes.name);
            if (pod && textAt(*pod, "spec", "nodeName") != node)
                return refused(attributes, node,
                               fmt::format("can only {} pods with spec.nodeName set to itself",
                                           attributes.subresource.empty() ? "delete" : "evict"));
            return {};
        }
        if (!attributes.subresource.empty() || attributes.operation != Operation::Create)
            return denied(attributes,
                          attributes.subresource.empty()
                              ? fmt::format("unexpected operation \"UPDATE\", node \"{}\" can only create and "
                                            "delete mirror pods",
                                            node)
                              : fmt::format("unexpected pod subresource \"{}\", only 'status' and "
                                            "'eviction' are allowed",
                                            attributes.subresource));
        return checkMirrorPod(attributes, node);
    }

    Result<> checkMirrorPod(const AdmissionAttributes &attributes, std::string_view node) const {
        const JsonObject &pod = *attributes.object, &spec = objectAt(pod, "spec");
        if (!hasAt(pod, "metadata", "annotations", "kubernetes.io/config.mirror"))
            return denied(attributes, fmt::format("pod does not have \"kubernetes.io/config.mirror\" annotation, node "
                                                  "\"{}\" can only create mirror pods",
                                                  node));
        if (textAt(spec, "nodeName") != node)
            return refused(attributes, node, "can only create pods with spec.nodeName set to itself");
        const JsonArray &owners = arrayAt(pod, "metadata", "ownerReferences");
        if (owners.size() > 1)
            return refused(attributes, node, "can only create pods with a single owner reference set to itself");
        if (owners.size() == 1) {
            const JsonObject &owner = asObject(owners.front());
            const api::ObjectPtr own = m_reader.get(*api::findResource("", "nodes"), {}, node);
            if (textAt(owner, "kind") != "Node" || textAt(owner, "name") != node || !flagAt(owner, "controller") ||
                !own || own->uid() != textAt(owner, "uid"))
                return refused(attributes, node, "can only create pods with an owner reference to its own Node");
        }
        if (!textAt(spec, "serviceAccountName").empty())
            return refused(attributes, node, "can not create pods that reference a service account");
        for (const JsonValue &value : arrayAt(spec, "volumes"))
            for (const std::string_view kind : {"secret", "configMap", "persistentVolumeClaim", "projected"})
                if (hasAt(asObject(value), kind))
                    return refused(attributes, node,
                                   fmt::format("can not create pods that reference {} volumes", kind));
        return {};
    }

    static Result<> checkNode(const AdmissionAttributes &attributes, std::string_view node) {
        const std::string name = attributes.operation == Operation::Create && attributes.object
                                     ? std::string(textAt(*attributes.object, "metadata", "name"))
                                     : attributes.name;
        if (name != node)
            return refused(attributes, node, fmt::format("is not allowed to modify node \"{}\"", name));
        if (!attributes.object)
            return refused(attributes, node, "may not delete its Node");
        const JsonObject &metadata = objectAt(*attributes.object, "metadata");
        const JsonObject &old = attributes.old ? objectAt(*attributes.old, "metadata") : kNoObject;
        const JsonObject &labels = objectAt(metadata, "labels"), &before = objectAt(old, "labels");
        auto changed = [&](std::string_view key) { // an empty value is a value: role labels have none other
            const JsonValue *now = labels.if_contains(key), *earlier = before.if_contains(key);
            return !now != !earlier || (now && *now != *earlier);
        };
        std::set<std::string> wrong;
        for (const JsonObject *side : {&labels, &before})
            for (const auto &[key, value] : *side)
                if (isReserved(key) && changed(key))
                    wrong.emplace(key);
        if (!wrong.empty())
            return refused(attributes, node,
                           fmt::format("is not allowed to {} labels: {}",
                                       attributes.old ? "modify" : "set the following", fmt::join(wrong, ", ")));
        if (attributes.operation == Operation::Create)
            return {};
        if (!sameMember(objectAt(*attributes.object, "spec"), objectAt(*attributes.old, "spec"), "taints"))
            return refused(attributes, node, "is not allowed to modify taints");
        if (!sameMember(metadata, old, "ownerReferences"))
            return refused(attributes, node, "is not allowed to modify ownerReferences");
        return {};
    }

    static Result<> checkClaim(const AdmissionAttributes &attributes, std::string_view node) {
        if (attributes.subresource != "status" || attributes.operation != Operation::Update)
            return refused(attributes, node, "may only update the status of persistentvolumeclaims");
        JsonObject now = *attributes.object, before = *attributes.old;
        for (JsonObject *side : {&now, &before}) {
            JsonObject &status = ensureObject(*side, "status");
            for (const std::string_view name :
                 {"capacity", "conditions", "allocatedResources", "allocatedResourceStatuses"})
                status.erase(name);
            side->erase("metadata");
        }
        if (now != before)
            return refused(attributes, node,
                           "is not allowed to update fields other than status.quantity and status.conditions");
        return {};
    }

    /// Tokens only for pods that run on the node.
    Result<> checkToken(const AdmissionAttributes &attributes, std::string_view node) const {
        if (attributes.subresource != "token" || attributes.operation != Operation::Create)
            return {};
        const JsonObject &bound = objectAt(*attributes.object, "spec", "boundObjectRef");
        if (textAt(bound, "kind") != "Pod" || textAt(bound, "name").empty() || textAt(bound, "uid").empty())
            return denied(attributes, textAt(bound, "kind") == "Pod" && !textAt(bound, "name").empty()
                                          ? "node requested token with a pod binding without a uid"
                                          : "node requested token not bound to a pod");
        const auto pod = readJson(m_reader, "", "pods", attributes.namespaceName, textAt(bound, "name"));
        if (!pod)
            return errors::notFound("pods", {}, textAt(bound, "name"));
        if (textAt(*pod, "metadata", "uid") != textAt(bound, "uid"))
            return denied(attributes,
                          fmt::format("the UID in the bound object reference ({}) does not match the UID in "
                                      "record. The object might have been deleted and then recreated",
                                      textAt(bound, "uid")));
        if (textAt(*pod, "spec", "nodeName") != node)
            return denied(attributes, "node requested token bound to a pod scheduled on a different node");
        return {};
    }

    const Reader &m_reader;
};

class TaintNodesByCondition final : public DirectPlugin {
public:
    TaintNodesByCondition() : DirectPlugin("TaintNodesByCondition", {Operation::Create}) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "nodes"))
            return {};
        constexpr std::string_view kKey = "node.kubernetes.io/not-ready";
        JsonArray &taints = ensureArray(ensureObject(*attributes.object, "spec"), "taints");
        const bool there = std::ranges::any_of(taints, [](const JsonValue &taint) {
            return textAt(asObject(taint), "key") == kKey && textAt(asObject(taint), "effect") == "NoSchedule";
        });
        if (!there)
            taints.push_back(JsonObject{{"key", kKey}, {"effect", "NoSchedule"}});
        return {};
    }
};

} // namespace

Plugin makeNodeRestriction(const Reader &reader) {
    return std::make_unique<NodeRestriction>(reader);
}
Plugin makeTaintNodesByCondition() {
    return std::make_unique<TaintNodesByCondition>();
}

} // namespace coracle::apiserver
