#pragma once

#include <QTime>

/// Which colours are shown when. Pure.
namespace coracle::app {

/// What the user chose.
enum class ThemeChoice { FollowSystem, FollowTime, Light, Dark, HighContrast };
/// The values of Theme.Scheme in qml/theme.
enum class ColorScheme { Light, Dark, HighContrast };

/// Day begins and ends here when the colours follow the time.
inline const QTime kDayBegins(7, 0);
inline const QTime kDayEnds(19, 0);

ColorScheme schemeFor(ThemeChoice choice, QTime now, bool systemIsDark);
/// Until the scheme may be another one; -1: it does not depend on the time.
int msToNextScheme(ThemeChoice choice, QTime now);

} // namespace coracle::app
