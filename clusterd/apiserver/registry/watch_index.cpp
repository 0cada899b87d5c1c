#include "clusterd/apiserver/registry/watch_index.h"

#include <algorithm>

namespace coracle::apiserver {

using client::EventType;

std::optional<WatchItem> watchItem(const StoreEventPtr &event, const Selection &selection) {
    const bool now = event->type != EventType::Deleted && selection.matches(*event->object);
    const bool before = event->previous && selection.matches(*event->previous);
    if (!now && !before)
        return std::nullopt;
    WatchItem item{.type = EventType::Modified, .object = event->object, .event = event, .revision = event->revision};
    if (!before)
        item.type = EventType::Added;
    else if (!now)
        item.type = EventType::Deleted;
    if (!now && event->type != EventType::Deleted)
        item.object = event->leaving();
    return item;
}

WatchIndex::Groups &WatchIndex::groupsFor(const Selection &selection) {
    const std::optional<Selection::Trigger> trigger = selection.trigger();
    if (!trigger)
        return m_others;
    auto field = std::ranges::find(m_fields, trigger->path, &Field::path);
    if (field == m_fields.end())
        field = m_fields.insert(field, Field{&selection.storedResource(), trigger->path, {}});
    return field->byValue[trigger->value];
}

std::shared_ptr<WatchGroup> WatchIndex::join(const Selection &selection) {
    std::string key = selection.key();
    std::shared_ptr<WatchGroup> &group = m_groups[key];
    if (!group) {
        group = std::make_shared<WatchGroup>(WatchGroup{std::move(key), selection});
        groupsFor(selection).push_back(group.get());
    }
    ++group->watchers;
    return group;
}

void WatchIndex::leave(const std::shared_ptr<WatchGroup> &group) {
    if (--group->watchers > 0)
        return;
    std::erase(groupsFor(group->selection), group.get());
    if (const auto trigger = group->selection.trigger()) {
        auto field = std::ranges::find(m_fields, trigger->path, &Field::path);
        if (field->byValue[trigger->value].empty())
            field->byValue.erase(trigger->value);
        if (field->byValue.empty())
            m_fields.erase(field);
    }
    m_groups.erase(group->key);
}

void WatchIndex::offerTo(const Groups &groups, const StoreEventPtr &event) {
    for (WatchGroup *group : groups) {
        if (group->waiting.empty() || (group->delivery && group->delivery->full))
            continue;
        std::optional<WatchItem> item = watchItem(event, group->selection);
        if (!item)
            continue;
        if (!group->delivery) {
            group->delivery = std::make_shared<Delivery>();
            m_delivered.push_back(group);
        }
        Delivery &delivery = *group->delivery;
        delivery.through = event->revision;
        delivery.bytes += item->object->json().size();
        delivery.items.push_back(std::move(*item));
        delivery.full = delivery.items.size() >= kItemsMax || delivery.bytes >= kBytesMax;
    }
}

void WatchIndex::offer(const StoreEventPtr &event) {
    offerTo(m_others, event);
    for (const Field &field : m_fields) {
        auto offerAt = [&](const std::string &value) {
            auto groups = field.byValue.find(value);
            if (groups != field.byValue.end())
                offerTo(groups->second, event);
        };
        const std::string value = api::selectableField(*field.resource, *event->object, field.path);
        offerAt(value);
        if (!event->previous)
            continue;
        const std::string before = api::selectableField(*field.resource, *event->previous, field.path);
        if (before != value)
            offerAt(before);
    }
}

void WatchIndex::takeDelivered(Revision revision, std::vector<std::shared_ptr<Waiter>> &woken) {
    for (WatchGroup *group : std::exchange(m_delivered, {})) {
        if (!group->delivery->full)
            group->delivery->through = revision;
        for (const std::shared_ptr<WatchWaiter> &waiter : group->waiting)
            waiter->delivery = group->delivery;
        woken.insert(woken.end(), group->waiting.begin(), group->waiting.end());
        group->waiting.clear();
        group->delivery.reset();
    }
}

void WatchIndex::takeDue(std::optional<SteadyTime> now, Revision revision,
                         std::vector<std::shared_ptr<Waiter>> &woken) {
    for (const auto &[key, group] : m_groups) {
        std::erase_if(group->waiting, [&](const std::shared_ptr<WatchWaiter> &waiter) {
            if (now && waiter->deadline() > *now)
                return false;
            waiter->reached = revision;
            woken.push_back(waiter);
            return true;
        });
    }
}

} // namespace coracle::apiserver
