#include "clusterd/apiserver/strategy/pod_validation.h"

#include <fmt/format.h>

/// Probes and lifecycle hooks of containers.
namespace coracle::apiserver {

namespace {

constexpr std::string_view kWindowsSignals[] = {"SIGKILL", "SIGTERM"};
constexpr std::string_view kLinuxSignals[] = {
    "SIGABRT",     "SIGALRM",     "SIGBUS",      "SIGCHLD",     "SIGCLD",      "SIGCONT",     "SIGFPE",
    "SIGHUP",      "SIGILL",      "SIGINT",      "SIGIO",       "SIGIOT",      "SIGKILL",     "SIGPIPE",
    "SIGPOLL",     "SIGPROF",     "SIGPWR",      "SIGQUIT",     "SIGRTMAX",    "SIGRTMAX-1",  "SIGRTMAX-10",
    "SIGRTMAX-11", "SIGRTMAX-12", "SIGRTMAX-13", "SIGRTMAX-14", "SIGRTMAX-2",  "SIGRTMAX-3",  "SIGRTMAX-4",
    "SIGRTMAX-5",  "SIGRTMAX-6",  "SIGRTMAX-7",  "SIGRTMAX-8",  "SIGRTMAX-9",  "SIGRTMIN",    "SIGRTMIN+1",
    "SIGRTMIN+10", "SIGRTMIN+11", "SIGRTMIN+12", "SIGRTMIN+13", "SIGRTMIN+14", "SIGRTMIN+15", "SIGRTMIN+2",
    "SIGRTMIN+3",  "SIGRTMIN+4",  "SIGRTMIN+5",  "SIGRTMIN+6",  "SIGRTMIN+7",  "SIGRTMIN+8",  "SIGRTMIN+9",
    "SIGSEGV",     "SIGSTKFLT",   "SIGSTOP",     "SIGSYS",      "SIGTERM",     "SIGTRAP",     "SIGTSTP",
    "SIGTTIN",     "SIGTTOU",     "SIGURG",      "SIGUSR1",     "SIGUSR2",     "SIGVTALRM",   "SIGWINCH",
    "SIGXCPU",     "SIGXFSZ"};

void checkHttpGet(Checker &check, const FieldPath &path, const JsonObject &action) {
    static constexpr std::string_view kSchemes[] = {"HTTP", "HTTPS"};
    if (textAt(action, "path").empty())
        check.errors.required(path / "path");
    const JsonValue *port = memberAt(action, "port");
    check.portNumberOrName(path / "port", port ? *port : JsonValue(0));
    check.optionalWord(path, action, "scheme", kSchemes);
    check.each(path, action, "httpHeaders", [&](const FieldPath &own, const JsonObject &header) {
        check.errors.invalidEach(own / "name", textAt(header, "name"), httpHeaderNameErrors(textAt(header, "name")));
    });
}

void checkSleep(Checker &check, const FieldPath &path, const JsonObject &action, const PodScope &scope) {
    const int64_t seconds = intAt(action, "seconds");
    if (seconds < 0 || (scope.gracePeriod && seconds > *scope.gracePeriod))
        check.errors.invalid(path, seconds,
                             fmt::format("must be non-negative and less than terminationGracePeriodSeconds ({})",
                                         scope.gracePeriod.value_or(0)));
}

/// Exactly one of the actions.
void checkHandler(Checker &check, const FieldPath &path, const JsonObject &handler, const PodScope &scope,
                  std::initializer_list<std::string_view> allowed) {
    int count = 0;
    for (const std::string_view name : allowed) {
        if (!hasAt(handler, name))
            continue;
        const FieldPath own = path / name;
        if (++count > 1) {
            check.errors.forbidden(own, "may not specify more than 1 handler type");
            continue;
        }
        const JsonObject &action = objectAt(handler, name);
        if (name == "exec" && arrayAt(action, "command").empty())
            check.errors.required(own / "command");
        else if (name == "httpGet")
            checkHttpGet(check, own, action);
        else if (name == "tcpSocket")
            check.portNumberOrName(own / "port", memberAt(action, "port") ? *memberAt(action, "port") : JsonValue(0));
        else if (name == "grpc")
            check.portNumber(own / "port", intAt(action, "port"));
        else if (name == "sleep")
            checkSleep(check, own, action, scope);
    }
    if (count == 0)
        check.errors.required(path, "must specify a handler type");
}

void checkProbe(Checker &check, const FieldPath &path, const JsonObject &container, std::string_view name,
                const PodScope &scope) {
    if (!hasAt(container, name))
        return;
    const FieldPath own = path / name;
    const JsonObject &probe = objectAt(container, name);
    checkHandler(check, own, probe, scope, {"exec", "httpGet", "tcpSocket", "grpc"});
    for (const std::string_view number :
         {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
        check.notNegative(own, probe, number);
    check.positive(own, probe, "terminationGracePeriodSeconds");
    if (name == "readinessProbe") {
        if (hasAt(probe, "terminationGracePeriodSeconds"))
            check.errors.invalid(own / "terminationGracePeriodSeconds", intAt(probe, "terminationGracePeriodSeconds"),
                                 "must not be set for readinessProbes");
    } else if (intAt(probe, "successThreshold") != 1) {
        check.errors.invalid(own / "successThreshold", intAt(probe, "successThreshold"), "must be 1");
    }
}

void checkStopSignal(Checker &check, const FieldPath &path, std::string_view signal, std::string_view os) {
    if (os.empty())
        check.errors.forbidden(path, "may not be set for containers with empty `spec.os.name`");
    else if (os == "windows" && !oneOf(signal, kWindowsSignals))
        check.errors.notSupported(path, signal, kWindowsSignals);
    else if (os == "linux" && !oneOf(signal, kLinuxSignals))
        check.errors.notSupported(path, signal, kLinuxSignals);
}

} // namespace

void validateHooks(Checker &check, const FieldPath &path, const JsonObject &container, const PodScope &scope) {
    const JsonObject &lifecycle = objectAt(container, "lifecycle");
    const FieldPath own = path / "lifecycle";
    for (const std::string_view name : {"postStart", "preStop"})
        if (hasAt(lifecycle, name))
            checkHandler(check, own / name, objectAt(lifecycle, name), scope,
                         {"exec", "httpGet", "tcpSocket", "sleep"});
    if (hasAt(lifecycle, "stopSignal"))
        checkStopSignal(check, own / "stopSignal", textAt(lifecycle, "stopSignal"), scope.os);
    for (const std::string_view name : {"livenessProbe", "readinessProbe", "startupProbe"})
        checkProbe(check, path, container, name, scope);
}

} // namespace coracle::apiserver
