#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

/// Reading structural schemas: members of an unexpected type count as absent.
namespace coracle::cel {

/// The largest request that is accepted; limits of sizes that a schema does not give follow from it.
inline constexpr uint64_t kRequestBytesMax = 3 << 20;

const boost::json::object *schemaPart(const boost::json::object &schema, std::string_view name);
std::string_view schemaText(const boost::json::object &schema, std::string_view name);
bool schemaFlag(const boost::json::object &schema, std::string_view name);
/// A limit; negative ones are zero.
std::optional<uint64_t> schemaNumber(const boost::json::object &schema, std::string_view name);

bool isResourceField(std::string_view name);
/// apiVersion, kind and metadata as rules of a resource's root see them.
boost::json::object resourceProperties(const boost::json::object *properties);

} // namespace coracle::cel
