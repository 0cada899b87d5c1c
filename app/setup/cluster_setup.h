#pragma once

#include "app/appliance/draft_model.h"
#include "app/setup/network_plan.h"

namespace coracle::app {

struct ComponentRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(bool on MEMBER on)

public:
    QString key; ///< the name that the option `disable` knows
    QString title, detail;
    bool on = true;
};

/// The cluster of this device as a short form: name, address, networks, storage, token, components. It writes the same
/// options as the page of the configuration. An empty field is the daemon's default.
class ClusterSetup : public coracle::app::DraftModel {
    Q_OBJECT
    QML_ELEMENT
    /// By option: "node-name", "node-ip", "cluster-cidr", "service-cidr", "cluster-domain", "token",
    /// "default-local-storage-path".
    Q_PROPERTY(QVariantMap fields READ fields NOTIFY draftChanged)
    /// The defaults, to be shown in empty fields.
    Q_PROPERTY(QVariantMap defaults READ defaults NOTIFY documentChanged)
    /// What can be the node's address: first the daemon's own choice, then the machine's addresses.
    Q_PROPERTY(QStringList addresses READ addresses NOTIFY machineChanged)
    Q_PROPERTY(int addressIndex READ addressIndex NOTIFY draftChanged)
    Q_PROPERTY(coracle::app::RowListModel *components READ components CONSTANT)
    /// What is wrong with the networks, a line each; empty: nothing.
    Q_PROPERTY(QString podsError READ podsError NOTIFY draftChanged)
    Q_PROPERTY(QString servicesError READ servicesError NOTIFY draftChanged)
    /// What is worth knowing of the networks.
    Q_PROPERTY(QString networkHint READ networkHint NOTIFY draftChanged)
    Q_PROPERTY(QString dataFolder READ dataFolder NOTIFY machineChanged)
    /// Pods run in the cluster that is there: other networks would strand them.
    Q_PROPERTY(bool inUse READ inUse NOTIFY machineChanged)
    /// "starting", "ok" ...: how the cluster is, for the last step.
    Q_PROPERTY(QString health READ health NOTIFY machineChanged)

public:
    explicit ClusterSetup(QObject *parent = nullptr);

    QVariantMap fields() const;
    QVariantMap defaults() const;
    QStringList addresses() const;
    int addressIndex() const;
    RowListModel *components() { return &m_components; }
    QString podsError() const { return messages(NetworkFinding::Field::Pods, true); }
    QString servicesError() const { return messages(NetworkFinding::Field::Services, true); }
    QString networkHint() const { return messages(NetworkFinding::Field::Pods, false); }
    QString dataFolder() const { return m_status.document()["paths"]["data"].toString(); }
    bool inUse() const { return m_status.document()["counts"]["pods"].toInt() > 0; }
    QString health() const { return m_status.document()["health"].toString(); }

    Q_INVOKABLE void set(const QString &option, const QString &text);
    Q_INVOKABLE void setAddress(int index);
    Q_INVOKABLE void setComponent(const QString &name, bool on);

Q_SIGNALS:
    void machineChanged();

protected:
    void read() override;
    std::optional<QJsonObject> draft() const override;
    void forgetDraft() override;

private:
    QStringList machineAddresses() const;
    QJsonValue option(const QString &name) const;
    QStringList presentDisabled() const;
    QString present(const QString &option) const;
    QString messages(NetworkFinding::Field field, bool blocking) const;
    void check();

    ApplianceDocument m_status;
    RowListModel m_components{ComponentRow::staticMetaObject};
    QVariantMap m_edits;
    std::optional<QStringList> m_disabled; ///< what is to be left out; none: as it is
    QList<NetworkFinding> m_findings;
};

} // namespace coracle::app
