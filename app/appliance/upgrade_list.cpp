#include "app/appliance/upgrade_list.h"

#include "app/appliance/appliance_call.h"
#include "app/format/format.h"

#include <QJsonArray>
#include <QLocale>

namespace coracle::app {

namespace {

QDateTime timeOf(const QJsonValue &time) {
    return QDateTime::fromString(time.toString(), Qt::ISODate);
}

QString detailOf(const QJsonValue &version) {
    QStringList parts{UpgradeList::tr("Kubernetes %1").arg(version["kubernetesVersion"].toString())};
    if (const QString channel = version["channel"].toString(); !channel.isEmpty())
        parts.append(UpgradeList::tr("channel %1").arg(channel));
    if (const QDateTime released = timeOf(version["releasedAt"]); released.isValid())
        parts.append(UpgradeList::tr("released %1").arg(QLocale().toString(released.date(), QLocale::ShortFormat)));
    if (const double bytes = version["bytes"].toDouble(); bytes > 0)
        parts.append(sizeText(bytes));
    return parts.join(QStringLiteral(" · "));
}

} // namespace

UpgradeList::UpgradeList(QObject *parent) : ApplianceModel(QStringLiteral("upgrades"), parent) {}

void UpgradeList::read() {
    QList<VersionRow> rows;
    const QString current = document()["current"].toString();
    for (const QJsonValue &version : document()["items"].toArray()) {
        const QString name = version["version"].toString();
        const bool runs = name == current, staged = version["staged"].toBool(), allowed = version["allowed"].toBool();
        rows.append({.key = name,
                     .title = name,
                     .detail = detailOf(version),
                     .notes = version["notes"].toString(),
                     .refusal = runs ? QString() : version["refusal"].toString(),
                     .tone = runs     ? "ok"
                             : staged ? "info"
                                      : "",
                     .stateText = runs     ? tr("Running")
                                  : staged ? tr("On this machine")
                                           : QString(),
                     .allowed = allowed && !runs,
                     .staged = staged});
    }
    m_rows.set(rows);
}

QString UpgradeList::currentText() const {
    return document().isEmpty()
               ? QString()
               : tr("%1, Kubernetes %2")
                     .arg(document()["current"].toString(), document()["kubernetesVersion"].toString());
}

QString UpgradeList::sourceText() const {
    const QJsonValue source = document()["source"];
    const QString kind = source["kind"].toString(), location = source["location"].toString();
    if (kind == u"none")
        return tr("No channel is set, and the folder %1 holds no versions").arg(location);
    const QString from = kind == u"channel" ? tr("Channel %1").arg(location) : tr("Folder %1").arg(location);
    const QDateTime checked = timeOf(source["checkedAt"]);
    return checked.isValid() ? tr("%1, read %2", "source, time").arg(from, Format::dateTime(checked)) : from;
}

QString UpgradeList::lastText() const {
    const QJsonValue last = document()["last"];
    if (!last.isObject())
        return {};
    const QString from = last["from"].toString(), to = last["to"].toString(), state = last["state"].toString();
    const QString when = Format::dateTime(timeOf(last["at"]));
    if (state == u"confirmed")
        return tr("Upgraded from %1 to %2 on %3").arg(from, to, when);
    if (state == u"pending")
        return tr("The upgrade from %1 to %2 is on trial").arg(from, to);
    return tr("The upgrade to %1 was taken back on %2; %3 runs again. %4")
        .arg(to, when, from, last["message"].toString());
}

QString UpgradeList::lastTone() const {
    const QString state = document()["last"]["state"].toString();
    if (state.isEmpty())
        return {};
    return state == u"confirmed" ? QStringLiteral("ok")
           : state == u"pending" ? QStringLiteral("info")
                                 : QStringLiteral("error");
}

void UpgradeList::check() {
    command("POST", QStringLiteral("upgrades/check"));
}

void UpgradeList::stage(const QString &version) {
    operate("POST", QStringLiteral("upgrades/") + encoded(version), {{"stageOnly", true}});
}

void UpgradeList::upgrade(const QString &version, bool backupFirst) {
    operate("POST", QStringLiteral("upgrades/") + encoded(version), {{"backupFirst", backupFirst}});
}

} // namespace coracle::app
