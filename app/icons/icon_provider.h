#pragma once
/// \file
/// The icons of the front-end, drawn in any colour and size from one set of SVG files.
#include <QCache>
#include <QImage>
#include <QMutex>
#include <QQuickImageProvider>
#include <QStringList>

namespace coracle::app {

/// Serves `image://icon/<name>?color=%23rrggbb` to QML: the file `:/icons/<name>.svg` (resources/icons), drawn in that
/// colour (black without one; its alpha counts). `Image.sourceSize` is the size in device pixels; without one it is
/// 24 x 24. A name that does not exist or a colour that cannot be read gives a warning in the log and an empty image.
///
/// The engine that it is added to owns it (`QQmlEngine::addImageProvider("icon", new IconProvider)`). Safe to call from
/// any thread, as asynchronous images do. Drawn icons are kept up to kCacheBytesMax, the oldest leave first.
class IconProvider : public QQuickImageProvider {
public:
    /// Both sides of an icon at most, so that a wrong sourceSize cannot take the memory.
    static constexpr int kSidePixelsMax = 512;
    static constexpr int kCacheBytesMax = 2 * 1024 * 1024;

    IconProvider();

    QImage requestImage(const QString &id, QSize *size, const QSize &requestedSize) override;

    /// All names of the set, sorted.
    [[nodiscard]] static QStringList names();

private:
    QMutex m_mutex;
    QCache<QString, QImage> m_cache;
};

} // namespace coracle::app
