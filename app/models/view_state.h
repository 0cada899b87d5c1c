#pragma once

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// What a page has to show. Every view-model has one.
class ViewState : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("an enumeration")

public:
    enum Value {
        Loading, ///< nothing yet
        Ready,
        Empty, ///< loaded, and there is nothing
        Stale, ///< what was known before the connection was lost
        Error, ///< nothing, and why: the view-model's errorText
    };
    Q_ENUM(Value)
};

} // namespace coracle::app
