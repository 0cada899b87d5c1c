#include "clusterd/apiserver/strategy/strategies.h"

#include <fmt/format.h>

/// apiregistration.k8s.io.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");

void validateApiService(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    const std::string_view name = textAt(object, "metadata", "name"), group = textAt(spec, "group"),
                           version = textAt(spec, "version");
    if (const std::string wanted = fmt::format("{}.{}", version, group); name != wanted)
        check.errors.invalid(FieldPath("metadata.name"), name,
                             fmt::format("must be `spec.version+\".\"+spec.group`: {}", quoted(wanted)));
    if (!group.empty())
        check.errors.invalidEach(kSpec / "group", group, dns1123SubdomainErrors(group));
    else if (version != "v1")
        check.errors.required(kSpec / "group", "only v1 may have an empty group and it better be legacy kube");
    check.errors.invalidEach(kSpec / "version", version, dns1035LabelErrors(version));
    const int64_t groupPriority = intAt(spec, "groupPriorityMinimum"), priority = intAt(spec, "versionPriority");
    if (groupPriority <= 0 || groupPriority > 20000)
        check.errors.invalid(kSpec / "groupPriorityMinimum", groupPriority, "must be positive and less than 20000");
    if (priority <= 0 || priority > 1000)
        check.errors.invalid(kSpec / "versionPriority", priority, "must be positive and less than 1000");
    const bool bundle = !textAt(spec, "caBundle").empty(), insecure = flagAt(spec, "insecureSkipTLSVerify");
    if (!hasAt(spec, "service")) {
        if (bundle)
            check.errors.invalid(kSpec / "caBundle", fmt::format("{} bytes", textAt(spec, "caBundle").size() / 4 * 3),
                                 "local APIServices may not have a caBundle");
        if (insecure)
            check.errors.invalid(kSpec / "insecureSkipTLSVerify", JsonValue(true),
                                 "local APIServices may not have insecureSkipTLSVerify");
        return;
    }
    const JsonObject &service = objectAt(spec, "service");
    check.requiredText(kSpec / "service", service, "namespace");
    check.requiredText(kSpec / "service", service, "name");
    const int64_t port = intAt(service, "port");
    if (hasAt(service, "port") && (port < 1 || port > 65535))
        check.errors.invalid(kSpec / "service" / "port", port, fmt::format("port is not valid: {}", kPortRange));
    if (bundle && insecure)
        check.errors.invalid(kSpec / "insecureSkipTLSVerify", JsonValue(true),
                             "may not be true if caBundle is present");
}

void validateApiServiceStatus(Checker &check, const JsonObject &object, const JsonObject &) {
    static constexpr std::string_view kStatuses[] = {"True", "False", "Unknown"};
    check.each(FieldPath("status"), objectAt(object, "status"), "conditions",
               [&](const FieldPath &own, const JsonObject &condition) {
                   if (!oneOf(textAt(condition, "status"), kStatuses))
                       check.errors.notSupported(own / "status", textAt(condition, "status"), kStatuses);
               });
}

} // namespace

void addApiServiceStrategies(StrategyMap &map) {
    map.make<RuleStrategy>("apiregistration.k8s.io", "apiservices", validateApiService, nullptr,
                           RuleStrategy::Options{.unconditionalUpdate = false, .status = validateApiServiceStatus});
}

} // namespace coracle::apiserver
