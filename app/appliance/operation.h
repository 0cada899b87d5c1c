#pragma once

#include "app/appliance/appliance_document.h"

namespace coracle::app {

/// One operation of the daemon: long work with progress. Follows it until it has ended, also over a restart of the
/// daemon: it asks again when the connection is back. Without an id it follows nothing.
class Operation : public coracle::app::ApplianceDocument {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString operationId READ operationId WRITE setOperationId NOTIFY sourceChanged)
    /// There is something to show: it runs, or has ended and was not dismissed.
    Q_PROPERTY(bool active READ active NOTIFY changed)
    Q_PROPERTY(bool running READ running NOTIFY changed)
    Q_PROPERTY(bool succeeded READ succeeded NOTIFY changed)
    /// "info" while it runs, "ok", "error", "warning" (cancelled).
    Q_PROPERTY(QString tone READ tone NOTIFY changed)
    Q_PROPERTY(QString title READ title NOTIFY changed)
    /// The step, or how it ended and why.
    Q_PROPERTY(QString message READ message NOTIFY changed)
    /// 0 to 1.
    Q_PROPERTY(double progress READ progress NOTIFY changed)
    Q_PROPERTY(bool cancellable READ cancellable NOTIFY changed)

public:
    explicit Operation(QObject *parent = nullptr);

    QString operationId() const { return m_id; }
    void setOperationId(const QString &id);
    bool active() const { return !m_id.isEmpty(); }
    bool running() const;
    bool succeeded() const;
    QString tone() const;
    QString title() const;
    QString message() const;
    double progress() const { return document()["progress"].toDouble(); }
    bool cancellable() const { return running() && connected() && document()["cancellable"].toBool(); }
    QJsonObject result() const { return document()["result"].toObject(); }

    /// Why it could not be cancelled is told by a toast.
    Q_INVOKABLE void cancel();
    /// Forgets it; it goes on.
    Q_INVOKABLE void dismiss() { setOperationId({}); }

Q_SIGNALS:
    void changed();
    /// Once, when it is known how it ended.
    void finished(bool succeeded);

protected:
    void ask() override;

private:
    bool connected() const;
    /// The document is already this operation's.
    bool known() const { return document()["id"] == m_id; }
    void follow();

    QString m_id;
    bool m_lost = false; ///< the daemon does not know it any more
    bool m_told = false; ///< finished() was emitted
};

/// "Back-up", "Upgrade to v1.2"; `target` may be empty.
QString operationTitle(const QString &kind, const QString &target);
/// What it does now, by the phases that /appliance/v1 has; where these say too little, with the daemon's own words. Of
/// a phase that is not known here, the daemon's words alone.
QString operationStep(const QString &phase, const QString &message);
/// The tone of an operation's state.
QString operationTone(const QString &state);

} // namespace coracle::app
