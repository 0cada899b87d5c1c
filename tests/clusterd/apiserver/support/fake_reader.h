#pragma once

#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/reader.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <stdexcept>

namespace coracle::test {

inline apiserver::JsonObject json(std::string_view text) {
    return boost::json::parse(text).as_object();
}

/// Objects in a map. Every put or remove raises the resource's revision.
class FakeReader final : public apiserver::Reader {
public:
    void put(std::string_view group, std::string_view resource, const apiserver::JsonObject &object) {
        const api::ResourceInfo *info = api::findResource(group, resource);
        auto parsed = api::Object::parse(boost::json::serialize(object));
        if (!info || !parsed)
            throw std::invalid_argument(std::string(resource));
        m_objects[info][(*parsed)->key()] = *parsed;
        ++m_revisions[info];
    }
    void put(std::string_view group, std::string_view resource, std::string_view text) {
        put(group, resource, json(text));
    }
    void remove(std::string_view group, std::string_view resource, const std::string &key) {
        const api::ResourceInfo *info = api::findResource(group, resource);
        m_objects[info].erase(key);
        ++m_revisions[info];
    }

    api::ObjectPtr get(const api::ResourceInfo &resource, std::string_view namespaceName,
                       std::string_view name) const override {
        const std::string key =
            namespaceName.empty() ? std::string(name) : std::string(namespaceName) + "/" + std::string(name);
        const auto objects = m_objects.find(&resource);
        if (objects == m_objects.end())
            return nullptr;
        const auto found = objects->second.find(key);
        return found == objects->second.end() ? nullptr : found->second;
    }
    std::vector<api::ObjectPtr> list(const api::ResourceInfo &resource, std::string_view namespaceName) const override {
        std::vector<api::ObjectPtr> result;
        if (const auto objects = m_objects.find(&resource); objects != m_objects.end())
            for (const auto &[key, object] : objects->second)
                if (namespaceName.empty() || object->namespaceName() == namespaceName)
                    result.push_back(object);
        return result;
    }
    int64_t revision(const api::ResourceInfo &resource) const override {
        const auto found = m_revisions.find(&resource);
        return found == m_revisions.end() ? 0 : found->second;
    }

private:
    std::map<const api::ResourceInfo *, std::map<std::string, api::ObjectPtr>> m_objects;
    std::map<const api::ResourceInfo *, int64_t> m_revisions;
};

} // namespace coracle::test
