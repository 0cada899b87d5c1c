#pragma once

#include "clusterd/apiserver/apiextensions/custom_kind.h"
#include "clusterd/apiserver/apiextensions/definition_strategy.h"
#include "clusterd/apiserver/handlers/resource_table.h"
#include "clusterd/apiserver/registry/store.h"
#include "core/client/informer.h"
#include "core/client/work_queue.h"

#include <map>
#include <memory>
#include <string>

namespace coracle::apiserver {

class Registry;

/// Serves what CustomResourceDefinitions define: accepts their names, compiles them, puts their resources into the
/// table and their objects into the store, and cleans up when they go.
/// Reads: CustomResourceDefinitions. Writes: their status; deletes the objects of those that are being deleted.
/// All of it runs on the gate's executor.
class DefinitionController {
public:
    /// Everything outlives the controller. The client is the API server's own.
    struct Parts {
        Store &store;
        Registry &registry;
        ResourceTable &resources;
        client::Client &client;
        Clock &clock;
        Gate &gate;
    };

    /// Gives the registry the rules for definitions.
    explicit DefinitionController(Parts parts);
    ~DefinitionController();

    /// When the store is loaded: serves the definitions that are established, then follows the changes.
    Task<Result<>> start();
    /// Follows no more changes. What is served stays so.
    void stop();

private:
    struct Installed {
        std::string fingerprint; ///< of what the kind was made from
        std::shared_ptr<CustomKind> kind;
        std::vector<ResourcePtr> resources;
    };

    void changed(const api::ObjectPtr &before, const api::ObjectPtr &after);
    Task<> work();
    Task<Result<>> reconcile(std::string name);
    Task<Result<>> install(std::string name, JsonObject definition);
    void uninstall(const std::string &name);
    Task<Result<>> cleanUp(std::string name, JsonObject definition);
    /// True when there is nothing left.
    Task<Result<bool>> removeObjects(std::shared_ptr<CustomKind> kind);
    Task<Result<>> writeStatus(std::string name, JsonObject definition);
    Task<Result<>> dropFinalizer(std::string name, JsonObject definition);
    std::vector<JsonObject> othersInGroup(const JsonObject &definition) const;

    Parts m_parts;
    DefinitionStrategy m_strategy;
    client::Informer m_definitions;
    client::WorkQueue m_queue;
    std::map<std::string, Installed> m_installed; ///< by the definition's name
};

} // namespace coracle::apiserver
