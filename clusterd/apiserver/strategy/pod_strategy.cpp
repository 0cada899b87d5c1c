#include "clusterd/apiserver/strategy/pod_preparation.h"
#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"
#include "clusterd/apiserver/strategy/warnings.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kMirror = "kubernetes.io/config.mirror";
constexpr std::string_view kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";
const FieldPath kSpec("spec"), kAnnotations("metadata.annotations");

void checkDeletionCost(Checker &check, const JsonObject &pod) {
    const std::string_view cost = textAt(pod, "metadata", "annotations", kDeletionCost);
    if (cost.empty())
        return;
    const std::string_view digits = cost.substr(cost.starts_with('-') ? 1 : 0);
    const bool number = !digits.empty() && digits.size() <= 10 && (digits == "0" || !digits.starts_with('0')) &&
                        std::ranges::all_of(digits, [](unsigned char letter) { return std::isdigit(letter); });
    if (!number || std::abs(std::stoll(std::string(cost))) > INT32_MAX)
        check.errors.invalid(kAnnotations.key(kDeletionCost), cost, "must be a 32bit integer");
}

void checkAppArmorAnnotations(Checker &check, const JsonObject &pod) {
    constexpr std::string_view kPrefix = "container.apparmor.security.beta.kubernetes.io/";
    for (const auto &[key, value] : objectAt(pod, "metadata", "annotations")) {
        if (!std::string_view(key).starts_with(kPrefix))
            continue;
        const std::string_view text = asText(value), name = std::string_view(key).substr(kPrefix.size());
        bool known = false;
        for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"})
            for (const JsonValue &container : arrayAt(pod, "spec", list))
                known = known || textAt(asObject(container), "name") == name;
        if (!known)
            check.errors.invalid(kAnnotations.key(key), name, "container not found");
        if (!text.empty() && text != "runtime/default" && text != "unconfined" && !text.starts_with("localhost/"))
            check.errors.invalid(kAnnotations.key(key), text,
                                 fmt::format("invalid AppArmor profile name: \"{}\"", text));
    }
}

/// Rules of the metadata and spec that hold whenever a pod is written.
void validatePod(Checker &check, const JsonObject &pod) {
    const JsonObject &spec = objectAt(pod, "spec");
    if (hasAt(pod, "metadata", "annotations", kMirror) && textAt(spec, "nodeName").empty())
        check.errors.invalid(kAnnotations.key(kMirror), textAt(pod, "metadata", "annotations", kMirror),
                             "must set spec.nodeName if mirror pod annotation is set");
    checkDeletionCost(check, pod);
    checkAppArmorAnnotations(check, pod);
    validatePodSpec(check, kSpec, spec, PodForm::Pod);
    const std::string_view name = textAt(pod, "metadata", "name");
    check.each(kSpec, spec, "volumes", [&](const FieldPath &own, const JsonObject &volume) {
        const std::string claim = fmt::format("{}-{}", name, textAt(volume, "name"));
        if (hasAt(volume, "ephemeral") && !name.empty())
            for (const std::string &problem : dns1123SubdomainErrors(claim))
                check.errors.invalid(own / "name", textAt(volume, "name"),
                                     fmt::format("PVC name \"{}\": {}", claim, problem));
        if (!textAt(spec, "serviceAccountName").empty())
            return;
        check.each(own / "projected", objectAt(volume, "projected"), "sources",
                   [&](const FieldPath &at, const JsonObject &source) {
                       if (hasAt(source, "serviceAccountToken"))
                           check.errors.forbidden(at / "serviceAccountToken",
                                                  "must not be specified when serviceAccountName is not set");
                   });
    });
}

class PodStrategy final : public Strategy {
public:
    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        JsonObject &spec = ensureObject(object, "spec");
        if (intAt(spec, "terminationGracePeriodSeconds") < 0)
            spec["terminationGracePeriodSeconds"] = 1;
        JsonObject status{{"phase", "Pending"}};
        if (!arrayAt(spec, "schedulingGates").empty())
            status["conditions"] = JsonArray{JsonObject{{"type", "PodScheduled"},
                                                        {"status", "False"},
                                                        {"lastProbeTime", nullptr},
                                                        {"lastTransitionTime", nullptr},
                                                        {"reason", "SchedulingGated"},
                                                        {"message", "Scheduling is blocked due to non-empty scheduling "
                                                                    "gates"}}};
        status["qosClass"] = qosClass(spec);
        object["status"] = std::move(status);
        foldLabelKeys(object);
        syncAppArmor(object);
    }

    void prepareForUpdate(const StrategyContext &context, JsonObject &object, const JsonObject &old) const override {
        if (context.subresource == "ephemeralcontainers" || context.subresource == "resize") {
            JsonObject updated = old;
            if (context.subresource == "resize")
                takeResources(ensureObject(updated, "spec"), objectAt(object, "spec"));
            else
                copyMember(ensureObject(updated, "spec"), objectAt(object, "spec"), "ephemeralContainers");
            object = std::move(updated);
            return;
        }
        Strategy::prepareForUpdate(context, object, old);
        if (context.subresource == "status" && textAt(object, "status", "qosClass").empty())
            copyMember(ensureObject(object, "status"), objectAt(old, "status"), "qosClass");
    }

    void validate(const StrategyContext &, const JsonObject &object, std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        validatePod(check, object);
        const JsonObject &spec = objectAt(object, "spec");
        if (!arrayAt(spec, "ephemeralContainers").empty())
            check.errors.forbidden(kSpec / "ephemeralContainers", "cannot be set on create");
        if (!arrayAt(spec, "schedulingGates").empty() && !textAt(spec, "nodeName").empty())
            check.errors.forbidden(kSpec / "nodeName", "cannot be set until all schedulingGates have been cleared");
    }

    void validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                        std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        if (context.subresource == "status") {
            validatePodStatus(check, object, old);
            return;
        }
        validatePod(check, object);
        if (context.subresource == "resize")
            validatePodResize(check, object, old);
        else if (context.subresource == "ephemeralcontainers")
            validateEphemeralContainersUpdate(check, object, old);
        else
            validatePodUpdate(check, object, old);
    }

    /// Updates of pods come from controllers; only people read warnings.
    void warnings(const StrategyContext &, const JsonObject &object, const JsonObject *old,
                  std::vector<std::string> &warnings) const override {
        if (old)
            return;
        warnHostname(warnings, object, "the Pod's hostname");
        warnPod(warnings, FieldPath(), object);
    }

    int64_t defaultGracePeriodSeconds(const JsonObject &object) const override {
        const std::string_view phase = textAt(object, "status", "phase");
        if (textAt(object, "spec", "nodeName").empty() || phase == "Succeeded" || phase == "Failed")
            return 0;
        if (!hasAt(object, "spec", "terminationGracePeriodSeconds"))
            return 30;
        const int64_t seconds = intAt(object, "spec", "terminationGracePeriodSeconds");
        return seconds < 0 ? 1 : seconds;
    }

private:
    static void takeResources(JsonObject &spec, const JsonObject &from) {
        for (const std::string_view list : {"containers", "initContainers"}) {
            if (arrayAt(spec, list).empty())
                continue;
            for (JsonValue &container : ensureArray(spec, list))
                for (const JsonValue &wanted : arrayAt(from, list))
                    if (container.is_object() &&
                        textAt(asObject(wanted), "name") == textAt(asObject(container), "name"))
                        for (const std::string_view member : {"resources", "resizePolicy"})
                            copyMember(container.get_object(), asObject(wanted), member);
        }
    }
};

void validateTemplateObject(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kAny[] = {"Always", "OnFailure", "Never"};
    validatePodTemplate(check, FieldPath("template"), objectAt(object, "template"), kAny);
}

void warnTemplateObject(std::vector<std::string> &warnings, const JsonObject &object, const JsonObject *old) {
    if (!old || !sameMember(object, *old, "template"))
        warnPod(warnings, FieldPath("template"), objectAt(object, "template"));
}

} // namespace

void addPodStrategies(StrategyMap &map) {
    map.make<PodStrategy>("", "pods");
    map.make<RuleStrategy>("", "podtemplates", validateTemplateObject, nullptr,
                           RuleStrategy::Options{.warn = warnTemplateObject});
}

} // namespace coracle::apiserver
