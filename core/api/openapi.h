#pragma once

#include "core/api/schema.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The published API description, written from the schema tables on demand; the caller caches or drops the text.
/// Everywhere `resources` is all that is served.
namespace coracle::api {

using ServedResources = std::span<const ResourcePtr>;

/// The document of one group version (/openapi/v3/apis/apps/v1); empty when no resource is served there.
std::string openApiV3(std::string_view group, std::string_view version, ServedResources resources);

/// The group versions that have a document, as paths: "api/v1", "apis/apps/v1".
std::vector<std::string> openApiV3Paths(ServedResources resources);

/// /openapi/v3: where each document is, with a hash of its content, so that clients may cache it for ever. Writes the
/// documents to hash them, those of built-in resources only once.
std::string openApiV3Index(ServedResources resources);
/// The hash that the index gives for a document.
std::string openApiHash(std::string_view document);

/// The Swagger 2.0 document of the whole server (/openapi/v2) as JSON.
std::string openApiV2(ServedResources resources);
/// The same as a protobuf message, gnostic's openapi.v2.Document, which kubectl wants for explain and validation.
std::string openApiV2Protobuf(ServedResources resources);
/// Its Content-Type. Clients ask for it in Accept by this name or, as kubectl does, with "v2@v1.0", which is no media
/// type that they would take in an answer.
inline constexpr std::string_view kOpenApiV2ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
inline constexpr std::string_view kOpenApiV2ProtobufAsked =
    "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

} // namespace coracle::api
