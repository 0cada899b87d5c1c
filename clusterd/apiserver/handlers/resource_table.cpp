#include "clusterd/apiserver/handlers/resource_table.h"

#include "core/api/version_order.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace coracle::apiserver {

namespace {

/// kube-aggregator's priorities of the built-in groups.
constexpr std::array<std::string_view, 22> kGroupOrder = {"",
                                                          "apiregistration.k8s.io",
                                                          "apps",
                                                          "events.k8s.io",
                                                          "authentication.k8s.io",
                                                          "authorization.k8s.io",
                                                          "autoscaling",
                                                          "batch",
                                                          "certificates.k8s.io",
                                                          "networking.k8s.io",
                                                          "policy",
                                                          "rbac.authorization.k8s.io",
                                                          "storage.k8s.io",
                                                          "admissionregistration.k8s.io",
                                                          "apiextensions.k8s.io",
                                                          "scheduling.k8s.io",
                                                          "coordination.k8s.io",
                                                          "node.k8s.io",
                                                          "discovery.k8s.io",
                                                          "resource.k8s.io",
                                                          "flowcontrol.apiserver.k8s.io",
                                                          "storagemigration.k8s.io"};

auto groupRank(std::string_view group) {
    return std::tuple(std::ranges::find(kGroupOrder, group) - kGroupOrder.begin(), group);
}

/// Lives as long as the process: nothing is counted.
ResourcePtr unowned(const api::ResourceInfo &resource) {
    return ResourcePtr(std::shared_ptr<const void>(), &resource);
}

} // namespace

ResourceTable::ResourceTable(const config::RuntimeConfig &config) {
    auto all = std::make_shared<std::vector<ResourcePtr>>();
    for (const api::ResourceInfo &resource : api::builtinResources()) {
        m_builtin.push_back(config.serves(resource, true));
        if (m_builtin.back())
            all->push_back(unowned(resource));
    }
    for (const api::ResourceInfo &resource : api::optionalResources())
        if (!resource.storagePrefix.empty() && config.serves(resource, false)) // the others come with who makes them
            all->push_back(unowned(resource));
    m_groups = arrange(*all);
    m_all = std::move(all);
}

void ResourceTable::replace(const std::vector<ResourcePtr> &gone, const std::vector<ResourcePtr> &added) {
    std::lock_guard lock(m_mutex);
    auto all = std::make_shared<std::vector<ResourcePtr>>(*m_all);
    std::erase_if(*all, [&](const ResourcePtr &one) { return std::ranges::find(gone, one) != gone.end(); });
    all->insert(all->end(), added.begin(), added.end());
    m_all = std::move(all);
    m_groups = arrange(*m_all);
    ++m_generation;
}

ResourceTable::Groups ResourceTable::arrange(const std::vector<ResourcePtr> &resources) {
    auto groups = std::make_shared<std::vector<Group>>();
    for (const ResourcePtr &resource : resources) {
        auto group = std::ranges::find(*groups, resource->group, &Group::name);
        if (group == groups->end())
            group = groups->insert(groups->end(), Group{std::string(resource->group), {}});
        auto version = std::ranges::find(group->versions, resource->version, &Version::name);
        if (version == group->versions.end())
            version = group->versions.insert(group->versions.end(), Version{std::string(resource->version), {}});
        version->resources.push_back(resource);
    }
    for (Group &group : *groups) {
        std::ranges::sort(group.versions,
                          [](const Version &a, const Version &b) { return api::compareVersions(a.name, b.name) < 0; });
        for (Version &version : group.versions)
            std::ranges::sort(version.resources, {}, [](const ResourcePtr &r) { return r->resource; });
    }
    std::ranges::sort(*groups, {}, [](const Group &g) { return groupRank(g.name); });
    return groups;
}

ResourcePtr ResourceTable::find(std::string_view group, std::string_view version, std::string_view resource) const {
    if (const api::ResourceInfo *builtin = api::findResource(group, version, resource))
        return m_builtin[size_t(builtin - api::builtinResources().data())] ? unowned(*builtin) : nullptr;
    Groups all = groups();
    const auto g =
        std::ranges::lower_bound(*all, groupRank(group), {}, [](const Group &g) { return groupRank(g.name); });
    if (g == all->end() || g->name != group)
        return nullptr;
    const auto v = std::ranges::find(g->versions, version, &Version::name);
    if (v == g->versions.end())
        return nullptr;
    const auto at =
        std::ranges::lower_bound(v->resources, resource, {}, [](const ResourcePtr &r) { return r->resource; });
    return at != v->resources.end() && (*at)->resource == resource ? *at : nullptr;
}

bool ResourceTable::hasGroup(std::string_view group) const {
    Groups all = groups();
    return std::ranges::any_of(*all, [&](const Group &g) { return g.name == group; });
}

bool ResourceTable::hasVersion(std::string_view group, std::string_view version) const {
    Groups all = groups();
    return std::ranges::any_of(*all, [&](const Group &g) {
        return g.name == group && std::ranges::any_of(g.versions, [&](const Version &v) { return v.name == version; });
    });
}

ResourceTable::Groups ResourceTable::groups() const {
    std::lock_guard lock(m_mutex);
    return m_groups;
}

ResourceTable::Resources ResourceTable::all() const {
    std::lock_guard lock(m_mutex);
    return m_all;
}

} // namespace coracle::apiserver
