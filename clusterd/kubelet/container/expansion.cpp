#include "clusterd/kubelet/container/expansion.h"

namespace coracle::kubelet {

std::string expandVariables(std::string_view text, const VariableLookup &lookup) {
    std::string result;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '$' || i + 1 == text.size()) {
            result += text[i];
            continue;
        }
        char next = text[i + 1];
        if (next == '$') {
            result += '$';
            ++i;
        } else if (next == '(') {
            size_t end = text.find(')', i + 2);
            if (end == std::string_view::npos) {
                // An open reference is text.
                result += "$(";
                ++i;
                continue;
            }
            std::string_view name = text.substr(i + 2, end - i - 2);
            if (auto value = lookup(name))
                result += *value;
            else
                result.append("$(").append(name).append(")");
            i = end;
        } else {
            result += '$';
        }
    }
    return result;
}

} // namespace coracle::kubelet
