#pragma once

#include <QString>
#include <optional>

namespace coracle::app {

/// The display's light, by the kernel's class `backlight`. Where there is none, or it may not be written, the screen is
/// only black.
class Backlight {
public:
    static constexpr auto kClassFolder = "/sys/class/backlight";

    /// The first display in this folder.
    explicit Backlight(const QString &classFolder = QLatin1String(kClassFolder));

    bool available() const { return !m_folder.isEmpty(); }
    /// Off, or on again with the brightness that it had. False: it could not be done.
    bool setOn(bool on);

private:
    std::optional<int> read(const char *file) const;
    bool write(const char *file, int value) const;

    QString m_folder;     ///< of the display; empty: none
    int m_brightness = 0; ///< before it was switched off
};

} // namespace coracle::app
