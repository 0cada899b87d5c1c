#include "app/models/object_watch.h"

#include <QJsonDocument>
#include <QUrl>

namespace coracle::app {

namespace {

constexpr int kGone = 410;

/// The last part of a path as the value of a field selector: names may hold what separates the parts of one.
QString selectorValue(const QString &encoded) {
    QString value = QUrl::fromPercentEncoding(encoded.toLatin1());
    for (const char special : {'\\', ',', '='})
        value.replace(QLatin1Char(special), QString(QLatin1Char('\\')) + QLatin1Char(special));
    return value;
}

} // namespace

void ObjectWatch::ask() {
    get(path(), [this](const QJsonObject &object) {
        m_gone = false;
        take(object);
        watchFrom(object["metadata"]["resourceVersion"].toString());
    });
}

void ObjectWatch::watchFrom(const QString &resourceVersion) {
    const qsizetype slash = path().lastIndexOf(u'/');
    const QString collection =
        withQuery(path().left(slash), {{"watch", "true"},
                                       {"resourceVersion", resourceVersion},
                                       {"fieldSelector", "metadata.name=" + selectorValue(path().mid(slash + 1))}});
    watch(collection, [self = QPointer<ObjectWatch>(this)](const QByteArrayList &lines) -> Session::Then {
        // Only the last event counts: each holds the whole object.
        QJsonObject event;
        for (const QByteArray &line : lines)
            if (!line.isEmpty())
                event = QJsonDocument::fromJson(line).object();
        return [self, event = std::as_const(event)] {
            if (event.isEmpty())
                return;
            const QString type = event["type"].toString();
            if (type == u"ERROR") {
                const Status status = statusFrom(event["object"].toObject());
                return status.code == kGone ? self->retry() : self->watchEnded(Failure(status));
            }
            self->m_gone = type == u"DELETED";
            self->take(event["object"].toObject(), self->m_gone ? ViewState::Stale : ViewState::Ready);
        };
    });
}

} // namespace coracle::app
