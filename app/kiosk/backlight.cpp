#include "app/kiosk/backlight.h"

#include <QDir>
#include <QFile>

namespace coracle::app {

namespace {
// FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN of linux/fb.h, which bl_power takes.
constexpr int kPowerOn = 0, kPowerOff = 4;
} // namespace

Backlight::Backlight(const QString &classFolder) {
    const QStringList displays = QDir(classFolder).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name);
    if (!displays.isEmpty())
        m_folder = classFolder + u'/' + displays.first();
}

std::optional<int> Backlight::read(const char *name) const {
    QFile file(m_folder + u'/' + QLatin1String(name));
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    bool isNumber = false;
    const int value = file.readAll().trimmed().toInt(&isNumber);
    return isNumber ? std::optional(value) : std::nullopt;
}

bool Backlight::write(const char *name, int value) const {
    QFile file(m_folder + u'/' + QLatin1String(name));
    return file.open(QIODevice::WriteOnly | QIODevice::ExistingOnly) && file.write(QByteArray::number(value)) > 0 &&
           file.flush();
}

bool Backlight::setOn(bool on) {
    if (!available())
        return false;
    if (!on) {
        if (const int brightness = read("brightness").value_or(0); brightness > 0)
            m_brightness = brightness;
        // Drivers that do not know bl_power take a brightness of 0.
        return write("bl_power", kPowerOff) || write("brightness", 0);
    }
    const bool powered = write("bl_power", kPowerOn);
    if (m_brightness > 0 && read("brightness").value_or(0) == 0)
        return write("brightness", m_brightness);
    return powered;
}

} // namespace coracle::app
