#include "clusterd/apiserver/apiextensions/published_schema.h"

#include "core/api/canonical_json.h"

namespace coracle::apiserver {

namespace {

/// OpenAPI v2 has no nullable, no junctors and no unknown fields; old kubectl must not refuse what the server takes.
void simplify(JsonObject &schema) {
    const bool nullable = flagAt(schema, "nullable"), preserve = flagAt(schema, "x-kubernetes-preserve-unknown-fields");
    for (std::string_view name : {"nullable", "anyOf", "oneOf", "allOf", "not"})
        schema.erase(name);
    if (nullable)
        for (std::string_view name : {"type", "items", "properties", "additionalProperties", "format"})
            schema.erase(name);
    if (preserve)
        for (std::string_view name : {"items", "properties", "additionalProperties"})
            schema.erase(name);
    if (flagAt(schema, "x-kubernetes-int-or-string"))
        schema.erase("type");
    for (std::string_view name : {"items", "additionalProperties"})
        if (JsonValue *child = schema.if_contains(name); child && child->is_object())
            simplify(child->get_object());
    if (JsonValue *properties = schema.if_contains("properties"); properties && properties->is_object())
        for (auto &property : properties->get_object())
            if (property.value().is_object())
                simplify(property.value().get_object());
}

JsonObject described(std::string_view text) {
    return {{"type", "string"}, {"description", text}};
}

void addResourceFields(JsonObject &schema, bool v3) {
    constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
    JsonObject &properties = ensureObject(schema, "properties");
    properties["apiVersion"] = described("The group and version of this object's schema.");
    properties["kind"] = described("The kind of this object, in the words of its schema.");
    JsonObject metadata{{"description", "The name, labels and other data that all objects have."}};
    const std::string reference = (v3 ? "#/components/schemas/" : "#/definitions/") + std::string(kMeta);
    if (v3)
        metadata["allOf"] = JsonArray{JsonObject{{"$ref", reference}}};
    else
        metadata["$ref"] = reference;
    properties["metadata"] = std::move(metadata);
}

} // namespace

std::string publishedSchema(const JsonObject &schema, const api::ResourceInfo &resource,
                            api::RuntimeKind::Description form) {
    const bool v3 = form == api::RuntimeKind::Description::OpenApiV3;
    JsonObject published = schema;
    if (!v3) {
        const bool open = flagAt(published, "x-kubernetes-preserve-unknown-fields");
        simplify(published);
        if (open)
            published["type"] = "object";
    }
    addResourceFields(published, v3);
    published["x-kubernetes-group-version-kind"] =
        JsonArray{JsonObject{{"group", resource.group}, {"kind", resource.kind}, {"version", resource.version}}};
    return api::json::canonicalText(published);
}

} // namespace coracle::apiserver
