#include "qml/qml_setup.h"

#include <QCommandLineParser>
#include <QDir>
#include <QEventLoop>
#include <QGuiApplication>
#include <QImage>
#include <QQmlApplicationEngine>
#include <QQmlEngine>
#include <QQuickWindow>
#include <QtQml/QQmlExtensionPlugin>

Q_IMPORT_QML_PLUGIN(GalleryPlugin)

namespace {

constexpr QSize kSizes[] = {{800, 480}, {1280, 800}, {1920, 1080}};
constexpr const char *kSchemes[] = {"light", "dark", "contrast"};

/// Waits until the window shows what was set last.
void settle(QQuickWindow &window) {
    for (int frame = 0; frame < 3; ++frame) {
        QEventLoop loop;
        QObject::connect(&window, &QQuickWindow::frameSwapped, &loop, &QEventLoop::quit, Qt::QueuedConnection);
        window.update();
        loop.exec();
    }
}

bool save(QQuickWindow &window, const QString &folder, const QString &only) {
    const QStringList pages = window.property("pages").toStringList();
    for (const QSize &size : kSizes) {
        window.resize(size);
        for (int scheme = 0; scheme < 3; ++scheme) {
            window.setProperty("scheme", scheme);
            for (qsizetype page = 0; page < pages.size(); ++page) {
                const QString name = QStringLiteral("%1-%2-%3x%4")
                                         .arg(pages[page].toLower(), QLatin1String(kSchemes[scheme]))
                                         .arg(size.width())
                                         .arg(size.height());
                if (!only.isEmpty() && !name.contains(only)) {
                    continue;
                }
                window.setProperty("page", static_cast<int>(page));
                settle(window);
                if (!window.grabWindow().save(QDir(folder).filePath(name + QStringLiteral(".png")))) {
                    qCritical("cannot write %s in %s", qPrintable(name), qPrintable(folder));
                    return false;
                }
            }
        }
    }
    return true;
}

} // namespace

int main(int argc, char **argv) {
    QGuiApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    const QCommandLineOption folder(QStringLiteral("save"), QStringLiteral("Write screenshots here and end."),
                                    QStringLiteral("folder"));
    const QCommandLineOption only(QStringLiteral("only"), QStringLiteral("Only those whose file name has this text."),
                                  QStringLiteral("text"));
    const QCommandLineOption textScale(QStringLiteral("text-scale"), QStringLiteral("1.0 to 2.0."),
                                       QStringLiteral("factor"), QStringLiteral("1.0"));
    const QCommandLineOption page(QStringLiteral("page"), QStringLiteral("Start with this page."),
                                  QStringLiteral("name"));
    const QCommandLineOption rightToLeft(QStringLiteral("rtl"), QStringLiteral("Mirrored, as for Arabic."));
    parser.addOptions({folder, only, page, textScale, rightToLeft});
    parser.process(app);
    if (parser.isSet(rightToLeft)) {
        QGuiApplication::setLayoutDirection(Qt::RightToLeft);
    }

    coracle::setUpStyle();
    QQmlApplicationEngine engine;
    coracle::setUpEngine(engine);
    engine.setInitialProperties({{QStringLiteral("textScale"), parser.value(textScale).toDouble()}});
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Gallery/Gallery.qml")));
    auto *window =
        engine.rootObjects().isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(engine.rootObjects().first());
    if (window == nullptr) {
        return 1;
    }
    if (parser.isSet(page)) {
        const QStringList pages = window->property("pages").toStringList();
        window->setProperty("page", static_cast<int>(pages.indexOf(parser.value(page))));
    }
    if (parser.isSet(folder)) {
        QDir().mkpath(parser.value(folder));
        return save(*window, parser.value(folder), parser.value(only)) ? 0 : 1;
    }
    return QGuiApplication::exec();
}
