#include "app/settings/color_scheme.h"

namespace coracle::app {

ColorScheme schemeFor(ThemeChoice choice, QTime now, bool systemIsDark) {
    switch (choice) {
    case ThemeChoice::FollowSystem:
        return systemIsDark ? ColorScheme::Dark : ColorScheme::Light;
    case ThemeChoice::FollowTime:
        return now >= kDayBegins && now < kDayEnds ? ColorScheme::Light : ColorScheme::Dark;
    case ThemeChoice::Light:
        return ColorScheme::Light;
    case ThemeChoice::Dark:
        return ColorScheme::Dark;
    case ThemeChoice::HighContrast:
        return ColorScheme::HighContrast;
    }
    return ColorScheme::Light;
}

int msToNextScheme(ThemeChoice choice, QTime now) {
    if (choice != ThemeChoice::FollowTime)
        return -1;
    if (now < kDayBegins)
        return now.msecsTo(kDayBegins);
    if (now < kDayEnds)
        return now.msecsTo(kDayEnds);
    constexpr int kDayMs = 24 * 60 * 60 * 1000;
    return kDayMs - kDayBegins.msecsTo(now);
}

} // namespace coracle::app
