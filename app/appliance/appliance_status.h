#pragma once

#include "app/appliance/appliance_document.h"

namespace coracle::app {

/// The cluster at a glance, as the daemon sees it; kept current.
class ApplianceStatus : public coracle::app::ApplianceDocument {
    Q_OBJECT
    QML_ELEMENT
    /// "ok", "starting", "degraded", "failed", "stopping"; empty: not known yet.
    Q_PROPERTY(QString health READ health NOTIFY documentChanged)
    Q_PROPERTY(QString healthTone READ healthTone NOTIFY documentChanged)
    /// In words: "Everything works", or what does not: the daemon itself, nodes, pods.
    Q_PROPERTY(QString healthText READ healthText NOTIFY documentChanged)
    Q_PROPERTY(QString versionText READ versionText NOTIFY documentChanged)
    Q_PROPERTY(QDateTime startedAt READ startedAt NOTIFY documentChanged)
    Q_PROPERTY(QString memoryText READ memoryText NOTIFY documentChanged)
    /// Of the node on the daemon's machine; empty: it has none.
    Q_PROPERTY(QString nodeName READ nodeName NOTIFY documentChanged)
    Q_PROPERTY(QString apiUrl READ apiUrl NOTIFY documentChanged)
    Q_PROPERTY(QString nodesText READ nodesText NOTIFY documentChanged)
    Q_PROPERTY(QString nodesTone READ nodesTone NOTIFY documentChanged)
    Q_PROPERTY(QString podsText READ podsText NOTIFY documentChanged)
    Q_PROPERTY(QString podsDetail READ podsDetail NOTIFY documentChanged)
    Q_PROPERTY(QString podsTone READ podsTone NOTIFY documentChanged)
    /// Rows of {name, text, tone}: the daemon's parts, those in trouble first.
    Q_PROPERTY(QVariantList components READ components NOTIFY documentChanged)
    /// Rows of {label, value}: machine, addresses and folders.
    Q_PROPERTY(QVariantList facts READ facts NOTIFY documentChanged)

public:
    explicit ApplianceStatus(QObject *parent = nullptr);

    QString health() const { return document()["health"].toString(); }
    QString healthTone() const;
    QString healthText() const;
    QString versionText() const;
    QDateTime startedAt() const;
    QString memoryText() const;
    QString nodeName() const { return document()["node"]["name"].toString(); }
    QString apiUrl() const { return document()["apiUrl"].toString(); }
    QString nodesText() const;
    QString nodesTone() const;
    QString podsText() const;
    QString podsDetail() const;
    QString podsTone() const;
    QVariantList components() const;
    QVariantList facts() const;

private:
    int nodesMissing() const;
    int count(const char *what) const { return document()["counts"][QLatin1String(what)].toInt(); }
};

} // namespace coracle::app
