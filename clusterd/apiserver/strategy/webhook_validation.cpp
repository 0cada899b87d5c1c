#include "clusterd/apiserver/strategy/webhook_validation.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace coracle::apiserver {

namespace {

constexpr size_t kConditionsMax = 64;

bool hasWildcard(const JsonArray &texts) {
    return std::ranges::any_of(texts, [](const JsonValue &text) { return asText(text) == "*"; });
}

void checkUrl(Checker &check, const FieldPath &path, std::string_view url) {
    constexpr std::string_view kForm = "; desired format: https://host[/path]";
    const size_t scheme = url.find("://");
    const std::string_view name = scheme == url.npos ? std::string_view() : url.substr(0, scheme);
    std::string_view rest = scheme == url.npos ? url : url.substr(scheme + 3);
    if (name != "https")
        check.errors.invalid(path, name, fmt::format("'https' is the only allowed URL scheme{}", kForm));
    auto cut = [&](char letter) {
        const size_t at = rest.find(letter);
        const std::string_view tail = at == rest.npos ? std::string_view() : rest.substr(at + 1);
        rest = rest.substr(0, at);
        return tail;
    };
    const std::string_view fragment = cut('#'), query = cut('?');
    const std::string_view authority = rest.substr(0, rest.find('/'));
    const size_t user = authority.find('@');
    if (authority.empty() || authority.back() == '@')
        check.errors.invalid(path, "", fmt::format("host must be specified{}", kForm));
    if (user != authority.npos)
        check.errors.invalid(path, authority.substr(0, user), "user information is not permitted in the URL");
    if (!fragment.empty())
        check.errors.invalid(path, fragment, "fragments are not permitted in the URL");
    if (!query.empty())
        check.errors.invalid(path, query, "query parameters are not permitted in the URL");
}

void checkPath(Checker &check, const FieldPath &path, std::string_view text) {
    if (text.empty() || text == "/")
        return;
    if (text == "//") {
        check.errors.invalid(path, text, "segment[0] may not be empty");
        return;
    }
    if (!text.starts_with('/'))
        check.errors.invalid(path, text, "must start with a '/'");
    std::string_view rest = text.substr(text.starts_with('/') ? 1 : 0);
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    for (int i = 0;; ++i) {
        const size_t slash = rest.find('/');
        const std::string_view segment = rest.substr(0, slash);
        if (segment.empty())
            check.errors.invalid(path, text, fmt::format("segment[{}] may not be empty", i));
        else
            for (const std::string &problem : dns1123SubdomainErrors(segment))
                check.errors.invalid(path, text, fmt::format("segment[{}]: {}", i, problem));
        if (slash == rest.npos)
            return;
        rest.remove_prefix(slash + 1);
    }
}

void checkService(Checker &check, const FieldPath &path, const JsonObject &service) {
    if (textAt(service, "name").empty())
        check.errors.required(path / "name", "service name is required");
    if (textAt(service, "namespace").empty())
        check.errors.required(path / "namespace", "service namespace is required");
    const int64_t port = intAt(service, "port");
    if (hasAt(service, "port") && (port < 1 || port > 65535))
        check.errors.invalid(path / "port", port, fmt::format("port is not valid: {}", kPortRange));
    checkPath(check, path / "path", textAt(service, "path"));
}

void checkResources(Checker &check, const FieldPath &path, const JsonArray &resources) {
    if (resources.empty())
        check.errors.required(path);
    std::set<std::string_view> allSubs, allResources;
    bool doubleWildcard = false, wildcard = false, plain = false;
    for (size_t i = 0; i < resources.size(); ++i) {
        const std::string_view text = asText(resources[i]);
        if (text.empty()) {
            check.errors.required(path[i]);
            continue;
        }
        doubleWildcard = doubleWildcard || text == "*/*";
        wildcard = wildcard || text == "*";
        const size_t slash = text.find('/');
        if (slash == text.npos) {
            plain = plain || text != "*";
            continue;
        }
        const std::string_view resource = text.substr(0, slash), sub = text.substr(slash + 1);
        if (allSubs.contains(resource))
            check.errors.invalid(path[i], text,
                                 fmt::format("if '{}/*' is present, must not specify {}", resource, text));
        if (allResources.contains(sub))
            check.errors.invalid(path[i], text, fmt::format("if '*/{}' is present, must not specify {}", sub, text));
        if (sub == "*")
            allSubs.insert(resource);
        if (resource == "*")
            allResources.insert(sub);
    }
    if (resources.size() > 1 && doubleWildcard)
        check.errors.invalid(path, resources, "if '*/*' is present, must not specify other resources");
    if (wildcard && plain)
        check.errors.invalid(path, resources,
                             "if '*' is present, must not specify other resources without subresources");
}

} // namespace

void validateWebhookClient(Checker &check, const FieldPath &path, const JsonObject &config) {
    const bool url = hasAt(config, "url"), service = hasAt(config, "service");
    if (url == service)
        check.errors.required(path, "exactly one of url or service is required");
    else if (url)
        checkUrl(check, path / "url", textAt(config, "url"));
    else
        checkService(check, path / "service", objectAt(config, "service"));
}

void validateRuleWithOperations(Checker &check, const FieldPath &path, const JsonObject &rule) {
    static constexpr std::string_view kOperations[] = {"*", "CONNECT", "CREATE", "DELETE", "UPDATE"};
    static constexpr std::string_view kScopes[] = {"*", "Cluster", "Namespaced"};
    struct List {
        std::string_view name, noun;
    };
    for (const List &list :
         {List{"operations", "operations"}, List{"apiGroups", "API groups"}, List{"apiVersions", "API versions"}}) {
        const JsonArray &values = arrayAt(rule, list.name);
        if (values.empty())
            check.errors.required(path / list.name);
        if (values.size() > 1 && hasWildcard(values))
            check.errors.invalid(path / list.name, values,
                                 fmt::format("if '*' is present, must not specify other {}", list.noun));
        for (size_t i = 0; i < values.size(); ++i)
            if (list.name == "operations" && !oneOf(asText(values[i]), kOperations))
                check.errors.notSupported((path / list.name)[i], asText(values[i]), kOperations);
            else if (list.name == "apiVersions" && asText(values[i]).empty())
                check.errors.required((path / list.name)[i]);
    }
    checkResources(check, path / "resources", arrayAt(rule, "resources"));
    check.optionalWord(path, rule, "scope", kScopes);
}

void validateMatchConditions(Checker &check, const FieldPath &path, const JsonObject &owner) {
    check.maxItems(path, owner, "matchConditions", kConditionsMax);
    std::set<std::string_view> names;
    check.each(path, owner, "matchConditions", [&](const FieldPath &own, const JsonObject &condition) {
        const std::string_view name = textAt(condition, "name"), expression = textAt(condition, "expression");
        if (expression.find_first_not_of(" \t\n") == expression.npos)
            check.errors.required(own / "expression");
        if (check.requiredText(own, condition, "name", qualifiedNameErrors) && !names.insert(name).second)
            check.errors.duplicate(own / "name", name);
    });
}

} // namespace coracle::apiserver
