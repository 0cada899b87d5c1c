#include "clusterd/apiserver/admission/plugins.h"
#include "clusterd/apiserver/admission/quota_usage.h"

#include <algorithm>
#include <fmt/format.h>

namespace coracle::apiserver {

namespace {

using api::Quantity;
/// Limits, defaults and ratios of a namespace (plugin/pkg/admission/limitranger).
class LimitRanger final : public DirectPlugin {
public:
    explicit LimitRanger(const Reader &reader)
        : DirectPlugin("LimitRanger", {Operation::Create, Operation::Update}), m_reader(reader) {}

protected:
    Result<> mutate(AdmissionAttributes &attributes) override {
        if (!isAbout(attributes, "", "pods") || attributes.operation != Operation::Create)
            return {};
        std::vector<std::string> notes;
        for (const JsonObject &range : ranges(attributes))
            for (const JsonValue &limit : arrayAt(range, "spec", "limits"))
                if (textAt(asObject(limit), "type") == "Container")
                    fillContainers(ensureObject(*attributes.object, "spec"), asObject(limit), notes);
        if (!notes.empty())
            ensureObject(ensureObject(*attributes.object, "metadata"), "annotations")["kubernetes.io/limit-ranger"] =
                fmt::format("LimitRanger plugin set: {}", fmt::join(notes, "; "));
        return {};
    }

    Result<> check(const AdmissionAttributes &attributes) override {
        const bool pod = (isAbout(attributes, "", "pods") && attributes.operation == Operation::Create) ||
                         isAbout(attributes, "", "pods", "resize");
        const bool claim = isAbout(attributes, "", "persistentvolumeclaims");
        if (!pod && !claim)
            return {};
        std::vector<std::string> problems;
        for (const JsonObject &range : ranges(attributes))
            for (const JsonValue &value : arrayAt(range, "spec", "limits")) {
                const JsonObject &limit = asObject(value);
                const std::string_view type = textAt(limit, "type");
                const JsonObject &spec = objectAt(*attributes.object, "spec");
                if (claim && type == "PersistentVolumeClaim")
                    compare(limit, objectAt(spec, "resources"), type, problems, true);
                else if (pod && type == "Container")
                    for (const std::string_view list : {"containers", "initContainers"})
                        for (const JsonValue &container : arrayAt(spec, list))
                            compare(limit, objectAt(asObject(container), "resources"), type, problems, false);
                else if (pod && type == "Pod")
                    compareSums(limit, spec, problems);
            }
        if (problems.empty())
            return {};
        return denied(attributes,
                      problems.size() == 1 ? problems.front() : fmt::format("[{}]", fmt::join(problems, ", ")));
    }

private:
    std::vector<JsonObject> ranges(const AdmissionAttributes &attributes) const {
        return listJson(m_reader, "", "limitranges", attributes.namespaceName);
    }

    static void fillContainers(JsonObject &spec, const JsonObject &limit, std::vector<std::string> &notes) {
        for (const std::string_view list : {"containers", "initContainers"}) {
            if (arrayAt(spec, list).empty())
                continue;
            for (JsonValue &value : ensureArray(spec, list)) {
                if (!value.is_object())
                    continue;
                JsonObject &container = value.get_object();
                for (const bool request : {true, false}) { // as they stand in the annotation
                    const JsonObject &defaults = objectAt(limit, request ? "defaultRequest" : "default");
                    std::vector<std::string> set;
                    for (const auto &[name, amount] : defaults) {
                        JsonObject &resources = ensureObject(container, "resources");
                        JsonObject &amounts = ensureObject(resources, request ? "requests" : "limits");
                        if (amounts.contains(name))
                            continue;
                        amounts[name] = amount;
                        set.emplace_back(name);
                    }
                    std::ranges::sort(set);
                    if (!set.empty())
                        notes.push_back(fmt::format(
                            "{} {} for {} {}", fmt::join(set, ", "), request ? "request" : "limit",
                            list == "containers" ? "container" : "init container", textAt(container, "name")));
                }
            }
        }
    }

    /// One container, one claim, or the sums of a pod against one limit.
    static void compare(const JsonObject &limit, const JsonObject &resources, std::string_view type,
                        std::vector<std::string> &problems, bool requestsOnly) {
        compareAmounts(limit, amountsOf(objectAt(resources, "requests")), amountsOf(objectAt(resources, "limits")),
                       type, problems, requestsOnly);
    }

    static void compareSums(const JsonObject &limit, const JsonObject &spec, std::vector<std::string> &problems) {
        const Amounts requests = podAmounts(spec, "requests"), limits = podAmounts(spec, "limits");
        compareAmounts(limit, requests, limits, "Pod", problems, false);
    }

    static void compareAmounts(const JsonObject &limit, const Amounts &requests, const Amounts &limits,
                               std::string_view type, std::vector<std::string> &problems, bool requestsOnly) {
        auto find = [](const Amounts &amounts, const std::string &name) {
            const auto found = amounts.find(name);
            return found == amounts.end() ? nullptr : &found->second;
        };
        auto but = [&](std::string_view bound, const std::string &name, const Quantity &value, std::string_view what,
                       const Quantity &found) {
            problems.push_back(fmt::format("{} {} usage per {} is {}, but {} is {}", bound, name, type, value.text(),
                                           what, found.text()));
        };
        auto none = [&](std::string_view bound, const std::string &name, const Quantity &value, std::string_view what) {
            problems.push_back(
                fmt::format("{} {} usage per {} is {}.  No {} is specified", bound, name, type, value.text(), what));
        };
        for (const auto &[name, least] : amountsOf(objectAt(limit, "min"))) {
            const Quantity *request = find(requests, name), *most = find(limits, name);
            if (!request)
                none("minimum", name, least, "request");
            else if (*request < least)
                but("minimum", name, least, "request", *request);
            else if (most && *most < least)
                but("minimum", name, least, "limit", *most);
        }
        for (const auto &[name, most] : amountsOf(objectAt(limit, "max"))) {
            const Quantity *request = find(requests, name), *upper = find(limits, name);
            const Quantity *first = requestsOnly ? request : upper;
            const std::string_view what = requestsOnly ? "request" : "limit";
            if (!first)
                none("maximum", name, most, what);
            else if (*first > most)
                but("maximum", name, most, what, *first);
            else if (request && *request > most)
                but("maximum", name, most, "request", *request);
        }
        for (const auto &[name, ratio] : amountsOf(objectAt(limit, "maxLimitRequestRatio")))
            compareRatio(name, ratio, find(requests, name), find(limits, name), type, problems);
    }

    static void compareRatio(const std::string &name, const Quantity &ratio, const Quantity *request,
                             const Quantity *most, std::string_view type, std::vector<std::string> &problems) {
        std::string found;
        if (!request || request->isZero())
            found = "no request is specified or request is 0";
        else if (!most || most->isZero())
            found = "no limit is specified or limit is 0";
        else if (const double provided = most->approximate() / request->approximate(); provided > ratio.approximate())
            found = fmt::format("provided ratio is {:.6f}", provided);
        if (!found.empty())
            problems.push_back(
                fmt::format("{} max limit to request ratio per {} is {}, but {}", name, type, ratio.text(), found));
    }

    const Reader &m_reader;
};

} // namespace

Plugin makeLimitRanger(const Reader &reader) {
    return std::make_unique<LimitRanger>(reader);
}

} // namespace coracle::apiserver
