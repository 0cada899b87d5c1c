#include "clusterd/apiserver/strategy/pod_validation.h"

#include <fmt/format.h>
#include <map>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kContainerResources[] = {"cpu", "ephemeral-storage", "memory"};

bool isHugePages(std::string_view name) {
    return name.starts_with("hugepages-");
}

/// Named by its maker: neither unprefixed nor of kubernetes.io.
bool isExtended(std::string_view name) {
    return name.find('/') != name.npos && name.find("kubernetes.io/") == name.npos;
}

bool isWholeOnly(std::string_view name) {
    return isHugePages(name) || isExtended(name);
}

void validateResourceName(Checker &check, const FieldPath &path, std::string_view name) {
    if (const Problems problems = qualifiedNameErrors(name); !problems.empty()) {
        check.errors.invalidEach(path, name, problems);
        return;
    }
    if (name.find('/') == name.npos) {
        if (!oneOf(name, kContainerResources) && !isHugePages(name))
            check.errors.invalid(path, name, "must be a standard resource for containers");
    } else if (isExtended(name) && name.starts_with("requests.")) {
        check.errors.invalid(path, name, "doesn't follow extended resource name standard");
    }
}

using Amounts = std::map<std::string_view, api::Quantity>;

Amounts validateAmounts(Checker &check, const FieldPath &path, const JsonObject &list) {
    Amounts amounts;
    for (const auto &[name, value] : list) {
        const FieldPath own = path.key(name);
        validateResourceName(check, own, name);
        const std::optional<api::Quantity> amount = check.quantity(own, value);
        if (!amount)
            continue;
        if (isWholeOnly(name) && amount->milliValue() % 1000 != 0)
            check.errors.invalid(own, amount->text(), "must be an integer");
        amounts.emplace(name, *amount);
    }
    return amounts;
}

} // namespace

void validateResourceList(Checker &check, const FieldPath &path, const JsonObject &list) {
    validateAmounts(check, path, list);
}

void validateResources(Checker &check, const FieldPath &path, const JsonObject &resources, const PodNames &names) {
    const Amounts limits = validateAmounts(check, path / "limits", objectAt(resources, "limits"));
    const Amounts requests = validateAmounts(check, path / "requests", objectAt(resources, "requests"));
    bool hugePages = false, cpuOrMemory = false;
    for (const Amounts *amounts : {&limits, &requests})
        for (const auto &[name, amount] : *amounts) {
            hugePages = hugePages || isHugePages(name);
            cpuOrMemory = cpuOrMemory || name == "cpu" || name == "memory";
        }
    for (const auto &[name, request] : requests) {
        const auto limit = limits.find(name);
        if (limit == limits.end()) {
            if (isWholeOnly(name))
                check.errors.required(path / "limits", "Limit must be set for non overcommitable resources");
        } else if (isWholeOnly(name) && request != limit->second) {
            check.errors.invalid(path / "requests", request.text(),
                                 fmt::format("must be equal to {} limit of {}", name, limit->second.text()));
        } else if (request > limit->second) {
            check.errors.invalid(
                path / "requests", request.text(),
                fmt::format("must be less than or equal to {} limit of {}", name, limit->second.text()));
        }
    }
    if (hugePages && !cpuOrMemory)
        check.errors.forbidden(path, "HugePages require cpu or memory");
    std::set<std::string_view> seen;
    const JsonArray &claims = arrayAt(resources, "claims");
    for (size_t i = 0; i < claims.size(); ++i) {
        const std::string_view name = textAt(asObject(claims[i]), "name");
        const FieldPath own = (path / "claims")[i];
        if (name.empty())
            check.errors.required(own / "name");
        else if (!names.resourceClaims.contains(name))
            check.errors.notFound(own / "name", name);
        else if (!seen.insert(name).second)
            check.errors.duplicate(own, name);
    }
}

/// An amount of a resource list; zero when absent.
static api::Quantity amountAt(const JsonObject &list, std::string_view name) {
    const JsonValue *value = memberAt(list, name);
    if (!value)
        return {};
    return value->is_string() ? api::Quantity::parse(asText(*value)).value_or(api::Quantity())
                              : api::Quantity(asInt(*value));
}

std::string_view qosClass(const JsonObject &podSpec) {
    bool any = false, guaranteed = true;
    auto look = [&](const JsonObject &resources) {
        for (const std::string_view name : {"cpu", "memory"}) {
            const api::Quantity limit = amountAt(objectAt(resources, "limits"), name);
            const api::Quantity request = amountAt(objectAt(resources, "requests"), name);
            any = any || !limit.isZero() || !request.isZero();
            guaranteed = guaranteed && !limit.isZero() && (request.isZero() || request == limit);
        }
    };
    if (hasAt(podSpec, "resources", "limits") || hasAt(podSpec, "resources", "requests")) {
        look(objectAt(podSpec, "resources")); // pod-level amounts decide alone
    } else {
        for (const std::string_view list : {"containers", "initContainers"})
            for (const JsonValue &container : arrayAt(podSpec, list))
                look(objectAt(asObject(container), "resources"));
    }
    return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

} // namespace coracle::apiserver
