#pragma once

#include "app/settings/color_scheme.h"

#include <QObject>
#include <QRect>
#include <QTimer>
#include <QtQml/qqmlregistration.h>
#include <array>

namespace coracle::app {

/// `App.settings`: what the user chose. Read from an INI file and written to it at once; a value that is out of its
/// bounds, or no number, counts as the standard value. The command line can put a value above the kept one, for this
/// run. GUI thread.
class Settings : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("App.settings")
    /// A value of Theme.
    Q_PROPERTY(int theme READ theme WRITE setTheme NOTIFY changed)
    /// The theme's colours at this time: a value of Theme.Scheme.
    Q_PROPERTY(int scheme READ scheme NOTIFY changed)
    /// 100 to 200.
    Q_PROPERTY(int textPercent READ textPercent WRITE setTextPercent NOTIFY changed)
    Q_PROPERTY(bool reduceMotion READ reduceMotion WRITE setReduceMotion NOTIFY changed)
    /// The window is all there is: full screen, no way out without the PIN.
    Q_PROPERTY(bool kiosk READ kiosk WRITE setKiosk NOTIFY changed)
    /// The on-screen keyboard; from the next start on.
    Q_PROPERTY(bool virtualKeyboard READ virtualKeyboard WRITE setVirtualKeyboard NOTIFY changed)
    /// Until the screen is blanked; 0: never.
    Q_PROPERTY(int blankMinutes READ blankMinutes WRITE setBlankMinutes NOTIFY changed)
    /// Until the PIN is asked for again; 0: only when the screen was blanked.
    Q_PROPERTY(int lockMinutes READ lockMinutes WRITE setLockMinutes NOTIFY changed)
    /// The menu shows only its icons.
    Q_PROPERTY(bool menuCollapsed READ menuCollapsed WRITE setMenuCollapsed NOTIFY changed)
    /// "de"; empty: the system's.
    Q_PROPERTY(QString language READ language WRITE setLanguage NOTIFY languageChanged)
    /// Where the window was; an empty one: not known.
    Q_PROPERTY(QRect windowGeometry READ windowGeometry WRITE setWindowGeometry NOTIFY geometryChanged)

public:
    /// The order in which they are offered.
    enum Theme { FollowSystem, FollowTime, Light, Dark, HighContrast };
    Q_ENUM(Theme)
    enum Option {
        ThemeOption,
        TextPercent,
        ReduceMotion,
        Kiosk,
        VirtualKeyboard,
        BlankMinutes,
        LockMinutes,
        MenuCollapsed,
        OptionCount
    };

    static constexpr int kTextPercentMin = 100, kTextPercentMax = 200;

    /// An empty file name: nothing is kept.
    explicit Settings(QString file, QObject *parent = nullptr);

    int theme() const { return m_values[ThemeOption]; }
    int scheme() const { return static_cast<int>(m_scheme); }
    int textPercent() const { return m_values[TextPercent]; }
    bool reduceMotion() const { return m_values[ReduceMotion] != 0; }
    bool kiosk() const { return m_values[Kiosk] != 0; }
    bool virtualKeyboard() const { return m_values[VirtualKeyboard] != 0; }
    int blankMinutes() const { return m_values[BlankMinutes]; }
    int lockMinutes() const { return m_values[LockMinutes]; }
    bool menuCollapsed() const { return m_values[MenuCollapsed] != 0; }
    QString language() const { return m_language; }
    QRect windowGeometry() const { return m_geometry; }

    void setTheme(int theme) { set(ThemeOption, theme); }
    void setTextPercent(int percent) { set(TextPercent, percent); }
    void setReduceMotion(bool on) { set(ReduceMotion, on); }
    void setKiosk(bool on) { set(Kiosk, on); }
    void setVirtualKeyboard(bool on) { set(VirtualKeyboard, on); }
    void setBlankMinutes(int minutes) { set(BlankMinutes, minutes); }
    void setLockMinutes(int minutes) { set(LockMinutes, minutes); }
    void setMenuCollapsed(bool on) { set(MenuCollapsed, on); }
    void setLanguage(const QString &language);
    void setWindowGeometry(const QRect &geometry);

    /// For this run only; a value out of bounds is brought to the nearest one.
    void overrideValue(Option option, int value);
    void overrideLanguage(const QString &language);
    /// Whether the on-screen keyboard is wanted: it must be known before there is an application.
    static bool wantsVirtualKeyboard(const QString &file);
    /// By the name that the command line uses: "light", "dark", "high-contrast", "system", "time"; -1: none.
    static int themeByName(const QString &name);

Q_SIGNALS:
    void changed();
    void languageChanged();
    void geometryChanged();

protected:
    /// The system's colours may change while the program runs.
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void set(Option option, int value);
    void write(const QString &key, const QVariant &value) const;
    void chooseScheme();
    void apply();

    QString m_file;
    std::array<int, OptionCount> m_values{};
    QString m_language;
    QRect m_geometry;
    ColorScheme m_scheme = ColorScheme::Light;
    QTimer m_schemeTimer;
};

} // namespace coracle::app
