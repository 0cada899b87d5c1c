#include "clusterd/apiserver/handlers/request_options.h"

#include "clusterd/apiserver/handlers/negotiation.h"
#include "clusterd/apiserver/json_access.h"
#include "clusterd/apiserver/registry/body.h"
#include "clusterd/apiserver/registry/metadata.h"
#include "core/api/protobuf.h"

#include <charconv>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace json = boost::json;

namespace {

constexpr size_t kManagerBytesMax = 128;

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

/// The request's body as JSON text, whatever it was sent as.
template<class FromProtobuf>
Result<std::string> jsonBody(const Exchange &exchange, const Offer &offer, FromProtobuf fromProtobuf) {
    TRY(Encoding encoding, bodyEncoding(exchange.request.headers.get("Content-Type"), offer));
    if (encoding == Encoding::Yaml)
        return api::yamlToJson(exchange.request.body);
    if (encoding == Encoding::Protobuf)
        return fromProtobuf(std::string_view(exchange.request.body));
    return exchange.request.body;
}

/// Whether what the request is about has a protobuf form: custom resources have none, their scale has.
bool speaksProtobuf(const RequestScope &scope) {
    return scope.subresource == "scale" || (scope.resource.type && api::hasProtobuf(*scope.resource.type));
}

} // namespace

Result<int64_t> queryInteger(const Exchange &exchange, std::string_view name) {
    std::string_view text = exchange.param(name);
    int64_t value = 0;
    if (text.empty() && !exchange.request.target.hasParam(name))
        return value;
    if (text.starts_with('+'))
        text.remove_prefix(1);
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool all = end == text.data() + text.size() && !text.empty();
    if (error == std::errc() && all)
        return value;
    return errors::badRequest(
        fmt::format("strconv.ParseInt: parsing \"{}\": {}", exchange.param(name),
                    error == std::errc::result_out_of_range && all ? "value out of range" : "invalid syntax"));
}

bool isWatch(const Exchange &exchange) {
    return exchange.info.verb == "watch" || exchange.request.target.flag("watch");
}

Result<> readWriteOptions(const Exchange &exchange, std::string_view kind, RequestScope &scope) {
    TRY(scope.dryRun, readDryRun(kind, exchange.request.target.params("dryRun")));
    scope.fieldManager = exchange.param("fieldManager");
    std::vector<StatusCause> causes;
    validateFieldManager("fieldManager", scope.fieldManager, causes);
    if (!causes.empty())
        return errors::invalid(kind, "meta.k8s.io", "", std::move(causes));
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
            jsonBody(exchange, Offer(), [&](std::string_view body) { return api::protobufToJson(body, expected); }));
        TRY(api::DecodedBody body, api::decodeBody(text, expected, api::FieldValidation::Ignore));
        options = std::move(body.object);
    } else {
        if (exchange.request.target.hasParam("gracePeriodSeconds")) {
            TRY(int64_t seconds, queryInteger(exchange, "gracePeriodSeconds"));
            options["gracePeriodSeconds"] = seconds;
        }
        if (exchange.request.target.hasParam("propagationPolicy"))
            options["propagationPolicy"] = exchange.param("propagationPolicy");
        if (exchange.request.target.hasParam("orphanDependents"))
            options["orphanDependents"] = exchange.request.target.flag("orphanDependents");
    }
    return deleteOptionsOf(options, scope);
}

Result<json::object> readRequestBody(const Exchange &exchange, RequestScope &scope) {
    const Offer offer{.protobuf = speaksProtobuf(scope)};
    TRY(std::string text, jsonBody(exchange, offer, [&](std::string_view body) { return protobufBody(scope, body); }));
    return readBody(scope, text);
}

Result<client::PatchType> patchType(const Exchange &exchange, const RequestScope &scope) {
    std::string_view header = exchange.request.headers.get("Content-Type");
    std::vector<MediaType> media = parseMediaTypes(header);
    std::string_view type = media.empty() ? std::string_view() : std::string_view(media.front().type);
    const bool custom = scope.resource.runtime != nullptr;
    if (type == "application/json-patch+json")
        return client::PatchType::Json;
    if (type == "application/merge-patch+json")
        return client::PatchType::Merge;
    if (type == "application/strategic-merge-patch+json" && !custom)
        return client::PatchType::StrategicMerge;
    if (type == "application/apply-patch+yaml")
        return client::PatchType::Apply;
    return errors::unsupportedMediaType(
        fmt::format("the body of the request was in an unknown format - accepted media types include: "
                    "application/json-patch+json, application/merge-patch+json, {}application/apply-patch+yaml",
                    custom ? "" : "application/strategic-merge-patch+json, "));
}

} // namespace coracle::apiserver
