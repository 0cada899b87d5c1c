#include "app/actions/toasts.h"

#include <QJSEngine>

namespace coracle::app {

Toasts &Toasts::instance() {
    static Toasts toasts;
    return toasts;
}

Toasts *Toasts::create(QQmlEngine *, QJSEngine *) {
    QJSEngine::setObjectOwnership(&instance(), QJSEngine::CppOwnership);
    return &instance();
}

void Toasts::show(const QString &text, const QString &tone, const QString &actionText, std::function<void()> action) {
    int token = 0;
    if (action) {
        token = ++m_lastToken;
        m_actions.insert(token, std::move(action));
        m_actions.remove(token - kActionsMax);
    }
    Q_EMIT shown(text, tone, actionText, token);
}

void Toasts::trigger(int token) {
    if (const auto action = m_actions.take(token))
        action();
}

} // namespace coracle::app
