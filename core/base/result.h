#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Errors are values. Everything that can fail returns Result<T>; the error is a Status in the shape of
/// meta/v1.Status, so that an error made deep inside can be sent to a Kubernetes client as it is.
namespace coracle {

/// One cause of an Invalid status: which field, and why (meta/v1.StatusCause).
struct StatusCause {
    std::string reason;  ///< CauseType, for example "FieldValueRequired"
    std::string message; ///< for people
    std::string field;   ///< JSON path, for example "spec.containers[0].name"
};

/// Why something failed, as meta/v1.Status with status "Failure".
struct Status {
    int code = 500;                  ///< HTTP status code
    std::string reason;              ///< meta/v1.StatusReason, for example "NotFound"; empty where Kubernetes has none
    std::string message;             ///< for people: what, where and, where it helps, the mend
    std::string group, kind;         ///< details.group and details.kind (the resource name, as Kubernetes has it)
    std::string name, uid;           ///< details.name and details.uid
    std::vector<StatusCause> causes; ///< details.causes
    int retryAfterSeconds = 0;       ///< details.retryAfterSeconds; 0: none
    std::string continueToken{};     ///< metadata.continue: how an expired LIST can go on
};

template<class T = void>
using Result = std::expected<T, Status>;

using Failure = std::unexpected<Status>;

/// Constructors of the standard errors (k8s.io/apimachinery api/errors). All are safe to send to a client.
namespace errors {
Failure badRequest(std::string message);
Failure unauthorized(std::string message = "Unauthorized");
Failure forbidden(std::string_view resource, std::string_view group, std::string_view name, std::string message);
Failure notFound(std::string_view resource, std::string_view group, std::string_view name);
/// A path or method that no handler serves: "the server could not find the requested resource".
Failure noRoute();
Failure methodNotAllowed(std::string message);
Failure notAcceptable(std::string message);
Failure unsupportedMediaType(std::string message);
Failure alreadyExists(std::string_view resource, std::string_view group, std::string_view name);
Failure conflict(std::string_view resource, std::string_view group, std::string_view name, std::string message);
/// 422 with causes; the message is composed as Kubernetes does: `Kind "name" is invalid: field: message`.
Failure invalid(std::string_view kind, std::string_view group, std::string_view name, std::vector<StatusCause> causes);
/// 410 Expired: the resourceVersion or continue token is too old.
Failure expired(std::string message);
Failure tooLarge(std::string message);
Failure tooManyRequests(std::string message, int retryAfterSeconds);
Failure timeout(std::string message);
Failure serviceUnavailable(std::string message);
Failure internal(std::string message);
/// For failures outside the API (files, sockets, child processes): code 500 and no reason.
Failure other(std::string message);
/// As other(), with the text of errno appended: `what: No such file or directory`.
Failure fromErrno(std::string_view what, int errnoValue);
} // namespace errors

bool isNotFound(const Status &status);
bool isConflict(const Status &status);
bool isAlreadyExists(const Status &status);
bool isExpired(const Status &status);

/// Puts context before the message: `context: message`; everything else stays.
Status withContext(std::string_view context, Status status);

} // namespace coracle

#define CORACLE_CONCAT_(a, b) a##b
#define CORACLE_CONCAT(a, b) CORACLE_CONCAT_(a, b)
#define CORACLE_TRY_(ret, tmp, var, ...)                                                                               \
    auto tmp = (__VA_ARGS__);                                                                                          \
    if (!tmp)                                                                                                          \
        ret std::unexpected(std::move(tmp).error());                                                                   \
    var = std::move(*tmp)
#define CORACLE_CHECK_(ret, tmp, ...)                                                                                  \
    if (auto tmp = (__VA_ARGS__); !tmp)                                                                                \
    ret std::unexpected(std::move(tmp).error())

/// TRY(auto value, expression) passes an error up and else binds the value; CHECK(expression) for Result<void>.
/// The CO_ forms are for coroutines (the expression may hold a co_await).
#define TRY(var, ...) CORACLE_TRY_(return, CORACLE_CONCAT(coracleTry, __LINE__), var, __VA_ARGS__)
#define CHECK(...) CORACLE_CHECK_(return, CORACLE_CONCAT(coracleTry, __LINE__), __VA_ARGS__)
#define CO_TRY(var, ...) CORACLE_TRY_(co_return, CORACLE_CONCAT(coracleTry, __LINE__), var, __VA_ARGS__)
#define CO_CHECK(...) CORACLE_CHECK_(co_return, CORACLE_CONCAT(coracleTry, __LINE__), __VA_ARGS__)
