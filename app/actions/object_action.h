#pragma once

#include "app/clusters/resource_catalog.h"

#include <QJsonValue>
#include <optional>

/// What can be done to an object by one request, as a table. Nothing here does input or output.
namespace coracle::app {

struct ActionTarget {
    ResourceKind kind;
    QJsonObject object;  ///< as it is now
    QJsonObject related; ///< the other object that the action works with (ObjectAction::relatedPath)

    QString name() const { return object["metadata"]["name"].toString(); }
    QString namespaceName() const { return object["metadata"]["namespace"].toString(); }
    QString path() const { return kind.objectPath(namespaceName(), name()); }
};

/// The request that does it, the words when it is done, and the request that takes it back, where there is one.
struct ActionPlan {
    ApiRequest request;
    QString doneText;
    std::optional<ApiRequest> undo;
    QString undoneText;
};

struct ObjectAction {
    enum class Argument { None, Replicas, Revision, Propagation };

    const char *id;
    const char *title; ///< source text of the context "Actions"
    const char *icon;
    /// Keys of the kinds that have it, separated by blanks; "*": every kind.
    const char *kinds;
    /// What the user must be allowed to do: a verb on the object ("patch"), on a subresource of it ("patch /scale") or
    /// on another kind ("create jobs.batch").
    const char *right;
    bool danger;
    Argument argument;
    /// Whether it makes sense in the object's present state; null: always.
    bool (*applies)(const QJsonObject &object);
    /// Another object that must be read first; null: none.
    QString (*relatedPath)(const ActionTarget &target, const QJsonValue &argument);
    Result<ActionPlan> (*plan)(const ActionTarget &target, const QJsonValue &argument);
};

/// In the order in which menus show them; deletion is the last.
const QList<ObjectAction> &objectActions();
/// Null: there is none of this name.
const ObjectAction *findAction(const QString &id);
bool actionApplies(const ObjectAction &action, const QString &kindKey, const QJsonObject &object);
QString actionTitle(const ObjectAction &action);

/// ObjectAction::right for an object of this kind, as Permissions::may() asks for it.
struct ActionRight {
    QString verb, kindKey;
};
ActionRight rightOf(const ObjectAction &action, const QString &kindKey);

} // namespace coracle::app
