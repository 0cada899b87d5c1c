#pragma once

#include <QJsonObject>
#include <QString>

namespace coracle::app {

struct NoticeText {
    QString message; ///< what is wrong
    QString mend;    ///< what can be done
    QString page;    ///< where (PageRegistry); empty: at the object that it is about, or nowhere
};

/// A notice of the daemon in the user's language, made of its reason and parameters; one whose reason is not known
/// here, as of a newer daemon, in the daemon's own words. Pure.
NoticeText noticeText(const QJsonObject &notice);
/// Of the object that it is about, for the navigator; empty: none that has a page.
QString kindKeyOf(const QJsonObject &notice);

} // namespace coracle::app
