#pragma once

#include "core/api/object.h"
#include "core/api/schema.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <string>

namespace coracle::apiserver {

/// A stored object as a document, without metadata.resourceVersion.
Result<boost::json::object> documentOf(const api::Object &object);

/// The text of a document of the resource: members in the schema's order, empty ones left out.
std::string encode(const api::ResourceInfo &resource, const boost::json::object &document);

/// A document as an object; revision 0 leaves metadata.resourceVersion out.
Result<api::ObjectPtr> objectOf(const api::ResourceInfo &resource, boost::json::object document, int64_t revision);

} // namespace coracle::apiserver
