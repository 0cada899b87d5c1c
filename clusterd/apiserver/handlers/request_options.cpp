#include "clusterd/apiserver/handlers/request_options.h"

#include "clusterd/apiserver/handlers/negotiation.h"
#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/body.h"
#include "core/api/protobuf.h"

#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr size_t kManagerBytesMax = 128;
constexpr int64_t kWatchSecondsMin = 1800; ///< kube-apiserver's --min-request-timeout

Failure invalidOption(std::string_view kind, std::string reason, std::string field, std::string message) {
    return errors::invalid(kind, "meta.k8s.io", "", {{std::move(reason), std::move(message), std::move(field)}});
}

/// client-go's user agents are "kubectl/v1.36.2 (linux/amd64) ...": the part before the slash is the manager.
std::string managerOf(std::string_view userAgent) {
    std::string manager;
    for (char c : userAgent.substr(0, userAgent.find('/')))
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f && manager.size() < kManagerBytesMax)
            manager += c;
    return manager.empty() ? "unknown" : manager;
}

Result<int64_t> readInt(std::string_view name, std::string_view text) {
    int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || (error == std::errc() && end == text.data() + text.size()))
        return value;
    return errors::badRequest(fmt::format(
        "unable to decode query parameter {}: strconv.ParseInt: parsing \"{}\": invalid syntax", name, text));
}

/// url values of Kubernetes: absent is false; present and not "false" or "0" is true.
bool readBool(const Exchange &exchange, std::string_view name) {
    return exchange.request.target.hasParam(name) && exchange.param(name) != "false" && exchange.param(name) != "0";
}

Result<bool> readDryRun(std::string_view kind, const std::vector<std::string_view> &values) {
    for (std::string_view value : values)
        if (value != "All")
            return invalidOption(kind, "FieldValueNotSupported", "dryRun",
                                 fmt::format("Unsupported value: \"{}\": supported values: \"All\"", value));
    return !values.empty();
}

Result<std::string> checkPropagation(std::string_view policy) {
    if (policy.empty() || policy == "Orphan" || policy == "Background" || policy == "Foreground")
        return std::string(policy);
    return invalidOption("DeleteOptions", "FieldValueInvalid", "propagationPolicy",
                         fmt::format("Invalid value: \"{}\": must be one of: Foreground, Background, Orphan", policy));
}

Result<> checkListOptions(std::string_view match, std::string_view version, bool continued, bool watch,
                          std::optional<bool> sendInitialEvents) {
    auto forbidden = [](std::string field, std::string_view why) {
        return invalidOption("ListOptions", "FieldValueForbidden", std::move(field), fmt::format("Forbidden: {}", why));
    };
    if (watch && sendInitialEvents) {
        if (match != "NotOlderThan")
            return forbidden("resourceVersionMatch",
                             "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        return {};
    }
    if (!watch && sendInitialEvents)
        return forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
    if (match.empty())
        return {};
    if (watch)
        return forbidden("resourceVersionMatch",
                         "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
    if (version.empty())
        return forbidden("resourceVersionMatch",
                         "resourceVersionMatch is forbidden unless resourceVersion is provided");
    if (continued)
        return forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
    if (match != "Exact" && match != "NotOlderThan")
        return invalidOption(
            "ListOptions", "FieldValueNotSupported", "resourceVersionMatch",
            fmt::format("Unsupported value: \"{}\": supported values: \"Exact\", \"NotOlderThan\"", match));
    if (match == "Exact" && version == "0")
        return forbidden("resourceVersionMatch",
                         "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    return {};
}

/// The request's body as JSON text, whatever it was sent as.
template<class FromProtobuf>
Result<std::string> jsonBody(const Exchange &exchange, FromProtobuf fromProtobuf) {
    TRY(Encoding encoding, bodyEncoding(exchange.request.headers.get("Content-Type")));
    if (encoding == Encoding::Yaml)
        return api::yamlToJson(exchange.request.body);
    if (encoding == Encoding::Protobuf)
        return fromProtobuf(std::string_view(exchange.request.body));
    return exchange.request.body;
}

} // namespace

bool isWatch(const Exchange &exchange) {
    return exchange.info.verb == "watch" || readBool(exchange, "watch");
}

Result<> readWriteOptions(const Exchange &exchange, std::string_view kind, RequestScope &scope) {
    TRY(scope.dryRun, readDryRun(kind, exchange.request.target.params("dryRun")));
    scope.fieldManager = exchange.param("fieldManager");
    if (scope.fieldManager.size() > kManagerBytesMax)
        return invalidOption(kind, "FieldValueTooLong", "fieldManager",
                             fmt::format("Too long: may not be more than {} bytes", kManagerBytesMax));
    if (scope.fieldManager.empty())
        scope.fieldManager = managerOf(exchange.request.headers.get("User-Agent"));
    std::string_view validation = exchange.param("fieldValidation");
    if (validation == "Ignore")
        scope.fieldValidation = api::FieldValidation::Ignore;
    else if (validation == "Strict")
        scope.fieldValidation = api::FieldValidation::Strict;
    else if (!validation.empty() && validation != "Warn")
        return invalidOption(kind, "FieldValueNotSupported", "fieldValidation",
                             fmt::format("Unsupported value: \"{}\": supported values: \"\", \"Ignore\", \"Strict\", "
                                         "\"Warn\"",
                                         validation));
    return {};
}

Result<client::ListOptions> readListOptions(const Exchange &exchange) {
    client::ListOptions options;
    options.labelSelector = exchange.param("labelSelector");
    options.fieldSelector = exchange.param("fieldSelector");
    options.resourceVersion = exchange.param("resourceVersion");
    options.resourceVersionMatch = exchange.param("resourceVersionMatch");
    options.continueToken = exchange.param("continue");
    TRY(options.limit, readInt("limit", exchange.param("limit")));
    std::optional<bool> initial;
    if (exchange.request.target.hasParam("sendInitialEvents"))
        initial = readBool(exchange, "sendInitialEvents");
    CHECK(checkListOptions(options.resourceVersionMatch, options.resourceVersion, !options.continueToken.empty(), false,
                           initial));
    return options;
}

Result<WatchParameters> readWatchOptions(const Exchange &exchange, Random &random) {
    WatchParameters parameters;
    parameters.options.labelSelector = exchange.param("labelSelector");
    parameters.options.fieldSelector = exchange.param("fieldSelector");
    parameters.options.resourceVersion = exchange.param("resourceVersion");
    parameters.options.allowBookmarks = readBool(exchange, "allowWatchBookmarks");
    if (exchange.request.target.hasParam("sendInitialEvents"))
        parameters.sendInitialEvents = readBool(exchange, "sendInitialEvents");
    CHECK(checkListOptions(exchange.param("resourceVersionMatch"), parameters.options.resourceVersion, false, true,
                           parameters.sendInitialEvents));
    TRY(int64_t seconds, readInt("timeoutSeconds", exchange.param("timeoutSeconds")));
    // Spread, so that watches that began together do not all come again at once.
    if (seconds <= 0)
        seconds = kWatchSecondsMin + static_cast<int64_t>(random.below(kWatchSecondsMin));
    parameters.timeout = std::chrono::seconds(seconds);
    return parameters;
}

Result<client::DeleteOptions> deleteOptionsOf(const json::object &options, RequestScope &scope) {
    client::DeleteOptions result;
    if (hasAt(options, "gracePeriodSeconds"))
        result.gracePeriodSeconds = intAt(options, "gracePeriodSeconds");
    TRY(result.propagationPolicy, checkPropagation(textAt(options, "propagationPolicy")));
    if (hasAt(options, "orphanDependents")) {
        if (!result.propagationPolicy.empty())
            return invalidOption(
                "DeleteOptions", "FieldValueInvalid", "propagationPolicy",
                fmt::format("Invalid value: \"{}\": orphanDependents and deletionPropagation cannot be "
                            "both set",
                            result.propagationPolicy));
        result.propagationPolicy = flagAt(options, "orphanDependents") ? "Orphan" : "Background";
    }
    result.preconditionUid = textAt(options, "preconditions", "uid");
    result.preconditionResourceVersion = textAt(options, "preconditions", "resourceVersion");
    std::vector<std::string_view> dryRun;
    for (const json::value &value : arrayAt(options, "dryRun"))
        dryRun.push_back(asText(value));
    TRY(bool dry, readDryRun("DeleteOptions", dryRun));
    scope.dryRun |= dry;
    return result;
}

Result<client::DeleteOptions> readDeleteOptions(const Exchange &exchange, RequestScope &scope) {
    CHECK(readWriteOptions(exchange, "DeleteOptions", scope));
    json::object options;
    if (!exchange.request.body.empty()) {
        const api::TypeInfo *type = api::findType("meta/v1", "DeleteOptions");
        api::BodyType expected{*type, {}, "DeleteOptions"};
        TRY(std::string text,
            jsonBody(exchange, [&](std::string_view body) { return api::protobufToJson(body, expected); }));
        TRY(api::DecodedBody body, api::decodeBody(text, expected, api::FieldValidation::Ignore));
        options = std::move(body.object);
    } else {
        if (exchange.request.target.hasParam("gracePeriodSeconds")) {
            TRY(int64_t seconds, readInt("gracePeriodSeconds", exchange.param("gracePeriodSeconds")));
            options["gracePeriodSeconds"] = seconds;
        }
        if (exchange.request.target.hasParam("propagationPolicy"))
            options["propagationPolicy"] = exchange.param("propagationPolicy");
        if (exchange.request.target.hasParam("orphanDependents"))
            options["orphanDependents"] = readBool(exchange, "orphanDependents");
    }
    return deleteOptionsOf(options, scope);
}

Result<json::object> readRequestBody(const Exchange &exchange, RequestScope &scope) {
    TRY(std::string text, jsonBody(exchange, [&](std::string_view body) { return protobufBody(scope, body); }));
    return readBody(scope, text);
}

Result<client::PatchType> patchType(const Exchange &exchange) {
    std::string_view header = exchange.request.headers.get("Content-Type");
    std::vector<MediaType> media = parseMediaTypes(header);
    std::string_view type = media.empty() ? std::string_view() : std::string_view(media.front().type);
    if (type == "application/json-patch+json")
        return client::PatchType::Json;
    if (type == "application/merge-patch+json")
        return client::PatchType::Merge;
    if (type == "application/strategic-merge-patch+json")
        return client::PatchType::StrategicMerge;
    if (type == "application/apply-patch+yaml")
        return client::PatchType::Apply;
    return errors::unsupportedMediaType(
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, "
        "application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml");
}

} // namespace coracle::apiserver
