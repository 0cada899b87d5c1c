#pragma once

#include "core/api/field_filter.h"
#include "core/api/time.h"
#include "core/base/result.h"

#include <boost/json/fwd.hpp>
#include <functional>
#include <string>

/// Field ownership (metadata.managedFields) and server-side apply, as k8s.io/apimachinery managedfields and
/// structured-merge-diff have it. Pure functions on JSON; nothing is stored here.
///
/// How the registry uses them:
///   create, update, patch: trackUpdate(writer, old or null, fresh), after decoding and before admission: what
///   admission and the strategy change has no owner until somebody writes it.
///   apply patch: applyConfiguration(writer, live or an empty object, patch), then defaulting and admission.
///   at the end of both: keepTimesOfEqual(live, fresh) (field_managers.h).
namespace coracle::api {

struct TypeInfo;

/// Calls back with an object in another version (its own one included: its apiVersion tells) and that version's schema;
/// false, without a call, when the version is not served.
using VersionVisitor = std::function<void(const boost::json::object &object, const TypeInfo *type)>;
using InVersion =
    std::function<bool(const boost::json::object &object, const std::string &apiVersion, const VersionVisitor &visit)>;

/// Who writes, and in which shape.
struct FieldWriter {
    const TypeInfo *type = nullptr; ///< the kind's schema; null: unknown (maps are granular, lists atomic)
    std::string manager;            ///< ?fieldManager=, or else the first part of the User-Agent
    std::string apiVersion;         ///< of the request, for example "apps/v1"
    std::string subresource;        ///< "" or for example "status", "scale"
    Stamp::Point now{};
    std::string kind;    ///< of the object; empty: any
    FieldFilter ownable; ///< what the request can change at all
    InVersion inVersion; ///< for owners that wrote in other versions; null: all versions have this shape
};

enum class Conflicts : uint8_t { Refuse, Force };

/// The live object with the configuration merged in and the ownership written to metadata.managedFields. Fields that
/// this manager applied before and now leaves out are removed, unless another manager owns them. An empty live object
/// means that the object is created. When nothing changes, the result equals the live object, times included.
/// Fails with 409 Conflict and causes of reason FieldManagerConflict when another manager owns a field that would
/// change, with 400 when the configuration is not acceptable, and with an error that names the field when it does not
/// fit the schema.
Result<boost::json::object> applyConfiguration(const FieldWriter &writer, const boost::json::object &live,
                                               const boost::json::object &configuration, Conflicts conflicts);

/// Writes into fresh.metadata.managedFields who owns what after a write that is not an apply. `old` is null when the
/// object is created. What the client sent as managedFields is honoured as Kubernetes does: an empty list, or one with
/// one empty entry, resets; none, or an unreadable list, leaves the old ownership. An object without any ownership
/// stays so on update.
void trackUpdate(const FieldWriter &writer, const boost::json::object *old, boost::json::object &fresh);

} // namespace coracle::api
