#include "clusterd/controllers/garbagecollector/owner_graph.h"

namespace coracle::controllers {

void OwnerGraph::update(const api::ResourcePtr &resource, const api::ObjectPtr &before, const api::ObjectPtr &after) {
    if (before) {
        const std::string uid(before->uid());
        for (const api::Object::Owner &owner : before->owners()) {
            auto found = m_dependents.find(std::string(owner.uid));
            if (found == m_dependents.end())
                continue;
            found->second.erase(uid);
            if (found->second.empty())
                m_dependents.erase(found);
        }
        if (!after)
            m_live.erase(uid);
    }
    if (!after)
        return;
    const std::string uid(after->uid());
    m_live.insert_or_assign(uid, ObjectId{resource, after->key(), uid});
    for (const api::Object::Owner &owner : after->owners())
        m_dependents[std::string(owner.uid)].insert(uid);
}

std::vector<ObjectId> OwnerGraph::dependentsOf(const std::string &uid) const {
    std::vector<ObjectId> dependents;
    if (auto found = m_dependents.find(uid); found != m_dependents.end())
        for (const std::string &dependent : found->second)
            if (const ObjectId *id = find(dependent))
                dependents.push_back(*id);
    return dependents;
}

bool OwnerGraph::hasDependents(const std::string &uid) const {
    return m_dependents.contains(uid);
}

const ObjectId *OwnerGraph::find(const std::string &uid) const {
    auto found = m_live.find(uid);
    return found == m_live.end() ? nullptr : &found->second;
}

} // namespace coracle::controllers
