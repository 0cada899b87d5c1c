#pragma once

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

/// Empties a namespace that is being deleted, then takes its finalizer away.
/// Reads: Namespaces. Writes: deletes everything in a terminating namespace; Namespaces' status and finalize.
class NamespaceController final : public Controller {
public:
    explicit NamespaceController(const ControllerContext &context);
    Task<Result<>> reconcile(std::string key) override;

private:
    struct Remaining {
        std::vector<std::string> resources;  ///< "pods. has 3 resource instances"
        std::vector<std::string> finalizers; ///< "example.com/f in 2 resource instances"
        bool podsWait = false;
        bool any() const { return !resources.empty(); }
    };
    Task<Result<Remaining>> deleteContent(std::string namespaceName);
    Task<Result<>> deleteCollection(const ResourceInfo &resource, std::string namespaceName, Remaining &remaining);
    Task<Result<>> report(const std::string &name, const Remaining &remaining, const Result<> &deleted);

    client::Informer &m_namespaces;
};

} // namespace coracle::controllers
