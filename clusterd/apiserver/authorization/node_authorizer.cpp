#include "clusterd/apiserver/authorization/node_authorizer.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <fmt/format.h>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kUserPrefix = "system:node:";
constexpr size_t kPodsRememberedMax = 65536;

const api::ResourceInfo &coreResource(std::string_view name) {
    return *api::findResource("", name);
}

JsonObject parse(const api::ObjectPtr &object) {
    boost::json::error_code error;
    JsonValue value = object ? boost::json::parse(object->json(), error) : JsonValue();
    return value.is_object() ? std::move(value.get_object()) : JsonObject();
}

bool isRead(std::string_view verb) {
    return verb == "get" || verb == "list" || verb == "watch";
}
bool isWrite(std::string_view verb) {
    return verb == "update" || verb == "patch";
}

Authorization allowed() {
    return {Decision::Allow, {}};
}
Authorization noOpinion(std::string reason) {
    return {Decision::NoOpinion, std::move(reason)};
}
Authorization when(bool allow, std::string reason) {
    return allow ? allowed() : noOpinion(std::move(reason));
}

/// What a pod makes visible to its node, as "<resource>/<name>" within the pod's namespace.
struct PodReferences {
    std::string node;
    std::set<std::string, std::less<>> names;
};

void addContainer(PodReferences &references, const JsonObject &container) {
    for (const JsonValue &variable : arrayAt(container, "env")) {
        const JsonObject &source = objectAt(asObject(variable), "valueFrom");
        if (hasAt(source, "secretKeyRef"))
            references.names.insert(fmt::format("secrets/{}", textAt(source, "secretKeyRef", "name")));
        if (hasAt(source, "configMapKeyRef"))
            references.names.insert(fmt::format("configmaps/{}", textAt(source, "configMapKeyRef", "name")));
    }
    for (const JsonValue &value : arrayAt(container, "envFrom")) {
        if (hasAt(asObject(value), "secretRef"))
            references.names.insert(fmt::format("secrets/{}", textAt(asObject(value), "secretRef", "name")));
        if (hasAt(asObject(value), "configMapRef"))
            references.names.insert(fmt::format("configmaps/{}", textAt(asObject(value), "configMapRef", "name")));
    }
}

/// Every secret of a volume source, whichever kind it is: secretRef, secretName, nodePublishSecretRef and the like.
void addVolume(PodReferences &references, std::string_view pod, const JsonObject &volume) {
    auto secret = [&](std::string_view name) {
        if (!name.empty())
            references.names.insert(fmt::format("secrets/{}", name));
    };
    for (const auto &[kind, value] : volume) {
        const JsonObject &source = asObject(value);
        for (const std::string_view name : {"secretRef", "nodePublishSecretRef"})
            secret(textAt(source, name, "name"));
        if (kind == "secret" || kind == "azureFile")
            secret(textAt(source, "secretName"));
        else if (kind == "configMap")
            references.names.insert(fmt::format("configmaps/{}", textAt(source, "name")));
        else if (kind == "persistentVolumeClaim")
            references.names.insert(fmt::format("persistentvolumeclaims/{}", textAt(source, "claimName")));
        else if (kind == "ephemeral")
            references.names.insert(fmt::format("persistentvolumeclaims/{}-{}", pod, textAt(volume, "name")));
    }
    for (const JsonValue &part : arrayAt(volume, "projected", "sources")) {
        secret(textAt(asObject(part), "secret", "name"));
        if (hasAt(asObject(part), "configMap"))
            references.names.insert(fmt::format("configmaps/{}", textAt(asObject(part), "configMap", "name")));
    }
}

PodReferences readPod(const api::ObjectPtr &object) {
    const JsonObject pod = parse(object);
    const JsonObject &spec = objectAt(pod, "spec");
    PodReferences references{std::string(textAt(spec, "nodeName")), {}};
    // A mirror pod exists because the kubelet says so: it makes nothing visible.
    if (references.node.empty() || hasAt(pod, "metadata", "annotations", "kubernetes.io/config.mirror"))
        return references;
    if (!textAt(spec, "serviceAccountName").empty())
        references.names.insert(fmt::format("serviceaccounts/{}", textAt(spec, "serviceAccountName")));
    for (const JsonValue &secret : arrayAt(spec, "imagePullSecrets"))
        references.names.insert(fmt::format("secrets/{}", textAt(asObject(secret), "name")));
    for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
        for (const JsonValue &container : arrayAt(spec, list))
            addContainer(references, asObject(container));
    for (const JsonValue &volume : arrayAt(spec, "volumes"))
        addVolume(references, object->name(), asObject(volume));
    for (const JsonValue &claim : arrayAt(spec, "resourceClaims"))
        if (!textAt(asObject(claim), "resourceClaimName").empty())
            references.names.insert(fmt::format("resourceclaims/{}", textAt(asObject(claim), "resourceClaimName")));
    for (const JsonValue &claim : arrayAt(pod, "status", "resourceClaimStatuses"))
        if (!textAt(asObject(claim), "resourceClaimName").empty())
            references.names.insert(fmt::format("resourceclaims/{}", textAt(asObject(claim), "resourceClaimName")));
    if (const std::string_view claim = textAt(pod, "status", "extendedResourceClaimStatus", "resourceClaimName");
        !claim.empty())
        references.names.insert(fmt::format("resourceclaims/{}", claim));
    return references;
}

} // namespace

std::string_view nodeNameOf(const UserInfo &user) {
    const std::string_view name = user.name;
    return name.starts_with(kUserPrefix) && user.inGroup("system:nodes") ? name.substr(kUserPrefix.size())
                                                                         : std::string_view();
}

/// What pods refer to; a pod is read again only when its object has changed.
class NodeAuthorizer::References {
public:
    explicit References(const Reader &reader) : m_reader(reader) {}

    bool uses(std::string_view node, std::string_view namespaceName, std::string_view reference) {
        const std::vector<api::ObjectPtr> pods = m_reader.list(coreResource("pods"), namespaceName);
        std::lock_guard lock(m_mutex);
        for (const api::ObjectPtr &pod : pods) {
            const PodReferences &references = of(pod);
            if (references.node == node && references.names.contains(reference))
                return true;
        }
        return false;
    }

private:
    const PodReferences &of(const api::ObjectPtr &pod) {
        if (m_known.size() > kPodsRememberedMax)
            m_known.clear();
        auto &[object, references] = m_known[std::string(pod->uid())];
        if (object.lock() != pod) {
            references = readPod(pod);
            object = pod;
        }
        return references;
    }

    const Reader &m_reader;
    std::mutex m_mutex;
    std::unordered_map<std::string, std::pair<std::weak_ptr<const api::Object>, PodReferences>> m_known;
};

NodeAuthorizer::NodeAuthorizer(const Reader &reader, const RbacAuthorizer &rbac)
    : m_reader(reader), m_rbac(rbac), m_references(std::make_unique<References>(reader)) {}

NodeAuthorizer::~NodeAuthorizer() = default;

bool NodeAuthorizer::podOnNode(std::string_view node, std::string_view namespaceName, std::string_view name) const {
    return textAt(parse(m_reader.get(coreResource("pods"), namespaceName, name)), "spec", "nodeName") == node;
}

bool NodeAuthorizer::volumeOnNode(std::string_view node, std::string_view name) const {
    const JsonObject volume = parse(m_reader.get(coreResource("persistentvolumes"), {}, name));
    const JsonObject &claim = objectAt(volume, "spec", "claimRef");
    return !textAt(claim, "name").empty() &&
           m_references->uses(node, textAt(claim, "namespace"),
                              fmt::format("persistentvolumeclaims/{}", textAt(claim, "name")));
}

bool NodeAuthorizer::attachmentOnNode(std::string_view node, std::string_view name) const {
    const api::ResourceInfo *attachments = api::findResource("storage.k8s.io", "volumeattachments");
    return attachments && textAt(parse(m_reader.get(*attachments, {}, name)), "spec", "nodeName") == node;
}

bool NodeAuthorizer::usesObject(std::string_view node, const AuthorizationAttributes &attributes) const {
    const std::string &space = attributes.namespaceName;
    if (m_references->uses(node, space, fmt::format("{}/{}", attributes.resource, attributes.name)))
        return true;
    if (attributes.resource != "secrets")
        return false;
    // Secrets that a volume's driver needs on the node.
    for (const api::ObjectPtr &object : m_reader.list(coreResource("persistentvolumes"), {})) {
        const JsonObject volume = parse(object);
        for (const auto &[kind, value] : objectAt(volume, "spec"))
            for (const std::string_view name :
                 {"secretRef", "nodeStageSecretRef", "nodePublishSecretRef", "nodeExpandSecretRef"}) {
                const JsonObject &secret = objectAt(asObject(value), name);
                if (textAt(secret, "name") == attributes.name && textAt(secret, "namespace") == space &&
                    volumeOnNode(node, object->name()))
                    return true;
            }
    }
    return false;
}

Authorization NodeAuthorizer::authorize(const AuthorizationAttributes &attributes) const {
    const std::string_view node = nodeNameOf(attributes.user);
    if (node.empty())
        return {};
    return attributes.isResource ? check(attributes, node) : staticRules(attributes);
}

Authorization NodeAuthorizer::check(const AuthorizationAttributes &attributes, std::string_view node) const {
    const std::string &resource = attributes.resource, &verb = attributes.verb, &part = attributes.subresource;
    const std::string unrelated = fmt::format("no relationship found between node '{}' and this object", node);
    if (attributes.group.empty() && (resource == "secrets" || resource == "configmaps")) {
        if (!isRead(verb) || !part.empty())
            return noOpinion("can only read resources of this type");
        if (attributes.name.empty())
            return noOpinion("can only read a single object of this type by name");
        return when(usesObject(node, attributes), unrelated);
    }
    if (attributes.group.empty() && resource == "serviceaccounts") {
        if (part == "token" ? verb != "create" : verb != "get" || !part.empty())
            return noOpinion("can only get individual resources of this type and create their tokens");
        return when(usesObject(node, attributes), unrelated);
    }
    if (attributes.group.empty() && resource == "persistentvolumeclaims") {
        const bool good = part.empty() ? verb == "get" : part == "status" && (verb == "get" || isWrite(verb));
        return when(good && usesObject(node, attributes),
                    good ? unrelated : "can only get claims and update their status");
    }
    if (attributes.group.empty() && resource == "persistentvolumes")
        return when(verb == "get" && part.empty() && volumeOnNode(node, attributes.name), unrelated);
    if (attributes.group == "storage.k8s.io" && resource == "volumeattachments")
        return when(verb == "get" && part.empty() && attachmentOnNode(node, attributes.name), unrelated);
    if (attributes.group == "resource.k8s.io" && resource == "resourceclaims")
        return when(verb == "get" && part.empty() && usesObject(node, attributes), unrelated);
    return ownObjects(attributes, node);
}

/// Objects that carry the node's name, and its pods.
Authorization NodeAuthorizer::ownObjects(const AuthorizationAttributes &attributes, std::string_view node) const {
    const std::string &verb = attributes.verb, &part = attributes.subresource;
    const bool lease = attributes.group == "coordination.k8s.io" && attributes.resource == "leases";
    const bool csiNode = attributes.group == "storage.k8s.io" && attributes.resource == "csinodes";
    if (lease || csiNode) {
        if (lease && attributes.namespaceName != "kube-node-lease")
            return noOpinion("can only access leases in the \"kube-node-lease\" system namespace");
        if (!part.empty() || (verb != "create" && verb != "get" && verb != "delete" && !isWrite(verb)))
            return noOpinion("can only create, get, update, patch, or delete an object of this type");
        // The name of an object that is made is in its body: NodeRestriction looks at it.
        return when(verb == "create" || attributes.name == node, "can only access the object with the node's own name");
    }
    if (attributes.group.empty() && attributes.resource == "pods") {
        if (verb == "get" && part.empty())
            return when(podOnNode(node, attributes.namespaceName, attributes.name),
                        fmt::format("no relationship found between node '{}' and this object", node));
        return staticRules(attributes);
    }
    return staticRules(attributes);
}

Authorization NodeAuthorizer::staticRules(const AuthorizationAttributes &attributes) const {
    const auto rules = m_rbac.rulesOfRole("ClusterRole", "system:node", {});
    const bool allow =
        rules && std::ranges::any_of(*rules, [&](const Rule &rule) { return ruleAllows(rule, attributes); });
    return allow ? allowed() : Authorization();
}

} // namespace coracle::apiserver
