#include "clusterd/apiserver/strategy/strategies.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

/// Namespace, Node, Event, Endpoints, LimitRange, ResourceQuota, Lease.
namespace coracle::apiserver {

namespace {

const FieldPath kSpec("spec");

class NamespaceStrategy final : public Strategy {
public:
    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        // Only the namespace controller takes this finalizer off, when everything inside is gone.
        JsonArray &finalizers = ensureArray(ensureObject(object, "spec"), "finalizers");
        if (std::ranges::find(finalizers, JsonValue("kubernetes")) == finalizers.end())
            finalizers.emplace_back("kubernetes");
        object["status"] = JsonObject{{"phase", "Active"}};
        labelWithName(object);
    }

    void prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const override {
        if (context.subresource == "finalize") {
            copyMember(object, old, "status");
            return;
        }
        Strategy::prepareForUpdate(context, object, old);
        copyMember(object, old, "spec"); // its only member is the finalizers, which have a sub-resource of their own
        if (context.subresource.empty())
            labelWithName(object);
    }

    void validate(const StrategyContext &, const JsonObject &object, std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        for (const JsonValue &value : arrayAt(object, "spec", "finalizers")) {
            const std::string_view finalizer = asText(value);
            check.errors.invalidEach(kSpec / "finalizers", finalizer, qualifiedNameErrors(finalizer));
            if (finalizer.find('/') == finalizer.npos && finalizer != "kubernetes")
                check.errors.invalid(kSpec / "finalizers", finalizer,
                                     "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    void validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &,
                        std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        if (context.subresource != "status")
            return validate(context, object, causes);
        const std::string_view phase = textAt(object, "status", "phase");
        const bool deleting = hasAt(object, "metadata", "deletionTimestamp");
        if (deleting ? phase != "Terminating" : phase != "Active" && !phase.empty())
            check.errors.invalid(FieldPath("status.Phase"), phase,
                                 deleting ? "may only be 'Terminating' if `deletionTimestamp` is not empty"
                                          : "may only be 'Active' if `deletionTimestamp` is empty");
    }

private:
    static void labelWithName(JsonObject &object) {
        JsonObject &metadata = ensureObject(object, "metadata");
        if (!textAt(metadata, "name").empty())
            ensureObject(metadata, "labels")["kubernetes.io/metadata.name"] = std::string(textAt(metadata, "name"));
    }
};

void checkTaints(Checker &check, const JsonArray &taints) {
    static constexpr std::string_view kEffects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute"};
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (size_t i = 0; i < taints.size(); ++i) {
        const JsonObject &taint = asObject(taints[i]);
        const FieldPath own = FieldPath("metadata.taints")[i];
        check.errors.invalidEach(own / "key", textAt(taint, "key"), qualifiedNameErrors(textAt(taint, "key")));
        check.errors.invalidEach(own / "value", textAt(taint, "value"), labelValueErrors(textAt(taint, "value")));
        check.requiredWord(own, taint, "effect", kEffects);
        if (!seen.emplace(textAt(taint, "key"), textAt(taint, "effect")).second)
            check.errors.duplicate(own, taint);
    }
}

void validateNode(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    checkTaints(check, arrayAt(spec, "taints"));
    const JsonArray &cidrs = arrayAt(spec, "podCIDRs");
    for (size_t i = 0; i < cidrs.size(); ++i)
        check.cidr((kSpec / "podCIDRs")[i], asText(cidrs[i]));
    if (cidrs.size() > 2 || (cidrs.size() == 2 && (asText(cidrs[0]).find(':') == std::string_view::npos) ==
                                                      (asText(cidrs[1]).find(':') == std::string_view::npos)))
        check.errors.invalid(kSpec / "podCIDRs", cidrs, "may specify no more than one CIDR for each IP family");
}

class NodeStrategy final : public RuleStrategy {
public:
    NodeStrategy() : RuleStrategy(validateNode, update) {}

    // A kubelet registers its Node with a status.
    void prepareForCreate(const StrategyContext &, JsonObject &object) const override { mirrorCidr(object); }
    void prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const override {
        if (context.subresource == "status") {
            copyMember(object, old, "spec"); // labels and annotations may come with a Node's status
            return;
        }
        Strategy::prepareForUpdate(context, object, old);
        mirrorCidr(object);
    }

private:
    static void mirrorCidr(JsonObject &object) {
        JsonObject &spec = ensureObject(object, "spec");
        const JsonArray &cidrs = arrayAt(spec, "podCIDRs");
        if (!cidrs.empty())
            spec["podCIDR"] = std::string(asText(cidrs.front()));
        else if (!textAt(spec, "podCIDR").empty())
            spec["podCIDRs"] = JsonArray{JsonValue(std::string(textAt(spec, "podCIDR")))};
    }
    static void update(Checker &check, const JsonObject &object, const JsonObject &old) {
        const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
        if (!arrayAt(before, "podCIDRs").empty() && !sameMember(spec, before, "podCIDRs"))
            check.errors.forbidden(kSpec / "podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
        if (!textAt(before, "providerID").empty() && !sameMember(spec, before, "providerID"))
            check.errors.forbidden(kSpec / "providerID",
                                   "node updates may not change providerID except from \"\" to valid");
    }
};

void validateEvent(Checker &check, const JsonObject &object) {
    const JsonObject &involved =
        hasAt(object, "involvedObject") ? objectAt(object, "involvedObject") : objectAt(object, "regarding");
    const std::string_view path = hasAt(object, "involvedObject") ? "involvedObject" : "regarding";
    const std::string_view space = textAt(object, "metadata", "namespace"), own = textAt(involved, "namespace");
    // An event about a cluster object lives in the namespace default.
    if (own.empty() ? space != "default" && space != "kube-system" : own != space)
        check.errors.invalid(FieldPath(std::string(path)) / "namespace", own, "does not match event.namespace");
    if (textAt(object, "apiVersion") != "events.k8s.io/v1")
        return;
    check.requiredText(FieldPath(), object, "reportingController", qualifiedNameErrors);
    for (const std::string_view name : {"reportingInstance", "action", "reason"})
        if (check.requiredText(FieldPath(), object, name) && textAt(object, name).size() > 128)
            check.errors.invalid(FieldPath(std::string(name)), "", "can have at most 128 characters");
    if (textAt(object, "note").size() > 1024)
        check.errors.invalid(FieldPath("note"), "", "can have at most 1024 characters");
    if (!hasAt(object, "eventTime"))
        check.errors.required(FieldPath("eventTime"));
    static constexpr std::string_view kTypes[] = {"Normal", "Warning"};
    if (!oneOf(textAt(object, "type"), kTypes))
        check.errors.invalid(FieldPath("type"), "", "has invalid value: " + std::string(textAt(object, "type")));
}

void validateEndpoints(Checker &check, const JsonObject &object) {
    const JsonArray &subsets = arrayAt(object, "subsets");
    for (size_t i = 0; i < subsets.size(); ++i) {
        const JsonObject &subset = asObject(subsets[i]);
        const FieldPath own = FieldPath("subsets")[i];
        if (arrayAt(subset, "addresses").empty() && arrayAt(subset, "notReadyAddresses").empty())
            check.errors.required(own, "must specify `addresses` or `notReadyAddresses`");
        for (const std::string_view list : {"addresses", "notReadyAddresses"}) {
            const JsonArray &addresses = arrayAt(subset, list);
            for (size_t j = 0; j < addresses.size(); ++j) {
                const std::string_view ip = textAt(asObject(addresses[j]), "ip");
                const FieldPath path = (own / list)[j] / "ip";
                check.ip(path, ip);
                if (ip.starts_with("127.") || ip == "::1")
                    check.errors.invalid(path, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
                else if (ip.starts_with("169.254.") || ip.starts_with("fe80:"))
                    check.errors.invalid(path, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
                else if (ip == "0.0.0.0" || ip == "::")
                    check.errors.invalid(path, ip, fmt::format("may not be unspecified ({})", ip));
            }
        }
        const JsonArray &ports = arrayAt(subset, "ports");
        static constexpr std::string_view kProtocols[] = {"SCTP", "TCP", "UDP"};
        for (size_t j = 0; j < ports.size(); ++j) {
            const JsonObject &port = asObject(ports[j]);
            const FieldPath path = (own / "ports")[j];
            if (ports.size() > 1 && textAt(port, "name").empty())
                check.errors.required(path / "name");
            check.optionalText(path, port, "name", dns1123LabelErrors);
            check.portNumber(path / "port", intAt(port, "port"));
            check.requiredWord(path, port, "protocol", kProtocols);
        }
    }
}

void checkLimit(Checker &check, const FieldPath &path, const JsonObject &limit) {
    const std::string_view type = textAt(limit, "type");
    if (type == "Pod")
        for (const std::string_view name : {"default", "defaultRequest"})
            if (hasAt(limit, name))
                check.errors.forbidden(path / name, "may not be specified when `type` is 'Pod'");
    if (type == "PersistentVolumeClaim" && !hasAt(limit, "min", "storage") && !hasAt(limit, "max", "storage"))
        check.errors.required(path / "limits", "either minimum or maximum storage value is required, but neither was "
                                               "provided");
    // min <= defaultRequest <= default <= max, as far as they are given.
    struct Bound {
        std::string_view low, high;
    };
    static constexpr Bound kBounds[] = {{"min", "max"},
                                        {"min", "defaultRequest"},
                                        {"min", "default"},
                                        {"defaultRequest", "max"},
                                        {"defaultRequest", "default"},
                                        {"default", "max"}};
    for (const Bound &bound : kBounds)
        for (const auto &[name, value] : objectAt(limit, bound.low)) {
            const JsonValue *other = memberAt(limit, bound.high, std::string_view(name));
            const auto low = api::Quantity::parse(asText(value));
            const auto high = other ? api::Quantity::parse(asText(*other)) : low;
            if (low && high && *low > *high)
                check.errors.invalid((path / bound.low).key(name), low->text(),
                                     fmt::format("{} value {} is greater than {} value {}", bound.low, low->text(),
                                                 bound.high, high->text()));
        }
    for (const auto &[name, value] : objectAt(limit, "maxLimitRequestRatio"))
        if (const auto ratio = api::Quantity::parse(asText(value)); ratio && *ratio < api::Quantity(1))
            check.errors.invalid((path / "maxLimitRequestRatio").key(name), ratio->text(),
                                 fmt::format("ratio {} is less than 1", ratio->text()));
}

void validateLimitRange(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kTypes[] = {"Container", "PersistentVolumeClaim", "Pod"};
    const JsonArray &limits = arrayAt(object, "spec", "limits");
    std::set<std::string_view> seen;
    for (size_t i = 0; i < limits.size(); ++i) {
        const JsonObject &limit = asObject(limits[i]);
        const FieldPath own = (kSpec / "limits")[i];
        const std::string_view type = textAt(limit, "type");
        check.errors.invalidEach(own / "type", type, qualifiedNameErrors(type));
        if (type.find('/') == type.npos && !oneOf(type, kTypes))
            check.errors.invalid(own / "type", type, "must be a standard limit type or fully qualified");
        if (!seen.insert(type).second)
            check.errors.duplicate(own / "type", type);
        checkLimit(check, own, limit);
    }
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

void validateResourceQuota(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kScopes[] = {
        "BestEffort",  "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass",
        "Terminating", "VolumeAttributesClass"};
    const JsonObject &spec = objectAt(object, "spec");
    for (const auto &[name, value] : objectAt(spec, "hard")) {
        const FieldPath own = (kSpec / "hard").key(name);
        check.errors.invalidEach(own, std::string_view(name), qualifiedNameErrors(name));
        const auto amount = check.quantity(own, value);
        const bool whole = name == "pods" || name == "services" || std::string_view(name).starts_with("count/");
        if (amount && whole && amount->milliValue() % 1000 != 0)
            check.errors.invalid(own, amount->text(), "must be an integer");
    }
    std::set<std::string_view> scopes;
    for (const JsonValue &value : arrayAt(spec, "scopes")) {
        scopes.insert(asText(value));
        if (!oneOf(asText(value), kScopes))
            check.errors.invalid(kSpec / "scopes", arrayAt(spec, "scopes"), "unsupported scope");
    }
    for (const auto &[a, b] : {std::pair<std::string_view, std::string_view>("Terminating", "NotTerminating"),
                               std::pair<std::string_view, std::string_view>("BestEffort", "NotBestEffort")})
        if (scopes.contains(a) && scopes.contains(b))
            check.errors.invalid(kSpec / "scopes", arrayAt(spec, "scopes"), "conflicting scopes");
}

void validateResourceQuotaUpdate(Checker &check, const JsonObject &object, const JsonObject &old) {
    check.immutable(kSpec, objectAt(object, "spec"), objectAt(old, "spec"), "scopes");
}

void validateLease(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    check.intRange(kSpec, spec, "leaseDurationSeconds", 1, INT32_MAX, "must be greater than 0");
    check.notNegative(kSpec, spec, "leaseTransitions");
    if (!textAt(spec, "preferredHolder").empty() && textAt(spec, "strategy").empty())
        check.errors.forbidden(kSpec / "preferredHolder", "may only be specified when `strategy` is set");
}

} // namespace

void addClusterStrategies(StrategyMap &map, Random &random) {
    const RuleStrategy::Options createOnUpdate{.createOnUpdate = true};
    map.make<NamespaceStrategy>("", "namespaces");
    map.make<NodeStrategy>("", "nodes");
    map.make<RuleStrategy>("", "events", validateEvent, nullptr, createOnUpdate);
    map.make<RuleStrategy>("events.k8s.io", "events", validateEvent, nullptr, createOnUpdate);
    map.make<RuleStrategy>("", "endpoints", validateEndpoints, nullptr, createOnUpdate);
    map.make<LimitRangeStrategy>("", "limitranges", random);
    map.make<RuleStrategy>("", "resourcequotas", validateResourceQuota, validateResourceQuotaUpdate);
    const RuleStrategy::Options lease{.createOnUpdate = true, .unconditionalUpdate = false};
    map.make<RuleStrategy>("coordination.k8s.io", "leases", validateLease, nullptr, lease);
    map.make<RuleStrategy>("coordination.k8s.io", "leasecandidates", nullptr, nullptr, lease);
}

} // namespace coracle::apiserver
