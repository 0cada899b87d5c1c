#pragma once

#include <QObject>
#include <QUrl>
#include <QVariantMap>
#include <QtQml/qqmlregistration.h>
#include <functional>

namespace coracle::app {

class PinLock;

/// Where the user is: a stack of pages, shown by the shell's StackView, which follows the signals. Pages that need a
/// level of the lock wait for the PIN, and are left when the lock falls.
class Navigator : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.navigator")
    Q_PROPERTY(QString pageId READ pageId NOTIFY currentChanged)
    /// The menu's entry that the stack began with.
    Q_PROPERTY(QString rootPageId READ rootPageId NOTIFY currentChanged)
    Q_PROPERTY(bool canGoBack READ canGoBack NOTIFY currentChanged)
    /// The page holds something that is not saved: back() and show() ask first, by leaveAsked().
    Q_PROPERTY(bool held MEMBER m_held NOTIFY heldChanged)

public:
    /// Without a lock everything may be visited.
    explicit Navigator(PinLock *lock = nullptr, QObject *parent = nullptr);
    QString pageId() const { return m_stack.isEmpty() ? QString() : m_stack.last(); }
    QString rootPageId() const { return m_stack.isEmpty() ? QString() : m_stack.first(); }
    bool canGoBack() const { return m_stack.size() > 1; }

    /// A page of the menu: the stack begins anew.
    Q_INVOKABLE void show(const QString &pageId, const QVariantMap &properties = {});
    /// A page on top, with values for its properties.
    Q_INVOKABLE void open(const QString &pageId, const QVariantMap &properties = {});
    /// The page of an object's kind, on top; of a kind without a page: a message.
    Q_INVOKABLE void openObject(const QString &kindKey, const QString &namespaceName, const QString &name);
    Q_INVOKABLE void back();
    /// Goes where leaveAsked() was about.
    Q_INVOKABLE void leave();
    /// The page that the menu leads to is made anew: its texts are in another language, it shows another cluster.
    void reload();
    /// Where there is no room for the menu beside the page: show it.
    Q_INVOKABLE void requestMenu() { Q_EMIT menuRequested(); }

Q_SIGNALS:
    void currentChanged();
    void shown(const QUrl &url, const QVariantMap &properties);
    void opened(const QUrl &url, const QVariantMap &properties);
    void wentBack();
    void menuRequested();
    void heldChanged();
    void leaveAsked();

private:
    void enter(const QString &pageId, std::function<void(const QUrl &)> go);
    void leaveLocked();
    /// Whether to stay, because the user must be asked; `go` is what leave() does.
    bool holds(std::function<void()> go);

    PinLock *m_lock;
    QStringList m_stack;
    bool m_held = false;
    std::function<void()> m_leave;
};

} // namespace coracle::app
