#pragma once

#include "core/api/schema.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::apiserver {

/// The resources that are served, in the order in which discovery names them. Thread-safe.
class ResourceTable {
public:
    struct Version {
        std::string name;
        std::vector<const api::ResourceInfo *> resources; ///< sorted by name
    };
    struct Group {
        std::string name;
        std::vector<Version> versions; ///< the preferred one first
    };
    using Groups = std::shared_ptr<const std::vector<Group>>;

    /// With the built-in resources.
    ResourceTable();

    /// The resource must live until remove() and until requests on it have ended.
    void add(const api::ResourceInfo &resource);
    void remove(const api::ResourceInfo &resource);

    /// Null when there is none.
    const api::ResourceInfo *find(std::string_view group, std::string_view version, std::string_view resource) const;
    bool hasVersion(std::string_view group, std::string_view version) const;
    bool hasGroup(std::string_view group) const;
    /// The core group first, then by priority, others by name.
    Groups groups() const;

private:
    static Groups arrange(const std::vector<const api::ResourceInfo *> &resources);

    mutable std::mutex m_mutex;
    std::vector<const api::ResourceInfo *> m_resources;
    Groups m_groups;
};

} // namespace coracle::apiserver
