#include "clusterd/apiserver/strategy/strategies.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

/// flowcontrol.apiserver.k8s.io.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr int64_t kPrecedenceMax = 10000, kQueuesMax = 10 * 1000 * 1000;
constexpr int kEntropyBitsMax = 60;

bool isMandatory(const JsonObject &object) {
    const std::string_view name = textAt(object, "metadata", "name");
    return name == "exempt" || name == "catch-all";
}

/// A list that is not empty and where "*" stands alone.
void checkList(Checker &check, const FieldPath &path, const JsonObject &rule, std::string_view list,
               std::string_view needed, std::string_view noun) {
    const JsonArray &values = arrayAt(rule, list);
    if (values.empty())
        check.errors.required(path / list, needed);
    else if (values.size() > 1 && std::ranges::any_of(values, [](const JsonValue &v) { return asText(v) == "*"; }))
        check.errors.invalid(path / list, values, fmt::format("if '*' is present, must not specify other {}", noun));
}

void checkVerbs(Checker &check, const FieldPath &path, const JsonObject &rule) {
    static constexpr std::string_view kVerbs[] = {
        "*",    "create", "delete", "deletecollection", "get",  "head", "list", "options", "patch",
        "post", "proxy",  "put",    "update",           "watch"};
    checkList(check, path, rule, "verbs", "verbs must contain at least one value", "verbs");
    const JsonArray &verbs = arrayAt(rule, "verbs");
    if (std::ranges::any_of(verbs, [](const JsonValue &verb) { return !oneOf(asText(verb), kVerbs); }))
        check.errors.notSupported(path / "verbs", verbs, kVerbs);
}

void checkResourceRule(Checker &check, const FieldPath &path, const JsonObject &rule) {
    checkVerbs(check, path, rule);
    checkList(check, path, rule, "apiGroups", "resource rules must supply at least one api group", "api groups");
    checkList(check, path, rule, "resources", "resource rules must supply at least one resource", "resources");
    if (!flagAt(rule, "clusterScope") || !arrayAt(rule, "namespaces").empty())
        checkList(check, path, rule, "namespaces",
                  "resource rules that are not cluster scoped must supply at least one namespace", "namespaces");
    check.eachText(path, rule, "namespaces", [&](const FieldPath &own, std::string_view name) {
        if (name != "*")
            for (const std::string &problem : dns1123LabelErrors(name))
                check.errors.invalid(own, name, "nor a wildcard: " + problem);
    });
}

void checkNonResourceRule(Checker &check, const FieldPath &path, const JsonObject &rule) {
    checkVerbs(check, path, rule);
    checkList(check, path, rule, "nonResourceURLs", "nonResourceURLs must contain at least one value",
              "non-resource URLs");
    check.eachText(path, rule, "nonResourceURLs", [&](const FieldPath &own, std::string_view url) {
        if (url == "*" || url == "/")
            return;
        if (url.empty())
            check.errors.invalid(own, url, "must not be empty");
        else if (!url.starts_with('/'))
            check.errors.invalid(own, url, "must start with slash");
        else if (url.find(' ') != url.npos)
            check.errors.invalid(own, url, "must not contain white-space");
        else if (url.find("//") != url.npos)
            check.errors.invalid(own, url, "must not contain double slash");
        else if (url.find('*') != url.npos && (url.find('*') + 1 != url.size() || !url.ends_with("/*")))
            check.errors.invalid(own, url, "wildcard can only do suffix matching");
    });
}

void checkSubject(Checker &check, const FieldPath &path, const JsonObject &subject) {
    static constexpr std::string_view kKinds[] = {"Group", "ServiceAccount", "User"};
    struct Form {
        std::string_view kind, member;
    };
    const std::string_view kind = textAt(subject, "kind");
    if (!oneOf(kind, kKinds)) {
        check.errors.notSupported(path / "kind", kind, kKinds);
        return;
    }
    for (const Form &form : {Form{"User", "user"}, Form{"Group", "group"}, Form{"ServiceAccount", "serviceAccount"}}) {
        const FieldPath own = path / form.member;
        const JsonObject &who = objectAt(subject, form.member);
        if (kind != form.kind) {
            if (hasAt(subject, form.member))
                check.errors.forbidden(
                    own, fmt::format("{} is forbidden when subject kind is not '{}'", form.member, form.kind));
        } else if (!hasAt(subject, form.member)) {
            check.errors.required(own, fmt::format("{} is required when subject kind is '{}'", form.member, form.kind));
        } else {
            const std::string_view name = textAt(who, "name");
            if (name.empty())
                check.errors.required(own / "name");
            else if (kind == "ServiceAccount" && name != "*")
                check.errors.invalidEach(own / "name", name, dns1123SubdomainErrors(name));
            if (kind == "ServiceAccount")
                check.requiredText(own, who, "namespace", dns1123LabelErrors);
        }
    }
}

void validateFlowSchema(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kMethods[] = {"ByNamespace", "ByUser"};
    const JsonObject &spec = objectAt(object, "spec");
    const int64_t precedence = intAt(spec, "matchingPrecedence");
    if (precedence <= 0)
        check.errors.invalid(kSpec / "matchingPrecedence", precedence, "must be a positive value");
    else if (precedence > kPrecedenceMax)
        check.errors.invalid(kSpec / "matchingPrecedence", precedence, "must not be greater than 10000");
    else if (precedence == 1 && textAt(object, "metadata", "name") != "exempt")
        check.errors.invalid(kSpec / "matchingPrecedence", precedence,
                             "only the schema named 'exempt' may have matchingPrecedence 1");
    if (hasAt(spec, "distinguisherMethod") && !oneOf(textAt(spec, "distinguisherMethod", "type"), kMethods))
        check.errors.notSupported(kSpec / "distinguisherMethod" / "type", textAt(spec, "distinguisherMethod", "type"),
                                  kMethods);
    const FieldPath level = kSpec / "priorityLevelConfiguration" / "name";
    if (const std::string_view name = textAt(spec, "priorityLevelConfiguration", "name"); name.empty())
        check.errors.required(level, "must reference a priority level");
    else
        check.errors.invalidEach(level, name, dns1123SubdomainErrors(name));
    check.each(kSpec, spec, "rules", [&](const FieldPath &path, const JsonObject &rule) {
        if (arrayAt(rule, "subjects").empty())
            check.errors.required(path / "subjects", "subjects must contain at least one value");
        check.each(path, rule, "subjects",
                   [&](const FieldPath &own, const JsonObject &subject) { checkSubject(check, own, subject); });
        if (arrayAt(rule, "resourceRules").empty() && arrayAt(rule, "nonResourceRules").empty())
            check.errors.required(path, "at least one of resourceRules and nonResourceRules has to be non-empty");
        check.each(path, rule, "resourceRules",
                   [&](const FieldPath &own, const JsonObject &one) { checkResourceRule(check, own, one); });
        check.each(path, rule, "nonResourceRules",
                   [&](const FieldPath &own, const JsonObject &one) { checkNonResourceRule(check, own, one); });
    });
}

/// The specs of the mandatory objects stay what the server made them, but for how much the exempt level lends.
void validateMandatory(Checker &check, const JsonObject &object, const JsonObject &old) {
    if (!isMandatory(object))
        return;
    JsonObject now = objectAt(object, "spec"), before = objectAt(old, "spec");
    if (textAt(object, "metadata", "name") == "exempt" && now.contains("exempt") && before.contains("exempt"))
        now["exempt"] = before["exempt"];
    if (now != before)
        check.errors.invalid(
            kSpec, objectAt(object, "spec"),
            fmt::format("spec of '{}' must equal the fixed value", textAt(object, "metadata", "name")));
}

void checkShares(Checker &check, const FieldPath &path, const JsonObject &level) {
    if (intAt(level, "nominalConcurrencyShares") < 0)
        check.errors.invalid(path / "nominalConcurrencyShares", intAt(level, "nominalConcurrencyShares"),
                             "must be a non-negative integer");
    check.intRange(path, level, "lendablePercent", 0, 100, "must be between 0 and 100, inclusive");
}

void checkQueuing(Checker &check, const FieldPath &path, const JsonObject &queuing) {
    const int64_t queues = intAt(queuing, "queues"), hand = intAt(queuing, "handSize");
    if (intAt(queuing, "queueLengthLimit") <= 0)
        check.errors.invalid(path / "queueLengthLimit", intAt(queuing, "queueLengthLimit"), "must be positive");
    if (queues <= 0)
        check.errors.invalid(path / "queues", queues, "must be positive");
    else if (queues > kQueuesMax)
        check.errors.invalid(path / "queues", queues, "must not be greater than 10000000");
    if (hand <= 0)
        check.errors.invalid(path / "handSize", hand, "must be positive");
    else if (hand > queues)
        check.errors.invalid(path / "handSize", hand, fmt::format("should not be greater than queues ({})", queues));
    else if (std::ceil(std::log2(static_cast<double>(queues)) * static_cast<double>(hand)) > kEntropyBitsMax)
        check.errors.invalid(path / "handSize", hand,
                             fmt::format("required entropy bits of deckSize {} and handSize {} should not be greater "
                                         "than {}",
                                         queues, hand, kEntropyBitsMax));
}

void checkLimited(Checker &check, const FieldPath &path, const JsonObject &limited) {
    static constexpr std::string_view kResponses[] = {"Queue", "Reject"};
    checkShares(check, path, limited);
    if (intAt(limited, "borrowingLimitPercent") < 0)
        check.errors.invalid(path / "borrowingLimitPercent", intAt(limited, "borrowingLimitPercent"),
                             "if specified, must be a non-negative integer");
    const JsonObject &response = objectAt(limited, "limitResponse");
    const FieldPath own = path / "limitResponse";
    const std::string_view type = textAt(response, "type");
    const bool queuing = hasAt(response, "queuing");
    if (!oneOf(type, kResponses))
        check.errors.notSupported(own / "type", type, kResponses);
    else if (type == "Reject" && queuing)
        check.errors.forbidden(own / "queuing", "must be nil if limited.limitResponse.type is not Limited");
    else if (type == "Queue" && !queuing)
        check.errors.required(own / "queuing", "must not be empty if limited.limitResponse.type is Limited");
    else if (type == "Queue")
        checkQueuing(check, own / "queuing", objectAt(response, "queuing"));
}

void validatePriorityLevel(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kTypes[] = {"Exempt", "Limited"};
    const JsonObject &spec = objectAt(object, "spec");
    const std::string_view type = textAt(spec, "type");
    if ((textAt(object, "metadata", "name") == "exempt") != (type == "Exempt"))
        check.errors.invalid(kSpec / "type", type, "type must be 'Exempt' if and only if `name` is 'exempt'");
    if (type == "Exempt") {
        if (hasAt(spec, "limited"))
            check.errors.forbidden(kSpec / "limited", "must be nil if the type is not Limited");
        checkShares(check, kSpec / "exempt", objectAt(spec, "exempt"));
    } else if (type == "Limited") {
        if (hasAt(spec, "exempt"))
            check.errors.forbidden(kSpec / "exempt", "must be nil if the type is Limited");
        if (hasAt(spec, "limited"))
            checkLimited(check, kSpec / "limited", objectAt(spec, "limited"));
        else
            check.errors.required(kSpec / "limited", "must not be empty when type is Limited");
    } else {
        check.errors.notSupported(kSpec / "type", type, kTypes);
    }
}

} // namespace

void addFlowControlStrategies(StrategyMap &map) {
    const std::string group = "flowcontrol.apiserver.k8s.io";
    map.make<RuleStrategy>(group, "flowschemas", validateFlowSchema, validateMandatory);
    map.make<RuleStrategy>(group, "prioritylevelconfigurations", validatePriorityLevel, validateMandatory);
}

} // namespace coracle::apiserver
