#pragma once

#include <map>
#include <string>
#include <vector>

namespace coracle::apiserver {

/// Who makes a request (authentication.k8s.io UserInfo).
struct UserInfo {
    std::string name;
    std::string uid;
    std::vector<std::string> groups;
    std::map<std::string, std::vector<std::string>> extra;

    bool inGroup(std::string_view group) const {
        for (const std::string &own : groups)
            if (own == group)
                return true;
        return false;
    }
};

inline constexpr std::string_view kSystemMasters = "system:masters";
inline constexpr std::string_view kSystemAuthenticated = "system:authenticated";
inline constexpr std::string_view kSystemUnauthenticated = "system:unauthenticated";
inline constexpr std::string_view kSystemAnonymous = "system:anonymous";

} // namespace coracle::apiserver
