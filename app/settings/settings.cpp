#include "app/settings/settings.h"

#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QPalette>
#include <QSettings>
#include <algorithm>

namespace coracle::app {

namespace {

struct OptionInfo {
    const char *key;
    int standard, minimum, maximum;
    int bounded(int value) const { return std::clamp(value, minimum, maximum); }
};

/// In the order of Settings::Option.
constexpr std::array<OptionInfo, Settings::OptionCount> kOptions{{
    {"look/theme", Settings::FollowSystem, Settings::FollowSystem, Settings::HighContrast},
    {"look/textPercent", 100, Settings::kTextPercentMin, Settings::kTextPercentMax},
    {"look/reduceMotion", 0, 0, 1},
    {"screen/kiosk", 0, 0, 1},
    {"screen/virtualKeyboard", 0, 0, 1},
    {"screen/blankMinutes", 0, 0, 240},
    {"lock/afterMinutes", 5, 0, 240},
    {"look/menuCollapsed", 0, 0, 1},
}};
constexpr const char *kLanguageKey = "look/language";
constexpr const char *kGeometryKey = "window/geometry";
/// A language's name and country: "de", "de_AT", "sr_Latn_RS".
constexpr qsizetype kLanguageLengthMax = 20;

bool systemIsDark() {
    const QPalette palette = QGuiApplication::palette();
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

} // namespace

Settings::Settings(QString file, QObject *parent) : QObject(parent), m_file(std::move(file)) {
    for (size_t i = 0; i < OptionCount; ++i)
        m_values[i] = kOptions[i].standard;
    if (!m_file.isEmpty()) {
        const QSettings kept(m_file, QSettings::IniFormat);
        for (size_t i = 0; i < OptionCount; ++i) {
            bool isNumber = false;
            const int value = kept.value(QLatin1String(kOptions[i].key)).toInt(&isNumber);
            if (isNumber && value == kOptions[i].bounded(value))
                m_values[i] = value;
        }
        m_language = kept.value(QLatin1String(kLanguageKey)).toString().left(kLanguageLengthMax);
        m_geometry = kept.value(QLatin1String(kGeometryKey)).toRect();
    }
    m_schemeTimer.setSingleShot(true);
    connect(&m_schemeTimer, &QTimer::timeout, this, &Settings::apply);
    if (qGuiApp)
        qGuiApp->installEventFilter(this);
    chooseScheme();
}

bool Settings::eventFilter(QObject *watched, QEvent *event) {
    if (event->type() == QEvent::ApplicationPaletteChange && watched == qGuiApp)
        apply();
    return false;
}

void Settings::chooseScheme() {
    const auto choice = static_cast<ThemeChoice>(theme());
    const QTime now = QTime::currentTime();
    m_scheme = schemeFor(choice, now, systemIsDark());
    const int untilNextMs = msToNextScheme(choice, now);
    if (untilNextMs < 0)
        m_schemeTimer.stop();
    else
        m_schemeTimer.start(untilNextMs + 1);
}

void Settings::apply() {
    chooseScheme();
    Q_EMIT changed();
}

void Settings::write(const QString &key, const QVariant &value) const {
    if (m_file.isEmpty())
        return;
    QDir().mkpath(QFileInfo(m_file).path());
    QSettings kept(m_file, QSettings::IniFormat);
    kept.setValue(key, value);
}

void Settings::set(Option option, int value) {
    const int bounded = kOptions[option].bounded(value);
    if (bounded == m_values[option])
        return;
    m_values[option] = bounded;
    write(QLatin1String(kOptions[option].key), bounded);
    apply();
}

void Settings::overrideValue(Option option, int value) {
    m_values[option] = kOptions[option].bounded(value);
    apply();
}

void Settings::setLanguage(const QString &language) {
    if (m_language == language || language.size() > kLanguageLengthMax)
        return;
    m_language = language;
    write(QLatin1String(kLanguageKey), language);
    Q_EMIT languageChanged();
}

void Settings::overrideLanguage(const QString &language) {
    m_language = language;
    Q_EMIT languageChanged();
}

void Settings::setWindowGeometry(const QRect &geometry) {
    if (m_geometry == geometry)
        return;
    m_geometry = geometry;
    write(QLatin1String(kGeometryKey), geometry);
    Q_EMIT geometryChanged();
}

bool Settings::wantsVirtualKeyboard(const QString &file) {
    const QSettings kept(file, QSettings::IniFormat);
    return kept.value(QLatin1String(kOptions[VirtualKeyboard].key)).toInt() == 1;
}

int Settings::themeByName(const QString &name) {
    static const QStringList kNames{QStringLiteral("system"), QStringLiteral("time"), QStringLiteral("light"),
                                    QStringLiteral("dark"), QStringLiteral("high-contrast")};
    return static_cast<int>(kNames.indexOf(name));
}

} // namespace coracle::app
