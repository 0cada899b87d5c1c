#include "clusterd/apiserver/handlers/json_indent.h"

#include <algorithm>

namespace coracle::apiserver {

namespace {

constexpr size_t kIndentedDepthMax = 64; ///< what is nested deeper gets no more spaces, which would dwarf the text

} // namespace

void JsonIndent::append(std::string_view json, std::string &out) {
    for (const char c : json) {
        if (m_inString) {
            out += c;
            m_inString = m_escaped || c != '"';
            m_escaped = !m_escaped && c == '\\';
            continue;
        }
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
            continue;
        const bool closing = c == '}' || c == ']';
        if (closing)
            m_depth -= std::min<size_t>(m_depth, 1);
        if (m_opened != closing && (m_opened || closing))
            lineBreak(out); // before the first member, and before a bracket that closes over members
        m_opened = c == '{' || c == '[';
        out += c;
        if (m_opened)
            ++m_depth;
        else if (c == ',')
            lineBreak(out);
        else if (c == ':')
            out += ' ';
        else
            m_inString = c == '"';
    }
}

void JsonIndent::lineBreak(std::string &out) {
    out += '\n';
    out.append(2 * std::min(m_depth, kIndentedDepthMax), ' ');
}

} // namespace coracle::apiserver
