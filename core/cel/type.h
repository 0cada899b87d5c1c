#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::cel {

struct TypeNode;
/// A CEL type: an immutable node, shared; never null.
using Type = std::shared_ptr<const TypeNode>;

/// How two lists of a schema are merged and compared (x-kubernetes-list-type).
enum class ListSemantics : uint8_t { Atomic, Set, Map };

/// A field of an object type. CEL knows a JSON property by its escaped name (see escapeProperty()).
struct Field {
    std::string name;     ///< as expressions write it
    std::string jsonName; ///< as the object holds it
    Type type;
};

/// A type as the checker, the cost estimate and the evaluation see it. Those that come from a schema also say how the
/// JSON value is read (a string of the format date-time is a timestamp) and how large it can be.
struct TypeNode {
    enum class Kind : uint8_t {
        Dyn,
        Null,
        Bool,
        Int,
        Uint,
        Double,
        String,
        Bytes,
        Timestamp,
        Duration,
        List,     ///< params: the element
        Map,      ///< params: key, value
        Object,   ///< with fields
        Optional, ///< params: the value
        Opaque,   ///< an object of a library, by name: net.IP, kubernetes.Quantity, ...
        TypeType, ///< params: the type it stands for, or none
        Parameter ///< a placeholder in the declaration of a function
    };

    Kind kind = Kind::Dyn;
    std::string name; ///< of an Object, Opaque or Parameter
    std::vector<Type> params;

    std::vector<Field> fields; ///< sorted by name
    uint64_t maxElements = 0;  ///< items, entries, characters or bytes that a value can have at most
    uint64_t minSize = 0;      ///< of the shortest JSON text
    bool fromSchema = false;   ///< maxElements and minSize are set
    bool dateOnly = false;     ///< a timestamp that is written as a date
    bool nullable = false;
    ListSemantics list = ListSemantics::Atomic;
    std::vector<std::string> listKeys; ///< x-kubernetes-list-map-keys

    uint32_t nodes = 1; ///< of the tree of parameters; a type that holds one twice has it twice

    const Field *field(std::string_view name) const;
    /// The number of nodes that a type with these parameters has; saturates.
    static uint32_t countNodes(const std::vector<Type> &params);
};

/// The types without parameters.
const Type &dynType();
const Type &nullType();
const Type &boolType();
const Type &intType();
const Type &uintType();
const Type &doubleType();
const Type &stringType();
const Type &bytesType();
const Type &timestampType();
const Type &durationType();

Type listType(Type element);
Type mapType(Type key, Type value);
Type optionalType(Type value);
Type opaqueType(std::string name);
Type typeType(Type of);
Type parameterType(std::string name);
Type objectType(std::string name, std::vector<Field> fields);

/// As cel-go writes types in messages: "list(string)", "map(string, dyn)", "google.protobuf.Timestamp".
std::string typeText(const Type &type);

} // namespace coracle::cel
