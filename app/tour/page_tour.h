#pragma once

#include "app/application.h"

#include <QSize>
#include <QStringList>

class QQuickWindow;

namespace coracle::app {

/// Goes through every page of the registry on the demo cluster, without a screen: `coracle --self-test` and
/// `coracle --screenshots`. Runs its own event loops; GUI thread.
class PageTour {
public:
    static constexpr int kSettleMsMax = 5000;

    /// `only`: ids of pages; empty: all.
    PageTour(Application &application, QQuickWindow &window, QStringList only);
    ~PageTour();

    /// Loads every page in every theme, small with large texts, and from right to left; prints what is wrong. The
    /// program's exit code.
    int selfTest();
    /// Saves `<page>-<width>x<height>-<theme>.png`. The program's exit code.
    int saveScreenshots(const QString &folder);

private:
    bool open(const PageRegistry::Page &page);
    bool settle();
    void look(QSize size, Settings::Theme theme, int textPercent);
    bool wait(const std::function<bool()> &condition, int timeoutMs);
    QVariantMap parametersOf(const PageRegistry::Page &page);
    void judge(const QString &where);

    Application &m_application;
    QQuickWindow &m_window;
    QStringList m_only;
    QStringList m_findings;
};

} // namespace coracle::app
