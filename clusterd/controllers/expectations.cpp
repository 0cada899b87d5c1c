#include "clusterd/controllers/expectations.h"

#include "clusterd/controllers/runtime.h"

namespace coracle::controllers {

void Expectations::expectCreations(const std::string &key, int count) {
    Entry &entry = m_entries[key];
    entry.creations += count;
    entry.since = m_clock.steadyNow();
}

void Expectations::expectDeletion(const std::string &key, std::string_view uid) {
    Entry &entry = m_entries[key];
    entry.deletions.emplace(uid);
    entry.since = m_clock.steadyNow();
}

void Expectations::creationObserved(const std::string &key) {
    if (auto found = m_entries.find(key); found != m_entries.end() && found->second.creations > 0)
        --found->second.creations;
}

void Expectations::deletionObserved(const std::string &key, std::string_view uid) {
    if (auto found = m_entries.find(key); found != m_entries.end())
        found->second.deletions.erase(std::string(uid));
}

void Expectations::observe(std::string_view ownerKind, const ObjectPtr &before, const ObjectPtr &after) {
    for (const ObjectPtr *object : {&before, &after}) {
        const auto key = ownerKey(*object, ownerKind);
        if (!key)
            continue;
        if (!before)
            creationObserved(*key);
        const api::Object::Owner *now = after ? after->controller() : nullptr;
        if (!now || now->uid != (*object)->controller()->uid || after->deleting())
            deletionObserved(*key, (*object)->uid());
    }
}

bool Expectations::satisfied(const std::string &key) const {
    auto found = m_entries.find(key);
    if (found == m_entries.end())
        return true;
    const Entry &entry = found->second;
    return (entry.creations <= 0 && entry.deletions.empty()) || m_clock.steadyNow() - entry.since >= kLapseAfter;
}

} // namespace coracle::controllers
