#pragma once

#include "core/cel/value.h"

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace coracle::cel {

/// How the cost of a call follows from its arguments, at run time and by the estimate.
enum class CostKind : uint8_t {
    Constant,      ///< Overload::fixedCost
    TraverseText,  ///< a text is read once; the estimate of these functions takes 1
    ReadText,      ///< the same, estimated by the size of the argument
    Affix,         ///< startsWith, endsWith
    Contains,      ///< both lengths multiplied
    Matches,       ///< text by pattern; matches()
    Find,          ///< as Matches; find() and findAll()
    CompareText,   ///< the shorter of two
    AddText,       ///< both texts are copied
    AddLists,      ///< 1; the result has both sizes
    InList,        ///< each element
    ListValues,    ///< each element with its text: sum, min, isSorted, ...
    SearchText,    ///< indexOf and lastIndexOf of a string
    TransformText, ///< lowerAscii, trim, ...: the result is as long
    Replace,
    Split,
    Join,
    ToBytes,
    ToString, ///< of bytes
    Quote,
    Format,
    CanonicalIp,
    ContainsIp,
    ContainsIpText,
    ContainsCidr,
    ContainsCidrText,
    Validate,       ///< a named format
    SetProduct,     ///< each element of one list with each of the other
    SetEquivalence, ///< the same twice
    CopyList,       ///< a new list of the size of the first argument
    SortList,       ///< each element with each other
    Flatten,
    Range
};

using Implementation = Value (*)(std::span<const Value> arguments);

struct Overload {
    std::string id;
    bool member = false;
    std::vector<Type> params;
    Type result;
    Implementation call = nullptr; ///< null: the evaluation does it itself (operators)
    CostKind cost = CostKind::Constant;
    uint64_t fixedCost = 1;
};

struct Function {
    std::string name;
    std::vector<Overload> overloads;
};

/// The functions that expressions can call.
class FunctionTable {
public:
    /// The signature is "string, int -> bool" for a global function and "string.(int) -> bool" for a member; single
    /// capital letters are type parameters, unknown names opaque types.
    void add(std::string_view name, std::string_view id, std::string_view signature, Implementation call,
             CostKind cost = CostKind::Constant, uint64_t fixedCost = 1);
    void add(std::string_view name, Overload overload);
    const Function *find(std::string_view name) const;

private:
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    std::unordered_map<std::string, Function, Hash, std::equal_to<>> m_functions;
};

/// Everything that a Kubernetes API server offers, the operators among it.
const FunctionTable &standardFunctions();

// What each library's file adds.
void addOperators(FunctionTable &table);
void addStandardLibrary(FunctionTable &table);
void addTimeLibrary(FunctionTable &table);
void addStringsLibrary(FunctionTable &table);
void addListsLibrary(FunctionTable &table);
void addSetsLibrary(FunctionTable &table);
void addRegexLibrary(FunctionTable &table);
void addUrlLibrary(FunctionTable &table);
void addNetworkLibrary(FunctionTable &table);
void addQuantityLibrary(FunctionTable &table);
void addSemverLibrary(FunctionTable &table);
void addFormatLibrary(FunctionTable &table);
void addOptionalLibrary(FunctionTable &table);

/// Whether a value can be an argument of a parameter's type.
bool fits(const Value &value, const TypeNode &type);

/// "no such overload", as an error value.
Value noSuchOverload();

/// The longest text that a function makes; more is an error value, not a way to fill the memory.
inline constexpr size_t kTextBytesMax = size_t(16) << 20;
Value textTooLong();

} // namespace coracle::cel
