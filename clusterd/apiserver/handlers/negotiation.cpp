#include "clusterd/apiserver/handlers/negotiation.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <tuple>

namespace coracle::apiserver {

namespace {

constexpr size_t kMediaTypesMax = 64;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kYaml = "application/yaml";
constexpr std::string_view kProtobuf = "application/vnd.kubernetes.protobuf";

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char &c : result)
        if (c >= 'A' && c <= 'Z')
            c += 32;
    return result;
}

/// Cuts the text before the next separator off; one inside quotes does not count.
std::string_view take(std::string_view &rest, char separator) {
    size_t at = 0;
    bool quoted = false;
    for (; at < rest.size() && (quoted || rest[at] != separator); ++at) {
        if (rest[at] == '"')
            quoted = !quoted;
    }
    std::string_view part = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return trim(part);
}

MediaType parseMediaType(std::string_view text) {
    MediaType result;
    result.type = lower(take(text, ';'));
    while (!text.empty()) {
        std::string_view value = take(text, ';');
        std::string name = lower(take(value, '='));
        value = trim(value);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        if (name == "q")
            std::from_chars(value.data(), value.data() + value.size(), result.quality);
        else if (!name.empty())
            result.parameters.emplace_back(std::move(name), value);
    }
    return result;
}

/// What the entry of an Accept header means among the types that are there; wildcards mean JSON.
std::optional<Encoding> encodingOf(std::string_view type) {
    if (type == kJson || type == "*/*" || type == "application/*")
        return Encoding::Json;
    if (type == kYaml)
        return Encoding::Yaml;
    if (type == kProtobuf)
        return Encoding::Protobuf;
    return std::nullopt;
}

/// Nothing when what the entry asks for is not offered.
std::optional<Projection> projectionOf(const MediaType &media, Encoding encoding, const Offer &offer) {
    std::string_view as = media.parameter("as"), group = media.parameter("g"), version = media.parameter("v");
    if (as.empty() && group.empty() && version.empty())
        return Projection::None;
    if (!offer.projections || group != "meta.k8s.io" || (version != "v1" && version != "v1beta1"))
        return std::nullopt;
    if (as == "Table" && encoding != Encoding::Protobuf) // tables have no protobuf form
        return Projection::Table;
    if (as == "PartialObjectMetadata")
        return Projection::PartialObjectMetadata;
    if (as == "PartialObjectMetadataList")
        return Projection::PartialObjectMetadataList;
    return std::nullopt;
}

std::optional<Negotiated> acceptable(const MediaType &media, const Offer &offer) {
    std::optional<Encoding> encoding = encodingOf(media.type);
    if (!encoding)
        return std::nullopt;
    std::optional<Projection> projection = projectionOf(media, *encoding, offer);
    if (!projection)
        return std::nullopt;
    // The metadata of a custom resource has a protobuf form, the whole has none.
    if (*encoding == Encoding::Protobuf && *projection == Projection::None && !offer.protobuf)
        return std::nullopt;
    // Every endpoint takes this parameter, whether it streams or not.
    if (std::string_view stream = media.parameter("stream"); !stream.empty() && stream != "watch")
        return std::nullopt;
    const std::string_view version = media.parameter("v") == "v1beta1" ? "v1beta1" : "v1";
    return Negotiated{*encoding, *projection, version, media.parameter("pretty") == "1"};
}

/// The types that an error names.
std::string offered(const Offer &offer) {
    std::string_view suffix = offer.stream ? ";stream=watch" : "";
    std::string text = fmt::format("{}{}", kJson, suffix);
    if (!offer.stream)
        text += fmt::format(", {}", kYaml);
    if (offer.protobuf)
        text += fmt::format(", {}{}", kProtobuf, suffix);
    return text;
}

bool isWildcard(std::string_view type) {
    return type.ends_with("/*");
}

} // namespace

std::string_view MediaType::parameter(std::string_view name) const {
    for (const auto &[key, value] : parameters)
        if (key == name)
            return value;
    return {};
}

std::vector<MediaType> parseMediaTypes(std::string_view header) {
    std::vector<MediaType> result;
    while (!header.empty() && result.size() < kMediaTypesMax) {
        MediaType media = parseMediaType(take(header, ','));
        if (media.type.find('/') != std::string::npos && media.quality > 0)
            result.push_back(std::move(media));
    }
    std::ranges::stable_sort(result, {}, [](const MediaType &media) {
        return std::tuple(-media.quality, media.type.starts_with("*"), isWildcard(media.type));
    });
    return result;
}

Result<Negotiated> negotiate(std::string_view accept, const Offer &offer) {
    if (trim(accept).empty())
        return Negotiated{};
    for (const MediaType &media : parseMediaTypes(accept)) {
        std::optional<Negotiated> result = acceptable(media, offer);
        if (!result)
            continue;
        // As kube-apiserver has it: the first match counts, even when it cannot be streamed.
        if (offer.stream && result->encoding == Encoding::Yaml)
            break;
        return *std::move(result);
    }
    return errors::notAcceptable(fmt::format("only the following media types are accepted: {}", offered(offer)));
}

Result<Encoding> bodyEncoding(std::string_view header, const Offer &offer) {
    if (trim(header).empty())
        return Encoding::Json;
    MediaType media = parseMediaType(header);
    std::optional<Encoding> encoding = isWildcard(media.type) ? std::nullopt : encodingOf(media.type);
    if (encoding && (*encoding != Encoding::Protobuf || offer.protobuf))
        return *encoding;
    return errors::unsupportedMediaType(fmt::format(
        "the body of the request was in an unknown format - accepted media types include: {}", offered(offer)));
}

std::string_view contentType(Encoding encoding) {
    return encoding == Encoding::Yaml ? kYaml : encoding == Encoding::Protobuf ? kProtobuf : kJson;
}

bool acceptsGzip(std::string_view header) {
    while (!header.empty()) {
        MediaType coding = parseMediaType(take(header, ','));
        if (coding.type == "gzip")
            return coding.quality > 0;
    }
    return false;
}

} // namespace coracle::apiserver
