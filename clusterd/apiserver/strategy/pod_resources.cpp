#include "clusterd/apiserver/strategy/pod_validation.h"

#include <fmt/format.h>
#include <map>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kContainerResources[] = {"cpu", "ephemeral-storage", "memory"};

constexpr std::string_view kDeviceClass = "deviceclass.resource.kubernetes.io/"; ///< and the name of one

constexpr std::string_view kPodResources[] = {"cpu", "hugepages-", "memory"};

bool isWholeOnly(std::string_view name) {
    return isHugePages(name) || isExtendedResource(name);
}

void validateResourceName(Checker &check, const FieldPath &path, std::string_view name) {
    if (const Problems problems = qualifiedNameErrors(name); !problems.empty()) {
        check.errors.invalidEach(path, name, problems);
        return;
    }
    if (name.find('/') == name.npos) {
        if (!oneOf(name, kContainerResources) && !isHugePages(name))
            check.errors.invalid(path, name, "must be a standard resource for containers");
    } else if (!isExtendedResource(name) && !name.starts_with(kDeviceClass)) {
        check.errors.invalid(path, name, "doesn't follow extended resource name standard");
    }
}

using Amounts = std::map<std::string_view, api::Quantity>;

void validatePodResourceName(Checker &check, const FieldPath &path, std::string_view name) {
    if (name != "cpu" && name != "memory" && !isHugePages(name))
        check.errors.notSupported(path, name, kPodResources);
}

using NameRule = void (*)(Checker &, const FieldPath &, std::string_view);

Amounts validateAmounts(Checker &check, const FieldPath &path, const JsonObject &list,
                        NameRule nameRule = validateResourceName) {
    Amounts amounts;
    for (const auto &[name, value] : list) {
        const FieldPath own = path.key(name);
        nameRule(check, own, name);
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

bool isHugePages(std::string_view name) {
    return name.starts_with("hugepages-");
}

bool isExtendedResource(std::string_view name) {
    return name.find('/') != name.npos && name.find("kubernetes.io/") == name.npos && !name.starts_with("requests.");
}

void validateResourceList(Checker &check, const FieldPath &path, const JsonObject &list) {
    validateAmounts(check, path, list);
}

/// Requests fit their limits, where both are given.
static void validateFit(Checker &check, const FieldPath &path, const Amounts &limits, const Amounts &requests) {
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
}

void validateResources(Checker &check, const FieldPath &path, const JsonObject &resources, const PodScope &scope) {
    const Amounts limits = validateAmounts(check, path / "limits", objectAt(resources, "limits"));
    const Amounts requests = validateAmounts(check, path / "requests", objectAt(resources, "requests"));
    validateFit(check, path, limits, requests);
    std::set<std::string_view> seen;
    check.each(path, resources, "claims", [&](const FieldPath &own, const JsonObject &claim) {
        const std::string_view name = textAt(claim, "name");
        if (name.empty())
            check.errors.required(own / "name");
        else if (!seen.insert(name).second)
            check.errors.duplicate(own, name);
        else if (!scope.resourceClaims.contains(name))
            check.errors.notFound(own, name);
    });
}

/// The sum of what the containers of a pod request; sidecars run beside the others.
static Amounts sumOfRequests(const JsonObject &spec) {
    Amounts sum;
    for (const std::string_view list : {"containers", "initContainers"})
        for (const JsonValue &container : arrayAt(spec, list)) {
            if (list == "initContainers" && textAt(asObject(container), "restartPolicy") != "Always")
                continue;
            for (const auto &[name, value] : objectAt(asObject(container), "resources", "requests"))
                if (const auto amount = api::Quantity::parse(asText(value)))
                    sum[name] += *amount;
        }
    return sum;
}

void validatePodResources(Checker &check, const FieldPath &path, const JsonObject &spec) {
    const JsonObject &resources = objectAt(spec, "resources");
    const FieldPath own = path / "resources";
    if (resources.empty())
        return;
    if (!arrayAt(resources, "claims").empty())
        check.errors.forbidden(own / "claims", "claims cannot be set for Resources at pod-level");
    const Amounts limits =
        validateAmounts(check, own / "limits", objectAt(resources, "limits"), validatePodResourceName);
    const Amounts requests =
        validateAmounts(check, own / "requests", objectAt(resources, "requests"), validatePodResourceName);
    validateFit(check, own, limits, requests);
    const Amounts sum = sumOfRequests(spec);
    for (const auto &[name, request] : requests)
        if (const auto wanted = sum.find(name); wanted != sum.end() && wanted->second > request)
            check.errors.invalid((own / "requests").key(name), request.text(),
                                 fmt::format("must be greater than or equal to aggregate container requests of {}",
                                             wanted->second.text()));
    for (const std::string_view list : {"containers", "initContainers"})
        check.each(path, spec, list, [&](const FieldPath &container, const JsonObject &object) {
            for (const auto &[name, value] : objectAt(object, "resources", "limits")) {
                const auto limit = limits.find(name);
                const auto amount = api::Quantity::parse(asText(value));
                if (limit != limits.end() && amount && *amount > limit->second)
                    check.errors.invalid(
                        (container / "resources" / "limits").key(name), amount->text(),
                        fmt::format("must be less than or equal to pod limits of {}", limit->second.text()));
            }
        });
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
