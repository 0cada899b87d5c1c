#include "core/api/managed_fields.h"

#include "core/api/field_managers.h"
#include "core/api/json_access.h"
#include "core/api/schema.h"
#include "core/api/typed_walk.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace coracle::api {

namespace {

using boost::json::object;
using boost::json::value;

constexpr std::string_view kBeforeFirstApply = "before-first-apply";
/// kubectl's manager name for server-side apply; only for it the annotation of client-side apply is looked at.
constexpr std::string_view kKubectl = "kubectl";
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
/// Annotations together may have 256 KiB; the copy of the configuration is left out beyond that.
constexpr size_t kAnnotationBytesMax = 256 * 1024;

/// What nobody owns because the system manages it.
const FieldSet &systemFields() {
    static const FieldSet set = [] {
        FieldSet fields;
        const auto field = [](std::string_view name) {
            return PathElement{PathElement::Kind::Field, std::string(name)};
        };
        for (std::string_view name : {"apiVersion", "kind", "metadata"})
            fields.insert({field(name)});
        for (std::string_view name : {"name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName",
                                      "generation", "managedFields", "resourceVersion"})
            fields.insert({field("metadata"), field(name)});
        return fields;
    }();
    return set;
}

void stripSystemFields(FieldManagers &managers, const FieldManager &manager) {
    const auto found = managers.find(manager);
    if (found == managers.end())
        return;
    found->second.fields = FieldSet::subtract(found->second.fields, systemFields());
    if (found->second.fields.empty())
        managers.erase(found);
}

using ConflictSets = std::map<FieldManager, FieldSet>;

/// Takes from all others what changed: what changed hands and what is gone. Returns what changed hands.
ConflictSets takeFromOthers(FieldManagers &managers, const std::optional<FieldManager> &self,
                            const Difference &difference) {
    const FieldSet changed = FieldSet::unite(difference.modified, difference.added);
    ConflictSets conflicts;
    for (auto it = managers.begin(); it != managers.end();) {
        FieldSet &fields = it->second.fields;
        if (!self || it->first != *self) {
            if (FieldSet taken = FieldSet::intersect(fields, changed); !taken.empty()) {
                fields = FieldSet::subtract(fields, taken);
                conflicts.emplace(it->first, std::move(taken));
            }
            fields = FieldSet::subtract(fields, difference.removed);
        }
        it = fields.empty() ? managers.erase(it) : std::next(it);
    }
    return conflicts;
}

/// A write that is not an apply.
void update(FieldManagers &managers, const FieldWriter &writer, std::string_view name, const object &before,
            const object &after) {
    const Difference difference = differenceOf(before, after, Shape::of(writer.type));
    takeFromOthers(managers, std::nullopt, difference);
    const FieldManager self{false, std::string(name), writer.apiVersion, writer.subresource};
    const FieldSet taken = FieldSet::subtract(FieldSet::unite(difference.modified, difference.added), systemFields());
    if (!taken.empty()) {
        OwnedFields &owned = managers[self];
        owned.fields = FieldSet::unite(owned.fields, taken);
        owned.time = writer.now;
    }
    capUpdaters(managers);
}

Failure conflictError(const ConflictSets &conflicts) {
    Status status{.code = 409, .reason = "Conflict"};
    std::string lines;
    for (const auto &[manager, fields] : conflicts) {
        lines += fmt::format("{}conflicts with {}:", lines.empty() ? "" : "\n", manager.print());
        for (const std::string &path : fields.paths()) {
            lines += "\n- " + path;
            status.causes.push_back({"FieldManagerConflict", "conflict with " + manager.print(), path});
        }
    }
    if (status.causes.size() == 1)
        status.message =
            fmt::format("Apply failed with 1 conflict: {}: {}", status.causes[0].message, status.causes[0].field);
    else
        status.message = fmt::format("Apply failed with {} conflicts: {}", status.causes.size(), lines);
    return Failure(std::move(status));
}

/// Removes what the manager applied last time, does not apply now, and nobody else owns.
value prune(const value &merged, const FieldManagers &managers, const FieldSet &last, const Shape &shape) {
    if (last.empty())
        return merged;
    const FieldSet lastNamed = withNamedParents(last, shape);
    const FieldSet mergedNamed = withNamedParents(fieldsOf(merged, shape), shape);
    const auto namedFieldsOf = [&](const value &v) { return withNamedParents(fieldsOf(v, shape), shape); };
    FieldSet kept = namedFieldsOf(withoutFields(merged, lastNamed, shape));
    for (const auto &[manager, owned] : managers)
        kept = FieldSet::unite(kept, withNamedParents(owned.fields, shape));
    // What is under a removed parent but was never applied by this manager stays.
    const value rest = withoutFields(merged, FieldSet::subtract(mergedNamed, kept), shape);
    const FieldSet gone = FieldSet::subtract(mergedNamed, namedFieldsOf(rest));
    return withoutFields(merged, FieldSet::intersect(gone, lastNamed), shape);
}

struct Applied {
    object live;
    FieldManagers managers;
    ConflictSets conflicts; ///< changes of hands
};

/// Merges the configuration into the live object. Both come without managedFields.
Applied merge(const FieldWriter &writer, const object &live, const object &configuration, FieldManagers managers) {
    const Shape shape = Shape::of(writer.type);
    const FieldManager self{true, writer.manager, writer.apiVersion, writer.subresource};
    const FieldSet fields = fieldsOf(configuration, shape);
    const FieldManagers before = managers;
    const auto lastEntry = managers.extract(self); // the version of an applier may change: it is part of the key object
    OwnedFields &owned = managers[self];
    owned.fields = fields;
    const FieldSet last = lastEntry ? lastEntry.mapped().fields : FieldSet();
    Applied result;
    value merged = prune(mergeTyped(live, configuration, shape), managers, last, shape);
    result.live = std::move(merged.as_object());
    result.conflicts = takeFromOthers(managers, self, differenceOf(live, result.live, shape));
    stripSystemFields(managers, self);
    if (const auto entry = managers.find(self); entry != managers.end()) {
        const auto old = before.find(self);
        const bool same = old != before.end() && old->second.fields == entry->second.fields && result.live == live;
        entry->second.time = same ? old->second.time : Time(writer.now);
    }
    result.managers = std::move(managers);
    return result;
}

/// The annotations, or null.
object *annotationsOf(object &live) {
    auto *metadata = live.if_contains("metadata");
    auto *annotations = metadata && metadata->is_object() ? metadata->get_object().if_contains("annotations") : nullptr;
    return annotations ? annotations->if_object() : nullptr;
}

/// The fields whose live values are those of the last client-side apply: kubectl may take them over silently.
FieldSet lastAppliedFields(const FieldWriter &writer, const object &live) {
    const std::string_view text = json::text(json::at(live, {"metadata", "annotations", kLastApplied}));
    boost::system::error_code error;
    const value last = boost::json::parse(text, error);
    const auto *configuration = error ? nullptr : last.if_object();
    if (!configuration || json::text(json::member(*configuration, "apiVersion")) != writer.apiVersion)
        return {};
    const Shape shape = Shape::of(writer.type);
    const Difference difference = differenceOf(live, *configuration, shape);
    FieldSet fields = fieldsOf(last, shape);
    for (const FieldSet *set : {&difference.modified, &difference.added, &difference.removed})
        fields = FieldSet::subtract(fields, *set);
    return fields;
}

ConflictSets withoutAllowed(const ConflictSets &conflicts, const FieldSet &allowed) {
    ConflictSets result;
    for (const auto &[manager, fields] : conflicts)
        if (FieldSet rest = FieldSet::subtract(fields, allowed); !rest.empty())
            result.emplace(manager, std::move(rest));
    return result;
}

/// Keeps the annotation of client-side apply true, so that a later `kubectl apply` without --server-side works.
void syncLastApplied(const object &configuration, object &live) {
    object *annotations = annotationsOf(live);
    if (!annotations || !annotations->contains(kLastApplied))
        return;
    object copy = configuration;
    if (object *own = annotationsOf(copy))
        own->erase(kLastApplied);
    const std::string text = boost::json::serialize(copy) + "\n";
    if (text.size() > kAnnotationBytesMax)
        annotations->erase(kLastApplied);
    else
        (*annotations)[kLastApplied] = text;
}

Result<> checkConfiguration(const FieldWriter &writer, const object &configuration) {
    const std::string_view apiVersion = json::text(json::member(configuration, "apiVersion"));
    if (apiVersion != writer.apiVersion)
        return errors::badRequest(
            fmt::format("Incorrect version specified in apply patch. Specified patch version: {}, expected: {}",
                        apiVersion, writer.apiVersion));
    if (json::at(configuration, {"metadata", "managedFields"}))
        return errors::badRequest("metadata.managedFields must be nil");
    const auto wrong = typeErrors(configuration, Shape::of(writer.type));
    if (wrong.empty())
        return {};
    const std::string_view nameSpace = json::text(json::at(configuration, {"metadata", "namespace"}));
    return errors::other(fmt::format("failed to create typed patch object ({}{}{}; {}, Kind={}): {}{}", nameSpace,
                                     nameSpace.empty() ? "" : "/",
                                     json::text(json::at(configuration, {"metadata", "name"})), writer.apiVersion,
                                     json::text(json::member(configuration, "kind")),
                                     wrong.size() == 1 ? "" : "errors:\n  ", fmt::join(wrong, "\n  ")));
}

} // namespace

Result<object> applyConfiguration(const FieldWriter &writer, const object &live, const object &configuration,
                                  Conflicts conflicts) {
    CHECK(checkConfiguration(writer, configuration));
    auto managers = readManagers(live);
    if (!managers)
        return Failure(Status{.message = "failed to decode managed fields: " + managers.error().message});
    const object base = withoutManagers(live);
    if (managers->empty() && !base.empty())
        update(*managers, writer, kBeforeFirstApply, {}, base);
    Applied applied = merge(writer, base, configuration, std::move(*managers));
    if (conflicts == Conflicts::Refuse && !applied.conflicts.empty()) {
        if (writer.manager == kKubectl)
            applied.conflicts = withoutAllowed(applied.conflicts, lastAppliedFields(writer, base));
        if (!applied.conflicts.empty())
            return conflictError(applied.conflicts);
    }
    if (writer.manager == kKubectl)
        syncLastApplied(configuration, applied.live);
    capUpdaters(applied.managers);
    writeManagers(applied.managers, applied.live);
    return std::move(applied.live);
}

void trackUpdate(const FieldWriter &writer, const object *old, object &fresh) {
    FieldManagers managers;
    const auto managersOf = [](const object &source) { return readManagers(source).value_or(FieldManagers()); };
    const bool sent = writer.subresource.empty(); // a subresource's client cannot change the list
    if (!sent || !resetsManagers(fresh)) {
        if (sent)
            managers = managersOf(fresh);
        if (managers.empty() && old)
            managers = managersOf(*old);
    }
    // Whoever starts without owners never asked for them; they come back with the first apply.
    if (!managers.empty() || !old)
        update(managers, writer, writer.manager, old ? *old : object(), fresh);
    writeManagers(managers, fresh);
}

} // namespace coracle::api
