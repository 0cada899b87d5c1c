#pragma once

#include "app/clusters/cluster_profile.h"
#include "app/clusters/resource_catalog.h"
#include "app/session/session.h"

#include <QtQml/qqmlregistration.h>

namespace coracle::app {

/// One cluster: how it is reached, and what is known of it.
class Cluster : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("made by ClusterList")
    Q_PROPERTY(QString id READ id CONSTANT)
    Q_PROPERTY(QString name READ name NOTIFY profileChanged)
    Q_PROPERTY(bool production READ production NOTIFY profileChanged)
    Q_PROPERTY(bool demo READ demo CONSTANT)
    Q_PROPERTY(coracle::app::Session *session READ session CONSTANT)
    Q_PROPERTY(coracle::app::ResourceCatalog *catalog READ catalog CONSTANT)
    Q_PROPERTY(bool connected READ connected NOTIFY connectionChanged)
    /// Where the connection stands, in words for the user.
    Q_PROPERTY(QString connectionText READ connectionText NOTIFY connectionChanged)
    Q_PROPERTY(QString connectionTone READ connectionTone NOTIFY connectionChanged)
    Q_PROPERTY(QString errorText READ errorText NOTIFY connectionChanged)
    /// How it is reached: "root@example.com", "This device".
    Q_PROPERTY(QString addressText READ addressText NOTIFY profileChanged)
    /// "12 ms", or where the connection stands.
    Q_PROPERTY(QString latencyText READ latencyText NOTIFY latencyChanged)
    /// The namespace that lists show; empty: all.
    Q_PROPERTY(QString namespaceName READ namespaceName WRITE setNamespaceName NOTIFY namespaceNameChanged)

public:
    Cluster(ClusterProfile profile, std::unique_ptr<Session> session, QObject *parent = nullptr);

    const ClusterProfile &profile() const { return m_profile; }
    void setProfile(ClusterProfile profile);
    QString id() const { return m_profile.id; }
    QString name() const { return m_profile.name; }
    bool production() const { return m_profile.production; }
    bool demo() const { return m_profile.kind == ClusterProfile::Kind::Demo; }
    Session *session() const { return m_session.get(); }
    ResourceCatalog *catalog() { return &m_catalog; }
    bool connected() const { return m_session->state() == Session::State::Connected; }
    QString connectionText() const;
    QString connectionTone() const;
    QString addressText() const;
    QString latencyText() const;
    QString errorText() const { return QString::fromStdString(m_session->error().message); }
    QString namespaceName() const { return m_namespaceName; }
    void setNamespaceName(const QString &name);

    Q_INVOKABLE void retry() { m_session->retry(); }

Q_SIGNALS:
    void profileChanged();
    void connectionChanged();
    void latencyChanged();
    void namespaceNameChanged();

private:
    ClusterProfile m_profile;
    std::unique_ptr<Session> m_session;
    ResourceCatalog m_catalog;
    QString m_namespaceName;
};

} // namespace coracle::app
