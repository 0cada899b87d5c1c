#pragma once

#include "app/appliance/operation.h"
#include "app/models/row_list_model.h"

namespace coracle::app {

/// Base of the view-models of the appliance's pages: a document of the appliance API, and the commands that change what
/// it tells. After each command, and when an operation has ended, the document is asked for again. A command that fails
/// is told by a toast and by commandError.
class ApplianceModel : public coracle::app::ApplianceDocument {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("a base")
    /// A command is on its way.
    Q_PROPERTY(bool busy READ busy NOTIFY commandChanged)
    /// Why the last command failed; empty: it did not.
    Q_PROPERTY(QString commandError READ commandError NOTIFY commandChanged)
    /// The long work that a command of this page began last.
    Q_PROPERTY(coracle::app::Operation *operation READ operation CONSTANT)

public:
    bool busy() const { return m_running > 0; }
    QString commandError() const { return m_commandError; }
    Operation *operation() { return &m_operation; }
    Q_INVOKABLE void clearError();

Q_SIGNALS:
    void commandChanged();
    /// The document, or what is made of it, has changed.
    void changed();

protected:
    ApplianceModel(const QString &path, QObject *parent);

    /// Makes rows and texts of document().
    virtual void read() = 0;
    /// The operation has ended.
    virtual void operationFinished(bool /*succeeded*/) {}

    using Done = std::function<void(const QJsonObject &)>;
    /// `path` is below /appliance/v1. `done` is called when it succeeded.
    void command(const QByteArray &method, const QString &path, const QJsonObject &body = {}, Done done = {});
    /// A command that is answered with an operation.
    void operate(const QByteArray &method, const QString &path, const QJsonObject &body = {});
    void followOperation(const QJsonObject &operation);
    void fail(const QString &text);

private:
    int m_running = 0;
    QString m_commandError;
    Operation m_operation;
};

} // namespace coracle::app
