#include "app/command_line.h"

#include "app/navigation/page_registry.h"
#include "app/settings/settings.h"

#include <QCommandLineParser>
#include <QRegularExpression>
#include <QUrl>
#include <cstdio>
#include <cstdlib>

namespace coracle::app {

namespace {
constexpr int kSizeMin = 200, kSizeMax = 16384;

struct Flag {
    const char *name, *value, *help;
};

constexpr Flag kFlags[] = {
    {"socket", "path", "Show the daemon behind this unix socket."},
    {"connect", "url", "Show the daemon of another machine: ssh://user@host:port."},
    {"demo", nullptr, "Show a cluster that is not there."},
    {"page", "id", "Begin with this page: overview, settings, workloads?kindKey=pods ..."},
    {"size", "WxH", "The window's size."},
    {"theme", "name", "system, time, light, dark or high-contrast."},
    {"language", "code", "en, de ..."},
    {"text-scale", "percent", "The size of texts, 100 to 200."},
    {"kiosk", nullptr, "Full screen, with the on-screen keyboard; no way out without the PIN."},
    {"self-test", nullptr, "Load every page in every theme, without a window, and check it; 0: all is well."},
    {"screenshots", "folder", "Save a picture of every page in three sizes and three themes."},
    {"only", "pages", "For the self-test and screenshots: these pages, separated by commas."},
};
} // namespace

Result<QSize> parseSize(const QString &text) {
    static const QRegularExpression kForm(QStringLiteral("^(\\d{3,5})x(\\d{3,5})$"));
    const QRegularExpressionMatch match = kForm.match(text);
    const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
    if (!match.hasMatch() || size.width() < kSizeMin || size.height() < kSizeMin || size.width() > kSizeMax ||
        size.height() > kSizeMax)
        return errors::badRequest("--size takes a width and a height, for example 1280x800");
    return size;
}

Result<CommandLine> parseCommandLine(const QStringList &arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Runs Coracle clusters: this device's and any others over SSH."));
    const QCommandLineOption help = parser.addHelpOption(), version = parser.addVersionOption();
    for (const Flag &flag : kFlags)
        parser.addOption(
            QCommandLineOption(QLatin1String(flag.name), QLatin1String(flag.help), QLatin1String(flag.value)));
    if (!parser.parse(arguments))
        return errors::badRequest(parser.errorText().toStdString());
    if (parser.isSet(version)) {
        std::printf("coracle %s\n", CORACLE_VERSION);
        std::exit(EXIT_SUCCESS);
    }
    if (parser.isSet(help)) {
        std::fputs(qPrintable(parser.helpText()), stdout);
        std::exit(EXIT_SUCCESS);
    }
    const auto value = [&](const char *name) { return parser.value(QLatin1String(name)); };
    const auto isSet = [&](const char *name) { return parser.isSet(QLatin1String(name)); };

    CommandLine line{.socket = value("socket"),
                     .connect = value("connect"),
                     .demo = isSet("demo"),
                     .kiosk = isSet("kiosk"),
                     .selfTest = isSet("self-test"),
                     .screenshots = value("screenshots"),
                     .only = value("only").split(u',', Qt::SkipEmptyParts),
                     .page = value("page"),
                     .theme = value("theme"),
                     .language = isSet("language") ? value("language") : QString()};
    if (!line.connect.isEmpty()) {
        const QUrl url(line.connect, QUrl::StrictMode);
        if (url.scheme() != QLatin1String("ssh") || url.host().isEmpty())
            return errors::badRequest("--connect takes ssh://user@host:port");
    }
    if (isSet("size")) {
        TRY(line.size, parseSize(value("size")));
    }
    if (!line.page.isEmpty() && !PageRegistry::has(line.page.section(u'?', 0, 0)))
        return errors::badRequest("--page: there is no page of this name");
    if (!line.theme.isEmpty() && Settings::themeByName(line.theme) < 0)
        return errors::badRequest("--theme takes system, time, light, dark or high-contrast");
    if (isSet("text-scale")) {
        line.textPercent = value("text-scale").toInt();
        if (line.textPercent < Settings::kTextPercentMin || line.textPercent > Settings::kTextPercentMax)
            return errors::badRequest("--text-scale takes 100 to 200");
    }
    return line;
}

} // namespace coracle::app
