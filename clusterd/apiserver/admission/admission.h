#pragma once

#include "clusterd/apiserver/user.h"
#include "core/api/object.h"
#include "core/api/schema.h"
#include "core/base/task.h"

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <vector>

namespace coracle::client {
class Client;
}

namespace coracle::apiserver {

enum class Operation { Create, Update, Delete, Connect };

/// A request on its way into the store.
struct AdmissionAttributes {
    Operation operation = Operation::Create;
    const api::ResourceInfo &resource;
    std::string subresource;
    std::string namespaceName, name; ///< the name may be empty on create (generateName)
    UserInfo user;
    bool dryRun = false;
    boost::json::object *object = nullptr;        ///< new state; null for Delete; admit() may change it
    const boost::json::object *old = nullptr;     ///< stored state; null for Create
    const boost::json::object *options = nullptr; ///< CreateOptions, DeleteOptions, ...
    std::vector<std::string> *warnings = nullptr;
    std::map<std::string, std::string> *auditAnnotations = nullptr; ///< null when nothing is audited
};

/// One admission plug-in of kube-apiserver, by its standard name. Thread-safe.
class AdmissionPlugin {
public:
    virtual ~AdmissionPlugin() = default;
    virtual std::string_view name() const = 0;
    virtual bool handles(Operation operation) const = 0;
    /// Before the first request: what a plug-in writes objects of its own with. It outlives the plug-in's use.
    virtual void connect(client::Client &) {}
    /// Mutating phase.
    virtual Task<Result<>> admit(AdmissionAttributes &) { co_return Result<>{}; }
    /// Validating phase: the object no longer changes.
    virtual Task<Result<>> validate(const AdmissionAttributes &) { co_return Result<>{}; }
};

/// All plug-ins in the standard order.
class AdmissionChain {
public:
    void add(std::unique_ptr<AdmissionPlugin> plugin) { m_plugins.push_back(std::move(plugin)); }
    void connect(client::Client &client);
    Task<Result<>> admit(AdmissionAttributes &attributes);
    Task<Result<>> validate(const AdmissionAttributes &attributes);
    /// The plug-ins' names in their order.
    std::vector<std::string_view> names() const;

private:
    std::vector<std::unique_ptr<AdmissionPlugin>> m_plugins;
};

} // namespace coracle::apiserver
