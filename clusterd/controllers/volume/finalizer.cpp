#include "clusterd/controllers/volume/finalizer.h"

#include "core/api/typed.h"
#include "core/api/types/meta_v1.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace coracle::controllers {

Task<Result<>> keepFinalizer(client::Client &client, const ResourceInfo &resource, ObjectPtr stored,
                             std::string_view finalizer, const std::function<Task<Result<bool>>()> &used) {
    CO_TRY(const auto decoded, api::decode<metav1::PartialObjectMetadata>(*stored));
    std::vector<std::string> finalizers = decoded.metadata.finalizers;
    const bool held = std::ranges::find(finalizers, finalizer) != finalizers.end();
    if (held != stored->deleting())
        co_return Result<>{};
    if (!held) {
        finalizers.emplace_back(finalizer);
    } else {
        CO_TRY(const bool inUse, co_await used());
        if (inUse)
            co_return Result<>{};
        std::erase(finalizers, finalizer);
    }
    // The version makes it fail when somebody else has written meanwhile.
    boost::json::object metadata{{"resourceVersion", decoded.metadata.resourceVersion},
                                 {"finalizers", boost::json::array(finalizers.begin(), finalizers.end())}};
    boost::json::object patch{{"metadata", std::move(metadata)}};
    auto written = co_await client.patch(resource, std::string(stored->namespaceName()), std::string(stored->name()),
                                         client::PatchType::Merge, boost::json::serialize(patch));
    co_return ignoreNotFound(written);
}

} // namespace coracle::controllers
