#pragma once

#include "core/api/field_set.h"
#include "core/api/time.h"

#include <boost/json/fwd.hpp>
#include <compare>
#include <map>
#include <string>

namespace coracle::api {

/// Who owns fields: one entry of metadata.managedFields without the fields. An applier is the same in every version, an
/// updater is another one for each.
struct FieldManager {
    bool applies = false; ///< operation Apply, otherwise Update
    std::string name;
    std::string apiVersion;
    std::string subresource;

    /// As conflicts name it: "kubectl" using apps/v1.
    std::string print() const;

    friend bool operator==(const FieldManager &a, const FieldManager &b) { return (a <=> b) == 0; }
    friend std::strong_ordering operator<=>(const FieldManager &a, const FieldManager &b);
};

struct OwnedFields {
    FieldSet fields;
    Time time;
};

using FieldManagers = std::map<FieldManager, OwnedFields>;

/// Reads metadata.managedFields; absent is empty.
Result<FieldManagers> readManagers(const boost::json::object &object);
/// Writes metadata.managedFields, or removes it when nobody owns anything.
void writeManagers(const FieldManagers &managers, boost::json::object &object);
/// metadata.managedFields is an empty list, or one with one empty entry: the client wants to forget all owners.
bool resetsManagers(const boost::json::object &object);
/// Where the two differ in nothing but the times of their owners, fresh gets the old ones (true): a write that changes
/// nothing else is none.
bool keepTimesOfEqual(const boost::json::object &old, boost::json::object &fresh);
boost::json::object withoutManagers(const boost::json::object &object);

/// Joins the oldest updaters of each version into one, so that no object collects entries without end.
void capUpdaters(FieldManagers &managers);

} // namespace coracle::api
