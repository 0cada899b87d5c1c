#include "clusterd/apiserver/admission/pod_security_policy.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kPrefix = "pod-security.kubernetes.io/";
constexpr std::string_view kLevelWords = "must be one of privileged, baseline, restricted";
constexpr std::string_view kVersionWords = "must be \"latest\" or \"v1.x\"";

std::optional<PodSecurityLevel> parseLevel(std::string_view text) {
    for (const PodSecurityLevel level :
         {PodSecurityLevel::Privileged, PodSecurityLevel::Baseline, PodSecurityLevel::Restricted})
        if (levelName(level) == text)
            return level;
    return std::nullopt;
}

std::optional<int> parseVersion(std::string_view text) {
    if (text == "latest")
        return kLatestPodSecurity;
    if (!text.starts_with("v1.") || text.size() > 6)
        return std::nullopt;
    text.remove_prefix(3);
    int minor = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minor);
    const bool whole = error == std::errc() && end == text.data() + text.size() && minor >= 0;
    return whole ? std::optional(minor) : std::nullopt;
}

/// Reads a mode of a PodSecurityConfiguration's defaults: absent members keep what is there.
Result<> readDefault(const JsonObject &defaults, std::string_view mode, PodSecurityRule &rule) {
    const std::string version = fmt::format("{}-version", mode);
    if (const std::string_view text = textAt(defaults, mode); !text.empty()) {
        const auto level = parseLevel(text);
        if (!level)
            return errors::other(fmt::format("defaults.{}: Invalid value: \"{}\": {}", mode, text, kLevelWords));
        rule.level = *level;
    }
    if (const std::string_view text = textAt(defaults, version); !text.empty()) {
        if (!parseVersion(text))
            return errors::other(fmt::format("defaults.{}: Invalid value: \"{}\": {}", version, text, kVersionWords));
        rule.version = text;
    }
    return {};
}

} // namespace

std::string_view levelName(PodSecurityLevel level) {
    return level == PodSecurityLevel::Privileged ? "privileged"
           : level == PodSecurityLevel::Baseline ? "baseline"
                                                 : "restricted";
}

int PodSecurityRule::minorVersion() const {
    return parseVersion(version).value_or(kLatestPodSecurity);
}

std::string PodSecurityRule::text() const {
    return fmt::format("{}:{}", levelName(level), version);
}

Result<PodSecurityOptions> PodSecurityOptions::from(const JsonObject &configuration) {
    if (textAt(configuration, "kind") != "PodSecurityConfiguration" ||
        !textAt(configuration, "apiVersion").starts_with("pod-security.admission.config.k8s.io/"))
        return errors::other("the configuration must be of kind PodSecurityConfiguration and apiVersion "
                             "pod-security.admission.config.k8s.io/v1");
    PodSecurityOptions options;
    const JsonObject &defaults = objectAt(configuration, "defaults");
    CHECK(readDefault(defaults, "enforce", options.defaults.enforce));
    CHECK(readDefault(defaults, "audit", options.defaults.audit));
    CHECK(readDefault(defaults, "warn", options.defaults.warn));
    const std::pair<std::string_view, std::vector<std::string> *> lists[] = {
        {"usernames", &options.exemptUsers},
        {"namespaces", &options.exemptNamespaces},
        {"runtimeClasses", &options.exemptRuntimeClasses}};
    for (const auto &[name, list] : lists)
        for (const JsonValue &value : arrayAt(configuration, "exemptions", name))
            list->emplace_back(asText(value));
    return options;
}

PodSecurityPolicy podSecurityPolicy(const JsonObject &labels, const PodSecurityPolicy &defaults,
                                    std::vector<StatusCause> *causes) {
    PodSecurityPolicy policy = defaults;
    auto wrong = [&](const std::string &label, std::string_view value, std::string_view words) {
        if (causes)
            causes->push_back({"FieldValueInvalid", fmt::format("Invalid value: \"{}\": {}", value, words),
                               fmt::format("metadata.labels[{}]", label)});
    };
    const std::pair<std::string_view, PodSecurityRule *> modes[] = {
        {"enforce", &policy.enforce}, {"audit", &policy.audit}, {"warn", &policy.warn}};
    for (const auto &[mode, rule] : modes) {
        const std::string label = fmt::format("{}{}", kPrefix, mode), version = label + "-version";
        if (const JsonValue *value = labels.if_contains(label)) {
            const auto level = parseLevel(asText(*value));
            if (!level)
                wrong(label, asText(*value), kLevelWords);
            rule->level =
                level.value_or(mode == "enforce" ? PodSecurityLevel::Restricted : PodSecurityLevel::Privileged);
        }
        if (const JsonValue *value = labels.if_contains(version)) {
            const bool known = parseVersion(asText(*value)).has_value();
            if (!known)
                wrong(version, asText(*value), kVersionWords);
            rule->version = known ? std::string(asText(*value)) : "latest";
        }
    }
    // Who enforces a level wants to hear of workloads whose pods will be refused.
    if (labels.contains(fmt::format("{}enforce", kPrefix)) && !labels.contains(fmt::format("{}warn", kPrefix))) {
        policy.warn.level = policy.enforce.level;
        if (!labels.contains(fmt::format("{}warn-version", kPrefix)))
            policy.warn.version = policy.enforce.version;
    }
    return policy;
}

} // namespace coracle::apiserver
