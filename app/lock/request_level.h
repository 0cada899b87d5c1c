#pragma once

#include "app/session/api_request.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// What the one before the screen may do. Each level includes those before it.
class LockLevel : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("an enumeration")

public:
    enum Value {
        Look,      ///< see everything, change nothing
        Operate,   ///< scale, restart, delete, run commands in containers
        Configure, ///< change the cluster itself: options, access, tokens, back-ups; and this program's lock
    };
    Q_ENUM(Value)
};

/// The level that a request needs: reading and asking for an opinion (dry runs, reviews, validations) needs none;
/// commands in pods and forwarded ports do. Pure.
LockLevel::Value levelOf(const ApiRequest &request);

} // namespace coracle::app
