#pragma once

#include <QHash>
#include <QObject>
#include <QtQml/qqmlregistration.h>
#include <functional>

class QQmlEngine;
class QJSEngine;

namespace coracle::app {

/// `Toasts` in QML: the one way in which the result of an action reaches the user, wherever he is by then. The shell
/// shows what shown() says; trigger() is the toast's button. GUI thread.
class Toasts : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON

public:
    /// Actions of toasts that are long gone are forgotten beyond this number.
    static constexpr int kActionsMax = 16;

    static Toasts &instance();
    static Toasts *create(QQmlEngine *, QJSEngine *);

    /// `tone`: "ok", "info", "warning" or "error". With an action there is a button.
    void show(const QString &text, const QString &tone, const QString &actionText = {},
              std::function<void()> action = {});
    /// Once for each token.
    Q_INVOKABLE void trigger(int token);
    Q_INVOKABLE void done(const QString &text) { show(text, QStringLiteral("ok")); }
    Q_INVOKABLE void failed(const QString &text) { show(text, QStringLiteral("error")); }

Q_SIGNALS:
    /// `token` is 0 without an action.
    void shown(const QString &text, const QString &tone, const QString &actionText, int token);

private:
    Toasts() = default;

    QHash<int, std::function<void()>> m_actions;
    int m_lastToken = 0;
};

} // namespace coracle::app
