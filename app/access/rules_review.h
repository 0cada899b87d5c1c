#pragma once

#include "app/session/session.h"

#include <QElapsedTimer>
#include <QHash>
#include <QJsonArray>
#include <QSet>

namespace coracle::app {

/// What the user of a session may do, by namespace: asked once for each (SelfSubjectRulesReview) however many want to
/// know it, and kept for kKeptForMs. A part of the session, and gone with it. GUI thread.
class RulesReview : public QObject {
    Q_OBJECT

public:
    static constexpr int kKeptForMs = 60'000;
    static constexpr int kAnswersMax = 50;

    struct Answer {
        QElapsedTimer age;
        QJsonArray rules; ///< ResourceRules
        bool complete = false;
    };

    static RulesReview &of(Session &session);

    /// Null: not known yet, or no longer.
    const Answer *answer(const QString &namespaceName) const;
    /// answered() follows, unless it fails; asked already: nothing happens.
    void ask(const QString &namespaceName);

Q_SIGNALS:
    void answered(const QString &namespaceName);

private:
    explicit RulesReview(Session &session);

    Session &m_session;
    QHash<QString, Answer> m_answers;
    QSet<QString> m_asked;
};

} // namespace coracle::app
