#include "app/icons/icon_provider.h"

#include <QColor>
#include <QDir>
#include <QFile>
#include <QLoggingCategory>
#include <QPainter>
#include <QSvgRenderer>
#include <QUrl>
#include <QUrlQuery>

#include <algorithm>

namespace coracle::app {
namespace {

Q_LOGGING_CATEGORY(lcIcons, "coracle.icons")

constexpr int kGridPixels = 24;

QImage draw(const QString &name, const QColor &color, const QSize &size) {
    QSvgRenderer renderer(QStringLiteral(":/icons/%1.svg").arg(name));
    QImage image(size, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    renderer.setAspectRatioMode(Qt::KeepAspectRatio);
    renderer.render(&painter);
    // The files are black: what they cover takes the colour.
    painter.setCompositionMode(QPainter::CompositionMode_SourceIn);
    painter.fillRect(image.rect(), color);
    return image;
}

} // namespace

IconProvider::IconProvider() : QQuickImageProvider(QQuickImageProvider::Image), m_cache(kCacheBytesMax) {}

QStringList IconProvider::names() {
    QStringList names;
    for (const QString &file : QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")}, QDir::Files)) {
        names.append(file.chopped(4));
    }
    names.sort();
    return names;
}

QImage IconProvider::requestImage(const QString &id, QSize *size, const QSize &requestedSize) {
    const qsizetype queryAt = id.indexOf(u'?');
    const QString name = id.left(queryAt);
    QColor color(Qt::black);
    if (queryAt >= 0) {
        const QString text = QUrlQuery(id.mid(queryAt + 1)).queryItemValue(QStringLiteral("color"), QUrl::FullyDecoded);
        color = text.isEmpty() ? QColor(Qt::black) : QColor(text);
    }
    if (!color.isValid() || name.contains(u'/') || !QFile::exists(QStringLiteral(":/icons/%1.svg").arg(name))) {
        qCWarning(lcIcons).noquote() << "no icon for" << id << "- the names are the files of resources/icons";
        return {};
    }
    const auto side = [](int wanted, int other) {
        return std::min(wanted > 0 ? wanted : (other > 0 ? other : kGridPixels), kSidePixelsMax);
    };
    const QSize pixels(side(requestedSize.width(), requestedSize.height()),
                       side(requestedSize.height(), requestedSize.width()));
    if (size != nullptr) {
        *size = pixels;
    }
    const QString key =
        QStringLiteral("%1 %2 %3x%4").arg(name, color.name(QColor::HexArgb)).arg(pixels.width()).arg(pixels.height());
    const QMutexLocker lock(&m_mutex);
    if (const QImage *known = m_cache.object(key)) {
        return *known;
    }
    QImage image = draw(name, color, pixels);
    m_cache.insert(key, new QImage(image), image.sizeInBytes());
    return image;
}

} // namespace coracle::app
