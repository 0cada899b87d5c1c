#pragma once

#include <QJsonObject>
#include <QStringList>

namespace coracle::app {

/// Two people changed the same object.
struct ThreeWay {
    QJsonObject merged;    ///< theirs with my changes on top
    QStringList conflicts; ///< fields that both changed, each to something else; merged has mine
};

/// `base` is what both began with. Lists whose items all have different names are merged item by item, others are
/// taken as a whole. No state; any thread.
ThreeWay mergeChanges(const QJsonObject &base, const QJsonObject &mine, const QJsonObject &theirs);

/// Without what the server alone writes: managedFields, resourceVersion, generation, status. For comparing what people
/// write.
QJsonObject withoutServerFields(QJsonObject object);
/// Without managedFields: an update that has none leaves them as they are.
QJsonObject forEditing(QJsonObject object);

} // namespace coracle::app
