#pragma once

#include "app/setup/join_request.h"

#include <QObject>
#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// What was typed or scanned for joining another cluster, and what can be said of it.
class JoinForm : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString server READ server WRITE setServer NOTIFY changed)
    Q_PROPERTY(QString token READ token WRITE setToken NOTIFY changed)
    /// Empty while nothing was typed, or when nothing is wrong.
    Q_PROPERTY(QString serverError READ serverError NOTIFY changed)
    Q_PROPERTY(QString tokenError READ tokenError NOTIFY changed)
    /// Whether the token proves the server, in words.
    Q_PROPERTY(QString trustText READ trustText NOTIFY changed)
    Q_PROPERTY(bool checksServer READ checksServer NOTIFY changed)
    /// Empty while something is wrong.
    Q_PROPERTY(QString command READ command NOTIFY changed)

public:
    using QObject::QObject;
    QString server() const { return m_request.server; }
    QString token() const { return m_request.token; }
    /// Both take also a whole QR text or command, which fills both fields.
    void setServer(const QString &text);
    void setToken(const QString &text);
    QString serverError() const { return server().isEmpty() ? QString() : m_request.serverError(); }
    QString tokenError() const { return token().isEmpty() ? QString() : m_request.tokenError(); }
    QString trustText() const;
    bool checksServer() const { return m_request.checksServer(); }
    QString command() const { return m_request.command(); }

Q_SIGNALS:
    void changed();

private:
    void set(QString &field, const QString &text);

    JoinRequest m_request;
};

} // namespace coracle::app
