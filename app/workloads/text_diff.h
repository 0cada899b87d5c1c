#pragma once

#include <QString>

namespace coracle::app {

/// What changes from `before` to `after`, line by line, as `diff -u` shows it: lines begin with "+", "-" or a blank,
/// three lines around each change, "…" between. Empty when the two are equal. Texts beyond 2,000 lines are compared as
/// a whole. No state; any thread.
QString lineDiff(const QString &before, const QString &after);

} // namespace coracle::app
