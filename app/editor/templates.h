#pragma once

#include <QObject>
#include <QStringList>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// `Templates` in QML: texts to begin a new object with.
class Templates : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
    Q_PROPERTY(QStringList names READ names CONSTANT)

public:
    using QObject::QObject;
    /// The kinds that there is a template for: "Deployment".
    static QStringList names();
    Q_INVOKABLE static QString text(const QString &name);
    /// Of any kind: apiVersion, kind and a name.
    Q_INVOKABLE static QString bare(const QString &apiVersion, const QString &kind);
};

} // namespace coracle::app
