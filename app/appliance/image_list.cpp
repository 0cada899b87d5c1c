#include "app/appliance/image_list.h"

#include "app/actions/toasts.h"
#include "app/appliance/appliance_call.h"
#include "app/format/format.h"

#include <QJsonArray>

namespace coracle::app {

namespace {

ImageRow rowOf(const QJsonValue &image) {
    const QStringList names = image["names"].toVariant().toStringList();
    QStringList users;
    for (const QJsonValue &pod : image["usedBy"].toArray())
        users.append(pod["name"].toString());
    const bool pinned = image["pinned"].toBool(), used = !users.isEmpty();
    const QString id = image["id"].toString();
    return {.key = id,
            .title = names.isEmpty() ? id.section(u':', -1).left(12) : names.first(),
            .detail = used ? ImageList::tr("Used by %1").arg(users.join(QStringLiteral(", ")))
                           : ImageList::tr("No pod uses it"),
            .sizeText = sizeText(image["bytes"].toDouble()),
            .tone = used ? "ok" : "",
            .stateText = pinned ? ImageList::tr("Part of the system")
                         : used ? ImageList::tr("In use")
                                : QString(),
            .removable = !pinned && !used};
}

} // namespace

ImageList::ImageList(QObject *parent) : UploadModel(QStringLiteral("images"), parent) {}

void ImageList::setSearch(const QString &text) {
    m_search = text.trimmed();
    read();
    Q_EMIT changed();
}

void ImageList::read() {
    QList<ImageRow> rows;
    for (const QJsonValue &image : document()["items"].toArray()) {
        const bool found = m_search.isEmpty() ||
                           image["names"].toVariant().toStringList().join(u' ').contains(m_search, Qt::CaseInsensitive);
        if (found)
            rows.append(rowOf(image));
    }
    m_rows.set(rows);
}

QString ImageList::totalText() const {
    if (document().isEmpty())
        return {};
    const int count = static_cast<int>(document()["items"].toArray().size());
    return tr("%n image(s), %1, of which %2 unused", nullptr, count)
        .arg(sizeText(document()["totalBytes"].toDouble()), sizeText(document()["unusedBytes"].toDouble()));
}

void ImageList::importPath(const QString &path) {
    operate("POST", QStringLiteral("images"), {{"path", path.trimmed()}});
}

void ImageList::received(const QString &uploadId) {
    operate("POST", QStringLiteral("images"), {{"upload", uploadId}});
}

void ImageList::remove(const QString &id) {
    operate("DELETE", QStringLiteral("images/") + encoded(id));
}

void ImageList::operationFinished(bool succeeded) {
    if (!succeeded)
        return;
    const QJsonObject result = operation()->result();
    if (result.contains(QStringLiteral("images")))
        Toasts::instance().done(
            tr("%n image(s) imported", nullptr, static_cast<int>(result["images"].toArray().size())));
    else
        Toasts::instance().done(tr("%1 freed").arg(sizeText(result["freedBytes"].toDouble())));
}

} // namespace coracle::app
