#pragma once

#include "app/models/session_document.h"

namespace coracle::app {

/// A document of the appliance API, asked for once or kept current where the API can watch it. path() is below
/// /appliance/v1, with a query where one is needed: "status", "nodes/n1/metrics?range=day".
class ApplianceDocument : public coracle::app::SessionDocument {
    Q_OBJECT
    QML_ELEMENT
    /// Whether it is watched; else it is asked for again by retry() only.
    Q_PROPERTY(bool watched READ watched WRITE setWatched NOTIFY sourceChanged)
    Q_PROPERTY(QJsonObject document READ document NOTIFY documentChanged)

public:
    explicit ApplianceDocument(QObject *parent = nullptr) : SessionDocument(parent) {}
    bool watched() const { return m_watched; }
    void setWatched(bool watched);

protected:
    void ask() override;
    /// Makes one document of what was known and the lines that a watch brought. Most documents are sent whole with each
    /// change: the last line is the document.
    virtual QJsonObject merged(const QJsonObject &known, const QList<QJsonObject> &lines) const;

private:
    bool m_watched = false;
};

} // namespace coracle::app
