#pragma once

#include "core/api/schema.h"
#include "core/config/runtime_config.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::apiserver {

using api::ResourcePtr;

/// The resources that are served, in the order in which discovery names them: the built-in ones, and those that come
/// and go. Thread-safe. Lookups of resources that are on by default take no lock; those of others copy a pointer under
/// one. Whoever holds a pointer may use the resource to the end, even when it is no longer served.
class ResourceTable {
public:
    struct Version {
        std::string name;
        std::vector<ResourcePtr> resources; ///< sorted by name
    };
    struct Group {
        std::string name;
        std::vector<Version> versions; ///< the preferred one first
    };
    using Groups = std::shared_ptr<const std::vector<Group>>;
    using Resources = std::shared_ptr<const std::vector<ResourcePtr>>;

    /// With the built-in resources that are on.
    explicit ResourceTable(const config::RuntimeConfig &config = {});

    /// Takes resources out and others in, in one step.
    void replace(const std::vector<ResourcePtr> &gone, const std::vector<ResourcePtr> &added);

    /// Null when there is none.
    ResourcePtr find(std::string_view group, std::string_view version, std::string_view resource) const;
    bool hasVersion(std::string_view group, std::string_view version) const;
    bool hasGroup(std::string_view group) const;
    /// The core group first, then by priority, others by name.
    Groups groups() const;
    /// All.
    Resources all() const;
    /// Goes up with every change.
    uint64_t generation() const { return m_generation; }

private:
    static Groups arrange(const std::vector<ResourcePtr> &resources);

    std::vector<bool> m_builtin; ///< which of api::builtinResources() are served; does not change
    mutable std::mutex m_mutex;  ///< guards the pointers; what they point to never changes
    Resources m_all;
    Groups m_groups;
    std::atomic<uint64_t> m_generation = 1;
};

} // namespace coracle::apiserver
