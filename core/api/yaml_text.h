#pragma once

#include <string>
#include <string_view>

/// How go-yaml v2 writes texts.
namespace coracle::api::yaml {

/// The order of keys: letters after what is no letter, numbers by their value.
bool keyLess(std::string_view a, std::string_view b);

/// A text on one line, plain or in quotes.
void appendKey(std::string &out, std::string_view text);
/// A text in the style that fits it; what has several lines goes on at the indent. Ends without a line break, but for
/// one of the text itself in a literal block.
void appendText(std::string &out, std::string_view text, size_t indent);

} // namespace coracle::api::yaml
