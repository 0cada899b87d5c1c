#pragma once

#include <QStringList>

class QQuickItem;
class QQuickWindow;

namespace coracle::app {

/// What a check of a window's items looks for.
struct PageCheckLimits {
    /// The smallest side of what can be pressed (WCAG 2.2, 2.5.5; the largest of the platforms' guides).
    double targetMin = 44;
};

/// Walks over all that a window shows and tells what somebody would stumble over: things to operate without a name for
/// screen readers, targets too small for a finger, texts that are cut off, and items that reach beyond the window. One
/// line for each finding; a name of the item and where it is. GUI thread; QAccessible must be active.
QStringList checkPage(const QQuickWindow &window, const PageCheckLimits &limits = {});

/// In a language that is written from right to left: the navigation must stand at the right, and a page's title at the
/// right of its head.
QStringList checkMirrored(const QQuickWindow &window);

} // namespace coracle::app
