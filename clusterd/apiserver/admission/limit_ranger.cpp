#include "clusterd/apiserver/admission/plugins.h"

#include "core/api/quantity.h"

#include <fmt/format.h>
#include <map>

namespace coracle::apiserver {

namespace {

using api::Quantity;
using Amounts = std::map<std::string, Quantity, std::less<>>;

Amounts amountsOf(const JsonObject &list) {
    Amounts amounts;
    for (const auto &[name, value] : list)
        if (auto amount = Quantity::parse(asText(value)))
            amounts.emplace(name, *amount);
    return amounts;
}

void addTo(Amounts &sum, const Amounts &more) {
    for (const auto &[name, amount] : more)
        sum[name] += amount;
}

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
        const bool pod = isAbout(attributes, "", "pods") && attributes.operation == Operation::Create;
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
                for (const bool request : {true, false}) {
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
        Amounts requests, limits;
        for (const JsonValue &container : arrayAt(spec, "containers")) {
            addTo(requests, amountsOf(objectAt(asObject(container), "resources", "requests")));
            addTo(limits, amountsOf(objectAt(asObject(container), "resources", "limits")));
        }
        compareAmounts(limit, requests, limits, "Pod", problems, false);
    }

    static void compareAmounts(const JsonObject &limit, const Amounts &requests, const Amounts &limits,
                               std::string_view type, std::vector<std::string> &problems, bool requestsOnly) {
        auto find = [](const Amounts &amounts, const std::string &name) {
            const auto found = amounts.find(name);
            return found == amounts.end() ? nullptr : &found->second;
        };
        for (const auto &[name, least] : amountsOf(objectAt(limit, "min"))) {
            const Quantity *request = find(requests, name), *most = find(limits, name);
            if (!request)
                problems.push_back(
                    fmt::format("minimum {} usage per {} is {}.  No request is specified", name, type, least.text()));
            else if (*request < least || (most && *most < least))
                problems.push_back(fmt::format("minimum {} usage per {} is {}, but request is {}", name, type,
                                               least.text(), request->text()));
        }
        for (const auto &[name, most] : amountsOf(objectAt(limit, "max"))) {
            const Quantity *used = find(requestsOnly ? requests : limits, name);
            if (!used)
                problems.push_back(fmt::format("maximum {} usage per {} is {}.  No {} is specified", name, type,
                                               most.text(), requestsOnly ? "request" : "limit"));
            else if (*used > most)
                problems.push_back(fmt::format("maximum {} usage per {} is {}, but {} is {}", name, type, most.text(),
                                               requestsOnly ? "request" : "limit", used->text()));
        }
        for (const auto &[name, ratio] : amountsOf(objectAt(limit, "maxLimitRequestRatio"))) {
            const Quantity *request = find(requests, name), *most = find(limits, name);
            if (!request || !most || request->isZero())
                problems.push_back(
                    fmt::format("{} max limit to request ratio per {} is {}, but no request is specified or "
                                "request is 0",
                                name, type, ratio.text()));
            else if (most->approximate() / request->approximate() > ratio.approximate())
                problems.push_back(
                    fmt::format("{} max limit to request ratio per {} is {}, but provided ratio is {:.6f}", name, type,
                                ratio.text(), most->approximate() / request->approximate()));
        }
    }

    const Reader &m_reader;
};

} // namespace

Plugin makeLimitRanger(const Reader &reader) {
    return std::make_unique<LimitRanger>(reader);
}

} // namespace coracle::apiserver
