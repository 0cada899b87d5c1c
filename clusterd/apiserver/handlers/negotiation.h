#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::apiserver {

/// How a body is written. Protobuf is read in requests; every client that sends it reads JSON, too.
enum class Encoding { Json, Yaml, Protobuf };

/// Into what the objects of a response are turned (meta.k8s.io).
enum class Projection { None, Table, PartialObjectMetadata, PartialObjectMetadataList };

struct Negotiated {
    Encoding encoding = Encoding::Json;
    Projection projection = Projection::None;
    std::string group, version, as; ///< of the accepted media type's parameters, for example of aggregated discovery
};

/// One entry of an Accept header.
struct MediaType {
    std::string type; ///< "application/json", lower-case
    std::vector<std::pair<std::string, std::string>> parameters;
    double quality = 1;

    std::string_view parameter(std::string_view name) const;
};

/// The entries of an Accept or Content-Type header, best first; malformed entries are left out.
std::vector<MediaType> parseMediaTypes(std::string_view header);

/// Picks the first acceptable form for a resource response. 406 in the standard words when there is none.
Result<Negotiated> negotiate(std::string_view accept);

/// The encoding of a request body. 415 in the standard words for what is not supported. Empty means JSON.
Result<Encoding> bodyEncoding(std::string_view contentType);

std::string_view contentType(Encoding encoding);

} // namespace coracle::apiserver
