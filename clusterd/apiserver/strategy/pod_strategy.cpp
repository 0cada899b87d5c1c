#include "clusterd/apiserver/strategy/pod_validation.h"
#include "clusterd/apiserver/strategy/strategies.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

constexpr std::string_view kUpdateWords =
    "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
    "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
constexpr std::string_view kMirrorAnnotation = "kubernetes.io/config.mirror";

/// Gives the containers of `to` the images that they have in `from`; the lists are of the same length.
void copyImages(JsonObject &to, const JsonObject &from, std::string_view list) {
    if (arrayAt(to, list).empty())
        return;
    JsonArray &containers = ensureArray(to, list);
    const JsonArray &images = arrayAt(from, list);
    for (size_t i = 0; i < containers.size() && i < images.size(); ++i)
        if (containers[i].is_object())
            copyMember(containers[i].get_object(), asObject(images[i]), "image");
}

void checkContainerCounts(Checker &check, const JsonObject &spec, const JsonObject &old) {
    for (const std::string_view list : {"containers", "initContainers"}) {
        const JsonArray &containers = arrayAt(spec, list);
        if (containers.size() != arrayAt(old, list).size())
            check.errors.forbidden(FieldPath("spec") / list, "pod updates may not add or remove containers");
        for (size_t i = 0; i < containers.size(); ++i)
            if (textAt(asObject(containers[i]), "image").empty())
                check.errors.required((FieldPath("spec") / list)[i] / "image");
    }
}

void checkDeadline(Checker &check, const JsonObject &spec, const JsonObject &old) {
    const FieldPath path("spec.activeDeadlineSeconds");
    const int64_t now = intAt(spec, "activeDeadlineSeconds");
    if (hasAt(spec, "activeDeadlineSeconds")) {
        if (now < 0 || now > INT32_MAX)
            check.errors.invalid(path, now, "must be between 0 and 2147483647, inclusive");
        else if (hasAt(old, "activeDeadlineSeconds") && now > intAt(old, "activeDeadlineSeconds"))
            check.errors.invalid(path, now, "must be less than or equal to previous value");
    } else if (hasAt(old, "activeDeadlineSeconds")) {
        check.errors.invalid(path, JsonValue(), "must not update from a positive integer to nil value");
    }
}

JsonObject withoutSeconds(const JsonValue &toleration) {
    JsonObject copy = asObject(toleration);
    copy.erase("tolerationSeconds");
    return copy;
}

void checkTolerations(Checker &check, const JsonObject &spec, const JsonObject &old) {
    const JsonArray &now = arrayAt(spec, "tolerations");
    for (const JsonValue &before : arrayAt(old, "tolerations")) {
        const JsonObject wanted = withoutSeconds(before);
        if (std::ranges::none_of(now, [&](const JsonValue &one) { return withoutSeconds(one) == wanted; })) {
            check.errors.forbidden(FieldPath("spec.tolerations"),
                                   "existing toleration can not be modified except its tolerationSeconds");
            return;
        }
    }
}

void checkGates(Checker &check, const JsonObject &spec, const JsonObject &old) {
    const JsonArray &before = arrayAt(old, "schedulingGates");
    for (const JsonValue &gate : arrayAt(spec, "schedulingGates"))
        if (std::ranges::find(before, gate) == before.end())
            check.errors.forbidden(FieldPath("spec.schedulingGates"),
                                   fmt::format("only deletion is allowed, but found new scheduling gate '{}'",
                                               textAt(asObject(gate), "name")));
}

/// The new spec with everything that may change set back; the rest must be as it was.
void checkUnchanged(Checker &check, const JsonObject &spec, const JsonObject &old) {
    JsonObject rest = spec;
    copyImages(rest, old, "containers");
    copyImages(rest, old, "initContainers");
    for (const std::string_view name : {"activeDeadlineSeconds", "tolerations", "schedulingGates"})
        copyMember(rest, old, name);
    if (intAt(old, "terminationGracePeriodSeconds") < 0 && intAt(spec, "terminationGracePeriodSeconds") == 1)
        copyMember(rest, old, "terminationGracePeriodSeconds");
    if (!arrayAt(old, "schedulingGates").empty()) {
        copyMember(rest, old, "nodeSelector");
        copyMember(rest, old, "affinity");
    }
    std::string changed;
    for (const JsonObject *side : {&std::as_const(rest), &old})
        for (const auto &[name, value] : *side)
            if (!sameMember(rest, old, name) && changed.find(name) == changed.npos)
                changed += fmt::format("{}spec.{}", changed.empty() ? "" : ", ", std::string_view(name));
    if (!changed.empty())
        check.errors.forbidden(FieldPath("spec"), fmt::format("{}\nchanged: {}", kUpdateWords, changed));
}

void checkResize(Checker &check, const JsonObject &spec, const JsonObject &old) {
    if (qosClass(spec) != qosClass(old))
        check.errors.invalid(FieldPath("spec"), qosClass(spec), "Pod QOS Class may not change as a result of resizing");
}

void checkEphemeral(Checker &check, const JsonObject &spec, const JsonObject &old) {
    const JsonArray &now = arrayAt(spec, "ephemeralContainers");
    for (const JsonValue &before : arrayAt(old, "ephemeralContainers"))
        if (std::ranges::find(now, before) == now.end())
            check.errors.forbidden(FieldPath("spec.ephemeralContainers"),
                                   fmt::format("existing ephemeral containers \"{}\" may not be changed or removed",
                                               textAt(asObject(before), "name")));
}

void checkDeletionCost(Checker &check, const JsonObject &object) {
    const std::string_view cost =
        textAt(object, "metadata", "annotations", "controller.kubernetes.io/pod-deletion-cost");
    if (cost.empty())
        return;
    const std::string_view digits = cost.substr(cost.starts_with('-') ? 1 : 0);
    const bool number = !digits.empty() && digits.size() <= 10 && (digits == "0" || !digits.starts_with('0')) &&
                        std::ranges::all_of(digits, [](unsigned char letter) { return std::isdigit(letter); });
    if (!number || std::abs(std::stoll(std::string(cost))) > INT32_MAX)
        check.errors.invalid(FieldPath("metadata.annotations").key("controller.kubernetes.io/pod-deletion-cost"), cost,
                             "must be a 32bit integer");
}

class PodStrategy final : public Strategy {
public:
    void prepareForCreate(const StrategyContext &, JsonObject &object) const override {
        JsonObject &spec = ensureObject(object, "spec");
        if (intAt(spec, "terminationGracePeriodSeconds") < 0)
            spec["terminationGracePeriodSeconds"] = 1;
        JsonObject &status = object["status"].emplace_object();
        status["phase"] = "Pending";
        if (!arrayAt(spec, "schedulingGates").empty())
            status["conditions"] = JsonArray{JsonObject{{"type", "PodScheduled"},
                                                        {"status", "False"},
                                                        {"lastProbeTime", nullptr},
                                                        {"lastTransitionTime", nullptr},
                                                        {"reason", "SchedulingGated"},
                                                        {"message", "Scheduling is blocked due to non-empty scheduling "
                                                                    "gates"}}};
        status["qosClass"] = qosClass(spec);
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
        checkDeletionCost(check, object);
        const JsonObject &spec = objectAt(object, "spec");
        if (hasAt(object, "metadata", "annotations", kMirrorAnnotation) && textAt(spec, "nodeName").empty())
            check.errors.invalid(FieldPath("metadata.annotations").key(kMirrorAnnotation),
                                 textAt(object, "metadata", "annotations", kMirrorAnnotation),
                                 "must set spec.nodeName if mirror pod annotation is set");
        validatePodSpec(check, FieldPath("spec"), spec);
        if (!arrayAt(spec, "ephemeralContainers").empty())
            check.errors.forbidden(FieldPath("spec.ephemeralContainers"), "cannot be set on create");
        if (!arrayAt(spec, "schedulingGates").empty() && !textAt(spec, "nodeName").empty())
            check.errors.forbidden(FieldPath("spec.nodeName"),
                                   "cannot be set until all schedulingGates have been cleared");
    }

    void validateUpdate(const StrategyContext &context, const JsonObject &object, const JsonObject &old,
                        std::vector<StatusCause> &causes) const override {
        Checker check(causes);
        const JsonObject &spec = objectAt(object, "spec"), &before = objectAt(old, "spec");
        if (context.subresource == "status")
            return;
        checkDeletionCost(check, object);
        if (context.subresource == "resize") {
            validatePodSpec(check, FieldPath("spec"), spec);
            checkResize(check, spec, before);
        } else if (context.subresource == "ephemeralcontainers") {
            validatePodSpec(check, FieldPath("spec"), spec);
            checkEphemeral(check, spec, before);
        } else {
            checkContainerCounts(check, spec, before);
            checkDeadline(check, spec, before);
            checkTolerations(check, spec, before);
            checkGates(check, spec, before);
            validateTolerations(check, FieldPath("spec.tolerations"), arrayAt(spec, "tolerations"));
            checkUnchanged(check, spec, before);
        }
        if (hasAt(object, "metadata", "annotations", kMirrorAnnotation) !=
            hasAt(old, "metadata", "annotations", kMirrorAnnotation))
            check.errors.invalid(FieldPath("metadata.annotations").key(kMirrorAnnotation),
                                 textAt(object, "metadata", "annotations", kMirrorAnnotation),
                                 "may not add or remove mirror pod annotation");
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
                        textAt(asObject(wanted), "name") == textAt(asObject(container), "name")) {
                        copyMember(container.get_object(), asObject(wanted), "resources");
                        copyMember(container.get_object(), asObject(wanted), "resizePolicy");
                    }
        }
    }
};

} // namespace

static void validateTemplateObject(Checker &check, const JsonObject &object) {
    static constexpr std::string_view kAny[] = {"Always", "OnFailure", "Never"};
    validatePodTemplate(check, FieldPath("template"), objectAt(object, "template"), kAny);
}

void addPodStrategies(StrategyMap &map) {
    map.make<PodStrategy>("", "pods");
    map.make<RuleStrategy>("", "podtemplates", validateTemplateObject);
}

} // namespace coracle::apiserver
