#include "clusterd/controllers/custom_informers.h"

#include <algorithm>

namespace coracle::controllers {

CustomInformers::CustomInformers(const ControllerContext &context, Handler handler)
    : m_context(context), m_handler(std::move(handler)) {}

void CustomInformers::sync(const std::vector<api::ResourcePtr> &served) {
    std::erase_if(m_ending, [](const Entry &entry) { return entry.informer->ended(); });
    // A changed definition makes a new row of the same resource; the old one serves as well to follow its objects.
    const auto same = [](const api::ResourcePtr &a, const api::ResourcePtr &b) {
        return a->storagePrefix == b->storagePrefix && a->apiVersion == b->apiVersion;
    };
    for (auto entry = m_entries.begin(); entry != m_entries.end();) {
        const auto next = std::next(entry);
        if (std::ranges::none_of(served, [&](const auto &one) { return same(one, entry->resource); })) {
            end(*entry);
            m_ending.splice(m_ending.end(), m_entries, entry);
        }
        entry = next;
    }
    for (const api::ResourcePtr &resource : served) {
        if (!resource->runtime ||
            std::ranges::any_of(m_entries, [&](const Entry &entry) { return same(resource, entry.resource); }))
            continue;
        auto informer = std::make_unique<client::Informer>(m_context.client, *resource, m_context.clock);
        informer->addHandler(
            [this, resource](const ObjectPtr &before, const ObjectPtr &after) { m_handler(resource, before, after); });
        informer->start(m_context.gate);
        m_entries.push_back({resource, std::move(informer)});
    }
}

void CustomInformers::end(Entry &entry) {
    entry.informer->stop();
    for (const ObjectPtr &object : entry.informer->list())
        m_handler(entry.resource, object, nullptr);
}

ObjectPtr CustomInformers::get(const ResourceInfo &resource, std::string_view key) const {
    for (const Entry &entry : m_entries)
        if (entry.resource->storagePrefix == resource.storagePrefix)
            return entry.informer->get(key);
    return nullptr;
}

} // namespace coracle::controllers
