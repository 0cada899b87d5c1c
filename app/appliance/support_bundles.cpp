#include "app/appliance/support_bundles.h"

#include "app/appliance/appliance_call.h"
#include "app/appliance/file_transfer.h"
#include "app/format/format.h"

#include <QJsonArray>

namespace coracle::app {

namespace {
const QString kPath = QStringLiteral("supportbundles");
}

SupportBundles::SupportBundles(QObject *parent) : ApplianceModel(kPath, parent) {}

void SupportBundles::read() {
    QList<BundleRow> rows;
    for (const QJsonValue &bundle : document()["items"].toArray())
        rows.append(
            {.key = bundle["name"].toString(),
             .title = bundle["name"].toString(),
             .detail = tr("%1 · %2", "time, size")
                           .arg(Format::dateTime(QDateTime::fromString(bundle["createdAt"].toString(), Qt::ISODate)),
                                sizeText(bundle["bytes"].toDouble()))});
    m_rows.set(rows);
}

void SupportBundles::create() {
    operate("POST", kPath);
}

void SupportBundles::remove(const QString &name) {
    command("DELETE", kPath + u'/' + encoded(name));
}

void SupportBundles::download(const QString &name) {
    downloadFile(session(), this, QStringLiteral("%1/%2/content").arg(kPath, encoded(name)), name);
}

} // namespace coracle::app
