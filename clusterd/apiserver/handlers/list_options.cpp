#include "clusterd/apiserver/handlers/list_options.h"

#include "clusterd/apiserver/handlers/request_options.h"
#include "core/api/selector.h"

#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kExact = "Exact";
constexpr std::string_view kNotOlderThan = "NotOlderThan";

/// The members of ListOptions that depend on each other.
struct Raw {
    std::string_view version, match, continueToken;
    std::optional<bool> sendInitialEvents;
};

StatusCause forbidden(std::string field, std::string_view why) {
    return {"FieldValueForbidden", fmt::format("Forbidden: {}", why), std::move(field)};
}

StatusCause unsupportedMatch(std::string_view match, std::string_view supported) {
    return {"FieldValueNotSupported", fmt::format("Unsupported value: \"{}\": supported values: {}", match, supported),
            "resourceVersionMatch"};
}

std::vector<StatusCause> watchCauses(const Raw &raw) {
    std::vector<StatusCause> causes;
    if (raw.sendInitialEvents && raw.match != kNotOlderThan)
        causes.push_back(forbidden("resourceVersionMatch",
                                   "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
    if (raw.match.empty())
        return causes;
    if (!raw.sendInitialEvents)
        causes.push_back(forbidden("resourceVersionMatch",
                                   "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
    if (raw.match != kNotOlderThan)
        causes.push_back(unsupportedMatch(raw.match, "\"NotOlderThan\""));
    if (!raw.continueToken.empty())
        causes.push_back(
            forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
    return causes;
}

std::vector<StatusCause> listCauses(const Raw &raw) {
    std::vector<StatusCause> causes;
    if (!raw.match.empty()) {
        if (raw.version.empty())
            causes.push_back(forbidden("resourceVersionMatch",
                                       "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        if (!raw.continueToken.empty())
            causes.push_back(
                forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
        if (raw.match != kExact && raw.match != kNotOlderThan)
            causes.push_back(unsupportedMatch(raw.match, "\"Exact\", \"NotOlderThan\", \"\""));
        if (raw.match == kExact && raw.version == "0")
            causes.push_back(forbidden("resourceVersionMatch",
                                       "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
    }
    if (raw.sendInitialEvents)
        causes.push_back(forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    return causes;
}

Result<Raw> readRaw(const Exchange &exchange, std::vector<StatusCause> (*check)(const Raw &)) {
    Raw raw{.version = exchange.param("resourceVersion"),
            .match = exchange.param("resourceVersionMatch"),
            .continueToken = exchange.param("continue")};
    if (exchange.request.target.hasParam("sendInitialEvents"))
        raw.sendInitialEvents = exchange.request.target.flag("sendInitialEvents");
    std::vector<StatusCause> causes = check(raw);
    if (!causes.empty())
        return errors::invalid("ListOptions", "meta.k8s.io", "", std::move(causes));
    return raw;
}

/// A path with a name means a selection of that name.
Result<std::string> fieldSelector(const Exchange &exchange, const RequestScope &scope) {
    std::string_view asked = exchange.param("fieldSelector");
    if (scope.name.empty())
        return std::string(asked);
    TRY(auto selector, api::FieldSelector::parse(asked));
    if (selector.isEverything())
        return "metadata.name=" + scope.name;
    const std::string *name = selector.required("metadata.name");
    if (!name || *name != scope.name)
        return errors::badRequest("fieldSelector metadata.name doesn't match requested name");
    return std::string(asked);
}

} // namespace

Result<client::ListOptions> readListOptions(const Exchange &exchange, const RequestScope &scope) {
    TRY(Raw raw, readRaw(exchange, listCauses));
    client::ListOptions options;
    options.labelSelector = exchange.param("labelSelector");
    TRY(options.fieldSelector, fieldSelector(exchange, scope));
    options.resourceVersion = raw.version;
    options.resourceVersionMatch = raw.match;
    options.continueToken = raw.continueToken;
    TRY(options.limit, queryInteger(exchange, "limit"));
    CHECK(queryInteger(exchange, "timeoutSeconds"));
    return options;
}

Result<WatchParameters> readWatchOptions(const Exchange &exchange, const RequestScope &scope, Random &random,
                                         std::chrono::seconds least) {
    TRY(Raw raw, readRaw(exchange, watchCauses));
    WatchParameters parameters;
    parameters.options.labelSelector = exchange.param("labelSelector");
    TRY(parameters.options.fieldSelector, fieldSelector(exchange, scope));
    parameters.options.resourceVersion = raw.version;
    parameters.options.allowBookmarks = exchange.request.target.flag("allowWatchBookmarks");
    parameters.sendInitialEvents = raw.sendInitialEvents;
    // Since the streaming list (KEP-3157) a watch that begins with everything is one, and gets its closing bookmark.
    if (!raw.sendInitialEvents && raw.match.empty() && (raw.version.empty() || raw.version == "0"))
        parameters.sendInitialEvents = true;
    TRY(int64_t seconds, queryInteger(exchange, "timeoutSeconds"));
    // Spread, so that watches that began together do not all come again at once.
    if (seconds <= 0 && least > std::chrono::seconds::zero())
        seconds = least.count() + static_cast<int64_t>(random.below(static_cast<uint64_t>(least.count())));
    if (seconds > 0)
        parameters.timeout = std::chrono::seconds(seconds);
    return parameters;
}

} // namespace coracle::apiserver
