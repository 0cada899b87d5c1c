#include "clusterd/apiserver/apiextensions/definition_validation.h"

#include "clusterd/apiserver/apiextensions/schema_invariants.h"
#include "clusterd/apiserver/apiextensions/version_validation.h"
#include "clusterd/apiserver/apiextensions/webhook_client.h"
#include "core/api/label_syntax.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kApproved = "api-approved.kubernetes.io";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char &c : result)
        if (c >= 'A' && c <= 'Z')
            c += 'a' - 'A';
    return result;
}

void validateLabel(std::string_view text, const FieldPath &path, std::string_view shown, std::string_view before,
                   FieldErrors &errors) {
    if (text.empty())
        return;
    if (const auto wrong = api::dns1035LabelErrors(text); !wrong.empty())
        errors.invalid(path, shown, fmt::format("{}{}", before, fmt::join(wrong, ",")));
}

void validateNames(const JsonObject &names, const FieldPath &path, FieldErrors &errors) {
    constexpr std::string_view kMixed = "may have mixed case, but should otherwise match: ";
    for (std::string_view name : {"plural", "singular"})
        validateLabel(textAt(names, name), path / name, textAt(names, name), "", errors);
    for (std::string_view name : {"kind", "listKind"})
        validateLabel(lower(textAt(names, name)), path / name, textAt(names, name), kMixed, errors);
    for (std::string_view name : {"shortNames", "categories"}) {
        const JsonArray &list = arrayAt(names, name);
        for (size_t i = 0; i < list.size(); ++i)
            if (const auto wrong = api::dns1035LabelErrors(asText(list[i])); !wrong.empty())
                errors.invalid((path / name)[i], Shown(list[i]), fmt::format("{}", fmt::join(wrong, ",")));
    }
    if (const std::string_view kind = textAt(names, "kind"); !kind.empty() && kind == textAt(names, "listKind"))
        errors.invalid(path / "listKind", kind, "kind and listKind may not be the same");
}

void validateGroup(const JsonObject &spec, const FieldPath &path, FieldErrors &errors) {
    const std::string_view group = textAt(spec, "group");
    if (group.empty())
        errors.required(path);
    else if (const auto wrong = api::dns1123SubdomainErrors(group); !wrong.empty())
        errors.invalid(path, group, fmt::format("{}", fmt::join(wrong, ",")));
    else if (group.find('.') == std::string_view::npos)
        errors.invalid(path, group, "should be a domain with at least one dot");
}

void validateReviewVersions(const JsonArray &versions, const FieldPath &path, FieldErrors &errors) {
    if (versions.empty())
        return errors.required(path);
    std::set<std::string_view> seen;
    for (size_t i = 0; i < versions.size(); ++i) {
        const std::string_view version = asText(versions[i]);
        if (!seen.insert(version).second)
            errors.invalid(path[i], version, "duplicate version");
        else
            errors.invalidEach(path[i], version, api::dns1035LabelErrors(version));
    }
    if (!seen.contains("v1"))
        errors.invalid(path, Shown(versions), "must include at least one of v1");
}

void validateConversion(const JsonObject &conversion, const FieldPath &path, FieldErrors &errors) {
    static constexpr std::array<std::string_view, 2> kStrategies = {"None", "Webhook"};
    const std::string_view strategy = textAt(conversion, "strategy");
    if (strategy.empty())
        errors.required(path / "strategy");
    else if (std::ranges::find(kStrategies, strategy) == kStrategies.end())
        errors.notSupported(path / "strategy", strategy, kStrategies);
    const JsonObject &webhook = objectAt(conversion, "webhook");
    const JsonValue *config = memberAt(webhook, "clientConfig");
    const JsonArray &versions = arrayAt(webhook, "conversionReviewVersions");
    const FieldPath configPath = path / "webhookClientConfig", versionsPath = path / "conversionReviewVersions";
    if (strategy == "Webhook") {
        if (config)
            validateWebhookConfig(asObject(*config), configPath, errors);
        else
            errors.required(configPath, "required when strategy is set to Webhook");
        validateReviewVersions(versions, versionsPath, errors);
        return;
    }
    constexpr std::string_view kWhy = "should not be set when strategy is not set to Webhook";
    if (config)
        errors.forbidden(configPath, kWhy);
    if (!versions.empty())
        errors.forbidden(versionsPath, kWhy);
}

const JsonObject *versionNamed(const JsonObject &definition, std::string_view name) {
    for (const JsonValue &version : arrayAt(definition, "spec", "versions"))
        if (textAt(asObject(version), "name") == name)
            return version.if_object();
    return nullptr;
}

void validateVersions(const JsonObject &spec, const JsonObject *old, const FieldPath &path,
                      std::vector<StatusCause> &causes) {
    FieldErrors errors(causes);
    std::set<std::string_view> names;
    bool unique = true;
    int stored = 0;
    const JsonArray &versions = arrayAt(spec, "versions");
    for (size_t i = 0; i < versions.size(); ++i) {
        const JsonObject &version = asObject(versions[i]);
        const std::string_view name = textAt(version, "name");
        stored += flagAt(version, "storage");
        unique &= names.insert(name).second;
        if (const auto wrong = api::dns1035LabelErrors(name); !wrong.empty())
            errors.invalid(path[i] / "name", name, fmt::format("{}", fmt::join(wrong, ",")));
        validateDefinitionVersion(version, old ? versionNamed(*old, name) : nullptr, path[i], causes);
    }
    if (!unique)
        errors.invalid(path, Shown(versions), "must contain unique version names");
    if (stored != 1)
        errors.invalid(path, Shown(versions), "must have exactly one version marked as storage version");
}

void validateSpec(const JsonObject &spec, const JsonObject *old, std::vector<StatusCause> &causes) {
    static constexpr std::array<std::string_view, 2> kScopes = {"Cluster", "Namespaced"};
    const FieldPath path("spec");
    FieldErrors errors(causes);
    validateGroup(spec, path / "group", errors);
    const std::string_view scope = textAt(spec, "scope");
    if (scope.empty())
        errors.required(path / "scope");
    else if (std::ranges::find(kScopes, scope) == kScopes.end())
        errors.notSupported(path / "scope", scope, kScopes);
    if (flagAt(spec, "preserveUnknownFields"))
        errors.invalid(path / "preserveUnknownFields", Shown(JsonValue(true)),
                       "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in "
                       "spec.versions[*].schema instead");
    validateVersions(spec, old, path / "versions", causes);
    const JsonObject &names = objectAt(spec, "names");
    for (std::string_view name : {"plural", "singular", "kind", "listKind"})
        if (textAt(names, name).empty())
            errors.required(path / "names" / name);
    validateNames(names, path / "names", errors);
    validateConversion(objectAt(spec, "conversion"), path / "conversion", errors);
}

void validateStoredVersions(const JsonObject &definition, FieldErrors &errors) {
    const FieldPath path = FieldPath("status") / "storedVersions";
    const JsonArray &stored = arrayAt(definition, "status", "storedVersions");
    if (stored.empty())
        return errors.invalid(path, Shown(stored), "must have at least one stored version");
    const auto has = [&](std::string_view name) {
        return std::ranges::any_of(stored, [&](const JsonValue &one) { return asText(one) == name; });
    };
    for (const JsonValue &version : arrayAt(definition, "spec", "versions")) {
        const std::string_view name = textAt(asObject(version), "name");
        if (flagAt(asObject(version), "storage") && !has(name))
            errors.invalid(path, Shown(stored), fmt::format("must have the storage version {}", name));
    }
    for (size_t i = 0; i < stored.size(); ++i)
        if (const std::string_view name = asText(stored[i]); !versionNamed(definition, name))
            errors.invalid(path[i], name,
                           fmt::format("missing from spec.versions; {0} was previously a storage version, and must "
                                       "remain in spec.versions until a storage migration ensures no data remains "
                                       "persisted in {0} and removes {0} from status.storedVersions",
                                       name));
}

/// Only definitions that the community has looked at may use its groups (KEP-1111).
void validateApproval(const JsonObject &definition, FieldErrors &errors) {
    const std::string_view group = textAt(definition, "spec", "group");
    if (!isProtectedGroup(group))
        return;
    const FieldPath path = (FieldPath("metadata") / "annotations").key(kApproved);
    const std::string_view approval = textAt(definition, "metadata", "annotations", kApproved);
    if (approval.empty())
        return errors.required(path, "protected groups must have approval annotation \"api-approved.kubernetes.io\", "
                                     "see https://github.com/kubernetes/enhancements/pull/1111");
    const bool url = approval.find("://") != std::string_view::npos && !approval.ends_with("://");
    if (!url && !approval.starts_with("unapproved"))
        errors.invalid(path, approval,
                       "protected groups must have approval annotation \"api-approved.kubernetes.io\" with either a "
                       "URL or a reason starting with \"unapproved\", see "
                       "https://github.com/kubernetes/enhancements/pull/1111");
}

} // namespace

bool hasTrueCondition(const JsonObject &definition, std::string_view type) {
    const JsonArray &conditions = arrayAt(definition, "status", "conditions");
    return std::ranges::any_of(conditions, [&](const JsonValue &one) {
        return textAt(asObject(one), "type") == type && textAt(asObject(one), "status") == "True";
    });
}

bool isProtectedGroup(std::string_view group) {
    return group == "k8s.io" || group == "kubernetes.io" || group.ends_with(".k8s.io") ||
           group.ends_with(".kubernetes.io");
}

std::string structureViolations(const JsonObject &definition) {
    std::vector<StatusCause> causes;
    const JsonArray &versions = arrayAt(definition, "spec", "versions");
    for (size_t i = 0; i < versions.size(); ++i) {
        const FieldPath path = (FieldPath("spec") / "versions")[i] / "schema" / "openAPIV3Schema";
        const JsonValue *schema = memberAt(asObject(versions[i]), "schema", "openAPIV3Schema");
        if (schema && schema->is_object())
            validateStructure(schema->get_object(), path, causes);
    }
    std::string text;
    for (const StatusCause &cause : causes)
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", cause.field, cause.message);
    return causes.size() > 1 ? "[" + text + "]" : text;
}

void validateDefinition(const JsonObject &definition, std::vector<StatusCause> &causes) {
    FieldErrors errors(causes);
    const JsonObject &spec = objectAt(definition, "spec");
    const std::string wanted = fmt::format("{}.{}", textAt(spec, "names", "plural"), textAt(spec, "group"));
    if (const std::string_view name = textAt(definition, "metadata", "name"); name != wanted)
        errors.invalid(FieldPath("metadata") / "name", name, "must be spec.names.plural+\".\"+spec.group");
    validateSpec(spec, nullptr, causes);
    validateStoredVersions(definition, errors);
    validateApproval(definition, errors);
}

void validateDefinitionUpdate(const JsonObject &definition, const JsonObject &old, std::vector<StatusCause> &causes) {
    const JsonObject &spec = objectAt(definition, "spec"), &before = objectAt(old, "spec");
    const FieldPath path("spec");
    validateSpec(spec, &old, causes);
    FieldErrors errors(causes);
    if (hasTrueCondition(old, "Established")) {
        if (textAt(spec, "scope") != textAt(before, "scope"))
            errors.immutable(path / "scope", textAt(spec, "scope"));
        if (textAt(spec, "names", "kind") != textAt(before, "names", "kind"))
            errors.immutable(path / "names" / "kind", textAt(spec, "names", "kind"));
    }
    if (textAt(spec, "group") != textAt(before, "group"))
        errors.immutable(path / "group", textAt(spec, "group"));
    if (textAt(spec, "names", "plural") != textAt(before, "names", "plural"))
        errors.immutable(path / "names" / "plural", textAt(spec, "names", "plural"));
    validateStoredVersions(definition, errors);
    const bool sameApproval =
        textAt(definition, "metadata", "annotations", kApproved) == textAt(old, "metadata", "annotations", kApproved);
    if (!sameApproval)
        validateApproval(definition, errors);
}

void validateDefinitionStatus(const JsonObject &definition, std::vector<StatusCause> &causes) {
    FieldErrors errors(causes);
    validateNames(objectAt(definition, "status", "acceptedNames"), FieldPath("status") / "acceptedNames", errors);
    validateStoredVersions(definition, errors);
}

} // namespace coracle::apiserver
