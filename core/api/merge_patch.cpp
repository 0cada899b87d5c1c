#include "core/api/merge_patch.h"

#include <boost/json/value.hpp>

namespace coracle::api {

void applyMergePatch(boost::json::value &document, const boost::json::value &patch) {
    const auto *members = patch.if_object();
    if (!members) {
        document = patch;
        return;
    }
    if (!document.is_object())
        document = boost::json::object(document.storage());
    auto &object = document.get_object();
    for (const auto &[key, value] : *members) {
        if (value.is_null())
            object.erase(key);
        else
            applyMergePatch(object[key], value); // new members are null, which merges as absent
    }
}

} // namespace coracle::api
