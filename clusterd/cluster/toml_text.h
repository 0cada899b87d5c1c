#pragma once

#include <string>
#include <string_view>

namespace coracle::cluster {

/// A TOML basic string. Control characters are left out.
inline std::string tomlText(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (static_cast<unsigned char>(c) >= 0x20)
            out += c;
    }
    return out + "\"";
}

} // namespace coracle::cluster
