#pragma once

#include "app/models/session_document.h"

namespace coracle::app {

/// One object, kept current by a watch; path() is the object's: "/apis/apps/v1/namespaces/default/deployments/web". The
/// base of every detail page: a view-model derives from it, or has one, and makes ready properties out of object().
class ObjectWatch : public coracle::app::SessionDocument {
    Q_OBJECT
    QML_ELEMENT
    /// It was there and has been deleted; the last state is still shown.
    Q_PROPERTY(bool gone READ gone NOTIFY stateChanged)

public:
    explicit ObjectWatch(QObject *parent = nullptr) : SessionDocument(parent) {}
    bool gone() const { return m_gone; }
    const QJsonObject &object() const { return document(); }

protected:
    void ask() override;
    void forget() override { m_gone = false; }

private:
    void watchFrom(const QString &resourceVersion);

    bool m_gone = false;
};

} // namespace coracle::app
