#include "clusterd/apiserver/registry/dynamic_kind.h"

#include "clusterd/apiserver/registry/document.h"

namespace coracle::apiserver {

Task<Result<std::vector<api::ObjectPtr>>> convertObjects(const api::ResourceInfo &resource,
                                                         std::vector<api::ObjectPtr> objects) {
    std::vector<size_t> places;
    std::vector<boost::json::object> documents;
    for (size_t i = 0; i < objects.size(); ++i) {
        if (!objects[i] || isInVersion(*objects[i], resource))
            continue;
        CO_TRY(boost::json::object document, documentOf(*objects[i]));
        documents.push_back(std::move(document));
        places.push_back(i);
    }
    if (places.empty())
        co_return std::move(objects);
    CO_TRY(documents, co_await dynamicKind(resource)->convert(std::move(documents), resource));
    for (size_t i = 0; i < places.size(); ++i) {
        api::ObjectPtr &object = objects[places[i]];
        CO_TRY(object, objectOf(resource, std::move(documents[i]), object->resourceVersion()));
    }
    co_return std::move(objects);
}

} // namespace coracle::apiserver
