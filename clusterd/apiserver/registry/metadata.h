#pragma once

#include "core/api/schema.h"
#include "core/base/clock.h"
#include "core/base/random.h"
#include "core/base/result.h"

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

/// Metadata of objects as documents on their way into the store: reading, system fields and validation
/// (k8s.io/apimachinery api/validation ObjectMeta).
namespace coracle::apiserver {

/// The object's metadata, made empty where it is absent or not an object.
boost::json::object &metadataOf(boost::json::object &object);
const boost::json::object &metadataOf(const boost::json::object &object);

/// A metadata member as text, or empty.
std::string_view metaString(const boost::json::object &object, std::string_view key);
std::vector<std::string> finalizersOf(const boost::json::object &object);
/// Removes the member when there are none.
void setFinalizers(boost::json::object &object, const std::vector<std::string> &finalizers);
int64_t generationOf(const boost::json::object &object);

/// uid, creationTimestamp, namespace; removes what only the server sets (deletion fields, selfLink, resourceVersion).
void fillSystemFields(boost::json::object &object, std::string_view namespaceName, WallTime now, Random &random);
void validateMetadata(const api::ResourceInfo &resource, const boost::json::object &object,
                      std::vector<StatusCause> &causes);
void validateMetadataUpdate(const api::ResourceInfo &resource, const boost::json::object &object,
                            const boost::json::object &old, std::vector<StatusCause> &causes);

/// The name of a field manager: of a request (?fieldManager=) or of an entry of metadata.managedFields.
void validateFieldManager(std::string field, std::string_view manager, std::vector<StatusCause> &causes);

/// Whether the kind counts spec changes in metadata.generation.
bool hasGeneration(const api::ResourceInfo &resource);
/// Anything but apiVersion, kind, metadata and status differs.
bool specDiffers(const boost::json::object &a, const boost::json::object &b);

} // namespace coracle::apiserver
