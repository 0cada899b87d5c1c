#include "core/client/client.h"

namespace coracle::client {

Client::Resources Client::resources() const {
    static const Resources kBuiltin = [] {
        auto all = std::make_shared<std::vector<api::ResourcePtr>>();
        for (const ResourceInfo &resource : api::builtinResources())
            all->emplace_back(std::shared_ptr<const void>(), &resource);
        return all;
    }();
    return kBuiltin;
}

} // namespace coracle::client
