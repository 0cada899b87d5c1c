#include "core/api/schema.h"

#include <algorithm>
#include <tuple>

namespace coracle::api {

const FieldInfo *TypeInfo::field(std::string_view jsonName) const {
    for (const FieldInfo &field : fields) {
        if (field.inlined) {
            if (const FieldInfo *found = field.type->field(jsonName))
                return found;
        } else if (field.name == jsonName) {
            return &field;
        }
    }
    return nullptr;
}

bool ResourceInfo::hasSubresource(std::string_view name) const {
    return std::ranges::find(subresources, name, &SubresourceInfo::name) != subresources.end();
}

const ResourceInfo *findResource(std::string_view group, std::string_view version, std::string_view resource) {
    const auto key = [](const ResourceInfo &info) { return std::tuple(info.group, info.version, info.resource); };
    const auto resources = builtinResources();
    const auto found = std::ranges::lower_bound(resources, std::tuple(group, version, resource), {}, key);
    return found != resources.end() && key(*found) == std::tuple(group, version, resource) ? &*found : nullptr;
}

const ResourceInfo *findResource(std::string_view group, std::string_view resource) {
    for (const ResourceInfo &info : builtinResources()) {
        if (info.group == group && info.resource == resource && info.preferredVersion)
            return &info;
    }
    return nullptr;
}

const ResourceInfo *findKind(std::string_view apiVersion, std::string_view kind) {
    for (const auto resources : {builtinResources(), optionalResources()})
        for (const ResourceInfo &info : resources)
            if (info.kind == kind && info.apiVersion == apiVersion)
                return &info;
    return nullptr;
}

const TypeInfo *findType(std::string_view package, std::string_view name) {
    const auto all = packages();
    const auto inPackage = std::ranges::lower_bound(all, package, {}, &PackageInfo::name);
    if (inPackage == all.end() || inPackage->name != package)
        return nullptr;
    const auto found = std::ranges::lower_bound(inPackage->types, name, {}, &TypeInfo::name);
    return found != inPackage->types.end() && found->name == name ? &*found : nullptr;
}

const TypeInfo *findKindType(std::string_view apiVersion, std::string_view kind) {
    const size_t slash = apiVersion.find('/');
    const bool core = slash == std::string_view::npos;
    const std::string_view group = core ? std::string_view() : apiVersion.substr(0, slash);
    const std::string_view version = core ? apiVersion : apiVersion.substr(slash + 1);
    for (const PackageInfo &package : packages()) {
        if (package.group == group && package.version == version) {
            if (const TypeInfo *type = findType(package.name, kind))
                return type;
        }
    }
    return findType("meta/v1", kind);
}

} // namespace coracle::api
