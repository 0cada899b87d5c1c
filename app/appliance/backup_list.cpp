#include "app/appliance/backup_list.h"

#include "app/actions/toasts.h"
#include "app/appliance/appliance_call.h"
#include "app/format/format.h"

#include <QCoreApplication>
#include <QHash>
#include <QJsonArray>
#include <QLocale>

namespace coracle::app {

namespace {

const QString kPath = QStringLiteral("datastore/backups");

QString originText(const QString &origin) {
    static const QHash<QString, const char *> texts{
        {"manual", QT_TRANSLATE_NOOP("BackupOrigin", "Made by hand")},
        {"scheduled", QT_TRANSLATE_NOOP("BackupOrigin", "Scheduled")},
        {"beforeUpgrade", QT_TRANSLATE_NOOP("BackupOrigin", "Before an upgrade")},
        {"beforeRestore", QT_TRANSLATE_NOOP("BackupOrigin", "Before a restore")},
        {"uploaded", QT_TRANSLATE_NOOP("BackupOrigin", "Brought from elsewhere")}};
    const char *text = texts.value(origin, nullptr);
    return text ? QCoreApplication::translate("BackupOrigin", text) : origin;
}

BackupRow rowOf(const QJsonValue &backup) {
    const QString time = Format::dateTime(QDateTime::fromString(backup["createdAt"].toString(), Qt::ISODate));
    const QString description = backup["description"].toString();
    QStringList details{sizeText(backup["bytes"].toDouble())};
    if (const QString version = backup["version"].toString(); !version.isEmpty())
        details.append(BackupList::tr("made by %1").arg(version));
    details.append(backup["name"].toString());
    return {.key = backup["name"].toString(),
            .title =
                description.isEmpty() ? time : BackupList::tr("%1: %2", "time, description").arg(time, description),
            .detail = details.join(QStringLiteral(" · ")),
            .originText = originText(backup["origin"].toString()),
            .error = backup["error"].toString()};
}

} // namespace

BackupList::BackupList(QObject *parent) : UploadModel(kPath, parent) {
    m_datastore.setPath(QStringLiteral("datastore"));
    connect(this, &SessionDocument::sourceChanged, this, [this] { m_datastore.setSession(session()); });
    connect(&m_datastore, &SessionDocument::documentChanged, this, &BackupList::datastoreChanged);
}

void BackupList::read() {
    QList<BackupRow> rows;
    for (const QJsonValue &backup : document()["items"].toArray())
        rows.append(rowOf(backup));
    m_rows.set(rows);
    m_datastore.retry();
}

QString BackupList::datastoreText() const {
    const QJsonObject store = m_datastore.document();
    if (store.isEmpty())
        return {};
    if (!datastoreOk())
        return store["message"].toString();
    return tr("%1 on the disk, %2 of it in use, revision %3")
        .arg(sizeText(store["fileBytes"].toDouble()), sizeText(store["liveBytes"].toDouble()),
             QLocale().toString(store["revision"].toInteger()));
}

void BackupList::create(const QString &description) {
    operate("POST", kPath, {{"description", description.trimmed()}});
}

void BackupList::received(const QString &uploadId) {
    operate("POST", kPath, {{"upload", uploadId}});
}

void BackupList::remove(const QString &name) {
    command("DELETE", kPath + u'/' + encoded(name), {},
            [name](const QJsonObject &) { Toasts::instance().done(tr("Back-up %1 is deleted").arg(name)); });
}

void BackupList::restore(const QString &name, bool backupFirst) {
    operate("POST", QStringLiteral("%1/%2/restore").arg(kPath, encoded(name)), {{"backupFirst", backupFirst}});
}

void BackupList::download(const QString &name) {
    downloadFile(session(), this, QStringLiteral("%1/%2/content").arg(kPath, encoded(name)), name);
}

void BackupList::compact() {
    operate("POST", QStringLiteral("datastore/compact"));
}

} // namespace coracle::app
