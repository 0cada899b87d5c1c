#include "app/setup/cluster_setup.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <array>

namespace coracle::app {

namespace {

constexpr std::array kOptions{
    "node-name", "node-ip", "cluster-cidr", "service-cidr", "cluster-domain", "token", "default-local-storage-path"};
const QString kMask = QStringLiteral("********");

struct Component {
    const char *name;
    const char *title;
    const char *detail;
};

/// The packaged components that this version has; the option `disable` leaves them out.
constexpr std::array kComponents{
    Component{"coredns", QT_TRANSLATE_NOOP("ClusterSetup", "Names in the cluster"),
              QT_TRANSLATE_NOOP("ClusterSetup", "Pods find services by name (DNS)")},
    Component{"metrics-server", QT_TRANSLATE_NOOP("ClusterSetup", "Measurements"),
              QT_TRANSLATE_NOOP("ClusterSetup", "CPU and memory of nodes and pods, and autoscaling by them")},
    Component{"local-storage", QT_TRANSLATE_NOOP("ClusterSetup", "Storage on this device"),
              QT_TRANSLATE_NOOP("ClusterSetup", "Volumes in a folder of the node, made when asked for")},
};

QString textOf(const QJsonValue &values) {
    return values.toVariant().toStringList().join(u',');
}

} // namespace

ClusterSetup::ClusterSetup(QObject *parent) : DraftModel(QStringLiteral("configuration"), "PATCH", parent) {
    m_status.setWatched(true);
    m_status.setPath(QStringLiteral("status"));
    connect(this, &SessionDocument::sourceChanged, this, [this] { m_status.setSession(session()); });
    connect(&m_status, &SessionDocument::documentChanged, this, [this] {
        check();
        Q_EMIT machineChanged();
    });
}

QJsonValue ClusterSetup::option(const QString &name) const {
    for (const QJsonValue &item : document()["items"].toArray())
        if (item["name"] == name)
            return item;
    return {};
}

QString ClusterSetup::present(const QString &name) const {
    const QJsonValue item = option(name);
    const QString text = textOf(item["pendingValues"].isArray() ? item["pendingValues"] : item["values"]);
    return text == kMask ? QString() : text;
}

QStringList ClusterSetup::presentDisabled() const {
    return present(QStringLiteral("disable")).split(u',', Qt::SkipEmptyParts);
}

QVariantMap ClusterSetup::fields() const {
    QVariantMap fields;
    for (const char *name : kOptions)
        fields[name] = m_edits.value(name, present(QLatin1String(name)));
    return fields;
}

QVariantMap ClusterSetup::defaults() const {
    QVariantMap defaults;
    for (const char *name : kOptions)
        defaults[name] = option(QLatin1String(name))["default"].toString();
    return defaults;
}

QStringList ClusterSetup::machineAddresses() const {
    QStringList addresses;
    for (const QJsonValue &link : m_status.document()["machine"]["interfaces"].toArray())
        for (const QJsonValue &address : link["addresses"].toArray())
            if (const QString text = address.toString().section(u'/', 0, 0); !text.startsWith(u"fe80:"))
                addresses.append(text);
    return addresses;
}

QStringList ClusterSetup::addresses() const {
    return QStringList{tr("That of the default route")} + machineAddresses();
}

int ClusterSetup::addressIndex() const {
    return static_cast<int>(machineAddresses().indexOf(fields().value(QStringLiteral("node-ip")).toString())) + 1;
}

void ClusterSetup::setAddress(int index) {
    set(QStringLiteral("node-ip"), index <= 0 ? QString() : machineAddresses().value(index - 1));
}

void ClusterSetup::set(const QString &name, const QString &text) {
    if (text.trimmed() == present(name))
        m_edits.remove(name);
    else
        m_edits[name] = text.trimmed();
    check();
    touch();
}

void ClusterSetup::setComponent(const QString &name, bool on) {
    QStringList disabled = m_disabled.value_or(presentDisabled());
    disabled.removeAll(name);
    if (!on)
        disabled.append(name);
    m_disabled = disabled;
    if (disabled == presentDisabled())
        m_disabled.reset();
    read();
    touch();
}

void ClusterSetup::read() {
    const QStringList disabled = m_disabled.value_or(presentDisabled());
    QList<ComponentRow> rows;
    for (const Component &component : kComponents)
        rows.append({.key = component.name,
                     .title = QCoreApplication::translate("ClusterSetup", component.title),
                     .detail = QCoreApplication::translate("ClusterSetup", component.detail),
                     .on = !disabled.contains(QLatin1String(component.name))});
    m_components.set(rows);
    check();
}

void ClusterSetup::check() {
    const QVariantMap typed = fields(), fallback = defaults();
    const auto network = [&](const QString &name) {
        const QString text = typed[name].toString();
        return text.isEmpty() ? fallback[name].toString() : text;
    };
    QList<MachineNetwork> machine;
    for (const QJsonValue &link : m_status.document()["machine"]["interfaces"].toArray())
        for (const QJsonValue &address : link["addresses"].toArray())
            machine.append({link["name"].toString(), address.toString()});
    m_findings = document().isEmpty() ? QList<NetworkFinding>()
                                      : checkNetworks({.podNetworks = network(QStringLiteral("cluster-cidr")),
                                                       .serviceNetworks = network(QStringLiteral("service-cidr"))},
                                                      machine);
    Q_EMIT draftChanged();
}

QString ClusterSetup::messages(NetworkFinding::Field field, bool blocking) const {
    QStringList lines;
    for (const NetworkFinding &finding : m_findings)
        if (finding.blocks == blocking && finding.field == field)
            lines.append(finding.message);
    return lines.join(u'\n');
}

std::optional<QJsonObject> ClusterSetup::draft() const {
    if (m_edits.isEmpty() && !m_disabled)
        return std::nullopt;
    QJsonObject changes;
    for (auto edit = m_edits.cbegin(); edit != m_edits.cend(); ++edit) {
        const QString text = edit.value().toString();
        if (text.isEmpty())
            changes[edit.key()] = QJsonValue::Null;
        else if (option(edit.key())["list"].toBool())
            changes[edit.key()] = QJsonArray::fromStringList(text.split(u','));
        else
            changes[edit.key()] = text;
    }
    if (m_disabled)
        changes["disable"] = QJsonArray::fromStringList(*m_disabled);
    return QJsonObject{{"changes", changes}};
}

void ClusterSetup::forgetDraft() {
    m_edits.clear();
    m_disabled.reset();
    read();
}

} // namespace coracle::app
