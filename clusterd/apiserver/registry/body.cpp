#include "clusterd/apiserver/registry/body.h"

#include "clusterd/apiserver/registry/dynamic_kind.h"
#include "core/api/defaults.h"
#include "core/api/protobuf.h"

#include <algorithm>
#include <iterator>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

/// What a body of the request must be: the resource's kind, or that of the sub-resource.
struct Expected {
    std::string_view group, version, kind;
    std::string apiVersion;
    const api::TypeInfo *type = nullptr;
};

Expected expectedBody(const RequestScope &scope) {
    const api::ResourceInfo &resource = scope.resource;
    for (const api::SubresourceInfo &sub : resource.subresources) {
        if (sub.name != scope.subresource || sub.kind == resource.kind)
            continue;
        Expected expected{sub.group, sub.version, sub.kind, {}, findTypeByGroup(sub.group, sub.version, sub.kind)};
        expected.apiVersion =
            sub.group.empty() ? std::string(sub.version) : std::string(sub.group) + "/" + std::string(sub.version);
        return expected;
    }
    return {resource.group, resource.version, resource.kind, std::string(resource.apiVersion), resource.type};
}

template<class Body>
Result<json::object> decode(RequestScope &scope, const Body &body) {
    Expected expected = expectedBody(scope);
    if (const DynamicKind *kind = dynamicKind(scope.resource); kind && expected.type == scope.resource.type)
        return kind->decode(scope, body);
    if (!expected.type)
        return errors::noRoute();
    // Evictions are taken in any version, as clients of before policy/v1 still send policy/v1beta1.
    const std::string_view apiVersion = scope.subresource == "eviction" ? std::string_view() : expected.apiVersion;
    api::BodyType type{*expected.type, apiVersion, expected.kind};
    TRY(api::DecodedBody decoded, api::decodeBody(body, type, scope.fieldValidation));
    scope.warnings.insert(scope.warnings.end(), std::make_move_iterator(decoded.warnings.begin()),
                          std::make_move_iterator(decoded.warnings.end()));
    api::applyDefaults(*expected.type, decoded.object);
    return std::move(decoded.object);
}

} // namespace

const api::TypeInfo *findTypeByGroup(std::string_view group, std::string_view version, std::string_view kind) {
    for (const api::PackageInfo &package : api::packages()) {
        if (package.group != group || package.version != version)
            continue;
        auto at = std::ranges::lower_bound(package.types, kind, {}, &api::TypeInfo::name);
        if (at != package.types.end() && at->name == kind)
            return &*at;
    }
    return nullptr;
}

Result<json::object> readBody(RequestScope &scope, std::string_view text) {
    return decode(scope, text);
}

Result<std::string> protobufBody(const RequestScope &scope, std::string_view body) {
    Expected expected = expectedBody(scope);
    if (!expected.type)
        return errors::noRoute();
    return api::protobufToJson(body, {*expected.type, expected.apiVersion, expected.kind});
}

Result<> checkBody(RequestScope &scope, json::object &object) {
    TRY(object, decode(scope, object));
    return {};
}

} // namespace coracle::apiserver
