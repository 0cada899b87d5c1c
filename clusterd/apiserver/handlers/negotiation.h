#pragma once

#include "core/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coracle::apiserver {

/// How a body is written.
enum class Encoding { Json, Yaml, Protobuf };

/// Into what the objects of a response are turned (meta.k8s.io).
enum class Projection { None, Table, PartialObjectMetadata, PartialObjectMetadataList };

/// What a request can be answered with.
struct Offer {
    bool protobuf = true;     ///< kinds without a protobuf form (custom resources) are only written as text
    bool projections = false; ///< tables and partial forms; these are of objects, not of a Status or a document
    bool stream = false;      ///< a watch: there is no framing for YAML
};

struct Negotiated {
    Encoding encoding = Encoding::Json;
    Projection projection = Projection::None;
    std::string_view version; ///< of meta.k8s.io for the projection: "v1" or "v1beta1"
    bool pretty = false;      ///< the media type's own parameter
};

/// One entry of an Accept header.
struct MediaType {
    std::string type; ///< "application/json", lower-case
    std::vector<std::pair<std::string, std::string>> parameters;
    double quality = 1;

    std::string_view parameter(std::string_view name) const;
};

/// The entries of an Accept or Content-Type header, best first: by quality, then what is exact before wildcards;
/// malformed entries and those of quality 0 are left out.
std::vector<MediaType> parseMediaTypes(std::string_view header);

/// Picks the first acceptable form for a response. 406 in the standard words when there is none.
Result<Negotiated> negotiate(std::string_view accept, const Offer &offer = {});

/// The encoding of a request body; the offer says whether protobuf is read. 415 in the standard words for what is not
/// supported. Empty means JSON.
Result<Encoding> bodyEncoding(std::string_view contentType, const Offer &offer = {});

std::string_view contentType(Encoding encoding);

/// Whether a list of codings (Accept-Encoding) allows gzip by name.
bool acceptsGzip(std::string_view acceptEncoding);

} // namespace coracle::apiserver
