#pragma once

#include "core/http/message.h"

#include <string>
#include <string_view>

namespace coracle::apiserver {

/// What a request asks for, read from method and path alone (k8s.io/apiserver endpoints/request).
struct RequestInfo {
    bool isResource = false; ///< under /api/<version>/ or /apis/<group>/<version>/
    std::string verb; ///< get list watch create update patch delete deletecollection proxy; else the method, lower-case
    std::string group, version, resource, subresource;
    std::string namespaceName, name;
    std::string path; ///< of non-resource requests
    std::vector<std::string>
        parts; ///< path segments from the resource on (sub-resource paths such as proxy keep theirs)

    static RequestInfo from(std::string_view method, const http::Target &target);
};

} // namespace coracle::apiserver
