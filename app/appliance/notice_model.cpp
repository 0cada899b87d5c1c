#include "app/appliance/notice_model.h"

#include "app/appliance/notice_text.h"

#include <QDateTime>
#include <QJsonArray>
#include <algorithm>

namespace coracle::app {

namespace {

const QStringList kSeverities{"critical", "warning", "info"}; ///< the gravest first

QString toneOfSeverity(const QString &severity) {
    return severity == u"critical" ? QStringLiteral("error") : severity;
}

qsizetype rank(const QJsonObject &notice) {
    return kSeverities.indexOf(notice["severity"].toString());
}

} // namespace

NoticeModel::NoticeModel(QObject *parent) : QAbstractListModel(parent) {
    m_document.setPath(QStringLiteral("notices"));
    m_document.setWatched(true);
    connect(&m_document, &ApplianceDocument::documentChanged, this, &NoticeModel::update);
    connect(&m_document, &ApplianceDocument::stateChanged, this, &NoticeModel::stateChanged);
}

void NoticeModel::setSession(Session *session) {
    if (session == m_document.session())
        return;
    m_document.setSession(session);
    Q_EMIT sessionChanged();
}

QString NoticeModel::tone() const {
    return m_notices.isEmpty() ? QStringLiteral("ok") : toneOfSeverity(m_notices.first()["severity"].toString());
}

QString NoticeModel::firstText() const {
    return m_notices.isEmpty() ? QString() : noticeText(m_notices.first()).message;
}

/// The lists are short: rows are moved to their new order one by one, so that a view keeps its place.
void NoticeModel::update() {
    QList<QJsonObject> wanted;
    for (const QJsonValue &item : m_document.document()["items"].toArray())
        wanted.append(item.toObject());
    std::stable_sort(wanted.begin(), wanted.end(),
                     [](const QJsonObject &a, const QJsonObject &b) { return rank(a) < rank(b); });
    const auto placeOf = [this](const QJsonValue &id) {
        return std::find_if(m_notices.begin(), m_notices.end(),
                            [&](const QJsonObject &known) { return known["id"] == id; }) -
               m_notices.begin();
    };
    for (qsizetype i = m_notices.size(); i-- > 0;)
        if (std::none_of(wanted.begin(), wanted.end(),
                         [&](const QJsonObject &notice) { return notice["id"] == m_notices[i]["id"]; })) {
            beginRemoveRows({}, static_cast<int>(i), static_cast<int>(i));
            m_notices.removeAt(i);
            endRemoveRows();
        }
    for (qsizetype i = 0; i < wanted.size(); ++i) {
        const qsizetype place = placeOf(wanted[i]["id"]);
        if (place == m_notices.size()) {
            beginInsertRows({}, static_cast<int>(i), static_cast<int>(i));
            m_notices.insert(i, wanted[i]);
            endInsertRows();
            continue;
        }
        if (place != i) {
            beginMoveRows({}, static_cast<int>(place), static_cast<int>(place), {}, static_cast<int>(i));
            m_notices.move(place, i);
            endMoveRows();
        }
        if (m_notices[i] != wanted[i]) {
            m_notices[i] = wanted[i];
            Q_EMIT dataChanged(index(static_cast<int>(i)), index(static_cast<int>(i)));
        }
    }
    Q_EMIT countChanged();
}

int NoticeModel::rowCount(const QModelIndex &parent) const {
    return parent.isValid() ? 0 : count();
}

QVariant NoticeModel::data(const QModelIndex &index, int role) const {
    if (!index.isValid() || index.row() >= count())
        return {};
    const QJsonObject &notice = m_notices[index.row()];
    switch (role) {
    case ToneRole:
        return toneOfSeverity(notice["severity"].toString());
    case MessageRole:
        return noticeText(notice).message;
    case MendRole:
        return noticeText(notice).mend;
    case SinceRole:
        return QDateTime::fromString(notice["since"].toString(), Qt::ISODate);
    case PageRole:
        return noticeText(notice).page;
    case KindKeyRole:
        return kindKeyOf(notice);
    case NamespaceRole:
        return notice["object"]["namespace"].toString();
    case NameRole:
        return notice["object"]["name"].toString();
    default:
        return {};
    }
}

QHash<int, QByteArray> NoticeModel::roleNames() const {
    return {{ToneRole, "tone"},
            {MessageRole, "message"},
            {MendRole, "mend"},
            {SinceRole, "since"},
            {PageRole, "page"},
            {KindKeyRole, "kindKey"},
            {NamespaceRole, "namespaceName"},
            {NameRole, "name"}};
}

} // namespace coracle::app
