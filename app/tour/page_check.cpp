#include "app/tour/page_check.h"

#include <QAccessible>
#include <QQuickItem>
#include <QQuickWindow>
#include <algorithm>

namespace coracle::app {

namespace {

/// The values of Text's enumerations that matter here (QQuickText).
constexpr int kElideNone = 3, kNoWrap = 0, kFixedSize = 0;
/// Rounding of fonts and scale factors.
constexpr double kTolerance = 1.5;

class Check {
public:
    Check(const QQuickWindow &window, const PageCheckLimits &limits) : m_window(window), m_limits(limits) {}

    QStringList run() {
        walk(*m_window.contentItem(), false);
        m_findings.removeDuplicates();
        return m_findings;
    }

private:
    void walk(QQuickItem &item, bool scrolled) {
        if (!item.isVisible() || item.opacity() == 0 || item.width() < 0)
            return;
        const bool isButton = item.inherits("QQuickAbstractButton");
        if (item.isEnabled() && (isButton || item.activeFocusOnTab()))
            checkName(item);
        if (item.isEnabled() && isButton)
            checkTarget(item);
        if (item.inherits("QQuickText"))
            checkText(item, scrolled);
        const bool scrolls =
            item.inherits("QQuickFlickable") && item.property("contentWidth").toDouble() > item.width() + kTolerance;
        for (QQuickItem *child : item.childItems())
            walk(*child, scrolled || scrolls);
    }

    void checkName(const QQuickItem &item) {
        // What is made of several items may leave the focus to one of them.
        if (item.isFocusScope() && !item.inherits("QQuickControl"))
            return;
        QAccessibleInterface *accessible = QAccessible::queryAccessibleInterface(const_cast<QQuickItem *>(&item));
        if (accessible && accessible->text(QAccessible::Name).isEmpty())
            report(item, QStringLiteral("has no name for screen readers"));
    }

    void checkTarget(const QQuickItem &item) {
        const double side = std::min(item.width(), item.height());
        if (side > 0 && side < m_limits.targetMin - 0.5)
            report(item, QStringLiteral("is a target of %1 x %2").arg(item.width()).arg(item.height()));
    }

    void checkText(const QQuickItem &text, bool scrolled) {
        if (text.property("text").toString().isEmpty())
            return;
        const bool gives = text.property("elide").toInt() != kElideNone ||
                           text.property("wrapMode").toInt() != kNoWrap ||
                           text.property("fontSizeMode").toInt() != kFixedSize;
        if (!gives && text.implicitWidth() > text.width() + kTolerance && text.width() > 0)
            report(text, QStringLiteral("is cut off: %1 wide, needs %2").arg(text.width()).arg(text.implicitWidth()));
        const QRectF shown = text.mapRectToScene(QRectF(0, 0, text.width(), text.height()));
        if (!scrolled && (shown.left() < -kTolerance || shown.right() > m_window.width() + kTolerance))
            report(text, QStringLiteral("reaches beyond the window: %1 to %2").arg(shown.left()).arg(shown.right()));
    }

    void report(const QQuickItem &item, const QString &what) {
        QString name = item.property("text").toString().left(40);
        if (name.isEmpty())
            name = item.property("title").toString().left(40);
        QStringList place;
        for (const QQuickItem *each = &item; each && place.size() < 5; each = each->parentItem())
            place.prepend(QString::fromLatin1(each->metaObject()->className()).section(QStringLiteral("_QML"), 0, 0));
        m_findings.append(QStringLiteral("%1 “%2” %3").arg(place.join(u'>'), name, what));
    }

    const QQuickWindow &m_window;
    PageCheckLimits m_limits;
    QStringList m_findings;
};

/// All that is seen of a component (the name of its file).
void collect(QQuickItem &item, const QByteArray &component, QList<QQuickItem *> &found) {
    if (!item.isVisible())
        return;
    if (QByteArray(item.metaObject()->className()).startsWith(component + '_'))
        found.append(&item);
    for (QQuickItem *child : item.childItems())
        collect(*child, component, found);
}

QQuickItem *textOf(QQuickItem &item, const QString &text) {
    if (item.inherits("QQuickText") && item.isVisible() && item.property("text").toString() == text)
        return &item;
    for (QQuickItem *child : item.childItems()) {
        if (QQuickItem *found = textOf(*child, text))
            return found;
    }
    return nullptr;
}

/// Whether it is nearer to the right than to the left edge of what holds it, or fills it.
bool isAtRight(const QQuickItem &item, const QRectF &around) {
    const QRectF place = item.mapRectToScene(QRectF(0, 0, item.width(), item.height()));
    return around.right() - place.right() <= place.left() - around.left() + kTolerance;
}

} // namespace

QStringList checkMirrored(const QQuickWindow &window) {
    QStringList findings;
    QList<QQuickItem *> panes, heads;
    collect(*window.contentItem(), "NavigationPane", panes);
    collect(*window.contentItem(), "PageHeader", heads);
    for (const QQuickItem *pane : panes) {
        if (!isAtRight(*pane, QRectF(0, 0, window.width(), window.height())))
            findings.append(QStringLiteral("the navigation is not mirrored"));
    }
    for (QQuickItem *head : heads) {
        const QString title = head->property("title").toString();
        const QQuickItem *label = title.isEmpty() ? nullptr : textOf(*head, title);
        if (label && !isAtRight(*label, head->mapRectToScene(QRectF(0, 0, head->width(), head->height()))))
            findings.append(QStringLiteral("the head “%1” is not mirrored").arg(title));
    }
    if (heads.isEmpty())
        findings.append(QStringLiteral("there is no head"));
    return findings;
}

QStringList checkPage(const QQuickWindow &window, const PageCheckLimits &limits) {
    return Check(window, limits).run();
}

} // namespace coracle::app
