#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

/// Namespace, Node, Event, Endpoints, Lease.
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

void checkNodeStatus(Checker &check, const JsonObject &object) {
    const FieldPath path("status");
    const JsonObject &status = objectAt(object, "status");
    std::set<std::pair<std::string_view, std::string_view>> seen;
    check.each(path, status, "addresses", [&](const FieldPath &own, const JsonObject &address) {
        if (!seen.emplace(textAt(address, "type"), textAt(address, "address")).second)
            check.errors.duplicate(own, address);
    });
    for (const std::string_view list : {"capacity", "allocatable"})
        for (const auto &[name, value] : objectAt(status, list)) {
            const FieldPath own = (path / list).key(name);
            check.errors.invalidEach(own, std::string_view(name), qualifiedNameErrors(name));
            check.quantity(own, value);
        }
}

void warnNode(WarningList &warnings, const JsonObject &object, const JsonObject *) {
    const JsonObject &spec = objectAt(object, "spec");
    if (hasAt(spec, "configSource"))
        warnings.emplace_back("spec.configSource: the feature is no longer available");
    if (!textAt(spec, "externalID").empty())
        warnings.emplace_back("spec.externalID: this field is deprecated, and is unused by Kubernetes");
    const JsonArray &cidrs = arrayAt(spec, "podCIDRs");
    for (size_t i = 0; i < cidrs.size(); ++i)
        warnCidr(warnings, (kSpec / "podCIDRs")[i], asText(cidrs[i]));
}

class NodeStrategy final : public RuleStrategy {
public:
    NodeStrategy() : RuleStrategy(validate, update, {.status = updateStatus, .warn = warnNode}) {}

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
    static void validate(Checker &check, const JsonObject &object) {
        validateNode(check, object);
        checkNodeStatus(check, object);
    }
    static void updateStatus(Checker &check, const JsonObject &object, const JsonObject &) {
        checkNodeStatus(check, object);
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

constexpr size_t kEventTextMax = 128, kEventNoteMax = 1024;

void checkLength(Checker &check, const FieldPath &path, const JsonObject &object, std::string_view name, size_t most) {
    if (textAt(object, name).size() > most)
        check.errors.invalid(path / name, "", fmt::format("can have at most {} characters", most));
}

/// Rules of both versions; the object has the shape of core v1.
void checkEvent(Checker &check, const JsonObject &object, bool eventsGroup) {
    const FieldPath root;
    const std::string_view space = textAt(object, "metadata", "namespace"),
                           own = textAt(object, "involvedObject", "namespace");
    const bool recent = hasAt(object, "eventTime");
    // An event about a cluster object lives in the namespace default.
    const bool elsewhere =
        own.empty() ? space != "default" && !(recent && space == "kube-system") : !recent && own != space;
    if (elsewhere)
        check.errors.invalid(FieldPath("involvedObject.namespace"), own, "does not match event.namespace");
    if (!recent)
        return;
    const std::string_view controller = textAt(object, "reportingComponent");
    const FieldPath path(eventsGroup ? "reportingController" : "reportingComponent");
    if (controller.empty())
        check.errors.required(path);
    check.errors.invalidEach(path, controller, qualifiedNameErrors(controller));
    for (const std::string_view name : {"reportingInstance", "action", "reason"})
        if (check.requiredText(root, object, name))
            checkLength(check, root, object, name, kEventTextMax);
    checkLength(check, root, object, "message", kEventNoteMax);
}

void checkEventSeries(Checker &check, const JsonObject &object) {
    const JsonObject &series = objectAt(object, "series");
    if (!hasAt(object, "series"))
        return;
    if (intAt(series, "count") < 2)
        check.errors.invalid(FieldPath("series.count"), "", "should be at least 2");
    if (!hasAt(series, "lastObservedTime"))
        check.errors.required(FieldPath("series.lastObservedTime"));
}

/// What events.k8s.io/v1 wants beyond that.
void checkRecentEvent(Checker &check, const JsonObject &object) {
    checkEventSeries(check, object);
    if (!hasAt(object, "eventTime"))
        check.errors.required(FieldPath("eventTime"));
    static constexpr std::string_view kTypes[] = {"Normal", "Warning"};
    if (!oneOf(textAt(object, "type"), kTypes))
        check.errors.invalid(FieldPath("type"), "", fmt::format("has invalid value: {}", textAt(object, "type")));
    for (const std::string_view name : {"firstTimestamp", "lastTimestamp"})
        if (hasAt(object, name))
            check.errors.invalid(FieldPath(std::string(name)), "", "needs to be unset");
    if (intAt(object, "count") != 0)
        check.errors.invalid(FieldPath("count"), "", "needs to be unset");
    for (const std::string_view name : {"component", "host"})
        if (!textAt(object, "source", name).empty())
            check.errors.invalid(FieldPath("source"), "", "needs to be unset");
}

/// Events of both groups; those of events.k8s.io come converted to the shape of core v1.
class EventStrategy final : public Strategy {
public:
    void validate(const StrategyContext &context, const JsonObject &object,
                  std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        const bool eventsGroup = !context.resource.group.empty();
        checkEvent(check, object, eventsGroup);
        if (eventsGroup)
            checkRecentEvent(check, object);
    }
    void validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                        std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        const bool eventsGroup = !context.resource.group.empty();
        checkEvent(check, object, eventsGroup);
        if (!eventsGroup)
            return;
        for (const std::string_view name : {"involvedObject", "reason", "reportingInstance", "action", "type"})
            check.immutable(FieldPath(), object, old, name);
        if (!sameMember(object, old, "series"))
            checkEventSeries(check, object);
        if (!sameMember(object, old, "reportingComponent"))
            check.errors.immutable(FieldPath("reportingController"), Shown::member(object, "reportingComponent"));
    }
    bool allowCreateOnUpdate() const override { return true; }
};

void checkEndpointAddress(Checker &check, const FieldPath &path, const JsonObject &address) {
    const std::string_view ip = textAt(address, "ip");
    check.ip(path / "ip", ip);
    check.optionalText(path, address, "hostname", dns1123LabelErrors);
    if (hasAt(address, "nodeName"))
        check.errors.invalidEach(path / "nodeName", textAt(address, "nodeName"),
                                 dns1123SubdomainErrors(textAt(address, "nodeName")));
    if (isIp(ip))
        check.errors.invalidEach(path / "ip", ip, reachableIpErrors(ip));
}

void checkEndpointPort(Checker &check, const FieldPath &path, const JsonObject &port, bool needsName) {
    static constexpr std::string_view kProtocols[] = {"SCTP", "TCP", "UDP"};
    if (needsName && textAt(port, "name").empty())
        check.errors.required(path / "name");
    check.optionalText(path, port, "name", dns1123LabelErrors);
    check.portNumber(path / "port", intAt(port, "port"));
    check.requiredWord(path, port, "protocol", kProtocols);
    check.optionalText(path, port, "appProtocol", qualifiedNameErrors);
}

void validateEndpoints(Checker &check, const JsonObject &object) {
    check.each(FieldPath(), object, "subsets", [&](const FieldPath &own, const JsonObject &subset) {
        if (arrayAt(subset, "addresses").empty() && arrayAt(subset, "notReadyAddresses").empty())
            check.errors.required(own, "must specify `addresses` or `notReadyAddresses`");
        for (const std::string_view list : {"addresses", "notReadyAddresses"})
            check.each(own, subset, list, [&](const FieldPath &path, const JsonObject &address) {
                checkEndpointAddress(check, path, address);
            });
        const bool several = arrayAt(subset, "ports").size() > 1;
        check.each(own, subset, "ports", [&](const FieldPath &path, const JsonObject &port) {
            checkEndpointPort(check, path, port, several);
        });
    });
}

void warnEndpoints(WarningList &warnings, const JsonObject &object, const JsonObject *) {
    const JsonArray &subsets = arrayAt(object, "subsets");
    for (size_t i = 0; i < subsets.size(); ++i)
        for (const std::string_view list : {"addresses", "notReadyAddresses"}) {
            const JsonArray &addresses = arrayAt(asObject(subsets[i]), list);
            for (size_t j = 0; j < addresses.size(); ++j)
                warnIp(warnings, (FieldPath("subsets")[i] / list)[j] / "ip", textAt(asObject(addresses[j]), "ip"));
        }
}

void validateLease(Checker &check, const JsonObject &object) {
    const JsonObject &spec = objectAt(object, "spec");
    check.intRange(kSpec, spec, "leaseDurationSeconds", 1, INT32_MAX, "must be greater than 0");
    check.notNegative(kSpec, spec, "leaseTransitions");
    if (!textAt(spec, "preferredHolder").empty() && textAt(spec, "strategy").empty())
        check.errors.forbidden(kSpec / "preferredHolder", "may only be specified if `strategy` is defined");
}

} // namespace

void addClusterStrategies(StrategyMap &map) {
    using Options = RuleStrategy::Options;
    map.make<NamespaceStrategy>("", "namespaces");
    map.make<NodeStrategy>("", "nodes");
    map.make<EventStrategy>("", "events");
    map.make<EventStrategy>("events.k8s.io", "events");
    map.make<RuleStrategy>("", "endpoints", validateEndpoints, nullptr,
                           Options{.createOnUpdate = true, .warn = warnEndpoints});
    const Options lease{.createOnUpdate = true, .unconditionalUpdate = false};
    map.make<RuleStrategy>("coordination.k8s.io", "leases", validateLease, nullptr, lease);
    map.make<RuleStrategy>("coordination.k8s.io", "leasecandidates", nullptr, nullptr, lease);
}

} // namespace coracle::apiserver
