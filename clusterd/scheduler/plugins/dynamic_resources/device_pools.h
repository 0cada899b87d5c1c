#pragma once

#include "core/api/node_selector.h"
#include "core/api/types/resource_v1.h"
#include "core/base/result.h"

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coracle::scheduler {

/// The cluster-wide name of a device.
struct DeviceId {
    std::string driver, pool, device;
    friend auto operator<=>(const DeviceId &, const DeviceId &) = default;
};

/// From where a slice or one of its devices can be used: one node, selected nodes, or all.
class DeviceNodes {
public:
    DeviceNodes(const std::optional<std::string> &nodeName, const api::Ptr<corev1::NodeSelector> &selector,
                const std::optional<bool> &allNodes);
    bool matches(const api::Object &node) const;
    /// The only node, when it is named; else empty.
    const std::string &nodeName() const { return m_nodeName; }

private:
    std::string m_nodeName;
    std::vector<api::NodeTerm> m_terms;
    bool m_allNodes = false;
};

/// A ResourceSlice, prepared for matching. Never changes.
struct DeviceSlice {
    explicit DeviceSlice(resourcev1::ResourceSlice slice);
    bool reaches(const api::Object &node) const;
    bool reaches(const api::Object &node, size_t device) const;

    resourcev1::ResourceSlice object;
    DeviceNodes nodes;
    std::vector<DeviceNodes> deviceNodes; ///< only with perDeviceNodeSelection
};

/// The slices of one driver's pool that count: those of its newest generation.
struct DevicePool {
    std::string driver, name;
    std::vector<std::shared_ptr<const DeviceSlice>> slices; ///< by name
    bool incomplete = false;                                ///< the driver is still publishing slices
    bool invalid = false;                                   ///< two devices or counter sets of one name

    const resourcev1::Device *find(std::string_view device) const;
};

/// Every ResourceSlice of the cluster as pools, kept current slice by slice, found by the node that can use them. One
/// executor.
class DevicePools {
public:
    Result<> set(const api::Object &slice);
    void remove(std::string_view slice);

    /// The pools with devices for the node, by driver and name. Valid until a slice changes.
    std::vector<const DevicePool *> forNode(const api::Object &node) const;
    /// A pool by name, or null.
    const DevicePool *find(std::string_view driver, std::string_view pool) const;

private:
    using Key = std::pair<std::string, std::string>;
    struct Entry {
        std::map<std::string, std::shared_ptr<const DeviceSlice>, std::less<>> slices;
        DevicePool pool;
    };
    void rebuild(const Key &key);
    void index(const Key &key, const DeviceSlice &slice, bool add);

    std::map<Key, Entry> m_pools;
    std::unordered_map<std::string, Key> m_poolOf;                   ///< by the slice's name
    std::unordered_map<std::string, std::map<Key, size_t>> m_byNode; ///< pools with slices for one named node
    std::map<Key, size_t> m_elsewhere;                               ///< pools with slices for several nodes
};

} // namespace coracle::scheduler
