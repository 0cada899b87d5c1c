#pragma once

#include "core/cel/source.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace coracle::cel {

struct Token {
    enum class Kind : uint8_t {
        End,
        Identifier,
        EscapedIdentifier, ///< `text`
        Int,
        Uint,
        Float,
        String,
        Bytes,
        Symbol ///< operators, punctuation and the keywords in, true, false and null
    };

    Kind kind = Kind::End;
    uint32_t position = 0;
    std::string_view text; ///< as it is in the source

    bool is(std::string_view symbol) const { return kind == Kind::Symbol && text == symbol; }
};

/// The tokens of an expression, with an End behind them; what is no token becomes an issue.
std::vector<Token> tokenize(std::string_view source, Issues &issues);

} // namespace coracle::cel
