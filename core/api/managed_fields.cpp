#include "core/api/managed_fields.h"

#include "core/api/field_managers.h"
#include "core/api/json_access.h"
#include "core/api/schema.h"
#include "core/api/typed_walk.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
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
    found->second.fields = FieldSet::subtract(std::move(found->second.fields), systemFields());
    if (found->second.fields.empty())
        managers.erase(found);
}

using ConflictSets = std::map<FieldManager, FieldSet>;

/// The object in the version of an owner; nothing when that version is not served.
template<class T, class Visit>
std::optional<T> inVersion(const FieldWriter &writer, const object &base, const std::string &apiVersion, Visit visit) {
    std::optional<T> result;
    if (!writer.inVersion || apiVersion == writer.apiVersion)
        return visit(base, Shape::of(writer.type));
    writer.inVersion(base, apiVersion, [&](const object &converted, const TypeInfo *type) {
        result = visit(converted, Shape::of(type));
    });
    return result;
}

/// What a write changes, as the owners of each version see it.
class Changes {
public:
    Changes(const FieldWriter &writer, const object &before, const object &after)
        : m_writer(writer), m_before(before), m_after(after) {}

    /// Null when the version is not served.
    const Difference *in(const std::string &apiVersion) {
        const std::string &version = m_writer.inVersion ? apiVersion : m_writer.apiVersion;
        const auto [found, fresh] = m_versions.try_emplace(version);
        if (fresh)
            found->second = compute(version);
        return found->second ? &*found->second : nullptr;
    }
    /// As the writer sees it; nothing is asked afterwards.
    Difference takeOwn() {
        in(m_writer.apiVersion);
        return std::move(*m_versions.at(m_writer.apiVersion));
    }

private:
    std::optional<Difference> compute(const std::string &version) const {
        auto difference = inVersion<Difference>(
            m_writer, m_before, version, [&](const object &before, const Shape &) -> std::optional<Difference> {
                return inVersion<Difference>(m_writer, m_after, version,
                                             [&](const object &after, const Shape &shape) -> std::optional<Difference> {
                                                 return differenceOf(before, after, shape);
                                             });
            });
        if (difference)
            for (FieldSet *set : {&difference->added, &difference->removed, &difference->modified})
                *set = m_writer.ownable.apply(std::move(*set));
        return difference;
    }

    const FieldWriter &m_writer;
    const object &m_before, &m_after;
    std::map<std::string, std::optional<Difference>> m_versions;
};

/// Takes from all others what changed: what changed hands and what is gone. Returns what changed hands. Owners of
/// versions that are gone are dropped.
ConflictSets takeFromOthers(FieldManagers &managers, const std::optional<FieldManager> &self, Changes &changes) {
    ConflictSets conflicts;
    for (auto it = managers.begin(); it != managers.end();) {
        FieldSet &fields = it->second.fields;
        if (!self || it->first != *self) {
            const Difference *change = changes.in(it->first.apiVersion);
            if (!change) {
                it = managers.erase(it);
                continue;
            }
            const FieldSet changed = FieldSet::unite(change->modified, change->added);
            if (FieldSet taken = FieldSet::intersect(fields, changed); !taken.empty()) {
                fields = FieldSet::subtract(std::move(fields), taken);
                conflicts.emplace(it->first, std::move(taken));
            }
            fields = FieldSet::subtract(std::move(fields), change->removed);
        }
        it = fields.empty() ? managers.erase(it) : std::next(it);
    }
    return conflicts;
}

/// Brings sets that were written with another schema to the present one.
void reconcile(FieldManagers &managers, const FieldWriter &writer, const object &live) {
    for (auto &[manager, owned] : managers) {
        auto fields = inVersion<FieldSet>(writer, live, manager.apiVersion,
                                          [&](const object &, const Shape &shape) -> std::optional<FieldSet> {
                                              return reconciled(owned.fields, shape);
                                          });
        if (fields)
            owned.fields = std::move(*fields);
    }
}

/// A write that is not an apply.
void update(FieldManagers &managers, const FieldWriter &writer, std::string_view name, const object &before,
            const object &after) {
    reconcile(managers, writer, before);
    Changes changes(writer, before, after);
    takeFromOthers(managers, std::nullopt, changes);
    const FieldManager self{false, name.empty() ? "unknown" : std::string(name), writer.apiVersion, writer.subresource};
    Difference own = changes.takeOwn();
    FieldSet taken = FieldSet::subtract(FieldSet::unite(std::move(own.modified), std::move(own.added)), systemFields());
    if (!taken.empty()) {
        OwnedFields &owned = managers[self];
        owned.fields = FieldSet::unite(std::move(owned.fields), std::move(taken));
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

/// Removes what a manager applied last time, does not apply now, and nobody else owns.
class Pruner {
public:
    Pruner(const FieldWriter &writer, const FieldManagers &managers, const FieldSet &last, std::string lastVersion)
        : m_writer(writer), m_managers(managers), m_last(last), m_lastVersion(std::move(lastVersion)) {}

    object pruned(object merged) const {
        auto result = inVersion<object>(m_writer, merged, m_lastVersion,
                                        [&](const object &converted, const Shape &shape) -> std::optional<object> {
                                            const FieldSet last = withNamedParents(m_last, shape);
                                            object rest = withOwned(converted, withoutFields(converted, last, shape));
                                            // What is under a removed parent but was never applied by this manager
                                            // stays.
                                            const FieldSet all = namedFieldsOf(converted, shape);
                                            const FieldSet gone = FieldSet::subtract(all, namedFieldsOf(rest, shape));
                                            return withoutFields(converted, FieldSet::intersect(gone, last), shape);
                                        });
        if (!result)
            return merged;
        // Back into the version of the request.
        if (!m_writer.inVersion || m_lastVersion == m_writer.apiVersion)
            return std::move(*result);
        m_writer.inVersion(*result, m_writer.apiVersion,
                           [&](const object &converted, const TypeInfo *) { merged = converted; });
        return merged;
    }

private:
    static FieldSet namedFieldsOf(const value &v, const Shape &shape) {
        return withNamedParents(fieldsOf(v, shape), shape);
    }

    /// `rest` with what others, or this manager's new configuration, own of `all`: both in the last version.
    object withOwned(const object &all, object rest) const {
        std::map<std::string, FieldSet> owned;
        for (const auto &[manager, entry] : m_managers) {
            FieldSet &set = owned[m_writer.inVersion ? manager.apiVersion : m_lastVersion];
            set = FieldSet::unite(std::move(set), entry.fields);
        }
        if (const auto same = owned.find(m_lastVersion); same != owned.end()) {
            rest = addBack(all, rest, same->first, same->second);
            owned.erase(same);
        }
        for (const auto &[version, fields] : owned)
            rest = addBack(all, rest, version, fields);
        return rest;
    }

    object addBack(const object &all, const object &rest, const std::string &version, const FieldSet &owned) const {
        object result = rest;
        convert(all, version, [&](const object &allThere, const Shape &shape) {
            convert(rest, version, [&](const object &restThere, const Shape &) {
                const FieldSet kept = FieldSet::unite(namedFieldsOf(restThere, shape), withNamedParents(owned, shape));
                const FieldSet dropped = FieldSet::subtract(namedFieldsOf(allThere, shape), kept);
                object there = withoutFields(allThere, dropped, shape);
                if (version == m_lastVersion)
                    result = std::move(there);
                else
                    m_writer.inVersion(there, m_lastVersion,
                                       [&](const object &back, const TypeInfo *) { result = back; });
            });
        });
        return result;
    }

    /// From the last version into another one, when that is served.
    template<class Visit>
    void convert(const object &from, const std::string &version, Visit visit) const {
        if (version == m_lastVersion && !m_writer.inVersion)
            visit(from, Shape::of(m_writer.type));
        else
            m_writer.inVersion(from, version,
                               [&](const object &to, const TypeInfo *type) { visit(to, Shape::of(type)); });
    }

    const FieldWriter &m_writer;
    const FieldManagers &m_managers; ///< the new configuration's fields are among them
    const FieldSet &m_last;
    const std::string m_lastVersion;
};

struct Applied {
    object live;
    FieldManagers managers;
    ConflictSets conflicts; ///< changes of hands
};

/// Merges the configuration into the live object. Both come without managedFields.
Applied merge(const FieldWriter &writer, const object &live, const object &configuration, FieldManagers managers) {
    reconcile(managers, writer, live);
    const Shape shape = Shape::of(writer.type);
    const FieldManager self{true, writer.manager, writer.apiVersion, writer.subresource};
    const auto lastEntry = managers.extract(self); // the version of an applier may change: it is part of the key object
    OwnedFields &owned = managers[self];
    owned.fields = writer.ownable.apply(fieldsOf(configuration, shape));
    Applied result;
    result.live = std::move(mergeTyped(live, configuration, shape).as_object());
    const FieldSet last = lastEntry ? lastEntry.mapped().fields : FieldSet();
    const bool sameVersion = !lastEntry || !writer.inVersion || lastEntry.key().apiVersion == writer.apiVersion;
    if (!last.empty() && !(sameVersion && FieldSet::subtract(last, owned.fields).empty()))
        result.live = Pruner(writer, managers, last, lastEntry.key().apiVersion).pruned(std::move(result.live));
    Changes changes(writer, live, result.live);
    result.conflicts = takeFromOthers(managers, self, changes);
    stripSystemFields(managers, self);
    if (const auto entry = managers.find(self); entry != managers.end()) {
        if (result.live != live)
            entry->second.time = writer.now;
        else if (lastEntry)
            entry->second.time = lastEntry.mapped().time;
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
        fields = FieldSet::subtract(std::move(fields), *set);
    return fields;
}

ConflictSets withoutAllowed(const ConflictSets &conflicts, const FieldSet &allowed) {
    ConflictSets result;
    for (const auto &[manager, fields] : conflicts)
        if (FieldSet rest = FieldSet::subtract(fields, allowed); !rest.empty())
            result.emplace(manager, std::move(rest));
    return result;
}

value sortedMembers(const value &v) {
    if (const auto *list = v.if_array()) {
        boost::json::array result;
        for (const value &item : *list)
            result.push_back(sortedMembers(item));
        return result;
    }
    const auto *members = v.if_object();
    if (!members)
        return v;
    std::map<std::string_view, const value *> sorted;
    for (const auto &[name, item] : *members)
        sorted.emplace(name, &item);
    object result;
    for (const auto &[name, item] : sorted)
        result[name] = sortedMembers(*item);
    return result;
}

/// The annotation's text as Go's encoder writes it: members sorted, and nothing that HTML could take for a tag.
std::string lastAppliedText(object configuration) {
    if (object *own = annotationsOf(configuration))
        own->erase(kLastApplied);
    std::string text;
    for (char c : boost::json::serialize(sortedMembers(configuration))) {
        if (c == '<' || c == '>' || c == '&')
            text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            text += c;
    }
    return text + '\n';
}

/// Keeps the annotation of client-side apply true, so that a later `kubectl apply` without --server-side works.
void syncLastApplied(const object &configuration, object &live) {
    object *annotations = annotationsOf(live);
    if (!annotations || json::text(json::member(*annotations, kLastApplied)).empty())
        return;
    (*annotations)[kLastApplied] = lastAppliedText(configuration);
    size_t bytes = 0;
    for (const auto &[name, item] : *annotations)
        bytes += name.size() + json::text(&item).size();
    if (bytes > kAnnotationBytesMax)
        annotations->erase(kLastApplied);
}

/// As Go prints a GroupVersionKind: "apps/v1, Kind=Deployment", and "/v1, Kind=Pod" for the core group.
std::string kindText(const object &configuration) {
    const std::string_view apiVersion = json::text(json::member(configuration, "apiVersion"));
    const std::string_view kind = json::text(json::member(configuration, "kind"));
    const auto slashes = std::ranges::count(apiVersion, '/');
    if (slashes > 1)
        return "/, Kind=";
    return fmt::format("{}{}, Kind={}", slashes == 1 ? "" : "/", apiVersion, kind);
}

Result<> checkConfiguration(const FieldWriter &writer, const object &configuration) {
    const std::string_view apiVersion = json::text(json::member(configuration, "apiVersion"));
    const std::string_view kind = json::text(json::member(configuration, "kind"));
    if (apiVersion != writer.apiVersion || (!writer.kind.empty() && kind != writer.kind))
        return errors::badRequest(fmt::format("invalid object type: {}", kindText(configuration)));
    if (const value *managed = json::at(configuration, {"metadata", "managedFields"}); managed && managed->is_array())
        return errors::badRequest("metadata.managedFields must be nil");
    const auto wrong = typeErrors(configuration, Shape::of(writer.type));
    if (wrong.empty())
        return {};
    return errors::other(fmt::format("failed to create typed patch object ({}/{}; {}): {}{}",
                                     json::text(json::at(configuration, {"metadata", "namespace"})),
                                     json::text(json::at(configuration, {"metadata", "name"})), kindText(configuration),
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
