#include "app/tour/page_tour.h"

#include "app/models/table_row.h"
#include "app/models/view_state.h"
#include "app/tour/page_check.h"

#include <QAccessible>
#include <QDeadlineTimer>
#include <QDir>
#include <QGuiApplication>
#include <QHash>
#include <QImage>
#include <QQuickItem>
#include <QQuickWindow>
#include <algorithm>
#include <cstdio>
#include <optional>

namespace coracle::app {

namespace {

struct Theme {
    Settings::Theme theme;
    const char *name;
};
constexpr Theme kThemes[] = {
    {Settings::Light, "light"}, {Settings::Dark, "dark"}, {Settings::HighContrast, "high-contrast"}};
constexpr QSize kSizes[] = {{800, 480}, {1280, 800}, {1920, 1080}};
constexpr QSize kDesk{1280, 800}, kPanel{800, 480};

QStringList s_warnings;
QtMessageHandler s_before = nullptr;

/// What is no fault of a page: what a platform without a screen cannot do, its clock of animations among it.
bool isOfPlatform(const QString &text) {
    static const QStringList known{"propagateSizeHints", "raise()", "stopAnimationDriver"};
    return std::any_of(known.begin(), known.end(), [&](const QString &part) { return text.contains(part); });
}

void collectWarning(QtMsgType type, const QMessageLogContext &context, const QString &text) {
    if (type != QtDebugMsg && type != QtInfoMsg && !isOfPlatform(text))
        s_warnings.append(text);
    else if (s_before)
        s_before(type, context, text);
}

bool showsLoading(const QQuickItem &item) {
    if (!item.isVisible())
        return false;
    if (QByteArray(item.metaObject()->className()).startsWith("LoadingState_"))
        return true;
    const QList<QQuickItem *> children = item.childItems();
    return std::any_of(children.begin(), children.end(), [](const QQuickItem *child) { return showsLoading(*child); });
}

/// With the 256 colours that it has most of: flat pictures look the same, and their files are small.
QImage small(const QImage &image) {
    const QImage source = image.convertToFormat(QImage::Format_RGB32);
    QHash<QRgb, int> counts;
    for (int y = 0; y < source.height(); ++y) {
        const auto *line = reinterpret_cast<const QRgb *>(source.constScanLine(y));
        for (int x = 0; x < source.width(); ++x)
            ++counts[line[x]];
    }
    QList<QRgb> colours = counts.keys();
    std::sort(colours.begin(), colours.end(),
              [&](QRgb a, QRgb b) { return std::pair(counts[a], a) > std::pair(counts[b], b); });
    colours.resize(std::min<qsizetype>(colours.size(), 256));
    return source.convertToFormat(QImage::Format_Indexed8, colours);
}

} // namespace

PageTour::PageTour(Application &application, QQuickWindow &window, QStringList only)
    : m_application(application), m_window(window), m_only(std::move(only)) {
    QAccessible::setActive(true);
    s_before = qInstallMessageHandler(collectWarning);
    m_application.settings()->setReduceMotion(true);
}

PageTour::~PageTour() {
    qInstallMessageHandler(s_before);
}

bool PageTour::wait(const std::function<bool()> &condition, int timeoutMs) {
    const QDeadlineTimer deadline(timeoutMs);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    return true;
}

bool PageTour::settle() {
    auto *stack = m_window.findChild<QQuickItem *>(QStringLiteral("pageStack"));
    const auto quiet = [&] {
        return stack && !stack->property("busy").toBool() && !showsLoading(*m_window.contentItem());
    };
    // Twice in a row with time between: data that is there may ask for more.
    const bool settled = wait(quiet, kSettleMsMax);
    const QDeadlineTimer moment(120);
    wait([&] { return moment.hasExpired(); }, 1000);
    return settled && wait(quiet, kSettleMsMax);
}

void PageTour::look(QSize size, Settings::Theme theme, int textPercent) {
    m_window.resize(size);
    m_application.settings()->setTheme(theme);
    m_application.settings()->setTextPercent(textPercent);
    wait([&] { return m_window.contentItem()->size().toSize() == size; }, 1000);
    m_window.grabWindow(); // lays everything out
}

QVariantMap PageTour::parametersOf(const PageRegistry::Page &page) {
    if (!page.kinds)
        return {};
    QString kindKey = QString::fromLatin1(page.kinds).section(u' ', 0, 0);
    if (kindKey == QLatin1String("*"))
        kindKey = QStringLiteral("services");
    Cluster *cluster = m_application.cluster();
    const ResourceKind *kind = cluster->catalog()->find(kindKey);
    if (!kind)
        return {};
    std::optional<Result<TablePage>> table;
    ApiRequest request;
    request.path = kind->path();
    request.accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    cluster->session()->send(request, &m_application, parseTable, [&table](Result<TablePage> page) { table = page; });
    wait([&] { return table.has_value(); }, kSettleMsMax);
    if (!table || !*table || (*table)->rows.isEmpty())
        return {};
    const TableRow &row = (*table)->rows.first();
    return PageRegistry::parametersOf(page, kindKey, row.namespaceName, row.name);
}

bool PageTour::open(const PageRegistry::Page &page) {
    const QString id = QLatin1String(page.id);
    if (!m_only.isEmpty() && !m_only.contains(id))
        return false;
    const QVariantMap parameters = parametersOf(page);
    if (page.parameters && parameters.isEmpty()) {
        m_findings.append(id + QStringLiteral(": the demo has no object for it"));
        return false;
    }
    Navigator *navigator = m_application.navigator();
    if (page.section) {
        navigator->show(id, parameters);
    } else {
        navigator->show(QStringLiteral("overview"));
        navigator->open(id, parameters);
    }
    if (!settle())
        m_findings.append(id + QStringLiteral(": is still loading after %1 s").arg(kSettleMsMax / 1000));
    return true;
}

void PageTour::judge(const QString &where) {
    for (const QString &warning : std::exchange(s_warnings, {}))
        m_findings.append(where + QStringLiteral(": ") + warning);
    const auto check = [this] {
        QStringList findings = checkPage(m_window);
        if (m_application.languages()->rightToLeft())
            findings += checkMirrored(m_window);
        return findings;
    };
    // A row that a list is just making has no name yet: what is wrong is what stays wrong.
    QStringList findings;
    wait([&] { return (findings = check()).isEmpty(); }, kSettleMsMax / 4);
    for (const QString &finding : std::as_const(findings))
        m_findings.append(where + QStringLiteral(": ") + finding);
}

int PageTour::selfTest() {
    int pages = 0;
    for (const PageRegistry::Page &page : PageRegistry::pages()) {
        look(kDesk, Settings::Light, 100);
        if (!open(page))
            continue;
        ++pages;
        for (const Theme &theme : kThemes) {
            look(kDesk, theme.theme, 100);
            judge(QStringLiteral("%1 (%2)").arg(QLatin1String(page.id), QLatin1String(theme.name)));
        }
        look(kPanel, Settings::Light, Settings::kTextPercentMax);
        judge(QStringLiteral("%1 (800x480, 200 %)").arg(QLatin1String(page.id)));
    }
    // The same from right to left, with every text longer.
    m_application.settings()->overrideLanguage(QStringLiteral("x-rtl"));
    for (const PageRegistry::Page &page : PageRegistry::pages()) {
        look(kDesk, Settings::Light, 100);
        if (!open(page))
            continue;
        for (const QSize size : {kDesk, kPanel}) {
            look(size, Settings::Light, 100);
            judge(QStringLiteral("%1 (right to left, %2x%3)")
                      .arg(QLatin1String(page.id))
                      .arg(size.width())
                      .arg(size.height()));
        }
    }
    m_findings.removeDuplicates();
    for (const QString &finding : std::as_const(m_findings))
        std::fprintf(stderr, "%s\n", qPrintable(finding));
    std::printf("%d pages, %d findings\n", pages, static_cast<int>(m_findings.size()));
    return pages > 0 && m_findings.isEmpty() ? 0 : 1;
}

int PageTour::saveScreenshots(const QString &folder) {
    if (!QDir().mkpath(folder)) {
        std::fprintf(stderr, "cannot make the folder %s\n", qPrintable(folder));
        return 1;
    }
    int saved = 0;
    for (const QSize size : kSizes) {
        look(size, Settings::Light, 100);
        for (const PageRegistry::Page &page : PageRegistry::pages()) {
            if (!open(page))
                continue;
            for (const Theme &theme : kThemes) {
                look(size, theme.theme, 100);
                const QString file = QStringLiteral("%1/%2-%3x%4-%5.png")
                                         .arg(folder, QLatin1String(page.id))
                                         .arg(size.width())
                                         .arg(size.height())
                                         .arg(QLatin1String(theme.name));
                if (!small(m_window.grabWindow()).save(file)) {
                    std::fprintf(stderr, "cannot write %s\n", qPrintable(file));
                    return 1;
                }
                ++saved;
            }
        }
    }
    std::printf("%d pictures in %s\n", saved, qPrintable(folder));
    return saved > 0 ? 0 : 1;
}

} // namespace coracle::app
