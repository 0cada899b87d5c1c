#include "app/forwards/port_forwards.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QLocale>
#include <QSettings>
#include <QUuid>
#include <algorithm>

namespace coracle::app {

namespace {

const QString kKey = QStringLiteral("forwards/list");
constexpr int kPortMax = 65535;

QString stateText(PortForward::State state) {
    switch (state) {
    case PortForward::State::Resting:
        return PortForwards::tr("Stopped");
    case PortForward::State::Starting:
        return PortForwards::tr("Starting");
    case PortForward::State::Listening:
        return PortForwards::tr("Running");
    case PortForward::State::Waiting:
        return PortForwards::tr("Waiting");
    case PortForward::State::Failed:
        return PortForwards::tr("Failed");
    }
    return {};
}

QString toneOf(const PortForward &forward) {
    switch (forward.state()) {
    case PortForward::State::Resting:
        return QStringLiteral("neutral");
    case PortForward::State::Starting:
    case PortForward::State::Waiting:
        return QStringLiteral("info");
    case PortForward::State::Listening:
        return forward.problem().isEmpty() ? QStringLiteral("ok") : QStringLiteral("warning");
    case PortForward::State::Failed:
        return QStringLiteral("error");
    }
    return {};
}

QString trafficText(const ForwardTraffic &traffic) {
    if (traffic.connections == 0 && traffic.sentBytes == 0 && traffic.receivedBytes == 0)
        return {};
    const QLocale locale;
    return PortForwards::tr("%n open connection(s), %1 sent, %2 received", nullptr, traffic.connections)
        .arg(locale.formattedDataSize(traffic.sentBytes), locale.formattedDataSize(traffic.receivedBytes));
}

ForwardRow rowOf(const PortForward &forward) {
    const ForwardProfile &profile = forward.profile();
    return {.key = profile.id,
            .title = profile.name.isEmpty() ? profile.subject : profile.name,
            .target = PortForwards::tr("%1 in %2, port %3")
                          .arg(profile.subject, profile.target.namespaceName)
                          .arg(profile.target.podPort),
            .address = forward.localPort() > 0 ? QStringLiteral("127.0.0.1:%1").arg(forward.localPort()) : QString(),
            .stateText = stateText(forward.state()),
            .tone = toneOf(forward),
            .problem = forward.problem(),
            .traffic = trafficText(forward.traffic()),
            .running = forward.wanted()};
}

} // namespace

PortForwards::PortForwards(ClusterList &clusters, QString settingsFile, QObject *parent)
    : RowListModel(ForwardRow::staticMetaObject, parent), m_clusters(clusters), m_file(std::move(settingsFile)) {
    connect(&m_clusters, &ClusterList::currentChanged, this, &PortForwards::show);
    load();
}

PortForwards::~PortForwards() = default;

void PortForwards::load() {
    if (m_file.isEmpty())
        return;
    const QSettings settings(m_file, QSettings::IniFormat);
    const QJsonArray list = QJsonDocument::fromJson(settings.value(kKey).toByteArray()).array();
    for (const QJsonValue &item : list)
        if (auto profile = ForwardProfile::fromJson(item.toObject()))
            append(std::move(*profile));
        else
            qWarning("%s", profile.error().message.c_str());
    show();
}

void PortForwards::save() const {
    if (m_file.isEmpty())
        return;
    QJsonArray list;
    for (const auto &forward : m_forwards)
        list.append(forward->profile().toJson());
    QSettings settings(m_file, QSettings::IniFormat);
    settings.setValue(kKey, QJsonDocument(list).toJson(QJsonDocument::Compact));
}

void PortForwards::append(ForwardProfile profile) {
    m_forwards.push_back(std::make_unique<PortForward>(std::move(profile), m_clusters));
    connect(m_forwards.back().get(), &PortForward::changed, this, &PortForwards::show);
}

QString PortForwards::add(const QString &name, const QString &subject, const QString &namespaceName,
                          const QString &podName, const QString &podSelector, int podPort, int localPort) {
    if (!m_clusters.current())
        return tr("There is no cluster.");
    if (podPort < 1 || podPort > kPortMax)
        return tr("The pod's port must be between 1 and 65535.");
    if (localPort < 0 || localPort > kPortMax)
        return tr("The port of this device must be between 1 and 65535, or empty for a free one.");
    if (static_cast<int>(m_forwards.size()) >= kForwardsMax)
        return tr("There are too many port-forwards: remove some first.");
    append({.id = QUuid::createUuid().toString(QUuid::WithoutBraces),
            .clusterId = m_clusters.current()->id(),
            .name = name.trimmed(),
            .subject = subject,
            .target = {.namespaceName = namespaceName,
                       .podName = podName,
                       .podSelector = podSelector,
                       .podPort = static_cast<quint16>(podPort),
                       .localPort = static_cast<quint16>(localPort)}});
    save();
    m_forwards.back()->start();
    show();
    return {};
}

PortForward *PortForwards::find(const QString &key) const {
    const auto found = std::find_if(m_forwards.begin(), m_forwards.end(),
                                    [&](const auto &forward) { return forward->profile().id == key; });
    return found == m_forwards.end() ? nullptr : found->get();
}

QList<PortForward *> PortForwards::ofCurrent() const {
    QList<PortForward *> list;
    if (m_clusters.current())
        for (const auto &forward : m_forwards)
            if (forward->profile().clusterId == m_clusters.current()->id())
                list.append(forward.get());
    return list;
}

int PortForwards::runningCount() const {
    const QList<PortForward *> list = ofCurrent();
    return static_cast<int>(std::count_if(list.begin(), list.end(), [](const auto *one) { return one->wanted(); }));
}

void PortForwards::start(const QString &key) {
    if (PortForward *forward = find(key))
        forward->start();
}

void PortForwards::stop(const QString &key) {
    if (PortForward *forward = find(key))
        forward->stop();
}

void PortForwards::startAll() {
    for (PortForward *forward : ofCurrent())
        forward->start();
}

void PortForwards::stopAll() {
    for (PortForward *forward : ofCurrent())
        forward->stop();
}

void PortForwards::remove(const QString &key) {
    std::erase_if(m_forwards, [&](const auto &forward) { return forward->profile().id == key; });
    save();
    show();
}

void PortForwards::show() {
    QList<ForwardRow> rows;
    for (const PortForward *forward : ofCurrent())
        rows.append(rowOf(*forward));
    set(rows);
    Q_EMIT runningCountChanged();
}

} // namespace coracle::app
