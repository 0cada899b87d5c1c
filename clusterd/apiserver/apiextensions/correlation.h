#pragma once

#include "clusterd/apiserver/apiextensions/structural_schema.h"

#include <boost/json/array.hpp>
#include <map>
#include <string>

namespace coracle::apiserver {

/// What tells an item of a set or list map from the others: of a list map an object of its keys, otherwise the item.
boost::json::value itemKey(const boost::json::value &item, const StructuralSchema &list);

/// Finds the item of an earlier state of a list that an item of the new one continues. Only list maps correlate.
class ItemCorrelation {
public:
    /// `old`: the earlier state, may be null or no list.
    ItemCorrelation(const StructuralSchema &list, const boost::json::value *old);
    /// Null: there was none.
    const boost::json::value *find(const boost::json::value &item) const;

private:
    const StructuralSchema &m_list;
    std::map<std::string, const boost::json::value *> m_items;
};

} // namespace coracle::apiserver
