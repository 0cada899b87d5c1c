#pragma once

#include "clusterd/controllers/runtime.h"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace coracle::controllers {

/// Informers of custom resources, which come and go with their definitions. On the gate's executor.
class CustomInformers {
public:
    using Handler = std::function<void(const api::ResourcePtr &, const ObjectPtr &before, const ObjectPtr &after)>;

    CustomInformers(const ControllerContext &context, Handler handler);

    /// Begins to follow those that are new, and ends what is no longer among them: the handler sees its objects go.
    void sync(const std::vector<api::ResourcePtr> &served);
    /// Null when it is not known.
    ObjectPtr get(const ResourceInfo &resource, std::string_view key) const;

private:
    struct Entry {
        api::ResourcePtr resource;
        std::unique_ptr<client::Informer> informer;
    };
    void end(Entry &entry);

    ControllerContext m_context;
    Handler m_handler;
    std::list<Entry> m_entries;
    std::list<Entry> m_ending; ///< stopped, but their tasks have not ended yet
};

} // namespace coracle::controllers
