#pragma once

#include "core/base/result.h"

#include <QSize>
#include <QString>
#include <QStringList>

namespace coracle::app {

/// What the program was told on its command line.
struct CommandLine {
    QString socket;  ///< show the daemon behind this unix socket only; empty: the kept list of clusters
    QString connect; ///< "ssh://user@host:port" or "ssh://host": show this machine only
    bool demo = false;
    bool kiosk = false;
    bool selfTest = false;
    QString screenshots; ///< a folder; empty: none are made
    QStringList only;    ///< self-test and screenshots: these pages only
    QString page;
    QSize size; ///< of the window; not valid: as it was
    QString theme;
    QString language;    ///< null: as it was set
    int textPercent = 0; ///< 0: as it was set

    /// Without windows: the self-test and the screenshots.
    bool tour() const { return selfTest || !screenshots.isEmpty(); }
    /// Nothing that is kept plays a part.
    bool isolated() const { return tour() || demo || !socket.isEmpty() || !connect.isEmpty(); }
};

/// Without a running event loop. --help and --version end the program here.
Result<CommandLine> parseCommandLine(const QStringList &arguments);

/// "1280x800"; an error for anything else, and for sizes that no screen has.
Result<QSize> parseSize(const QString &text);

} // namespace coracle::app
