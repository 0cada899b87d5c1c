#pragma once

#include "app/models/view_state.h"
#include "app/session/session.h"

#include <QElapsedTimer>
#include <QTimer>

namespace coracle::app {

/// A few whole objects kept current by a list and a watch: the events of an object, the revisions of a workload, its
/// pods. For long lists there is ResourceModel, which holds only what is shown. At most kObjectsMax objects are kept.
/// GUI thread.
class CollectionWatch : public QObject {
    Q_OBJECT

public:
    static constexpr int kObjectsMax = 500;

    struct Query {
        QString path; ///< of the collection; empty: nothing
        QString labelSelector, fieldSelector;
        bool operator==(const Query &) const = default;
    };

    explicit CollectionWatch(QObject *parent = nullptr);

    /// Begins anew when the query differs from the present one.
    void start(Session *session, const Query &query);
    void retry();

    /// By uid, in no order.
    const QHash<QString, QJsonObject> &objects() const { return m_objects; }
    ViewState::Value state() const { return m_state; }
    const Status &error() const { return m_error; }

Q_SIGNALS:
    void changed();
    void stateChanged();

private:
    void list();
    void watch(const QString &resourceVersion);
    void take(const QJsonObject &event);
    void endedWith(const Result<> &end);
    void setState(ViewState::Value state, const Status &status = {});
    void settle();

    QPointer<Session> m_session;
    Query m_query;
    QHash<QString, QJsonObject> m_objects;
    QString m_resourceVersion;
    ViewState::Value m_state = ViewState::Loading;
    Status m_error;
    Subscription m_watch;
    QElapsedTimer m_watchAge;
    QTimer m_retry;
    int m_generation = 0; ///< answers to an older question are dropped
};

} // namespace coracle::app
