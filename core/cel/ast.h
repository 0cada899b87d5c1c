#pragma once

#include "core/cel/value.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace coracle::cel {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;
struct Overload;

/// What the operators of the grammar are called as functions is in operatorName().
enum class Operator : uint8_t {
    None, ///< a call of a function by its name
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Negate,
    Not,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Index,
    OptionalIndex,
    Conditional,
    And, ///< any number of terms
    Or
};

/// "_+_", "!_", "@in", ...: as messages name operators.
std::string_view operatorName(Operator op);

/// The macros that make values of lists and maps, and the two of optional values.
enum class Macro : uint8_t {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
    TransformList,
    TransformMap,
    TransformMapEntry,
    SortBy,
    OptionalMap,
    OptionalFlatMap
};

/// A node of the syntax tree. The checker fills in types and what names refer to.
struct Expr {
    enum class Kind : uint8_t {
        Literal,
        Identifier,
        Select,
        OptionalSelect,
        Has, ///< has(args[0].name)
        Call,
        List,
        Map,     ///< args: key, value, key, value, ...
        Message, ///< name{...}; no type can be made that way, so that the checker refuses it
        Comprehension
    };

    Kind kind = Kind::Literal;
    Operator op = Operator::None;
    Macro macro = Macro::All;
    bool member = false;   ///< a call with a target, which is args[0]
    bool filtered = false; ///< a comprehension with a condition: args[1]
    uint16_t depth = 1;    ///< of the tree below, for the limit
    uint32_t position = 0; ///< byte offset in the source, where messages point to
    std::string name;      ///< of an identifier, field or function
    Value literal;
    /// Of a comprehension: the range, then the condition or predicate and the transformation.
    std::vector<ExprPtr> args;
    std::vector<bool> optionals;        ///< of a List or Map: the elements or entries with a question mark
    std::vector<std::string> variables; ///< of a comprehension: one or two

    Type type;
    int variable = -1;                       ///< of an identifier: the index of a declared variable, or
    int local = -1;                          ///< of a comprehension's variable on the stack
    const Field *field = nullptr;            ///< of a selection from an object
    std::vector<const Overload *> overloads; ///< of a call: those that fit the types
};

} // namespace coracle::cel
