#include "clusterd/apiserver/request_info.h"

#include "core/api/label_syntax.h"
#include "core/api/selector.h"

#include <algorithm>
#include <cctype>

namespace coracle::apiserver {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

std::string verbOf(std::string_view method) {
    if (method == "POST")
        return "create";
    if (method == "GET" || method == "HEAD")
        return "get";
    if (method == "PUT")
        return "update";
    if (method == "PATCH")
        return "patch";
    if (method == "DELETE")
        return "delete";
    return {};
}

/// The name in a field selector metadata.name=x, so that rules with resourceNames fit list and watch of one object. One
/// that can't be part of a path is nobody's name.
std::string selectedName(std::string_view text) {
    const auto selector = api::FieldSelector::parse(text);
    const std::string *name = selector ? selector->required("metadata.name") : nullptr;
    return name && api::pathSegmentErrors(*name).empty() ? *name : std::string();
}

} // namespace

RequestInfo RequestInfo::from(std::string_view method, const http::Target &target) {
    RequestInfo info;
    info.verb = lower(method);
    info.path = target.path;
    std::vector<std::string> parts = target.segments;
    if (!parts.empty() && parts.back().empty())
        parts.pop_back();
    if (parts.size() < 3 || (parts[0] != "api" && parts[0] != "apis"))
        return info;
    size_t next = 1;
    if (parts[0] == "apis") {
        if (parts.size() < 4)
            return info;
        info.group = parts[next++];
    }
    info.isResource = true;
    info.version = parts[next++];
    parts.erase(parts.begin(), parts.begin() + next);
    info.verb = verbOf(method);
    if (parts.size() > 1 && (parts[0] == "watch" || parts[0] == "proxy")) {
        info.verb = parts[0]; // the legacy prefixes
        parts.erase(parts.begin());
    }
    if (parts[0] == "namespaces") {
        if (parts.size() > 1) {
            info.namespaceName = parts[1];
            if (parts.size() > 2 && parts[2] != "status" && parts[2] != "finalize")
                parts.erase(parts.begin(), parts.begin() + 2);
        }
    }
    info.parts = parts;
    info.resource = parts[0];
    if (parts.size() > 1)
        info.name = parts[1];
    if (parts.size() > 2)
        info.subresource = parts[2];
    if (info.name.empty() && info.verb == "get") {
        info.verb = target.flag("watch") ? "watch" : "list";
    }
    if (info.name.empty() && (info.verb == "list" || info.verb == "watch"))
        info.name = selectedName(target.param("fieldSelector"));
    if (info.name.empty() && info.verb == "delete")
        info.verb = "deletecollection";
    return info;
}

} // namespace coracle::apiserver
