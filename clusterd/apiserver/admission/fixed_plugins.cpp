#include "clusterd/apiserver/admission/plugins.h"

/// AlwaysAdmit, AlwaysDeny, and the references that only those may make who may delete the owner.
namespace coracle::apiserver {

namespace {

class AlwaysAdmit final : public DirectPlugin {
public:
    AlwaysAdmit() : DirectPlugin("AlwaysAdmit", {}) {}
};

class AlwaysDeny final : public DirectPlugin {
public:
    AlwaysDeny()
        : DirectPlugin("AlwaysDeny", {Operation::Create, Operation::Update, Operation::Delete, Operation::Connect}) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        return denied(attributes, "admission control is denying all modifications");
    }
};

/// Changing ownerReferences can have objects deleted, so it needs the right to delete them; and blockOwnerDeletion
/// needs the right to set the owner's finalizers.
class OwnerReferencesPermissionEnforcement final : public DirectPlugin {
public:
    explicit OwnerReferencesPermissionEnforcement(const ClusterAuthorizer &authorizer)
        : DirectPlugin("OwnerReferencesPermissionEnforcement", {Operation::Create, Operation::Update}),
          m_authorizer(authorizer) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        const JsonArray &owners = arrayAt(*attributes.object, "metadata", "ownerReferences");
        const JsonArray &before = attributes.old ? arrayAt(*attributes.old, "metadata", "ownerReferences") : kNoArray;
        if (owners == before || (attributes.resource.group.empty() && attributes.resource.resource == "pods" &&
                                 attributes.subresource == "status"))
            return {};
        if (attributes.old && !may(attributes, "delete", attributes.resource, attributes.subresource, attributes.name))
            return denied(attributes, "cannot set an ownerRef on a resource you can't delete: ");
        for (const JsonValue &value : owners) {
            const JsonObject &owner = asObject(value);
            const api::ResourceInfo *kind = api::findKind(textAt(owner, "apiVersion"), textAt(owner, "kind"));
            if (flagAt(owner, "blockOwnerDeletion") && kind &&
                !may(attributes, "update", *kind, "finalizers", std::string(textAt(owner, "name"))))
                return denied(attributes,
                              "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set "
                              "finalizers on: ");
        }
        return {};
    }

private:
    bool may(const AdmissionAttributes &attributes, std::string_view verb, const api::ResourceInfo &resource,
             std::string subresource, std::string name) const {
        AuthorizationAttributes question{.user = attributes.user, .verb = std::string(verb)};
        question.group = resource.group;
        question.version = resource.version;
        question.resource = resource.resource;
        question.subresource = std::move(subresource);
        question.namespaceName = resource.namespaced ? attributes.namespaceName : std::string();
        question.name = std::move(name);
        return m_authorizer.authorize(question).decision == Decision::Allow;
    }

    const ClusterAuthorizer &m_authorizer;
};

} // namespace

Plugin makeAlwaysAdmit() {
    return std::make_unique<AlwaysAdmit>();
}
Plugin makeAlwaysDeny() {
    return std::make_unique<AlwaysDeny>();
}
Plugin makeOwnerReferencesPermissionEnforcement(const ClusterAuthorizer &authorizer) {
    return std::make_unique<OwnerReferencesPermissionEnforcement>(authorizer);
}

} // namespace coracle::apiserver
