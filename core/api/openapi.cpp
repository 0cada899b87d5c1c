#include "core/api/openapi.h"

#include "core/api/openapi_schema.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <utility>

namespace coracle::api {

namespace {

using openapi::Flavor;
using openapi::SchemaSet;
using openapi::Writer;

constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

struct Parameter {
    std::string_view name, type, description;
};

constexpr std::array kListParameters{
    Parameter{"allowWatchBookmarks", "boolean", "Ask for bookmark events in a watch."},
    Parameter{"continue", "string", "The token of the page before."},
    Parameter{"fieldSelector", "string", "Select objects by their fields."},
    Parameter{"labelSelector", "string", "Select objects by their labels."},
    Parameter{"limit", "integer", "The largest number of objects in a page."},
    Parameter{"resourceVersion", "string", "The version to read at."},
    Parameter{"resourceVersionMatch", "string", "How resourceVersion is meant."},
    Parameter{"sendInitialEvents", "boolean", "Begin a watch with the objects that exist."},
    Parameter{"timeoutSeconds", "integer", "How long the call may take."},
    Parameter{"watch", "boolean", "Report changes instead of a list."},
};
constexpr std::array kWriteParameters{
    Parameter{"dryRun", "string", "All: do everything except storing the result."},
    Parameter{"fieldManager", "string", "Who makes the change."},
    Parameter{"fieldValidation", "string", "Ignore, Warn or Strict: what unknown fields lead to."},
};
constexpr std::array kDeleteParameters{
    Parameter{"dryRun", "string", "All: do everything except storing the result."},
    Parameter{"gracePeriodSeconds", "integer", "The time that the object has to end."},
    Parameter{"orphanDependents", "boolean", "Deprecated: use propagationPolicy."},
    Parameter{"propagationPolicy", "string", "Orphan, Background or Foreground."},
};
constexpr Parameter kForce{"force", "boolean", "Take over fields that other managers own."};

constexpr std::array<std::string_view, 4> kPatchTypes{"application/json-patch+json", "application/merge-patch+json",
                                                      "application/apply-patch+yaml",
                                                      "application/strategic-merge-patch+json"};

std::span<const std::string_view> patchTypes(bool custom) {
    return std::span(kPatchTypes).first(custom ? 3 : 4);
}

/// Group, version and kind of a request's body, and its definition.
struct Body {
    std::string_view group, version, kind;
    const TypeInfo *type = nullptr; ///< null for kinds made at run time, whose definitions are added apart
    std::string definition = {};    ///< its name; empty: none
};

Body bodyWith(std::string_view group, std::string_view version, std::string_view kind, const TypeInfo *type) {
    return {group, version, kind, type, type ? std::string(type->schemaName) : std::string()};
}

/// One HTTP method of one path.
struct Operation {
    std::string_view method; ///< get, post, ...
    std::string_view action; ///< x-kubernetes-action
    Body body;
    std::string id;
    bool custom = false; ///< of a kind made at run time, which knows no strategic merge patch
};

using Paths = std::map<std::string, std::vector<Operation>>;

bool has(std::span<const std::string_view> verbs, std::string_view verb) {
    return std::ranges::find(verbs, verb) != verbs.end();
}

/// "rbac.authorization.k8s.io", "v1" to "RbacAuthorizationV1".
std::string groupWord(std::string_view group, std::string_view version) {
    std::string word = group.empty() ? "core" : std::string(group);
    if (word.ends_with(".k8s.io"))
        word.resize(word.size() - 7);
    word += fmt::format(".{}", version);
    std::string result;
    bool upper = true;
    for (char c : word) {
        if (c == '.')
            upper = true;
        else
            result += std::exchange(upper, false) ? char(std::toupper(static_cast<unsigned char>(c))) : c;
    }
    return result;
}

std::string rootOf(std::string_view group, std::string_view version) {
    return group.empty() ? fmt::format("api/{}", version) : fmt::format("apis/{}/{}", group, version);
}

Body bodyOf(const SubresourceInfo &subresource) {
    for (const PackageInfo &package : packages())
        if (package.group == subresource.group && package.version == subresource.version)
            return bodyWith(subresource.group, subresource.version, subresource.kind,
                            findType(package.name, subresource.kind));
    return {subresource.group, subresource.version, subresource.kind};
}

/// The body of the resource itself or of its list.
Body bodyOf(const ResourceInfo &resource, bool list) {
    const std::string_view kind = list ? resource.listKind : resource.kind;
    if (resource.runtime)
        return {resource.group, resource.version, kind, nullptr,
                std::string(resource.type->schemaName) + (list ? "List" : "")};
    const TypeInfo *type = list && resource.type ? findType(resource.type->package, kind) : resource.type;
    return bodyWith(resource.group, resource.version, kind, type);
}

std::vector<const ResourceInfo *> ofVersion(std::string_view group, std::string_view version,
                                            ServedResources resources) {
    std::vector<const ResourceInfo *> result;
    for (const ResourcePtr &resource : resources)
        if (resource->group == group && resource->version == version)
            result.push_back(resource.get());
    return result;
}

void addResource(Paths &paths, SchemaSet &schemas, const ResourceInfo &resource) {
    if (resource.runtime)
        schemas.addCustom(resource);
    const std::string root = "/" + rootOf(resource.group, resource.version);
    const std::string base = resource.namespaced ? root + "/namespaces/{namespace}/" : root + "/";
    const std::string collection = base + std::string(resource.resource), item = collection + "/{name}";
    const std::string word = groupWord(resource.group, resource.version);
    const std::string scope = resource.namespaced ? "Namespaced" : "";
    const Body own = bodyOf(resource, false), list = bodyOf(resource, true);
    const auto add = [&](const std::string &path, std::string_view verb, std::string_view method,
                         std::string_view action, const Body &body, std::string_view prefix, std::string_view suffix) {
        if (has(resource.verbs, verb))
            paths[path].push_back({method, action, body,
                                   fmt::format("{}{}{}{}{}", prefix, word, scope, resource.kind, suffix),
                                   resource.runtime != nullptr});
    };
    add(collection, "list", "get", "list", list, "list", "");
    add(collection, "create", "post", "post", own, "create", "");
    add(collection, "deletecollection", "delete", "deletecollection", own, "deleteCollection", "");
    add(item, "get", "get", "get", own, "read", "");
    add(item, "update", "put", "put", own, "replace", "");
    add(item, "patch", "patch", "patch", own, "patch", "");
    add(item, "delete", "delete", "delete", own, "delete", "");
    if (resource.namespaced && has(resource.verbs, "list"))
        paths[root + "/" + std::string(resource.resource)].push_back(
            {"get", "list", list, fmt::format("list{}{}ForAllNamespaces", word, resource.kind)});
    for (const SubresourceInfo &subresource : resource.subresources) {
        const Body body = subresource.kind == resource.kind ? own : bodyOf(subresource);
        struct Method {
            std::string_view verb, method, action, prefix;
        };
        constexpr std::array kMethods{Method{"get", "get", "get", "read"}, Method{"create", "post", "post", "create"},
                                      Method{"update", "put", "put", "replace"},
                                      Method{"patch", "patch", "patch", "patch"},
                                      Method{"delete", "delete", "delete", "delete"}};
        const bool connects = subresource.kind.ends_with("Options");
        for (const Method &method : kMethods)
            if (has(subresource.verbs, method.verb))
                paths[fmt::format("{}/{}", item, subresource.name)].push_back(
                    {method.method, connects ? "connect" : method.action, body,
                     fmt::format("{}{}{}{}_{}", method.prefix, word, scope, resource.kind, subresource.name),
                     resource.runtime != nullptr});
    }
}

/// Writes the paths of a document and adds the types that they speak of to the schemas.
class PathWriter {
public:
    PathWriter(Writer &out, SchemaSet &schemas, Flavor flavor) : m_out(out), m_schemas(schemas), m_flavor(flavor) {}

    void write(const Paths &paths) {
        m_out.beginObject();
        for (const auto &[path, operations] : paths) {
            m_out.key(path).beginObject();
            for (const Operation &operation : operations)
                writeOperation(operation);
            m_out.key("parameters").beginArray();
            for (std::string_view name : {"name", "namespace"})
                if (path.find(fmt::format("{{{}}}", name)) != std::string::npos)
                    writeParameter({name, "string", ""}, true);
            m_out.endArray().endObject();
        }
        m_out.endObject();
    }

private:
    void writeParameter(const Parameter &parameter, bool inPath) {
        m_out.beginObject().member("name", parameter.name).member("in", inPath ? "path" : "query");
        if (!parameter.description.empty())
            m_out.member("description", parameter.description);
        if (inPath)
            m_out.key("required").raw("true");
        if (m_flavor == Flavor::V3)
            m_out.key("schema").beginObject();
        m_out.member("type", parameter.type).key("uniqueItems").raw("true");
        if (m_flavor == Flavor::V3)
            m_out.endObject();
        m_out.endObject();
    }

    std::string definitionOf(const Operation &operation, bool request) const {
        if (request && operation.method == "patch")
            return std::string(openapi::kPatch);
        if (operation.method == "delete")
            return fmt::format("{}{}", kMeta, request ? "DeleteOptions" : "Status");
        return operation.body.definition;
    }

    void writeParameters(const Operation &operation) {
        if (operation.action == "list" || operation.action == "deletecollection")
            for (const Parameter &parameter : kListParameters)
                writeParameter(parameter, false);
        if (operation.method == "delete")
            for (const Parameter &parameter : kDeleteParameters)
                writeParameter(parameter, false);
        const bool writes = operation.method == "post" || operation.method == "put" || operation.method == "patch";
        if (writes && operation.action != "connect")
            for (const Parameter &parameter : kWriteParameters)
                writeParameter(parameter, false);
        if (operation.method == "patch")
            writeParameter(kForce, false);
        if (m_flavor == Flavor::V2 && hasBody(operation)) {
            m_out.beginObject().member("name", "body").member("in", "body");
            m_out.key("required").raw(operation.method == "delete" ? "false" : "true").key("schema");
            m_schemas.writeReference(m_out, definitionOf(operation, true));
            m_out.endObject();
        }
    }

    bool hasBody(const Operation &operation) const {
        return operation.method != "get" && operation.action != "connect" && !definitionOf(operation, true).empty();
    }

    void writeOperation(const Operation &operation) {
        m_schemas.add(operation.body.type);
        m_out.key(operation.method).beginObject().member("operationId", operation.id);
        m_out.key("parameters").beginArray();
        writeParameters(operation);
        m_out.endArray();
        if (m_flavor == Flavor::V3 && hasBody(operation))
            writeRequestBody(operation);
        if (m_flavor == Flavor::V2)
            m_out.key("consumes")
                .raw(operation.method == "patch" ? patchTypesJson(operation.custom) : R"(["*/*"])")
                .key("produces")
                .raw(R"(["application/json","application/yaml","application/vnd.kubernetes.protobuf"])");
        m_out.key("responses").beginObject().key("200").beginObject().member("description", "OK");
        if (const std::string definition = definitionOf(operation, false); !definition.empty()) {
            if (m_flavor == Flavor::V3)
                m_out.key("content").beginObject().key("application/json").beginObject();
            m_out.key("schema");
            m_schemas.writeReference(m_out, definition);
            if (m_flavor == Flavor::V3)
                m_out.endObject().endObject();
        }
        m_out.endObject().key("401").beginObject().member("description", "Unauthorized").endObject().endObject();
        m_out.member("x-kubernetes-action", operation.action).key("x-kubernetes-group-version-kind").beginObject();
        const Body &body = operation.body;
        std::string_view kind = body.kind;
        if (operation.action == "list" && kind.ends_with("List"))
            kind.remove_suffix(4);
        m_out.member("group", body.group).member("kind", kind).member("version", body.version).endObject().endObject();
    }

    void writeRequestBody(const Operation &operation) {
        m_out.key("requestBody").beginObject().key("content").beginObject();
        const auto media = [&](std::string_view type) {
            m_out.key(type).beginObject().key("schema");
            m_schemas.writeReference(m_out, definitionOf(operation, true));
            m_out.endObject();
        };
        if (operation.method == "patch")
            std::ranges::for_each(patchTypes(operation.custom), media);
        else
            media("*/*");
        m_out.endObject().endObject();
    }

    static std::string patchTypesJson(bool custom) {
        std::string list;
        for (std::string_view type : patchTypes(custom))
            list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", type);
        return "[" + list + "]";
    }

    Writer &m_out;
    SchemaSet &m_schemas;
    Flavor m_flavor;
};

void addCommonTypes(SchemaSet &schemas) {
    for (std::string_view name : {"DeleteOptions", "Status"})
        schemas.add(findType("meta/v1", name));
}

constexpr std::string_view kInfo = R"({"title":"Kubernetes","version":"unversioned"})";

} // namespace

std::string openApiV3(std::string_view group, std::string_view version, ServedResources resources) {
    if (version.empty())
        return {};
    Paths paths;
    Writer out;
    SchemaSet schemas(Flavor::V3);
    for (const ResourceInfo *resource : ofVersion(group, version, resources))
        addResource(paths, schemas, *resource);
    if (paths.empty())
        return {};
    addCommonTypes(schemas);
    out.beginObject().member("openapi", "3.0.0").key("info").raw(kInfo).key("paths");
    PathWriter(out, schemas, Flavor::V3).write(paths);
    out.key("components").beginObject().key("schemas");
    schemas.writeDefinitions(out);
    out.endObject().endObject();
    return std::move(out).take();
}

std::vector<std::string> openApiV3Paths(ServedResources resources) {
    std::vector<std::string> paths;
    for (const ResourcePtr &resource : resources)
        paths.push_back(rootOf(resource->group, resource->version));
    std::ranges::sort(paths);
    paths.erase(std::ranges::unique(paths).begin(), paths.end());
    return paths;
}

std::string openApiHash(std::string_view document) {
    uint64_t a = 0xcbf29ce484222325, b = 0x9ae16a3b2f90404f; // FNV-1a, and once more with another start
    for (unsigned char c : document) {
        a = (a ^ c) * 0x100000001b3;
        b = (b ^ c) * 0x100000001b3 + 1;
    }
    return fmt::format("{:016X}{:016X}", a, b);
}

/// Documents of built-in resources alone never change: each is written once.
static std::string documentHash(std::string_view group, std::string_view version, ServedResources resources) {
    static std::mutex mutex;
    static std::map<std::vector<const ResourceInfo *>, std::string> known;
    const std::vector<const ResourceInfo *> rows = ofVersion(group, version, resources);
    if (std::ranges::any_of(rows, [](const ResourceInfo *row) { return row->runtime != nullptr; }))
        return openApiHash(openApiV3(group, version, resources));
    std::lock_guard lock(mutex);
    std::string &hash = known[rows];
    if (hash.empty())
        hash = openApiHash(openApiV3(group, version, resources));
    return hash;
}

std::string openApiV3Index(ServedResources resources) {
    std::map<std::string, std::string> hashes; // by path
    for (const ResourcePtr &resource : resources)
        if (std::string &hash = hashes[rootOf(resource->group, resource->version)]; hash.empty())
            hash = documentHash(resource->group, resource->version, resources);
    Writer out;
    out.beginObject().key("paths").beginObject();
    for (const auto &[path, hash] : hashes)
        out.key(path)
            .beginObject()
            .member("serverRelativeURL", fmt::format("/openapi/v3/{}?hash={}", path, hash))
            .endObject();
    out.endObject().endObject();
    return std::move(out).take();
}

std::string openApiV2(ServedResources resources) {
    Paths paths;
    Writer out;
    SchemaSet schemas(Flavor::V2);
    for (const ResourcePtr &resource : resources)
        addResource(paths, schemas, *resource);
    addCommonTypes(schemas);
    out.beginObject().member("swagger", "2.0").key("info").raw(kInfo).key("paths");
    PathWriter(out, schemas, Flavor::V2).write(paths);
    out.key("definitions");
    schemas.writeDefinitions(out);
    out.endObject();
    return std::move(out).take();
}

} // namespace coracle::api
