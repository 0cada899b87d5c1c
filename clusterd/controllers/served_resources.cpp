#include "clusterd/controllers/served_resources.h"

#include <algorithm>
#include <map>

namespace coracle::controllers {

namespace {

bool has(const api::ResourceInfo &resource, std::string_view verb) {
    return std::ranges::find(resource.verbs, verb) != resource.verbs.end();
}

} // namespace

std::vector<api::ResourcePtr> deletableResources(const client::Client &client) {
    const client::Client::Resources served = client.resources();
    std::map<std::string_view, api::ResourcePtr> byPrefix;
    for (const api::ResourcePtr &resource : *served) {
        if (resource->storagePrefix.empty() || !has(*resource, "delete") || !has(*resource, "list") ||
            !has(*resource, "watch"))
            continue;
        const auto known = byPrefix.find(resource->storagePrefix);
        if (known == byPrefix.end())
            byPrefix.emplace(resource->storagePrefix, resource);
        else if (resource->preferredVersion)
            known->second = resource; // the key's text is the same in both, and both live as long as the snapshot
    }
    std::vector<api::ResourcePtr> resources;
    for (const auto &[prefix, resource] : byPrefix)
        resources.push_back(resource);
    return resources;
}

api::ResourcePtr findServedKind(const client::Client &client, std::string_view apiVersion, std::string_view kind) {
    const client::Client::Resources served = client.resources();
    const auto found = std::ranges::find_if(*served, [&](const api::ResourcePtr &resource) {
        return resource->kind == kind && resource->apiVersion == apiVersion;
    });
    return found == served->end() ? nullptr : *found;
}

} // namespace coracle::controllers
