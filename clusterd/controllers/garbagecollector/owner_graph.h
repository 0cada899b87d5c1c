#pragma once

#include "core/api/object.h"
#include "core/api/schema.h"

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace coracle::controllers {

/// Where an object is found again.
struct ObjectId {
    api::ResourcePtr resource; ///< kept: a custom resource may no longer be served
    std::string key;           ///< "namespace/name" or "name"
    std::string uid;

    friend bool operator<(const ObjectId &a, const ObjectId &b) { return a.uid < b.uid; }
    friend bool operator==(const ObjectId &a, const ObjectId &b) { return a.uid == b.uid; }
};

/// Who owns whom, by UID, built from metadata.ownerReferences of every object that informers show.
class OwnerGraph {
public:
    void update(const api::ResourcePtr &resource, const api::ObjectPtr &before, const api::ObjectPtr &after);

    bool isLive(const std::string &uid) const { return m_live.contains(uid); }
    std::vector<ObjectId> dependentsOf(const std::string &uid) const;
    bool hasDependents(const std::string &uid) const;
    /// The object with this UID; null when it is not known.
    const ObjectId *find(const std::string &uid) const;

private:
    std::unordered_map<std::string, ObjectId> m_live;
    std::unordered_map<std::string, std::set<std::string>> m_dependents; ///< owner UID -> UIDs
};

} // namespace coracle::controllers
