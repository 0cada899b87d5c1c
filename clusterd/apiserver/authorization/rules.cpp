#include "clusterd/apiserver/authorization/rules.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

using Texts = std::vector<std::string>;

Texts textsAt(const JsonObject &object, std::string_view name) {
    Texts texts;
    for (const JsonValue &text : arrayAt(object, name))
        texts.emplace_back(asText(text));
    return texts;
}

bool has(const Texts &texts, std::string_view text) {
    return std::ranges::find(texts, text) != texts.end();
}

bool hasOrAll(const Texts &texts, std::string_view text) {
    return std::ranges::any_of(texts, [text](const std::string &one) { return one == "*" || one == text; });
}

bool resourceMatches(const Texts &resources, std::string_view resource, std::string_view subresource) {
    for (const std::string &one : resources) {
        if (one == "*")
            return true;
        if (subresource.empty() ? one == resource
                                : one.size() == resource.size() + 1 + subresource.size() && one.starts_with(resource) &&
                                      one[resource.size()] == '/' && one.ends_with(subresource))
            return true;
        if (!subresource.empty() && one.starts_with("*/") && std::string_view(one).substr(2) == subresource)
            return true;
    }
    return false;
}

bool pathMatches(const Texts &paths, std::string_view path) {
    return std::ranges::any_of(paths, [path](const std::string &one) {
        return one == "*" || one == path ||
               (one.ends_with('*') && path.starts_with(std::string_view(one).substr(0, one.size() - 1)));
    });
}

/// One verb, group, resource and name each.
std::vector<Rule> split(const Rule &rule) {
    std::vector<Rule> parts;
    for (const std::string &verb : rule.verbs) {
        for (const std::string &url : rule.nonResourceUrls)
            parts.push_back({.verbs = {verb}, .nonResourceUrls = {url}});
        for (const std::string &group : rule.groups)
            for (const std::string &resource : rule.resources) {
                if (rule.resourceNames.empty())
                    parts.push_back({.verbs = {verb}, .groups = {group}, .resources = {resource}});
                for (const std::string &name : rule.resourceNames)
                    parts.push_back(
                        {.verbs = {verb}, .groups = {group}, .resources = {resource}, .resourceNames = {name}});
            }
    }
    return parts;
}

/// A rule with one element of each, as split() makes them. "*" is covered by "*" only.
bool covers(const Rule &owned, const Rule &part) {
    if (!hasOrAll(owned.verbs, part.verbs.front()))
        return false;
    if (!part.nonResourceUrls.empty())
        return pathMatches(owned.nonResourceUrls, part.nonResourceUrls.front());
    if (owned.groups.empty() || !hasOrAll(owned.groups, part.groups.front()))
        return false;
    const std::string_view whole = part.resources.front();
    const size_t slash = whole.find('/');
    if (!resourceMatches(owned.resources, whole.substr(0, slash),
                         slash == whole.npos ? std::string_view() : whole.substr(slash + 1)))
        return false;
    return owned.resourceNames.empty() ||
           (!part.resourceNames.empty() && has(owned.resourceNames, part.resourceNames.front()));
}

std::string list(const Texts &texts) {
    std::string text;
    for (const std::string &one : texts)
        text += fmt::format("{}\"{}\"", text.empty() ? "" : " ", one);
    return "[" + text + "]";
}

} // namespace

Rule ruleFromJson(const JsonObject &rule) {
    return {.verbs = textsAt(rule, "verbs"),
            .groups = textsAt(rule, "apiGroups"),
            .resources = textsAt(rule, "resources"),
            .resourceNames = textsAt(rule, "resourceNames"),
            .nonResourceUrls = textsAt(rule, "nonResourceURLs")};
}

std::vector<Rule> rulesFromJson(const JsonObject &role) {
    std::vector<Rule> rules;
    for (const JsonValue &rule : arrayAt(role, "rules"))
        rules.push_back(ruleFromJson(asObject(rule)));
    return rules;
}

JsonObject ruleToJson(const Rule &rule) {
    JsonObject object;
    auto put = [&](std::string_view name, const Texts &texts) {
        if (texts.empty())
            return;
        JsonArray &array = object[name].emplace_array();
        for (const std::string &text : texts)
            array.emplace_back(text);
    };
    put("verbs", rule.verbs);
    put("apiGroups", rule.groups);
    put("resources", rule.resources);
    put("resourceNames", rule.resourceNames);
    put("nonResourceURLs", rule.nonResourceUrls);
    return object;
}

bool ruleAllows(const Rule &rule, const AuthorizationAttributes &attributes) {
    if (!hasOrAll(rule.verbs, attributes.verb))
        return false;
    if (!attributes.isResource)
        return pathMatches(rule.nonResourceUrls, attributes.path);
    return hasOrAll(rule.groups, attributes.group) &&
           resourceMatches(rule.resources, attributes.resource, attributes.subresource) &&
           (rule.resourceNames.empty() || has(rule.resourceNames, attributes.name));
}

std::vector<Rule> uncovered(const std::vector<Rule> &owned, const std::vector<Rule> &wanted) {
    std::vector<Rule> missing;
    for (const Rule &rule : wanted)
        for (Rule &part : split(rule))
            if (std::ranges::none_of(owned, [&](const Rule &one) { return covers(one, part); }))
                missing.push_back(std::move(part));
    return missing;
}

std::string describe(const Rule &rule) {
    std::string text;
    auto add = [&](std::string_view name, const Texts &texts) {
        if (!texts.empty())
            text += fmt::format("{}{}:{}", text.empty() ? "" : ", ", name, list(texts));
    };
    add("APIGroups", rule.groups);
    add("Resources", rule.resources);
    add("ResourceNames", rule.resourceNames);
    add("NonResourceURLs", rule.nonResourceUrls);
    add("Verbs", rule.verbs);
    return "{" + text + "}";
}

std::vector<Rule> compacted(std::vector<Rule> rules) {
    std::vector<Rule> result;
    for (Rule &rule : rules) {
        const auto same = std::ranges::find_if(result, [&](const Rule &one) {
            return one.groups == rule.groups && one.resources == rule.resources &&
                   one.resourceNames == rule.resourceNames && one.nonResourceUrls == rule.nonResourceUrls;
        });
        if (same == result.end()) {
            result.push_back(std::move(rule));
            continue;
        }
        for (std::string &verb : rule.verbs)
            if (!has(same->verbs, verb))
                same->verbs.push_back(std::move(verb));
    }
    return result;
}

} // namespace coracle::apiserver
