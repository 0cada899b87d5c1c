#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <fmt/format.h>
#include <map>
#include <set>

/// ResourceQuota and LimitRange.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");
constexpr std::string_view kScopes[] = {
    "BestEffort",  "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass",
    "Terminating", "VolumeAttributesClass"};
constexpr std::string_view kOnlyExists[] = {"BestEffort", "CrossNamespacePodAffinity", "NotBestEffort",
                                            "NotTerminating", "Terminating"};
constexpr std::string_view kComputeResources[] = {"cpu",
                                                  "memory",
                                                  "pods",
                                                  "requests.cpu",
                                                  "requests.memory",
                                                  "limits.cpu",
                                                  "limits.memory",
                                                  "ephemeral-storage",
                                                  "requests.ephemeral-storage",
                                                  "limits.ephemeral-storage"};
constexpr std::string_view kOtherResources[] = {"requests.storage",
                                                "resourcequotas",
                                                "services",
                                                "replicationcontrollers",
                                                "secrets",
                                                "configmaps",
                                                "services.nodeports",
                                                "services.loadbalancers",
                                                "persistentvolumeclaims"};
constexpr std::string_view kWholeResources[] = {"pods",
                                                "resourcequotas",
                                                "services",
                                                "replicationcontrollers",
                                                "secrets",
                                                "configmaps",
                                                "services.nodeports",
                                                "services.loadbalancers",
                                                "persistentvolumeclaims"};

bool isQuotaResource(std::string_view name) {
    return oneOf(name, kComputeResources) || oneOf(name, kOtherResources) || isHugePages(name) ||
           name.starts_with("requests.hugepages-");
}

void checkHard(Checker &check, const JsonObject &spec) {
    for (const auto &[key, value] : objectAt(spec, "hard")) {
        const std::string_view name = key;
        const FieldPath own = (kSpec / "hard").key(name);
        const Problems problems = qualifiedNameErrors(name);
        check.errors.invalidEach(own, name, problems);
        if (problems.empty() && name.find('/') == name.npos && !isQuotaResource(name))
            check.errors.invalid(own, name, "must be a standard resource for quota");
        const auto amount = check.quantity(own, value);
        const bool whole = oneOf(name, kWholeResources) || name.starts_with("count/") || isExtendedResource(name);
        if (amount && whole && amount->milliValue() % 1000 != 0)
            check.errors.invalid(own, amount->text(), "must be an integer");
    }
}

/// Whether a scope can tell objects of the resource apart.
bool scopeFits(std::string_view scope, std::string_view resource) {
    if (scope == "BestEffort")
        return resource == "pods";
    if (scope == "VolumeAttributesClass")
        return resource == "persistentvolumeclaims" || resource == "requests.storage";
    return oneOf(resource, kComputeResources);
}

bool scopeFitsAll(std::string_view scope, const JsonObject &spec) {
    for (const auto &[resource, value] : objectAt(spec, "hard"))
        if (!scopeFits(scope, resource))
            return false;
    return true;
}

void checkScopes(Checker &check, const JsonObject &spec) {
    const JsonArray &scopes = arrayAt(spec, "scopes");
    const FieldPath path = kSpec / "scopes";
    std::set<std::string_view> seen;
    for (const JsonValue &value : scopes) {
        const std::string_view scope = asText(value);
        seen.insert(scope);
        if (!oneOf(scope, kScopes))
            check.errors.invalid(path, scopes, "unsupported scope");
        else if (!scopeFitsAll(scope, spec))
            check.errors.invalid(path, scopes, "unsupported scope applied to resource");
    }
    for (const auto &[a, b] : {std::pair<std::string_view, std::string_view>("Terminating", "NotTerminating"),
                               std::pair<std::string_view, std::string_view>("BestEffort", "NotBestEffort")})
        if (seen.contains(a) && seen.contains(b))
            check.errors.invalid(path, scopes, "conflicting scopes");
}

void checkScopeRequirement(Checker &check, const JsonObject &requirement, const JsonObject &spec) {
    const FieldPath path = kSpec / "scopeSelector" / "matchExpressions";
    const std::string_view scope = textAt(requirement, "scopeName"), word = textAt(requirement, "operator");
    const JsonArray &values = arrayAt(requirement, "values");
    if (!oneOf(scope, kScopes))
        check.errors.invalid(path / "scopeName", scope, "unsupported scope");
    else if (!scopeFitsAll(scope, spec))
        check.errors.invalid(path, objectAt(spec, "scopeSelector"), "unsupported scope applied to resource");
    if (oneOf(scope, kOnlyExists) && word != "Exists")
        check.errors.invalid(path / "operator", word,
                             "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, "
                             "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                             "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
    if (word == "In" || word == "NotIn") {
        if (values.empty())
            check.errors.required(path / "values",
                                  "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    } else if (word == "Exists" || word == "DoesNotExist") {
        if (!values.empty())
            check.errors.invalid(path / "values", values,
                                 "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    } else {
        check.errors.invalid(path / "operator", word, "not a valid selector operator");
    }
}

void validateResourceQuota(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    checkHard(check, spec);
    checkScopes(check, spec);
    for (const JsonValue &requirement : arrayAt(spec, "scopeSelector", "matchExpressions"))
        checkScopeRequirement(check, asObject(requirement), spec);
}

void validateResourceQuotaUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    const auto scopesOf = [](const JsonObject &quota) {
        std::set<std::string_view> scopes;
        for (const JsonValue &scope : arrayAt(quota, "spec", "scopes"))
            scopes.insert(asText(scope));
        return scopes;
    };
    if (scopesOf(object) != scopesOf(old))
        check.errors.immutable(kSpec / "scopes", arrayAt(object, "spec", "scopes"));
}

void validateResourceQuotaStatus(Checker &check, const JsonObject &object, const JsonObject &) {
    for (const std::string_view list : {"hard", "used"})
        for (const auto &[name, value] : objectAt(object, "status", list))
            check.quantity((FieldPath("status") / list).key(name), value);
}

using Amounts = std::map<std::string_view, api::Quantity>;

Amounts amountsOf(Checker &check, const FieldPath &path, const JsonObject &limit, std::string_view list) {
    const std::string_view type = textAt(limit, "type");
    const FieldPath own = path / list;
    if (list != "maxLimitRequestRatio" && (type == "Pod" || type == "Container"))
        validateResourceList(check, own, objectAt(limit, list));
    Amounts amounts;
    for (const auto &[name, value] : objectAt(limit, list))
        if (const auto amount = api::Quantity::parse(asText(value)))
            amounts.emplace(name, *amount);
    return amounts;
}

/// One amount may not be above another; which of the two the cause names is part of the rule.
struct Bound {
    std::string_view low, high, path, words;
};

constexpr Bound kBounds[] = {
    {"min", "max", "min", "min value {} is greater than max value {}"},
    {"min", "defaultRequest", "defaultRequest", "min value {} is greater than default request value {}"},
    {"defaultRequest", "max", "defaultRequest", "default request value {} is greater than max value {}"},
    {"defaultRequest", "default", "defaultRequest", "default request value {} is greater than default limit value {}"},
    {"min", "default", "default", "min value {} is greater than default value {}"},
    {"default", "max", "default", "default value {} is greater than max value {}"},
};

void checkRatios(Checker &check, const FieldPath &path, std::map<std::string_view, Amounts> &lists) {
    for (const auto &[name, ratio] : lists["maxLimitRequestRatio"]) {
        const FieldPath own = (path / "maxLimitRequestRatio").key(name);
        if (ratio < api::Quantity(1))
            check.errors.invalid(own, ratio.text(), fmt::format("ratio {} is less than 1", ratio.text()));
        const auto least = lists["min"].find(name), most = lists["max"].find(name);
        if (least == lists["min"].end() || most == lists["max"].end() || least->second.isZero())
            continue;
        const double largest = most->second.approximate() / least->second.approximate();
        if (ratio.approximate() > largest)
            check.errors.invalid(own, ratio.text(),
                                 fmt::format("ratio {} is greater than max/min = {:f}", ratio.text(), largest));
    }
}

void checkLimit(Checker &check, const FieldPath &path, const JsonObject &limit) {
    const std::string_view type = textAt(limit, "type");
    std::map<std::string_view, Amounts> lists;
    for (const std::string_view list : {"max", "min", "default", "defaultRequest", "maxLimitRequestRatio"}) {
        if (type == "Pod" && (list == "default" || list == "defaultRequest")) {
            if (!objectAt(limit, list).empty())
                check.errors.forbidden(path / list, "may not be specified when `type` is 'Pod'");
            continue;
        }
        lists[list] = amountsOf(check, path, limit, list);
    }
    if (type == "PersistentVolumeClaim" && !hasAt(limit, "min", "storage") && !hasAt(limit, "max", "storage"))
        check.errors.required(path / "limits", "either minimum or maximum storage value is required, but neither was "
                                               "provided");
    for (const Bound &bound : kBounds)
        for (const auto &[name, low] : lists[bound.low]) {
            const auto high = lists[bound.high].find(name);
            if (high == lists[bound.high].end() || low <= high->second)
                continue;
            const api::Quantity &shown = bound.path == bound.high ? high->second : low;
            check.errors.invalid((path / bound.path).key(name), shown.text(),
                                 fmt::format(fmt::runtime(bound.words), low.text(), high->second.text()));
        }
    checkRatios(check, path, lists);
    for (const auto &[name, amount] : lists["default"]) {
        const auto request = lists["defaultRequest"].find(name);
        const bool exact = isHugePages(name) || isExtendedResource(name);
        if (exact && request != lists["defaultRequest"].end() && amount != request->second)
            check.errors.invalid((path / "defaultRequest").key(name), request->second.text(),
                                 fmt::format("default value {} must equal to defaultRequest value {}", amount.text(),
                                             request->second.text()));
    }
}

void validateLimitRange(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kTypes[] = {"Container", "PersistentVolumeClaim", "Pod"};
    std::set<std::string_view> seen;
    check.each(kSpec, objectAt(object, "spec"), "limits", [&](const FieldPath &own, const JsonObject &limit) {
        const std::string_view type = textAt(limit, "type");
        const Problems problems = qualifiedNameErrors(type);
        check.errors.invalidEach(own / "type", type, problems);
        if (problems.empty() && type.find('/') == type.npos && !oneOf(type, kTypes))
            check.errors.invalid(own / "type", type, "must be a standard limit type or fully qualified");
        if (!seen.insert(type).second)
            check.errors.duplicate(own / "type", type);
        checkLimit(check, own, limit);
    });
}

class LimitRangeStrategy final : public RuleStrategy {
public:
    explicit LimitRangeStrategy(Random &random)
        : RuleStrategy(validateLimitRange, nullptr, {.createOnUpdate = true}), m_random(random) {}

    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        JsonObject &metadata = ensureObject(object, "metadata");
        if (textAt(metadata, "name").empty())
            metadata["name"] = m_random.uuid();
    }

private:
    Random &m_random;
};

} // namespace

void addQuotaStrategies(StrategyMap &map, Random &random) {
    map.make<LimitRangeStrategy>("", "limitranges", random);
    map.make<RuleStrategy>("", "resourcequotas", validateResourceQuota, validateResourceQuotaUpdate,
                           RuleStrategy::Options{.status = validateResourceQuotaStatus});
}

} // namespace coracle::apiserver
