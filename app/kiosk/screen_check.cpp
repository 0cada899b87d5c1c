#include "app/kiosk/screen_check.h"

#include <QDir>
#include <QFileInfo>

namespace coracle::app {

namespace {

/// What a platform that draws without a window manager opens.
struct Device {
    const char *platform, *folder, *names, *what, *otherwise;
};

constexpr Device kDevices[] = {
    {"eglfs", "dev/dri", "card*", "a graphics device",
     "where there is only a frame buffer, set QT_QPA_PLATFORM=linuxfb"},
    {"linuxfb", "dev", "fb*", "a frame buffer", "where there is a graphics device, set QT_QPA_PLATFORM=eglfs"},
};

Failure noScreen(const QString &why) {
    return errors::other(("there is no screen: " + why).toStdString());
}

Result<> checkDevice(const Device &device, const QString &root) {
    const QDir folder(root + QLatin1String(device.folder));
    const QString name = QLatin1String(device.platform),
                  place = u'/' + QLatin1String(device.folder) + u'/' + QLatin1String(device.names);
    const QFileInfoList found = folder.entryInfoList({QLatin1String(device.names)}, QDir::System | QDir::Files);
    if (found.isEmpty())
        return noScreen(QStringLiteral("%1 draws on %2 (%3), and this machine has none; %4")
                            .arg(name, QLatin1String(device.what), place, QLatin1String(device.otherwise)));
    for (const QFileInfo &file : found)
        if (file.isReadable() && file.isWritable())
            return {};
    return noScreen(QStringLiteral("%1 draws on %2, and this user may not open %3; put the user into the groups video, "
                                   "render and input")
                        .arg(name, QLatin1String(device.what), place));
}

Result<> checkWayland(const std::function<QString(const char *)> &variable) {
    const QString display = variable("WAYLAND_DISPLAY"), folder = variable("XDG_RUNTIME_DIR");
    const QString socket = QDir(folder).absoluteFilePath(display.isEmpty() ? QStringLiteral("wayland-0") : display);
    if (QFileInfo::exists(socket))
        return {};
    return noScreen(QStringLiteral("no Wayland compositor answers at %1; start one around it: cage -- coracle --kiosk")
                        .arg(socket));
}

/// One platform's name, without its options.
Result<> checkOne(const QString &name, const std::function<QString(const char *)> &variable, const QString &root) {
    for (const Device &device : kDevices)
        if (name == QLatin1String(device.platform))
            return checkDevice(device, root);
    if (name == u"wayland")
        return checkWayland(variable);
    const bool known = name.isEmpty() || name == u"xcb";
    if (!known || !variable("DISPLAY").isEmpty() || (name.isEmpty() && !variable("WAYLAND_DISPLAY").isEmpty()))
        return {};
    return noScreen(QStringLiteral("neither DISPLAY nor WAYLAND_DISPLAY is set; without a desktop set "
                                   "QT_QPA_PLATFORM=eglfs, or linuxfb where there is no GPU"));
}

} // namespace

Result<> checkScreen(const QString &platform, const std::function<QString(const char *)> &variable,
                     const QString &root) {
    Result<> first;
    for (const QString &one : platform.split(u';')) { // Qt tries them in turn
        const auto checked = checkOne(one.section(u':', 0, 0), variable, root);
        if (checked)
            return {};
        if (first)
            first = checked;
    }
    return first;
}

} // namespace coracle::app
