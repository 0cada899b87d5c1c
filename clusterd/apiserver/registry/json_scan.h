#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Looks things up in JSON text without building a document. The text must be valid JSON (it comes from the store,
/// which holds only what was parsed once); on other text the functions find nothing, and never read outside it.
namespace coracle::apiserver {

/// The raw text of an object's member, or nothing. The key must not need escaping.
std::optional<std::string_view> jsonMember(std::string_view object, std::string_view key);

/// Follows a path of members: "spec.nodeName".
std::optional<std::string_view> jsonPath(std::string_view object, std::string_view path);

/// The value as field selectors compare it: strings unescaped, other scalars as they stand, empty for null and absent.
std::string jsonScalar(std::optional<std::string_view> raw);

/// The object's JSON with metadata.resourceVersion set to the revision, whether it was there before or not. Nothing
/// when the text is not an object with a metadata object.
std::optional<std::string> withResourceVersion(std::string_view object, int64_t revision);

/// Text as a JSON string with its quotes.
std::string jsonQuote(std::string_view text);

} // namespace coracle::apiserver
