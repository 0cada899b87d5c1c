#include "app/appliance/storage_view.h"

#include "app/actions/toasts.h"
#include "app/format/format.h"

#include <QCoreApplication>
#include <QHash>
#include <QJsonArray>

namespace coracle::app {

namespace {

/// Names of the API's words.
QString wordText(const QString &word) {
    static const QHash<QString, const char *> texts{
        {"data", QT_TRANSLATE_NOOP("StorageWords", "data")},
        {"datastore", QT_TRANSLATE_NOOP("StorageWords", "Datastore")},
        {"backups", QT_TRANSLATE_NOOP("StorageWords", "Back-ups")},
        {"images", QT_TRANSLATE_NOOP("StorageWords", "Images")},
        {"containers", QT_TRANSLATE_NOOP("StorageWords", "Containers")},
        {"volumes", QT_TRANSLATE_NOOP("StorageWords", "Volumes")},
        {"logs", QT_TRANSLATE_NOOP("StorageWords", "Logs")},
        {"kubelet", QT_TRANSLATE_NOOP("StorageWords", "Kubelet")},
        {"other", QT_TRANSLATE_NOOP("StorageWords", "Other")},
        {"unusedImages", QT_TRANSLATE_NOOP("StorageWords", "Images that no container uses")},
        {"deadContainers", QT_TRANSLATE_NOOP("StorageWords", "Containers that have ended")},
        {"oldLogs", QT_TRANSLATE_NOOP("StorageWords", "Old logs")},
        {"orphanedVolumes", QT_TRANSLATE_NOOP("StorageWords", "Folders of volumes that are gone")},
        {"oldBackups", QT_TRANSLATE_NOOP("StorageWords", "Old automatic back-ups")},
        {"uploads", QT_TRANSLATE_NOOP("StorageWords", "Files that were sent and not used")},
    };
    const char *text = texts.value(word, nullptr);
    return text ? QCoreApplication::translate("StorageWords", text) : word;
}

StorageRow diskRow(const QJsonValue &disk) {
    const double size = disk["sizeBytes"].toDouble(), used = size - disk["availableBytes"].toDouble();
    QStringList holds;
    for (const QJsonValue &what : disk["holds"].toArray())
        holds.append(wordText(what.toString()).toLower());
    const bool readOnly = disk["readOnly"].toBool();
    return {.key = disk["mountPoint"].toString(),
            .title = StorageView::tr("%1 on %2", "device, mount point")
                         .arg(disk["device"].toString(), disk["mountPoint"].toString()),
            .detail = StorageView::tr("Holds %1").arg(holds.join(QStringLiteral(", "))),
            .sizeText = StorageView::tr("%1 of %2").arg(sizeText(used), sizeText(size)),
            .tone = readOnly ? "error" : "",
            .stateText = readOnly ? StorageView::tr("Read-only") : QString(),
            .share = size > 0 ? used / size : 0};
}

StorageRow volumeRow(const QJsonValue &volume) {
    QStringList users;
    for (const QJsonValue &pod : volume["pods"].toArray())
        users.append(pod["name"].toString());
    const QJsonValue claim = volume["claim"];
    const double capacity = volume["capacityBytes"].toDouble(), used = volume["usedBytes"].toDouble(-1);
    StorageRow row{.key = volume["path"].toString(),
                   .title = claim.isObject() ? StorageView::tr("%1 in %2", "claim, namespace")
                                                   .arg(claim["name"].toString(), claim["namespace"].toString())
                                             : volume["name"].toString(),
                   .detail = users.isEmpty() ? StorageView::tr("No pod uses it")
                                             : StorageView::tr("Used by %1").arg(users.join(QStringLiteral(", "))),
                   .sizeText = used < 0 ? sizeText(capacity)
                                        : StorageView::tr("%1 of %2").arg(sizeText(used), sizeText(capacity)),
                   .share = capacity > 0 && used > 0 ? used / capacity : 0};
    if (volume["orphaned"].toBool()) {
        row.tone = QStringLiteral("warning");
        row.stateText = StorageView::tr("Orphaned");
    }
    return row;
}

} // namespace

StorageView::StorageView(QObject *parent) : ApplianceModel(QStringLiteral("storage"), parent) {}

void StorageView::read() {
    QList<StorageRow> disks, parts, volumes, reclaimable;
    for (const QJsonValue &disk : document()["disks"].toArray())
        disks.append(diskRow(disk));
    const QJsonValue folder = document()["dataFolder"];
    const double total = folder["bytes"].toDouble();
    for (const QJsonValue &part : folder["parts"].toArray())
        if (const double bytes = part["bytes"].toDouble(); bytes > 0)
            parts.append({.key = part["name"].toString(),
                          .title = wordText(part["name"].toString()),
                          .detail = part["path"].toString(),
                          .sizeText = sizeText(bytes),
                          .share = total > 0 ? bytes / total : 0});
    for (const QJsonValue &volume : document()["volumes"].toArray())
        volumes.append(volumeRow(volume));
    for (const QJsonValue &item : document()["reclaimable"].toArray())
        if (const int count = item["count"].toInt(); count > 0)
            reclaimable.append({.key = item["what"].toString(),
                                .title = wordText(item["what"].toString()),
                                .detail = tr("%n item(s)", nullptr, count),
                                .sizeText = sizeText(item["bytes"].toDouble())});
    m_disks.set(disks);
    m_parts.set(parts);
    m_volumes.set(volumes);
    m_reclaimable.set(reclaimable);
}

QString StorageView::dataFolderText() const {
    const QJsonValue folder = document()["dataFolder"];
    return tr("%1 in %2", "size, folder").arg(sizeText(folder["bytes"].toDouble()), folder["path"].toString());
}

QString StorageView::reclaimableText() const {
    double bytes = 0;
    for (const QJsonValue &item : document()["reclaimable"].toArray())
        bytes += item["bytes"].toDouble();
    return bytes > 0 ? tr("%1 could be freed").arg(sizeText(bytes)) : tr("There is nothing to clean up");
}

void StorageView::cleanUp(const QStringList &what) {
    operate("POST", QStringLiteral("storage/cleanup"), {{"what", QJsonArray::fromStringList(what)}});
}

void StorageView::operationFinished(bool succeeded) {
    if (succeeded)
        Toasts::instance().done(tr("%1 freed").arg(sizeText(operation()->result()["freedBytes"].toDouble())));
}

} // namespace coracle::app
