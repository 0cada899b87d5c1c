#pragma once

#include "core/api/object.h"
#include "core/api/table.h"
#include "core/base/clock.h"

#include <boost/json/monotonic_resource.hpp>
#include <memory>
#include <string>
#include <string_view>

namespace coracle::apiserver {

/// Makes the forms of an object that are not its own JSON, one object after the other, each from its bytes alone. Keeps
/// the memory that parsing needs, so one of these serves a whole list. Not thread-safe; the resource outlives it.
class ObjectForms {
public:
    /// `version` is that of meta.k8s.io for tables and partial forms, a literal.
    ObjectForms(const api::ResourceInfo &resource, std::string_view version);

    /// The protobuf message of the object, without its envelope.
    std::string message(const api::Object &object);
    /// The same with its envelope.
    std::string protobuf(const api::Object &object);

    /// PartialObjectMetadata as JSON text.
    std::string partial(const api::Object &object) const;
    std::string partialMessage(const api::Object &object);
    std::string partialProtobuf(const api::Object &object);

    /// Nothing for what is no JSON object.
    void addRow(api::TableWriter &table, const api::Object &object, api::IncludeObject include, WallTime now);

private:
    std::string encode(std::string_view json, const api::TypeInfo *type);

    const api::ResourceInfo &m_resource;
    std::string_view m_version;
    std::unique_ptr<unsigned char[]> m_memory;
    boost::json::monotonic_resource m_storage;
};

} // namespace coracle::apiserver
