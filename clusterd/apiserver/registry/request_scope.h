#pragma once

#include "clusterd/apiserver/user.h"
#include "core/api/codec.h"
#include "core/api/schema.h"

#include <string>
#include <vector>

namespace coracle::apiserver {

/// One request on a resource, as the REST layer or an in-process client makes it.
struct RequestScope {
    const api::ResourceInfo &resource;
    std::string subresource = {};
    std::string namespaceName = {}; ///< empty for cluster-scoped resources and for all namespaces
    std::string name = {};          ///< empty for collections
    UserInfo user = {};
    std::string fieldManager = {};
    api::FieldValidation fieldValidation = api::FieldValidation::Warn; ///< ?fieldValidation=
    bool dryRun = false;
    std::vector<std::string> warnings = {}; ///< filled on the way; sent as Warning headers
};

} // namespace coracle::apiserver
