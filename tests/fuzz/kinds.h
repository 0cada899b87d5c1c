#pragma once

#include "core/api/schema.h"

#include <string>
#include <string_view>

namespace coracle::fuzz {

/// The resource whose kind a JSON text names somewhere ("kind":"Service"), or else pods; so that a seed is a plain
/// document.
inline const api::ResourceInfo &resourceNamedIn(std::string_view text) {
    for (const api::ResourceInfo &resource : api::builtinResources())
        if (resource.type && text.find("\"kind\":\"" + std::string(resource.kind) + "\"") != text.npos)
            return resource;
    return *api::findKind("v1", "Pod");
}

} // namespace coracle::fuzz
