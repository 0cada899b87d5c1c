#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

/// The shape of the API as constant tables. The generator (core/api/generate.py) makes the tables of the built-in kinds
/// from core/api/schema/; a CustomResourceDefinition becomes the same structures at run time. Everything here is
/// immutable and lives as long as its owner (for built-in kinds: the process).
namespace coracle::api {

class RuntimeKind;
struct TypeInfo;

/// What a value is. Special scalars have a JSON form of their own (apimachinery).
enum class ValueKind : uint8_t {
    String,
    Bool,
    Int32,
    Int64,
    Double,
    Bytes,    ///< base64 text
    Quantity, ///< text (a number is accepted on read)
    IntOrString,
    Time,         ///< RFC 3339, seconds; null when zero
    MicroTime,    ///< RFC 3339, microseconds; null when zero
    DurationText, ///< "1h2m3s"
    Raw,          ///< any JSON value: RawExtension, JSON, FieldsV1
    Struct,       ///< an object of the named type
};

enum class Container : uint8_t { None, List, Map }; ///< map keys are always strings
enum class ListType : uint8_t { Atomic, Set, Map }; ///< x-kubernetes-list-type; absent means Atomic
enum class PatchStrategy : uint8_t { None, Merge, Replace, RetainKeys, MergeRetainKeys };

/// The JSON of a type's values, where it is not an object of the fields. The fields then describe the protobuf message.
enum class JsonForm : uint8_t {
    Object,
    List,            ///< the list that the only field holds (ExtraValue, Verbs)
    Map,             ///< the map that the only field holds (only in kinds made at run time)
    SchemaOrArray,   ///< JSONSchemaProps or a list of them
    SchemaOrBool,    ///< JSONSchemaProps or a bool
    SchemaOrStrings, ///< JSONSchemaProps or a list of strings
};

/// One member of a struct.
struct FieldInfo {
    std::string_view name;              ///< JSON name
    ValueKind kind = ValueKind::String; ///< of the element, for lists and maps
    Container container = Container::None;
    bool inlined = false; ///< an embedded struct: its JSON members stand in the parent; name is empty
    bool pointer = false; ///< absent and zero are different states
    bool omitEmpty =
        false;             ///< left out of JSON when empty; false where Go's omitempty has no effect (structs by value)
    bool required = false; ///< in the published schema
    bool deprecated = false;
    bool atomicMap = false; ///< mapType or structType atomic
    ListType listType = ListType::Atomic;
    PatchStrategy patchStrategy = PatchStrategy::None;
    std::string_view patchKey;                     ///< strategic merge patch's merge key
    std::span<const std::string_view> listMapKeys; ///< server-side apply's keys
    const TypeInfo *type = nullptr;                ///< of Struct kinds
    std::span<const std::string_view> enumValues;  ///< allowed values where the API publishes an enum
    std::string_view defaultJson;                  ///< schema default as JSON text; empty: none
    uint16_t protobufNumber = 0;                   ///< 0: no protobuf form
    uint8_t protobufWire = 0;                      ///< 0 varint, 1 fixed64, 2 length-delimited
};

struct TypeInfo {
    std::string_view name;             ///< "PodSpec"
    std::string_view package;          ///< "core/v1", the short package name of the schema files
    std::string_view schemaName;       ///< OpenAPI definition name: "io.k8s.api.core.v1.PodSpec"
    std::span<const FieldInfo> fields; ///< in declaration order
    bool atomic = false;
    JsonForm form = JsonForm::Object;
    /// Members beside the fields are allowed, of any shape (x-kubernetes-preserve-unknown-fields).
    bool open = false;

    /// The field with this JSON name, looking into inlined structs; null when there is none.
    const FieldInfo *field(std::string_view jsonName) const;
};

/// A column of server-side printing (meta/v1.TableColumnDefinition) and where its cell comes from.
struct ColumnInfo {
    std::string_view name, type, format;
    int priority = 0; ///< 0: always; 1: only with -o wide
    std::string_view description;
};

struct SubresourceInfo {
    std::string_view name;                 ///< "status", "scale", "log", ...
    std::string_view group, version, kind; ///< of the body, for example autoscaling/v1 Scale
    std::span<const std::string_view> verbs;
};

/// One REST resource in one version.
struct ResourceInfo {
    std::string_view group, version, resource, singular, kind, listKind;
    bool namespaced = true;
    bool preferredVersion = true; ///< the group's preferred version serves this resource
    /// The version that the datastore holds; equal to version, or another of the same group with the same shape.
    std::string_view storageVersion;
    std::string_view storagePrefix; ///< "/registry/pods"; empty: not stored (reviews, bindings)
    std::string_view storageVersionHash;
    std::span<const std::string_view> verbs, shortNames, categories;
    std::span<const SubresourceInfo> subresources;
    std::span<const std::string_view> selectableFields; ///< field selector paths besides metadata.name and .namespace
    std::span<const ColumnInfo> columns;                ///< none: the default table (Name, Created At)
    const TypeInfo *type = nullptr;

    /// "v1" or "apps/v1".
    std::string_view apiVersion;
    /// Of a kind that was made at run time; null: built in.
    const RuntimeKind *runtime = nullptr;
    bool hasSubresource(std::string_view name) const;
};

/// Keeps a resource alive that may go: that of a CustomResourceDefinition.
using ResourcePtr = std::shared_ptr<const ResourceInfo>;

/// The types of one API package (k8s.io/api/core/v1).
struct PackageInfo {
    std::string_view name; ///< "core/v1"
    std::string_view group, version;
    std::span<const TypeInfo> types; ///< sorted by name
};

/// Sorted by name.
std::span<const PackageInfo> packages();

/// All built-in resources that are served by default: sorted by group, version, resource.
std::span<const ResourceInfo> builtinResources();
/// Those of beta versions, which kube-apiserver serves only when --runtime-config turns them on; not found by
/// findResource. Sorted likewise.
std::span<const ResourceInfo> optionalResources();
/// Null when there is no such resource.
const ResourceInfo *findResource(std::string_view group, std::string_view version, std::string_view resource);
/// In the group's preferred version.
const ResourceInfo *findResource(std::string_view group, std::string_view resource);
/// Also of those that are off by default.
const ResourceInfo *findKind(std::string_view apiVersion, std::string_view kind);
/// Any type of the schema, also those without a resource (DeleteOptions, Status): "meta/v1", "DeleteOptions".
const TypeInfo *findType(std::string_view package, std::string_view name);
/// The type of a kind, with or without a resource: "apps/v1", "DeploymentList". The kinds of meta/v1 (options, Status)
/// are found in every group, as they are registered in Kubernetes.
const TypeInfo *findKindType(std::string_view apiVersion, std::string_view kind);

} // namespace coracle::api
