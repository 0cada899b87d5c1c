#include "core/api/field_managers.h"

#include <algorithm>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <tuple>
#include <vector>

namespace coracle::api {

namespace {

/// kube-apiserver keeps this many updaters apart.
constexpr size_t kUpdatersMax = 10;
constexpr std::string_view kOldUpdates = "ancient-changes";

const boost::json::value *managedFieldsOf(const boost::json::object &object) {
    const auto *metadata = object.if_contains("metadata");
    const auto *members = metadata ? metadata->if_object() : nullptr;
    return members ? members->if_contains("managedFields") : nullptr;
}

Result<std::string> text(const boost::json::object &entry, std::string_view name) {
    const auto *value = entry.if_contains(name);
    if (!value || value->is_null())
        return std::string();
    if (!value->is_string())
        return errors::badRequest(fmt::format("managedFields: {} must be a string", name));
    return std::string(value->get_string());
}

Result<std::pair<FieldManager, OwnedFields>> readEntry(const boost::json::value &json, size_t index) {
    const auto *entry = json.if_object();
    if (!entry)
        return errors::badRequest("managedFields: an entry must be an object");
    FieldManager manager;
    TRY(const std::string operation, text(*entry, "operation"));
    TRY(const std::string fieldsType, text(*entry, "fieldsType"));
    TRY(manager.name, text(*entry, "manager"));
    TRY(manager.apiVersion, text(*entry, "apiVersion"));
    TRY(manager.subresource, text(*entry, "subresource"));
    TRY(const std::string time, text(*entry, "time"));
    if (operation != "Apply" && operation != "Update")
        return errors::badRequest("operation must be `Apply` or `Update`");
    if (manager.apiVersion.empty())
        return errors::badRequest("apiVersion must not be empty");
    if (fieldsType.empty())
        return errors::badRequest(fmt::format("missing fieldsType in managed fields entry {}", index));
    if (fieldsType != "FieldsV1")
        return errors::badRequest(
            fmt::format("invalid fieldsType \"{}\" in managed fields entry {}", fieldsType, index));
    manager.applies = operation == "Apply";
    OwnedFields owned;
    if (!time.empty()) {
        TRY(owned.time, Time::parse(time));
    }
    if (const auto *fields = entry->if_contains("fieldsV1"); fields && !fields->is_null()) {
        TRY(owned.fields, FieldSet::fromJson(*fields));
    }
    return std::pair(std::move(manager), std::move(owned));
}

} // namespace

std::string FieldManager::print() const {
    std::string text = fmt::format("\"{}\"", name);
    if (!subresource.empty())
        text += fmt::format(" with subresource \"{}\"", subresource);
    return applies ? text : fmt::format("{} using {}", text, apiVersion);
}

std::strong_ordering operator<=>(const FieldManager &a, const FieldManager &b) {
    static const std::string kAnyVersion;
    const auto key = [](const FieldManager &m) {
        return std::tuple<const std::string &, bool, const std::string &, bool, const std::string &>(
            m.name, !m.applies, m.applies ? kAnyVersion : m.apiVersion, m.subresource.empty(), m.subresource);
    };
    return key(a) <=> key(b);
}

Result<FieldManagers> readManagers(const boost::json::object &object) {
    FieldManagers managers;
    const auto *list = managedFieldsOf(object);
    if (!list || list->is_null())
        return managers;
    if (!list->is_array())
        return errors::badRequest("managedFields must be a list");
    for (size_t i = 0; i < list->get_array().size(); ++i) {
        TRY(auto entry, readEntry(list->get_array()[i], i));
        managers.erase(entry.first); // the key's version counts, too
        managers.insert(std::move(entry));
    }
    return managers;
}

void writeManagers(const FieldManagers &managers, boost::json::object &object) {
    std::vector<const FieldManagers::value_type *> entries;
    for (const auto &entry : managers)
        entries.push_back(&entry);
    const auto key = [](const auto *entry) {
        return std::tie(entry->second.time, entry->first.name, entry->first.apiVersion, entry->first.subresource);
    };
    std::ranges::stable_sort(entries, [&](const auto *a, const auto *b) {
        return a->first.applies != b->first.applies ? a->first.applies : key(a) < key(b);
    });
    boost::json::array list;
    for (const auto *entry : entries) {
        const auto &[manager, owned] = *entry;
        boost::json::object json;
        json["manager"] = manager.name;
        json["operation"] = manager.applies ? "Apply" : "Update";
        json["apiVersion"] = manager.apiVersion;
        if (owned.time)
            json["time"] = owned.time.text();
        json["fieldsType"] = "FieldsV1";
        json["fieldsV1"] = owned.fields.toJson();
        if (!manager.subresource.empty())
            json["subresource"] = manager.subresource;
        list.push_back(std::move(json));
    }
    auto *metadata = object.if_contains("metadata");
    if (list.empty()) {
        if (metadata && metadata->is_object())
            metadata->get_object().erase("managedFields");
        return;
    }
    if (!metadata || !metadata->is_object())
        metadata = &(object["metadata"] = boost::json::object());
    metadata->get_object()["managedFields"] = std::move(list);
}

bool resetsManagers(const boost::json::object &object) {
    const auto *list = managedFieldsOf(object);
    if (!list || !list->is_array() || list->get_array().size() > 1)
        return false;
    if (list->get_array().empty())
        return true;
    const auto *entry = list->get_array()[0].if_object();
    return entry && std::ranges::all_of(*entry, [](const auto &member) {
               return member.value().is_null() || (member.value().is_string() && member.value().get_string().empty());
           });
}

bool keepTimesOfEqual(const boost::json::object &old, boost::json::object &fresh) {
    const auto *before = managedFieldsOf(old), *after = managedFieldsOf(fresh);
    if (!before || !after || !before->is_array() || !after->is_array() || *before == *after)
        return false;
    const auto withoutTime = [](const boost::json::value &entry) {
        boost::json::value copy = entry;
        if (auto *members = copy.if_object())
            members->erase("time");
        return copy;
    };
    if (!std::ranges::equal(before->get_array(), after->get_array(), {}, withoutTime, withoutTime) ||
        withoutManagers(old) != withoutManagers(fresh))
        return false;
    fresh["metadata"].get_object()["managedFields"] = *before;
    return true;
}

boost::json::object withoutManagers(const boost::json::object &object) {
    boost::json::object result;
    result.reserve(object.size());
    for (const auto &[name, item] : object) {
        if (name != "metadata" || !item.is_object()) {
            result.emplace(name, item);
            continue;
        }
        boost::json::object &metadata = result[name].emplace_object();
        for (const auto &[key, member] : item.get_object())
            if (key != "managedFields")
                metadata.emplace(key, member);
    }
    return result;
}

void capUpdaters(FieldManagers &managers) {
    std::vector<FieldManager> updaters;
    for (const auto &[manager, owned] : managers)
        if (!manager.applies)
            updaters.push_back(manager);
    std::ranges::stable_sort(updaters, {}, [&](const FieldManager &manager) { return managers.at(manager).time; });
    size_t count = updaters.size();
    std::map<std::string, FieldManager> first; // by version
    for (size_t i = 0; i < updaters.size() && count > kUpdatersMax; ++i) {
        const FieldManager &updater = updaters[i];
        const FieldManager bucket{false, std::string(kOldUpdates), updater.apiVersion, ""};
        const auto [oldest, fresh] = first.emplace(updater.apiVersion, updater);
        if (fresh || updater == bucket)
            continue;
        if (!managers.contains(bucket))
            managers[bucket].fields = std::move(managers.extract(oldest->second).mapped().fields);
        const OwnedFields merged = std::move(managers.extract(updater).mapped());
        OwnedFields &owned = managers[bucket];
        owned.fields = FieldSet::unite(std::move(owned.fields), merged.fields);
        owned.time = merged.time; // the younger one
        --count;
    }
}

} // namespace coracle::api
