#include "app/appliance/appliance_document.h"

#include <QJsonDocument>

namespace coracle::app {

namespace {

const QString kPrefix = QStringLiteral("/appliance/v1/");

QList<QJsonObject> parseLines(const QByteArrayList &lines) {
    QList<QJsonObject> objects;
    for (const QByteArray &line : lines)
        if (const QJsonDocument parsed = QJsonDocument::fromJson(line); parsed.isObject())
            objects.append(parsed.object());
    return objects;
}

} // namespace

void ApplianceDocument::setWatched(bool watched) {
    if (m_watched == watched)
        return;
    m_watched = watched;
    restart();
}

void ApplianceDocument::ask() {
    if (!m_watched)
        return get(kPrefix + path(), [this](const QJsonObject &document) { take(document); });
    watch(withQuery(kPrefix + path(), {{"watch", "true"}}),
          [self = QPointer<ApplianceDocument>(this)](const QByteArrayList &lines) -> Session::Then {
              return [self, objects = parseLines(lines)] {
                  if (!objects.isEmpty())
                      self->take(self->merged(self->document(), objects));
              };
          });
}

QJsonObject ApplianceDocument::merged(const QJsonObject &, const QList<QJsonObject> &lines) const {
    return lines.last();
}

} // namespace coracle::app
