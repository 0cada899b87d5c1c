#include "clusterd/scheduler/strict_object.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace coracle::scheduler {

namespace json = boost::json;

StrictObject::StrictObject(const json::value &value, std::string path) : m_path(std::move(path)) {
    if (value.is_object())
        m_object = &value.get_object();
    else if (!value.is_null())
        fail(errors::other(fmt::format("{}: must be an object", m_path.empty() ? "the file" : m_path)).error());
}

std::string StrictObject::pathOf(std::string_view name) const {
    return m_path.empty() ? std::string(name) : fmt::format("{}.{}", m_path, name);
}

void StrictObject::fail(Status status) {
    if (m_result)
        m_result = Failure(std::move(status));
}

void StrictObject::fail(std::string_view name, std::string_view what) {
    const json::value *value = m_object ? m_object->if_contains(name) : nullptr;
    const std::string given = value ? fmt::format("Invalid value: {}: ", json::serialize(*value)) : "";
    fail(errors::other(fmt::format("{}: {}{}", pathOf(name), given, what)).error());
}

const json::value *StrictObject::find(std::string_view name) {
    m_known.emplace(name);
    const json::value *value = m_object ? m_object->if_contains(name) : nullptr;
    return value && !value->is_null() ? value : nullptr;
}

bool StrictObject::has(std::string_view name) {
    return find(name) != nullptr;
}

const json::value &StrictObject::raw(std::string_view name) {
    static const json::value kNull;
    const json::value *value = find(name);
    return value ? *value : kNull;
}

StrictObject &StrictObject::text(std::string_view name, std::string &target) {
    if (const json::value *value = find(name)) {
        if (value->is_string())
            target = value->get_string();
        else
            fail(name, "must be a string");
    }
    return *this;
}

StrictObject &StrictObject::boolean(std::string_view name, bool &target) {
    if (const json::value *value = find(name)) {
        if (value->is_bool())
            target = value->get_bool();
        else
            fail(name, "must be true or false");
    }
    return *this;
}

StrictObject &StrictObject::integer(std::string_view name, int64_t &target, int64_t least, int64_t most) {
    const json::value *value = find(name);
    if (!value)
        return *this;
    if (!value->is_int64())
        fail(name, "must be an integer");
    else if (value->get_int64() < least || value->get_int64() > most)
        fail(name, most == INT32_MAX ? fmt::format("must be greater than or equal to {}", least)
                                     : fmt::format("not in valid range [{}-{}]", least, most));
    else
        target = value->get_int64();
    return *this;
}

StrictObject &StrictObject::texts(std::string_view name, std::vector<std::string> &target) {
    std::vector<std::string> all;
    list(name, [&](const json::value &value, const std::string &path) -> Result<> {
        if (!value.is_string())
            return errors::other(fmt::format("{}: must be a string", path));
        all.emplace_back(value.get_string());
        return {};
    });
    if (has(name))
        target = std::move(all);
    return *this;
}

StrictObject &StrictObject::list(std::string_view name,
                                 const std::function<Result<>(const json::value &, const std::string &path)> &read) {
    const json::value *value = find(name);
    if (!value)
        return *this;
    if (!value->is_array()) {
        fail(name, "must be a list");
        return *this;
    }
    size_t index = 0;
    for (const json::value &element : value->get_array())
        if (auto done = read(element, fmt::format("{}[{}]", pathOf(name), index++)); !done)
            fail(done.error());
    return *this;
}

StrictObject &StrictObject::object(std::string_view name,
                                   const std::function<Result<>(const json::value &, const std::string &path)> &read) {
    if (const json::value *value = find(name))
        if (auto done = read(*value, pathOf(name)); !done)
            fail(done.error());
    return *this;
}

StrictObject &StrictObject::typeMeta(std::string_view apiVersion, std::string_view kind) {
    std::string version(apiVersion), name(kind);
    text("apiVersion", version).text("kind", name);
    if (version != apiVersion || name != kind)
        fail(errors::other(fmt::format("no kind \"{}\" is registered for version \"{}\": {} of {} is expected", name,
                                       version, kind, apiVersion))
                 .error());
    return *this;
}

Result<> StrictObject::finish() {
    if (m_result && m_object)
        for (const auto &member : *m_object)
            if (!m_known.contains(std::string_view(member.key())))
                fail(errors::other(fmt::format("strict decoding error: unknown field \"{}\"", pathOf(member.key())))
                         .error());
    return m_result;
}

} // namespace coracle::scheduler
