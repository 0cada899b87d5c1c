#include "clusterd/apiserver/apiextensions/accepted_names.h"

#include "clusterd/apiserver/apiextensions/conditions.h"
#include "clusterd/apiserver/apiextensions/definition_validation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace coracle::apiserver {

namespace {

using Names = std::set<std::string, std::less<>>;

/// What is taken in a group: resource names (with short ones) share one space, kinds another.
struct Taken {
    Names resources, kinds;

    void add(const JsonObject &names) {
        for (std::string_view name : {"plural", "singular"})
            resources.emplace(textAt(names, name));
        for (const JsonValue &name : arrayAt(names, "shortNames"))
            resources.emplace(asText(name));
        for (std::string_view name : {"kind", "listKind"})
            kinds.emplace(textAt(names, name));
    }
};

/// Collects what is accepted and the first conflict.
struct Decision {
    JsonObject accepted;
    Condition condition{"NamesAccepted", "True", "NoConflicts", "no conflicts found"};

    void refuse(std::string_view reason, std::string message) {
        condition.status = "False";
        condition.reason = reason;
        condition.message = std::move(message);
    }
};

Decision decide(const JsonObject &wanted, const JsonObject &present, const Taken &taken) {
    Decision decision;
    const auto single = [&](std::string_view name, const Names &used, std::string_view reason) {
        const std::string_view text = textAt(wanted, name);
        const bool conflict = text != textAt(present, name) && used.contains(text);
        decision.accepted[name] = conflict ? textAt(present, name) : text;
        if (conflict)
            decision.refuse(reason, fmt::format("\"{}\" is already in use", text));
    };
    single("plural", taken.resources, "PluralConflict");
    single("singular", taken.resources, "SingularConflict");
    std::vector<std::string> conflicts;
    JsonArray shortNames;
    for (const JsonValue &name : arrayAt(wanted, "shortNames")) {
        if (taken.resources.contains(asText(name)))
            conflicts.push_back(fmt::format("\"{}\" is already in use", asText(name)));
        else
            shortNames.push_back(name);
    }
    if (!conflicts.empty())
        decision.refuse("ShortNamesConflict",
                        conflicts.size() > 1 ? fmt::format("[{}]", fmt::join(conflicts, ", ")) : conflicts.front());
    single("kind", taken.kinds, "KindConflict");
    single("listKind", taken.kinds, "ListKindConflict");
    if (!conflicts.empty())
        shortNames = arrayAt(present, "shortNames");
    if (!shortNames.empty())
        decision.accepted["shortNames"] = std::move(shortNames);
    if (!arrayAt(wanted, "categories").empty())
        decision.accepted["categories"] = arrayAt(wanted, "categories");
    for (std::string_view name : {"singular", "listKind"})
        if (textAt(decision.accepted, name).empty())
            decision.accepted.erase(name);
    return decision;
}

} // namespace

bool acceptNames(JsonObject &definition, const std::vector<JsonObject> &others, WallTime now) {
    Taken taken;
    for (const JsonObject &other : others)
        taken.add(objectAt(other, "status", "acceptedNames"));
    Decision decision =
        decide(objectAt(definition, "spec", "names"), objectAt(definition, "status", "acceptedNames"), taken);
    const bool accepted = decision.condition.status == "True";
    JsonValue &names = ensureObject(definition, "status")["acceptedNames"];
    bool changed = names != JsonValue(decision.accepted);
    names = std::move(decision.accepted);
    changed |= setCondition(definition, decision.condition, now);
    if (hasTrueCondition(definition, "Established"))
        return changed;
    const Condition established =
        accepted ? Condition{"Established", "True", "InitialNamesAccepted", "the initial names have been accepted"}
                 : Condition{"Established", "False", "NotAccepted", "not all names are accepted"};
    return setCondition(definition, established, now) || changed;
}

} // namespace coracle::apiserver
