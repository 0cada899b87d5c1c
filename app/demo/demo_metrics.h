#pragma once

#include <QByteArrayList>
#include <QJsonObject>

namespace coracle::app {

/// Plausible measurements: the same for the same moment, so that plots go on where they were. `recorded` is the
/// document of the real cluster, whose capacity counts; an empty node name means the whole cluster.
QJsonObject demoMetrics(const QString &node, const QJsonObject &recorded, bool day);
/// The latest one alone.
QJsonObject demoSample(const QString &node, const QJsonObject &recorded);

/// The line number `number` of a container's log.
QByteArray demoLogLine(const QString &pod, int number, bool timestamps);

} // namespace coracle::app
