#include "core/base/result.h"

#include <cstring>
#include <fmt/format.h>

namespace coracle {

namespace {

std::string qualified(std::string_view resource, std::string_view group) {
    return group.empty() ? std::string(resource) : fmt::format("{}.{}", resource, group);
}

Failure about(int code, std::string reason, std::string message, std::string_view resource, std::string_view group,
              std::string_view name) {
    Status status{.code = code, .reason = std::move(reason), .message = std::move(message)};
    status.group = group;
    status.kind = resource;
    status.name = name;
    return Failure(std::move(status));
}

Failure plain(int code, std::string reason, std::string message) {
    return Failure(Status{.code = code, .reason = std::move(reason), .message = std::move(message)});
}

std::string describe(const StatusCause &cause) {
    return fmt::format("{}: {}", cause.field, cause.message);
}

} // namespace

namespace errors {

Failure badRequest(std::string message) {
    return plain(400, "BadRequest", std::move(message));
}

Failure unauthorized(std::string message) {
    return plain(401, "Unauthorized", std::move(message));
}

Failure forbidden(std::string_view resource, std::string_view group, std::string_view name, std::string message) {
    std::string text = name.empty()
                           ? fmt::format("{} is forbidden: {}", qualified(resource, group), message)
                           : fmt::format("{} \"{}\" is forbidden: {}", qualified(resource, group), name, message);
    if (resource.empty())
        text = "forbidden: " + message;
    return about(403, "Forbidden", std::move(text), resource, group, name);
}

Failure notFound(std::string_view resource, std::string_view group, std::string_view name) {
    return about(404, "NotFound", fmt::format("{} \"{}\" not found", qualified(resource, group), name), resource, group,
                 name);
}

Failure noRoute() {
    return plain(404, "NotFound", "the server could not find the requested resource");
}

Failure methodNotAllowed(std::string message) {
    return plain(405, "MethodNotAllowed", std::move(message));
}

Failure notAcceptable(std::string message) {
    return plain(406, "NotAcceptable", std::move(message));
}

Failure unsupportedMediaType(std::string message) {
    return plain(415, "UnsupportedMediaType", std::move(message));
}

Failure alreadyExists(std::string_view resource, std::string_view group, std::string_view name) {
    return about(409, "AlreadyExists", fmt::format("{} \"{}\" already exists", qualified(resource, group), name),
                 resource, group, name);
}

Failure conflict(std::string_view resource, std::string_view group, std::string_view name, std::string message) {
    return about(
        409, "Conflict",
        fmt::format("Operation cannot be fulfilled on {} \"{}\": {}", qualified(resource, group), name, message),
        resource, group, name);
}

Failure invalid(std::string_view kind, std::string_view group, std::string_view name, std::vector<StatusCause> causes) {
    std::string message = fmt::format("{} \"{}\" is invalid", qualified(kind, group), name);
    if (causes.size() == 1)
        message += ": " + describe(causes.front());
    for (size_t i = 0; causes.size() > 1 && i < causes.size(); ++i)
        message += (i == 0 ? ": [" : ", ") + describe(causes[i]);
    if (causes.size() > 1)
        message += "]";
    Failure failure = about(422, "Invalid", std::move(message), kind, group, name);
    failure.error().causes = std::move(causes);
    return failure;
}

Failure expired(std::string message) {
    return plain(410, "Expired", std::move(message));
}

Failure tooLarge(std::string message) {
    return plain(413, "RequestEntityTooLarge", std::move(message));
}

Failure tooManyRequests(std::string message, int retryAfterSeconds) {
    Failure failure = plain(429, "TooManyRequests", std::move(message));
    failure.error().retryAfterSeconds = retryAfterSeconds;
    return failure;
}

Failure timeout(std::string message) {
    return plain(504, "Timeout", std::move(message));
}

Failure serviceUnavailable(std::string message) {
    return plain(503, "ServiceUnavailable", std::move(message));
}

Failure internal(std::string message) {
    return plain(500, "InternalError", "Internal error occurred: " + std::move(message));
}

Failure other(std::string message) {
    return plain(500, "", std::move(message));
}

Failure fromErrno(std::string_view what, int errnoValue) {
    return other(fmt::format("{}: {}", what, std::strerror(errnoValue)));
}

} // namespace errors

bool isNotFound(const Status &status) {
    return status.reason == "NotFound";
}

bool isConflict(const Status &status) {
    return status.reason == "Conflict";
}

bool isAlreadyExists(const Status &status) {
    return status.reason == "AlreadyExists";
}

bool isExpired(const Status &status) {
    return status.code == 410;
}

Status withContext(std::string_view context, Status status) {
    status.message = fmt::format("{}: {}", context, status.message);
    return status;
}

} // namespace coracle
