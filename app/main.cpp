#include "app/application.h"
#include "app/command_line.h"
#include "app/kiosk/screen_check.h"
#include "app/tour/page_tour.h"
#include "qml/qml_setup.h"

#include <QGuiApplication>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QUrl>
#include <QUrlQuery>
#include <QtQml/QQmlExtensionPlugin>
#include <cstdio>

Q_IMPORT_QML_PLUGIN(CoraclePlugin)

using namespace coracle::app;

namespace {

void setDefault(const char *variable, const char *value) {
    if (qEnvironmentVariableIsEmpty(variable))
        qputenv(variable, value);
}

/// What Qt reads before there is an application.
void setUpEnvironment(const CommandLine &line, const ApplicationPaths &paths) {
    if (line.tour()) {
        setDefault("QT_QPA_PLATFORM", "offscreen");
        setDefault("QT_QUICK_BACKEND", "software");
        return;
    }
    if (line.kiosk || Settings::wantsVirtualKeyboard(paths.settings))
        setDefault("QT_IM_MODULE", "qtvirtualkeyboard");
}

void apply(const CommandLine &line, Settings &settings) {
    if (!line.theme.isEmpty())
        settings.overrideValue(Settings::ThemeOption, Settings::themeByName(line.theme));
    if (line.textPercent > 0)
        settings.overrideValue(Settings::TextPercent, line.textPercent);
    if (line.kiosk)
        settings.overrideValue(Settings::Kiosk, 1);
    if (!line.language.isNull() || line.tour())
        settings.overrideLanguage(line.language.isNull() ? QStringLiteral("en") : line.language);
}

void openClusters(const CommandLine &line, ClusterList &clusters) {
    if (line.demo || line.tour()) {
        clusters.addDemo();
    } else if (!line.socket.isEmpty()) {
        clusters.addLocal(line.socket);
    } else if (!line.connect.isEmpty()) {
        const QUrl url(line.connect);
        clusters.addSsh({}, url.userName(), url.host(), url.port(22), {}, {});
    } else if (auto loaded = clusters.load(); !loaded) {
        qWarning("%s", loaded.error().message.c_str());
    }
}

/// "workloads?kindKey=pods". Where that is not allowed, or nothing is known yet, what is.
void showFirst(const QString &wanted, Application &application) {
    Navigator *navigator = application.navigator();
    const QString overview = QStringLiteral("overview"), clusters = QStringLiteral("clusters");
    QVariantMap parameters;
    for (const auto &[name, value] : QUrlQuery(wanted.section(u'?', 1)).queryItems(QUrl::FullyDecoded))
        parameters.insert(name, value);
    if (!wanted.isEmpty())
        navigator->show(wanted.section(u'?', 0, 0), parameters);
    else
        navigator->show(application.clusters()->count() == 0 ? clusters : overview);
    if (navigator->pageId().isEmpty())
        navigator->show(overview);
}

} // namespace

int main(int argc, char **argv) {
    QGuiApplication::setApplicationName(QStringLiteral("coracle"));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Coracle"));
    QGuiApplication::setApplicationVersion(QStringLiteral(CORACLE_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("coracle"));
    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    const auto line = parseCommandLine(arguments);
    if (!line) {
        std::fprintf(stderr, "coracle: %s\n", line.error().message.c_str());
        return 2;
    }
    ApplicationPaths paths = ApplicationPaths::standard();
    if (line->isolated())
        paths.clusters.clear();
    if (line->tour())
        paths.settings.clear();
    setUpEnvironment(*line, paths);
    const auto variable = [](const char *name) { return qEnvironmentVariable(name); };
    if (const auto screen = checkScreen(variable("QT_QPA_PLATFORM"), variable); !screen) {
        std::fprintf(stderr, "coracle: %s\n", screen.error().message.c_str());
        return 1;
    }

    QGuiApplication gui(argc, argv);
    coracle::setUpStyle();
    Application application(paths);
    apply(*line, *application.settings());
    openClusters(*line, *application.clusters());

    QQmlApplicationEngine engine;
    coracle::setUpEngine(engine);
    QObject::connect(application.languages(), &Translator::changed, &engine, &QQmlApplicationEngine::retranslate);
    if (line->size.isValid())
        engine.setInitialProperties({{QStringLiteral("startSize"), line->size}});
    engine.load(QUrl(QStringLiteral("qrc:/qt/qml/Coracle/Ui/Main.qml")));
    auto *window =
        engine.rootObjects().isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(engine.rootObjects().first());
    if (!window)
        return 1;
    showFirst(line->page, application);
    if (!line->tour())
        return gui.exec();
    PageTour tour(application, *window, line->only);
    return line->selfTest ? tour.selfTest() : tour.saveScreenshots(line->screenshots);
}
