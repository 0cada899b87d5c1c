#include "clusterd/apiserver/handlers/discovery.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::apiserver::discovery {

namespace json = boost::json;

namespace {

json::array texts(std::span<const std::string_view> values) {
    json::array result;
    for (std::string_view value : values)
        result.emplace_back(value);
    return result;
}

std::string groupVersion(std::string_view group, std::string_view version) {
    return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

json::object groupObject(const ResourceTable::Group &group) {
    json::array versions;
    for (const ResourceTable::Version &version : group.versions)
        versions.push_back(
            json::object{{"groupVersion", groupVersion(group.name, version.name)}, {"version", version.name}});
    json::value preferred = versions.front();
    return {{"name", group.name}, {"versions", std::move(versions)}, {"preferredVersion", std::move(preferred)}};
}

json::object resourceEntry(const api::ResourceInfo &resource) {
    json::object entry{{"name", resource.resource},
                       {"singularName", resource.singular},
                       {"namespaced", resource.namespaced},
                       {"kind", resource.kind},
                       {"verbs", texts(resource.verbs)}};
    if (!resource.shortNames.empty())
        entry["shortNames"] = texts(resource.shortNames);
    if (!resource.categories.empty())
        entry["categories"] = texts(resource.categories);
    if (!resource.storageVersionHash.empty())
        entry["storageVersionHash"] = resource.storageVersionHash;
    return entry;
}

json::object subresourceEntry(const api::ResourceInfo &resource, const api::SubresourceInfo &sub) {
    json::object entry{{"name", fmt::format("{}/{}", resource.resource, sub.name)},
                       {"singularName", ""},
                       {"namespaced", resource.namespaced}};
    if (sub.group != resource.group || sub.version != resource.version) {
        entry["group"] = sub.group;
        entry["version"] = sub.version;
    }
    entry["kind"] = sub.kind;
    entry["verbs"] = texts(sub.verbs);
    return entry;
}

json::object responseKind(std::string_view group, std::string_view version, std::string_view kind) {
    return {{"group", group}, {"version", version}, {"kind", kind}};
}

json::object aggregatedResource(const api::ResourceInfo &resource) {
    json::object entry{{"resource", resource.resource},
                       {"responseKind", responseKind(resource.group, resource.version, resource.kind)},
                       {"scope", resource.namespaced ? "Namespaced" : "Cluster"},
                       {"singularResource", resource.singular},
                       {"verbs", texts(resource.verbs)}};
    if (!resource.shortNames.empty())
        entry["shortNames"] = texts(resource.shortNames);
    if (!resource.categories.empty())
        entry["categories"] = texts(resource.categories);
    json::array subresources;
    for (const api::SubresourceInfo &sub : resource.subresources)
        subresources.push_back(json::object{{"subresource", sub.name},
                                            {"responseKind", responseKind(sub.group, sub.version, sub.kind)},
                                            {"verbs", texts(sub.verbs)}});
    if (!subresources.empty())
        entry["subresources"] = std::move(subresources);
    return entry;
}

} // namespace

std::string apiVersions(std::string_view serverAddress) {
    json::array addresses{json::object{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", serverAddress}}};
    return json::serialize(json::object{
        {"kind", "APIVersions"}, {"versions", {"v1"}}, {"serverAddressByClientCIDRs", std::move(addresses)}});
}

std::string groupList(const ResourceTable &resources) {
    json::array list;
    ResourceTable::Groups groups = resources.groups();
    for (const ResourceTable::Group &group : *groups)
        if (!group.name.empty())
            list.push_back(groupObject(group));
    return json::serialize(json::object{{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(list)}});
}

std::optional<std::string> group(const ResourceTable &resources, std::string_view name) {
    ResourceTable::Groups groups = resources.groups();
    for (const ResourceTable::Group &group : *groups) {
        if (group.name != name || name.empty())
            continue;
        json::object body{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
        for (auto &[key, value] : groupObject(group))
            body.emplace(key, std::move(value));
        return json::serialize(body);
    }
    return std::nullopt;
}

std::optional<std::string> resourceList(const ResourceTable &resources, std::string_view group,
                                        std::string_view version) {
    ResourceTable::Groups groups = resources.groups();
    for (const ResourceTable::Group &g : *groups) {
        for (const ResourceTable::Version &v : g.versions) {
            if (g.name != group || v.name != version)
                continue;
            json::array list;
            for (const ResourcePtr &resource : v.resources) {
                list.push_back(resourceEntry(*resource));
                for (const api::SubresourceInfo &sub : resource->subresources)
                    list.push_back(subresourceEntry(*resource, sub));
            }
            json::object body{{"kind", "APIResourceList"}};
            if (!group.empty())
                body["apiVersion"] = "v1";
            body["groupVersion"] = groupVersion(group, version);
            body["resources"] = std::move(list);
            return json::serialize(body);
        }
    }
    return std::nullopt;
}

std::string aggregated(const ResourceTable &resources, bool core, std::string_view discoveryVersion) {
    json::array items;
    ResourceTable::Groups groups = resources.groups();
    for (const ResourceTable::Group &group : *groups) {
        if (group.name.empty() != core)
            continue;
        json::array versions;
        for (const ResourceTable::Version &version : group.versions) {
            json::array list;
            for (const ResourcePtr &resource : version.resources)
                list.push_back(aggregatedResource(*resource));
            versions.push_back(
                json::object{{"version", version.name}, {"resources", std::move(list)}, {"freshness", "Current"}});
        }
        json::object metadata{{"creationTimestamp", nullptr}};
        if (!group.name.empty())
            metadata["name"] = group.name;
        items.push_back(json::object{{"metadata", std::move(metadata)}, {"versions", std::move(versions)}});
    }
    return json::serialize(json::object{{"kind", "APIGroupDiscoveryList"},
                                        {"apiVersion", fmt::format("apidiscovery.k8s.io/{}", discoveryVersion)},
                                        {"metadata", json::object()},
                                        {"items", std::move(items)}});
}

} // namespace coracle::apiserver::discovery
