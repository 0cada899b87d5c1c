#include "clusterd/apiserver/handlers/negotiation.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr size_t kMediaTypesMax = 64;
constexpr std::string_view kAnswered = "application/json, application/yaml";
constexpr std::string_view kRead = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

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

/// Cuts the text before the next separator off.
std::string_view take(std::string_view &rest, char separator) {
    size_t at = rest.find(separator);
    std::string_view part = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
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

std::optional<Encoding> encodingOf(std::string_view type) {
    if (type == "application/json" || type == "*/*" || type == "application/*" || type == "text/json")
        return Encoding::Json;
    if (type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml")
        return Encoding::Yaml;
    return std::nullopt;
}

std::optional<Projection> projectionOf(const MediaType &media) {
    std::string_view as = media.parameter("as");
    if (as.empty())
        return Projection::None;
    if (media.parameter("g") != "meta.k8s.io")
        return std::nullopt;
    bool stable = media.parameter("v") == "v1";
    if (!stable && media.parameter("v") != "v1beta1")
        return std::nullopt;
    if (as == "Table")
        return Projection::Table;
    if (as == "PartialObjectMetadata")
        return Projection::PartialObjectMetadata;
    if (as == "PartialObjectMetadataList")
        return Projection::PartialObjectMetadataList;
    return std::nullopt;
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
    std::stable_sort(result.begin(), result.end(),
                     [](const MediaType &a, const MediaType &b) { return a.quality > b.quality; });
    return result;
}

Result<Negotiated> negotiate(std::string_view accept) {
    if (trim(accept).empty())
        return Negotiated{};
    for (const MediaType &media : parseMediaTypes(accept)) {
        std::optional<Encoding> encoding = encodingOf(media.type);
        std::optional<Projection> projection = projectionOf(media);
        if (encoding && projection)
            return Negotiated{*encoding, *projection, std::string(media.parameter("g")),
                              std::string(media.parameter("v")), std::string(media.parameter("as"))};
    }
    return errors::notAcceptable(fmt::format("only the following media types are accepted: {}", kAnswered));
}

Result<Encoding> bodyEncoding(std::string_view header) {
    if (trim(header).empty())
        return Encoding::Json;
    MediaType media = parseMediaType(header);
    if (media.type == "application/vnd.kubernetes.protobuf")
        return Encoding::Protobuf;
    std::optional<Encoding> encoding =
        media.type.find('*') == std::string::npos ? encodingOf(media.type) : std::nullopt;
    if (encoding)
        return *encoding;
    return errors::unsupportedMediaType(
        fmt::format("the body of the request was in an unknown format - accepted media types include: {}", kRead));
}

std::string_view contentType(Encoding encoding) {
    return encoding == Encoding::Yaml ? "application/yaml" : "application/json";
}

} // namespace coracle::apiserver
