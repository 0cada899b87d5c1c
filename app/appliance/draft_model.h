#pragma once

#include "app/appliance/appliance_model.h"

#include <QTimer>
#include <QVariantMap>
#include <optional>

namespace coracle::app {

/// Base of the forms that change settings of the daemon: what was typed is a draft, which the daemon checks a moment
/// after the last key; apply() writes it, and where the daemon restarts for it, operation tells whether it was
/// confirmed or rolled back.
class DraftModel : public coracle::app::ApplianceModel {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("a base")
    /// There is a draft.
    Q_PROPERTY(bool edited READ edited NOTIFY draftChanged)
    /// There is a draft, and the daemon has found it valid.
    Q_PROPERTY(bool canApply READ canApply NOTIFY draftChanged)
    /// What is wrong, by field.
    Q_PROPERTY(QVariantMap errors READ errors NOTIFY draftChanged)
    /// All that is wrong, a line each.
    Q_PROPERTY(QString errorsText READ errorsText NOTIFY draftChanged)
    Q_PROPERTY(QStringList warnings READ warnings NOTIFY draftChanged)
    /// What would change, in lines that begin with "-" and "+".
    Q_PROPERTY(QString diffText READ diffText NOTIFY draftChanged)
    Q_PROPERTY(bool restartNeeded READ restartNeeded NOTIFY draftChanged)
    /// What is written is not yet in effect.
    Q_PROPERTY(bool pendingRestart READ pendingRestart NOTIFY documentChanged)

public:
    bool edited() const { return draft().has_value(); }
    bool canApply() const;
    QVariantMap errors() const;
    QString errorsText() const;
    QStringList warnings() const;
    QString diffText() const { return diff(m_preview); }
    bool restartNeeded() const { return m_preview["restartNeeded"].toBool(); }
    virtual bool pendingRestart() const { return document()["pendingRestart"].toBool(); }

    /// Writes the draft; `restart`: and restarts the daemon, so that it takes effect now.
    Q_INVOKABLE void apply(bool restart);
    Q_INVOKABLE void discard();
    /// Restarts the daemon, so that what is written takes effect.
    Q_INVOKABLE void restartDaemon();

Q_SIGNALS:
    void draftChanged();
    /// It was written.
    void applied();

protected:
    /// `path`: of the document; `method` writes it, and path/validate checks it.
    DraftModel(const QString &path, const QByteArray &method, QObject *parent);

    /// The body of the request; none: nothing is changed.
    virtual std::optional<QJsonObject> draft() const = 0;
    virtual void forgetDraft() = 0;
    /// The body has the member `restart`.
    virtual bool mayRestart() const { return true; }
    virtual QString diff(const QJsonObject &preview) const;
    /// The preview has come.
    virtual void previewed() {}

    /// The draft was changed: it is checked soon.
    void touch();
    const QJsonObject &preview() const { return m_preview; }

private:
    void validate();

    QByteArray m_method;
    QTimer m_pause;
    QJsonObject m_preview;
    int m_generation = 0; ///< answers about an older draft are dropped
};

} // namespace coracle::app
