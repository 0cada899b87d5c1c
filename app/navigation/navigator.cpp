#include "app/navigation/navigator.h"

#include "app/lock/pin_lock.h"
#include "app/navigation/page_registry.h"

#include <QPointer>

namespace coracle::app {

Navigator::Navigator(PinLock *lock, QObject *parent) : QObject(parent), m_lock(lock) {
    if (lock)
        connect(lock, &PinLock::locked, this, &Navigator::leaveLocked);
}

void Navigator::enter(const QString &pageId, std::function<void(const QUrl &)> go) {
    const PageRegistry::Page *page = PageRegistry::find(pageId);
    if (!page)
        return qWarning("no page %s", qPrintable(pageId));
    const QUrl url = PageRegistry::url(pageId);
    if (!m_lock)
        return go(url);
    m_lock->ask(page->level, [self = QPointer(this), url, go](bool allowed) {
        if (self && allowed)
            go(url);
    });
}

void Navigator::show(const QString &pageId, const QVariantMap &properties) {
    if (holds([this, pageId, properties] { show(pageId, properties); }))
        return;
    enter(pageId, [this, pageId, properties](const QUrl &url) {
        m_stack = {pageId};
        Q_EMIT shown(url, properties);
        Q_EMIT currentChanged();
    });
}

void Navigator::open(const QString &pageId, const QVariantMap &properties) {
    enter(pageId, [this, pageId, properties](const QUrl &url) {
        m_stack.append(pageId);
        Q_EMIT opened(url, properties);
        Q_EMIT currentChanged();
    });
}

void Navigator::openObject(const QString &kindKey, const QString &namespaceName, const QString &name) {
    const PageRegistry::Page *page = PageRegistry::pageOfKind(kindKey);
    if (!page)
        return qWarning("no page shows %s", qPrintable(kindKey));
    open(QLatin1String(page->id), PageRegistry::parametersOf(*page, kindKey, namespaceName, name));
}

void Navigator::back() {
    if (!canGoBack() || holds([this] { back(); }))
        return;
    m_stack.removeLast();
    Q_EMIT wentBack();
    Q_EMIT currentChanged();
}

bool Navigator::holds(std::function<void()> go) {
    if (!m_held)
        return false;
    m_leave = std::move(go);
    Q_EMIT leaveAsked();
    return true;
}

void Navigator::leave() {
    m_held = false;
    if (auto go = std::exchange(m_leave, nullptr))
        go();
}

void Navigator::reload() {
    if (!m_stack.isEmpty())
        show(rootPageId());
}

void Navigator::leaveLocked() {
    const auto allowed = [this](const QString &pageId) {
        const PageRegistry::Page *page = PageRegistry::find(pageId);
        return page && page->level <= m_lock->level();
    };
    if (!allowed(pageId()))
        m_held = false;
    while (canGoBack() && !allowed(pageId()))
        back();
    if (!m_stack.isEmpty() && !allowed(pageId()))
        show(QLatin1String(PageRegistry::pages().first().id));
}

} // namespace coracle::app
