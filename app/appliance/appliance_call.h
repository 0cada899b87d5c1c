#pragma once

#include "app/session/session.h"

/// Commands of the appliance API.
namespace coracle::app {

/// One request below /appliance/v1; `use` gets the answer's object, empty where it has no body. Without a session
/// nothing happens. GUI thread.
void callAppliance(Session *session, QObject *context, const QByteArray &method, const QString &path,
                   const QJsonObject &body, std::function<void(Result<QJsonObject>)> use);

/// A name as one step of a path.
QString encoded(const QString &name);

/// What went wrong, with the fields that the message does not name.
QString messageOf(const Status &status);

} // namespace coracle::app
