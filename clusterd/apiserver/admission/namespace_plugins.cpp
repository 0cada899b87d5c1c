#include "clusterd/apiserver/admission/plugins.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

bool isReview(const AdmissionAttributes &attributes) {
    return attributes.resource.group == "authorization.k8s.io";
}

/// No objects in namespaces that do not exist or are going away; some namespaces cannot be deleted.
class NamespaceLifecycle final : public DirectPlugin {
public:
    explicit NamespaceLifecycle(const Reader &reader)
        : DirectPlugin("NamespaceLifecycle", {Operation::Create, Operation::Update, Operation::Delete}),
          m_reader(reader) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (isAbout(attributes, "", "namespaces")) {
            const bool kept =
                attributes.name == "default" || attributes.name == "kube-system" || attributes.name == "kube-public";
            if (attributes.operation == Operation::Delete && kept)
                return denied(attributes, "this namespace may not be deleted");
            return {};
        }
        if (!attributes.resource.namespaced || attributes.namespaceName.empty() ||
            attributes.operation == Operation::Delete || isReview(attributes))
            return {};
        const api::ObjectPtr space = m_reader.get(*api::findResource("", "namespaces"), {}, attributes.namespaceName);
        if (!space)
            return errors::notFound("namespaces", {}, attributes.namespaceName);
        if (attributes.operation != Operation::Create || !space->deleting())
            return {};
        Failure failure = denied(
            attributes, fmt::format("unable to create new content in namespace {} because it is being terminated",
                                    attributes.namespaceName));
        failure.error().causes.push_back({"NamespaceTerminating",
                                          fmt::format("namespace {} is being terminated", attributes.namespaceName),
                                          "metadata.namespace"});
        return failure;
    }

private:
    const Reader &m_reader;
};

class NamespaceExists final : public DirectPlugin {
public:
    explicit NamespaceExists(const Reader &reader)
        : DirectPlugin("NamespaceExists", {Operation::Create, Operation::Update, Operation::Delete}),
          m_reader(reader) {}

protected:
    Result<> check(const AdmissionAttributes &attributes) override {
        if (!attributes.resource.namespaced || attributes.namespaceName.empty() ||
            m_reader.get(*api::findResource("", "namespaces"), {}, attributes.namespaceName))
            return {};
        return errors::notFound("namespaces", {}, attributes.namespaceName);
    }

private:
    const Reader &m_reader;
};

} // namespace

Plugin makeNamespaceLifecycle(const Reader &reader) {
    return std::make_unique<NamespaceLifecycle>(reader);
}
Plugin makeNamespaceExists(const Reader &reader) {
    return std::make_unique<NamespaceExists>(reader);
}

} // namespace coracle::apiserver
