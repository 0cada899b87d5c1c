#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/webhook_validation.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

/// admissionregistration.k8s.io: webhooks, policies and their bindings. Expressions are checked for presence only.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr std::string_view kFailurePolicies[] = {"Fail", "Ignore"};
constexpr std::string_view kMatchPolicies[] = {"Equivalent", "Exact"};
constexpr std::string_view kReinvocation[] = {"IfNeeded", "Never"};
constexpr size_t kAuditAnnotationsMax = 20;

void checkReviewVersions(Checker &check, const FieldPath &path, const JsonArray &versions) {
    if (versions.empty()) {
        check.errors.required(path, "must specify one of v1, v1beta1");
        return;
    }
    std::set<std::string_view> seen;
    for (size_t i = 0; i < versions.size(); ++i) {
        const std::string_view version = asText(versions[i]);
        if (seen.insert(version).second)
            check.errors.invalidEach(path[i], version, dns1035LabelErrors(version));
        else
            check.errors.invalid(path[i], version, "duplicate version");
    }
    if (!seen.contains("v1") && !seen.contains("v1beta1"))
        check.errors.invalid(path, versions, "must include at least one of v1, v1beta1");
}

void checkWebhook(Checker &check, const FieldPath &path, const JsonObject &hook) {
    static constexpr std::string_view kSideEffects[] = {"None", "NoneOnDryRun"};
    check.requiredText(path, hook, "name", fullyQualifiedNameErrors);
    check.each(path, hook, "rules",
               [&](const FieldPath &own, const JsonObject &rule) { validateRuleWithOperations(check, own, rule); });
    check.optionalWord(path, hook, "failurePolicy", kFailurePolicies);
    check.optionalWord(path, hook, "matchPolicy", kMatchPolicies);
    if (!hasAt(hook, "sideEffects"))
        check.errors.required(path / "sideEffects", "must specify one of None, NoneOnDryRun");
    else
        check.optionalWord(path, hook, "sideEffects", kSideEffects);
    check.intRange(path, hook, "timeoutSeconds", 1, 30, "the timeout value must be between 1 and 30 seconds");
    check.labelSelector(path / "namespaceSelector", objectAt(hook, "namespaceSelector"));
    check.labelSelector(path / "objectSelector", objectAt(hook, "objectSelector"));
    check.optionalWord(path, hook, "reinvocationPolicy", kReinvocation);
    validateWebhookClient(check, path / "clientConfig", objectAt(hook, "clientConfig"));
    validateMatchConditions(check, path, hook);
    checkReviewVersions(check, path / "admissionReviewVersions", arrayAt(hook, "admissionReviewVersions"));
}

void validateWebhooks(Checker &check, const JsonObject &object) {
    std::set<std::string_view> names;
    check.each(FieldPath(), object, "webhooks", [&](const FieldPath &own, const JsonObject &hook) {
        checkWebhook(check, own, hook);
        const std::string_view name = textAt(hook, "name");
        if (!name.empty() && !names.insert(name).second)
            check.errors.duplicate(own / "name", name);
    });
}

void checkParamKind(Checker &check, const JsonObject &spec) {
    if (!hasAt(spec, "paramKind"))
        return;
    const JsonObject &kind = objectAt(spec, "paramKind");
    const FieldPath path = kSpec / "paramKind";
    const std::string_view version = textAt(kind, "apiVersion");
    if (version.empty()) {
        check.errors.required(path / "apiVersion");
    } else if (std::ranges::count(version, '/') > 1) {
        check.errors.invalid(path / "apiVersion", version, fmt::format("unexpected GroupVersion string: {}", version));
    } else {
        const size_t slash = version.find('/');
        const std::string_view name = slash == version.npos ? version : version.substr(slash + 1);
        if (slash != version.npos)
            check.errors.invalidEach(path / "apiVersion", version.substr(0, slash),
                                     dns1123SubdomainErrors(version.substr(0, slash)));
        check.errors.invalidEach(path / "apiVersion", name, dns1035LabelErrors(name));
    }
    if (check.requiredText(path, kind, "kind")) {
        std::string lower(textAt(kind, "kind"));
        std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
        for (const std::string &problem : dns1035LabelErrors(lower))
            check.errors.invalid(path / "kind", textAt(kind, "kind"),
                                 "may have mixed case, but should otherwise match: " + problem);
    }
}

/// Which requests a policy or binding is for.
void checkMatch(Checker &check, const FieldPath &path, const JsonObject &match) {
    check.labelSelector(path / "namespaceSelector", objectAt(match, "namespaceSelector"));
    check.labelSelector(path / "objectSelector", objectAt(match, "objectSelector"));
    if (!hasAt(match, "matchPolicy"))
        check.errors.required(path / "matchPolicy");
    else
        check.optionalWord(path, match, "matchPolicy", kMatchPolicies);
    for (const std::string_view list : {"resourceRules", "excludeResourceRules"})
        check.each(path, match, list, [&](const FieldPath &own, const JsonObject &rule) {
            validateRuleWithOperations(check, own, rule);
            std::set<std::string_view> names;
            check.eachText(own, rule, "resourceNames", [&](const FieldPath &at, std::string_view name) {
                check.errors.invalidEach(at, name, pathSegmentErrors(name));
                if (!names.insert(name).second)
                    check.errors.duplicate(at, name);
            });
        });
}

void checkVariables(Checker &check, const JsonObject &spec) {
    std::set<std::string_view> names;
    check.each(kSpec, spec, "variables", [&](const FieldPath &own, const JsonObject &variable) {
        const std::string_view name = textAt(variable, "name");
        if (name.empty())
            check.errors.required(own / "name", "name is required");
        else if (!cIdentifierErrors(name).empty())
            check.errors.invalid(own / "name", name, "name is not a valid CEL identifier");
        else if (!names.insert(name).second)
            check.errors.duplicate(own / "name", name);
        if (textAt(variable, "expression").empty())
            check.errors.required(own / "expression", "expression is required");
    });
}

/// What validating and mutating policies share.
void checkPolicy(Checker &check, const JsonObject &spec) {
    if (!hasAt(spec, "failurePolicy"))
        check.errors.required(kSpec / "failurePolicy");
    else
        check.optionalWord(kSpec, spec, "failurePolicy", kFailurePolicies);
    checkParamKind(check, spec);
    if (!hasAt(spec, "matchConstraints")) {
        check.errors.required(kSpec / "matchConstraints");
    } else {
        checkMatch(check, kSpec / "matchConstraints", objectAt(spec, "matchConstraints"));
        if (arrayAt(spec, "matchConstraints", "resourceRules").empty())
            check.errors.required(kSpec / "matchConstraints" / "resourceRules");
    }
    validateMatchConditions(check, kSpec, spec);
    checkVariables(check, spec);
}

void checkValidation(Checker &check, const FieldPath &path, const JsonObject &validation) {
    static constexpr std::string_view kReasons[] = {"Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"};
    auto blank = [](std::string_view text) { return text.find_first_not_of(" \t\n") == text.npos; };
    const std::string_view message = textAt(validation, "message"), expression = textAt(validation, "expression");
    if (blank(expression))
        check.errors.required(path / "expression", "expression is not specified");
    if (!textAt(validation, "messageExpression").empty() && blank(textAt(validation, "messageExpression")))
        check.errors.invalid(path / "messageExpression", textAt(validation, "messageExpression"),
                             "must be non-empty if specified");
    if (!message.empty() && blank(message))
        check.errors.invalid(path / "message", message, "message must be non-empty if specified");
    else if (message.find('\n') != message.npos)
        check.errors.invalid(path / "message", message, "message must not contain line breaks");
    else if (expression.find('\n') != expression.npos && message.empty())
        check.errors.required(path / "message", "message must be specified if expression contains line breaks");
    check.optionalWord(path, validation, "reason", kReasons);
}

void validateValidatingPolicy(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    checkPolicy(check, spec);
    if (arrayAt(spec, "validations").empty() && arrayAt(spec, "auditAnnotations").empty())
        for (const std::string_view list : {"validations", "auditAnnotations"})
            check.errors.required(kSpec / list, "validations or auditAnnotations must contain at least one item");
    check.each(kSpec, spec, "validations",
               [&](const FieldPath &own, const JsonObject &one) { checkValidation(check, own, one); });
    check.maxItems(kSpec, spec, "auditAnnotations", kAuditAnnotationsMax);
    std::set<std::string_view> keys;
    check.each(kSpec, spec, "auditAnnotations", [&](const FieldPath &own, const JsonObject &annotation) {
        const std::string_view key = textAt(annotation, "key");
        if (check.requiredText(own, annotation, "key", qualifiedNameErrors) && !keys.insert(key).second)
            check.errors.duplicate(own / "key", key);
        if (textAt(annotation, "valueExpression").empty())
            check.errors.required(own / "valueExpression", "valueExpression is not specified");
    });
}

void checkMutation(Checker &check, const FieldPath &path, const JsonObject &mutation) {
    static constexpr std::string_view kTypes[] = {"ApplyConfiguration", "JSONPatch"};
    const std::string_view type = textAt(mutation, "patchType");
    check.requiredWord(path, mutation, "patchType", kTypes);
    struct Form {
        std::string_view type, member;
    };
    for (const Form &form : {Form{"ApplyConfiguration", "applyConfiguration"}, Form{"JSONPatch", "jsonPatch"}}) {
        const bool given = hasAt(mutation, form.member);
        if (type == form.type && !given)
            check.errors.required(path / form.member, fmt::format("must be specified when patchType is {}", form.type));
        else if (type == form.type && textAt(mutation, form.member, "expression").empty())
            check.errors.required(path / form.member / "expression", "expression is not specified");
        else if (type != form.type && given)
            check.errors.invalid(path / form.member, objectAt(mutation, form.member),
                                 fmt::format("must not be specified when patchType is {}", type));
    }
}

void validateMutatingPolicy(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kOperations[] = {"*", "CONNECT", "CREATE", "UPDATE"};
    const JsonObject &spec = objectAt(object, "spec"), &match = objectAt(spec, "matchConstraints");
    checkPolicy(check, spec);
    check.each(kSpec / "matchConstraints", match, "resourceRules", [&](const FieldPath &own, const JsonObject &rule) {
        check.eachText(own, rule, "operations", [&](const FieldPath &at, std::string_view operation) {
            if (operation == "DELETE")
                check.errors.notSupported(at, operation, kOperations);
        });
    });
    if (arrayAt(spec, "mutations").empty())
        check.errors.required(kSpec / "mutations", "mutations must contain at least one item");
    check.each(kSpec, spec, "mutations",
               [&](const FieldPath &own, const JsonObject &mutation) { checkMutation(check, own, mutation); });
    check.requiredWord(kSpec, spec, "reinvocationPolicy", kReinvocation);
}

void checkParamRef(Checker &check, const JsonObject &spec) {
    static constexpr std::string_view kActions[] = {"Deny", "Allow"};
    if (!hasAt(spec, "paramRef"))
        return;
    const JsonObject &reference = objectAt(spec, "paramRef");
    const FieldPath path = kSpec / "paramRef";
    const std::string_view name = textAt(reference, "name");
    const bool selector = hasAt(reference, "selector");
    if (!name.empty()) {
        check.errors.invalidEach(path / "name", name, pathSegmentErrors(name));
        if (selector)
            check.errors.forbidden(path / "name", "name and selector are mutually exclusive");
    }
    if (selector) {
        check.labelSelector(path / "selector", objectAt(reference, "selector"));
        if (!name.empty())
            check.errors.forbidden(path / "selector", "name and selector are mutually exclusive");
    }
    if (name.empty() && !selector)
        check.errors.required(path, "one of name or selector must be specified");
    if (!hasAt(reference, "parameterNotFoundAction"))
        check.errors.required(path / "parameterNotFoundAction");
    else
        check.optionalWord(path, reference, "parameterNotFoundAction", kActions);
}

/// What both kinds of bindings share.
void checkBinding(Checker &check, const JsonObject &spec) {
    check.requiredText(kSpec, spec, "policyName", pathSegmentErrors);
    checkParamRef(check, spec);
    if (hasAt(spec, "matchResources"))
        checkMatch(check, kSpec / "matchResources", objectAt(spec, "matchResources"));
}

void validateValidatingBinding(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kActions[] = {"Audit", "Deny", "Warn"};
    const JsonObject &spec = objectAt(object, "spec");
    checkBinding(check, spec);
    const FieldPath path = kSpec / "validationActions";
    const JsonArray &actions = arrayAt(spec, "validationActions");
    if (actions.empty())
        check.errors.required(path, "at least one validation action is required");
    std::set<std::string_view> seen;
    for (size_t i = 0; i < actions.size(); ++i) {
        if (!oneOf(asText(actions[i]), kActions))
            check.errors.notSupported(path[i], asText(actions[i]), kActions);
        if (!seen.insert(asText(actions[i])).second)
            check.errors.duplicate(path[i], asText(actions[i]));
    }
    if (seen.contains("Deny") && seen.contains("Warn"))
        check.errors.invalid(path, actions,
                             "must not contain both Deny and Warn (repeating the same validation failure information "
                             "in the API response and headers serves no purpose)");
}

void validateMutatingBinding(Checker &check, const JsonObject &object) {
    checkBinding(check, objectAt(object, "spec"));
}

} // namespace

void addAdmissionRegistrationStrategies(StrategyMap &map) {
    const std::string group = "admissionregistration.k8s.io";
    auto add = [&](std::string resource, RuleStrategy::Validate validate) {
        map.make<RuleStrategy>(group, std::move(resource), validate, nullptr,
                               RuleStrategy::Options{.unconditionalUpdate = false});
    };
    add("mutatingwebhookconfigurations", validateWebhooks);
    add("validatingwebhookconfigurations", validateWebhooks);
    add("validatingadmissionpolicies", validateValidatingPolicy);
    add("validatingadmissionpolicybindings", validateValidatingBinding);
    add("mutatingadmissionpolicies", validateMutatingPolicy);
    add("mutatingadmissionpolicybindings", validateMutatingBinding);
}

} // namespace coracle::apiserver
