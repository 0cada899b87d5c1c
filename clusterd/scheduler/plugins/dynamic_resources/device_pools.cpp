#include "clusterd/scheduler/plugins/dynamic_resources/device_pools.h"

#include "core/api/typed.h"

#include <algorithm>

namespace coracle::scheduler {

DeviceNodes::DeviceNodes(const std::optional<std::string> &nodeName, const api::Ptr<corev1::NodeSelector> &selector,
                         const std::optional<bool> &allNodes)
    : m_nodeName(nodeName.value_or("")), m_allNodes(allNodes.value_or(false)) {
    if (selector)
        m_terms = api::nodeTerms(*selector);
}

bool DeviceNodes::matches(const api::Object &node) const {
    if (m_allNodes)
        return true;
    if (!m_nodeName.empty())
        return m_nodeName == node.name();
    return std::ranges::any_of(m_terms, [&](const api::NodeTerm &term) { return term.matches(node); });
}

DeviceSlice::DeviceSlice(resourcev1::ResourceSlice slice)
    : object(std::move(slice)), nodes(object.spec.nodeName, object.spec.nodeSelector, object.spec.allNodes) {
    if (object.spec.perDeviceNodeSelection.value_or(false))
        for (const resourcev1::Device &device : object.spec.devices)
            deviceNodes.emplace_back(device.nodeName, device.nodeSelector, device.allNodes);
}

bool DeviceSlice::reaches(const api::Object &node) const {
    if (deviceNodes.empty())
        return nodes.matches(node);
    return std::ranges::any_of(deviceNodes, [&](const DeviceNodes &own) { return own.matches(node); });
}

bool DeviceSlice::reaches(const api::Object &node, size_t device) const {
    return deviceNodes.empty() ? nodes.matches(node) : deviceNodes[device].matches(node);
}

const resourcev1::Device *DevicePool::find(std::string_view device) const {
    for (const auto &slice : slices)
        for (const resourcev1::Device &known : slice->object.spec.devices)
            if (known.name == device)
                return &known;
    return nullptr;
}

Result<> DevicePools::set(const api::Object &object) {
    TRY(auto decoded, api::decode<resourcev1::ResourceSlice>(object));
    auto slice = std::make_shared<const DeviceSlice>(std::move(decoded));
    const std::string name(object.name());
    Key key{slice->object.spec.driver, slice->object.spec.pool.name};
    remove(name);
    index(key, *slice, true);
    m_pools[key].slices[name] = std::move(slice);
    m_poolOf.emplace(name, key);
    rebuild(key);
    return {};
}

void DevicePools::remove(std::string_view name) {
    const auto known = m_poolOf.find(std::string(name));
    if (known == m_poolOf.end())
        return;
    const Key key = known->second;
    m_poolOf.erase(known);
    auto &slices = m_pools.at(key).slices;
    const auto slice = slices.find(name);
    index(key, *slice->second, false);
    slices.erase(slice);
    if (slices.empty())
        m_pools.erase(key);
    else
        rebuild(key);
}

void DevicePools::index(const Key &key, const DeviceSlice &slice, bool add) {
    const std::string &node = slice.nodes.nodeName();
    auto &counts = node.empty() ? m_elsewhere : m_byNode[node];
    if (add) {
        ++counts[key];
    } else if (const auto count = counts.find(key); --count->second == 0) {
        counts.erase(count);
        if (!node.empty() && counts.empty())
            m_byNode.erase(node);
    }
}

void DevicePools::rebuild(const Key &key) {
    Entry &entry = m_pools.at(key);
    DevicePool &pool = entry.pool;
    pool = {.driver = key.first, .name = key.second};
    int64_t generation = 0;
    for (const auto &[name, slice] : entry.slices)
        generation = std::max(generation, slice->object.spec.pool.generation);
    std::set<std::string_view> devices, counters;
    for (const auto &[name, slice] : entry.slices) {
        const resourcev1::ResourceSliceSpec &spec = slice->object.spec;
        if (spec.pool.generation != generation)
            continue;
        pool.slices.push_back(slice);
        for (const resourcev1::Device &device : spec.devices)
            pool.invalid |= !devices.insert(device.name).second;
        for (const resourcev1::CounterSet &set : spec.sharedCounters)
            pool.invalid |= !counters.insert(set.name).second;
    }
    pool.incomplete = int64_t(pool.slices.size()) != pool.slices.front()->object.spec.pool.resourceSliceCount;
}

std::vector<const DevicePool *> DevicePools::forNode(const api::Object &node) const {
    std::set<Key> keys;
    if (const auto own = m_byNode.find(std::string(node.name())); own != m_byNode.end())
        for (const auto &[key, count] : own->second)
            keys.insert(key);
    for (const auto &[key, count] : m_elsewhere)
        keys.insert(key);
    std::vector<const DevicePool *> pools;
    for (const Key &key : keys) {
        const DevicePool &pool = m_pools.at(key).pool;
        if (std::ranges::any_of(pool.slices, [&](const auto &slice) { return slice->reaches(node); }))
            pools.push_back(&pool);
    }
    return pools;
}

const DevicePool *DevicePools::find(std::string_view driver, std::string_view pool) const {
    const auto found = m_pools.find({std::string(driver), std::string(pool)});
    return found == m_pools.end() ? nullptr : &found->second.pool;
}

} // namespace coracle::scheduler
