#pragma once

#include <string>
#include <string_view>

namespace coracle::apiserver {

/// Lays JSON out with line breaks and two spaces of indentation, as Go's json.MarshalIndent does. The text comes in
/// pieces that may be cut anywhere; white space between its tokens is dropped. Text that is no JSON stays text.
class JsonIndent {
public:
    void append(std::string_view json, std::string &out);

private:
    void lineBreak(std::string &out);

    size_t m_depth = 0;
    bool m_inString = false;
    bool m_escaped = false;
    bool m_opened = false; ///< the last token was an opening bracket: nothing is written after it yet
};

} // namespace coracle::apiserver
