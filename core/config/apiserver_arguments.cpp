#include "core/config/apiserver_arguments.h"

#include "core/config/nearest.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::config {

namespace {

using Read = Result<> (*)(ApiserverArguments &, const ComponentArgument &);

/// Takes a value by its parser into a member.
template<auto Member, auto Parse>
Result<> read(ApiserverArguments &arguments, const ComponentArgument &argument) {
    TRY(arguments.*Member, Parse(argument.value));
    return {};
}

Result<int64_t> parseAny(std::string_view text) {
    return parseInteger(text, 0, INT64_MAX);
}
Result<int> parseLimit(std::string_view text) {
    TRY(const int64_t value, parseInteger(text, 0, INT32_MAX));
    return static_cast<int>(value);
}
Result<std::chrono::seconds> parseSeconds(std::string_view text) {
    TRY(const std::chrono::nanoseconds value, parseDuration(text));
    return std::chrono::ceil<std::chrono::seconds>(value);
}
Result<std::chrono::seconds> parseWholeSeconds(std::string_view text) {
    TRY(const int64_t value, parseInteger(text, 0, INT32_MAX));
    return std::chrono::seconds(value);
}
Result<std::filesystem::path> parsePath(std::string_view text) {
    if (!text.starts_with('/'))
        return errors::other(fmt::format("\"{}\" is not an absolute path", text));
    return std::filesystem::path(text);
}

template<auto Member>
Result<> readList(ApiserverArguments &arguments, const ComponentArgument &argument) {
    std::vector<std::string> &list = arguments.*Member;
    std::vector<std::string> values = splitCommas(argument.value);
    if (argument.mode == ComponentArgument::Mode::Replace)
        list.clear();
    list.insert(argument.mode == ComponentArgument::Mode::Prepend ? list.begin() : list.end(), values.begin(),
                values.end());
    return {};
}

Result<> readCidrs(ApiserverArguments &arguments, const ComponentArgument &argument) {
    arguments.serviceCidrs.clear();
    for (const std::string &text : splitCommas(argument.value)) {
        TRY(const Cidr cidr, Cidr::parse(text));
        arguments.serviceCidrs.push_back(cidr);
    }
    return {};
}

Result<> readRuntimeConfig(ApiserverArguments &arguments, const ComponentArgument &argument) {
    CHECK(readList<&ApiserverArguments::runtimeSettings>(arguments, argument));
    TRY(arguments.runtimeConfig, RuntimeConfig::parse(arguments.runtimeSettings));
    return {};
}

struct Row {
    std::string_view name;
    Read read;
};

using A = ApiserverArguments;
constexpr Row kFollowed[] = {
    {"admission-control-config-file", read<&A::admissionConfigFile, parsePath>},
    {"anonymous-auth", read<&A::anonymousAuth, parseBool>},
    {"default-not-ready-toleration-seconds", read<&A::notReadyTolerationSeconds, parseAny>},
    {"default-unreachable-toleration-seconds", read<&A::unreachableTolerationSeconds, parseAny>},
    {"disable-admission-plugins", readList<&A::disableAdmissionPlugins>},
    {"enable-admission-plugins", readList<&A::enableAdmissionPlugins>},
    {"event-ttl", read<&A::eventTtl, parseSeconds>},
    {"max-mutating-requests-inflight", read<&A::maxMutatingRequestsInflight, parseLimit>},
    {"max-requests-inflight", read<&A::maxRequestsInflight, parseLimit>},
    {"min-request-timeout", read<&A::minRequestTimeout, parseWholeSeconds>},
    {"request-timeout", read<&A::requestTimeout, parseSeconds>},
    {"runtime-config", readRuntimeConfig},
    {"service-cluster-ip-range", readCidrs},
    {"service-node-port-range", read<&A::nodePorts, parsePortRange>},
    {"v", read<&A::verbosity, parseAny>},
};

/// The other arguments of kube-apiserver 1.36.
constexpr std::string_view kOthers[] = {"advertise-address",
                                        "aggregator-reject-forwarding-redirect",
                                        "allow-metric-labels",
                                        "allow-metric-labels-manifest",
                                        "allow-privileged",
                                        "api-audiences",
                                        "apiserver-count",
                                        "audit-log-batch-buffer-size",
                                        "audit-log-batch-max-size",
                                        "audit-log-batch-max-wait",
                                        "audit-log-batch-throttle-burst",
                                        "audit-log-batch-throttle-enable",
                                        "audit-log-batch-throttle-qps",
                                        "audit-log-compress",
                                        "audit-log-format",
                                        "audit-log-maxage",
                                        "audit-log-maxbackup",
                                        "audit-log-maxsize",
                                        "audit-log-mode",
                                        "audit-log-path",
                                        "audit-log-truncate-enabled",
                                        "audit-log-truncate-max-batch-size",
                                        "audit-log-truncate-max-event-size",
                                        "audit-log-version",
                                        "audit-policy-file",
                                        "audit-webhook-batch-buffer-size",
                                        "audit-webhook-batch-max-size",
                                        "audit-webhook-batch-max-wait",
                                        "audit-webhook-batch-throttle-burst",
                                        "audit-webhook-batch-throttle-enable",
                                        "audit-webhook-batch-throttle-qps",
                                        "audit-webhook-config-file",
                                        "audit-webhook-initial-backoff",
                                        "audit-webhook-mode",
                                        "audit-webhook-truncate-enabled",
                                        "audit-webhook-truncate-max-batch-size",
                                        "audit-webhook-truncate-max-event-size",
                                        "audit-webhook-version",
                                        "authentication-config",
                                        "authentication-token-webhook-cache-ttl",
                                        "authentication-token-webhook-config-file",
                                        "authentication-token-webhook-version",
                                        "authorization-config",
                                        "authorization-mode",
                                        "authorization-policy-file",
                                        "authorization-webhook-cache-authorized-ttl",
                                        "authorization-webhook-cache-unauthorized-ttl",
                                        "authorization-webhook-config-file",
                                        "authorization-webhook-version",
                                        "bind-address",
                                        "cert-dir",
                                        "client-ca-file",
                                        "contention-profiling",
                                        "coordinated-leadership-lease-duration",
                                        "coordinated-leadership-renew-deadline",
                                        "coordinated-leadership-retry-period",
                                        "cors-allowed-origins",
                                        "debug-socket-path",
                                        "default-watch-cache-size",
                                        "delete-collection-workers",
                                        "disable-http2-serving",
                                        "disabled-metrics",
                                        "egress-selector-config-file",
                                        "emulated-version",
                                        "emulation-forward-compatible",
                                        "enable-aggregator-routing",
                                        "enable-bootstrap-token-auth",
                                        "enable-garbage-collector",
                                        "enable-logs-handler",
                                        "enable-priority-and-fairness",
                                        "encryption-provider-config",
                                        "encryption-provider-config-automatic-reload",
                                        "endpoint-reconciler-type",
                                        "etcd-cafile",
                                        "etcd-certfile",
                                        "etcd-compaction-interval",
                                        "etcd-count-metric-poll-period",
                                        "etcd-db-metric-poll-interval",
                                        "etcd-healthcheck-timeout",
                                        "etcd-keyfile",
                                        "etcd-prefix",
                                        "etcd-readycheck-timeout",
                                        "etcd-servers",
                                        "etcd-servers-overrides",
                                        "external-hostname",
                                        "feature-gates",
                                        "goaway-chance",
                                        "help",
                                        "http2-max-streams-per-connection",
                                        "kubelet-certificate-authority",
                                        "kubelet-client-certificate",
                                        "kubelet-client-key",
                                        "kubelet-port",
                                        "kubelet-preferred-address-types",
                                        "kubelet-read-only-port",
                                        "kubelet-timeout",
                                        "kubernetes-service-node-port",
                                        "lease-reuse-duration-seconds",
                                        "livez-grace-period",
                                        "log-flush-frequency",
                                        "log-json-info-buffer-size",
                                        "log-json-split-stream",
                                        "log-text-info-buffer-size",
                                        "log-text-split-stream",
                                        "logging-format",
                                        "max-connection-bytes-per-sec",
                                        "min-compatibility-version",
                                        "oidc-ca-file",
                                        "oidc-client-id",
                                        "oidc-groups-claim",
                                        "oidc-groups-prefix",
                                        "oidc-issuer-url",
                                        "oidc-required-claim",
                                        "oidc-signing-algs",
                                        "oidc-username-claim",
                                        "oidc-username-prefix",
                                        "peer-advertise-ip",
                                        "peer-advertise-port",
                                        "peer-ca-file",
                                        "permit-address-sharing",
                                        "permit-port-sharing",
                                        "profiling",
                                        "proxy-client-cert-file",
                                        "proxy-client-key-file",
                                        "requestheader-allowed-names",
                                        "requestheader-client-ca-file",
                                        "requestheader-extra-headers-prefix",
                                        "requestheader-group-headers",
                                        "requestheader-uid-headers",
                                        "requestheader-username-headers",
                                        "runtime-config-emulation-forward-compatible",
                                        "secure-port",
                                        "service-account-extend-token-expiration",
                                        "service-account-issuer",
                                        "service-account-jwks-uri",
                                        "service-account-key-file",
                                        "service-account-lookup",
                                        "service-account-max-token-expiration",
                                        "service-account-signing-endpoint",
                                        "service-account-signing-key-file",
                                        "show-hidden-metrics-for-version",
                                        "shutdown-delay-duration",
                                        "shutdown-send-retry-after",
                                        "shutdown-watch-termination-grace-period",
                                        "storage-backend",
                                        "storage-initialization-timeout",
                                        "storage-media-type",
                                        "strict-transport-security-directives",
                                        "tls-cert-file",
                                        "tls-cipher-suites",
                                        "tls-curve-preferences",
                                        "tls-min-version",
                                        "tls-private-key-file",
                                        "tls-sni-cert-key",
                                        "token-auth-file",
                                        "tracing-config-file",
                                        "version",
                                        "vmodule",
                                        "watch-cache",
                                        "watch-cache-sizes"};

Failure unknown(std::string_view name) {
    std::vector<std::string_view> names(std::begin(kOthers), std::end(kOthers));
    for (const Row &row : kFollowed)
        names.push_back(row.name);
    const std::string_view nearest = nearestName(name, names);
    return errors::other(
        fmt::format("unknown flag: --{}{}", name, nearest.empty() ? "" : fmt::format("; did you mean --{}?", nearest)));
}

} // namespace

Result<ApiserverArguments> ApiserverArguments::from(std::span<const ComponentArgument> arguments) {
    ApiserverArguments read;
    for (const ComponentArgument &argument : arguments) {
        const auto row = std::ranges::find(kFollowed, argument.name, &Row::name);
        if (row == std::end(kFollowed) && std::ranges::find(kOthers, argument.name) == std::end(kOthers))
            return unknown(argument.name);
        if (row == std::end(kFollowed)) {
            read.withoutEffect.push_back(argument.name);
            continue;
        }
        if (auto done = row->read(read, argument); !done)
            return errors::other(fmt::format("invalid argument \"{}\" for \"--{}\" flag: {}", argument.value,
                                             argument.name, done.error().message));
    }
    return read;
}

} // namespace coracle::config
