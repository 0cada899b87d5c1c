#include "clusterd/apiserver/apiextensions/correlation.h"

#include "core/api/canonical_json.h"

#include <boost/json/object.hpp>

namespace coracle::apiserver {

namespace json = boost::json;

json::value itemKey(const json::value &item, const StructuralSchema &list) {
    if (list.listType != api::ListType::Map || !item.is_object())
        return item;
    json::object key;
    for (const std::string &name : list.listMapKeys)
        if (const json::value *value = item.get_object().if_contains(name))
            key[name] = *value;
    return key;
}

ItemCorrelation::ItemCorrelation(const StructuralSchema &list, const json::value *old) : m_list(list) {
    if (!old || !old->is_array() || list.listType != api::ListType::Map)
        return;
    for (const json::value &item : old->get_array())
        m_items.emplace(api::json::canonicalText(itemKey(item, list)), &item);
}

const json::value *ItemCorrelation::find(const json::value &item) const {
    if (m_items.empty())
        return nullptr;
    const auto found = m_items.find(api::json::canonicalText(itemKey(item, m_list)));
    return found == m_items.end() ? nullptr : found->second;
}

} // namespace coracle::apiserver
