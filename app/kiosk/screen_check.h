#pragma once

#include "core/base/result.h"

#include <QString>
#include <functional>

namespace coracle::app {

/// Whether there is a screen to draw on; without one Qt would abort. The error says what is missing and what to do.
/// `platform` is what QT_QPA_PLATFORM says, empty: Qt chooses. `variable` gives variables of the environment; devices
/// are looked for below `root`. Platforms of which nothing is known pass.
Result<> checkScreen(const QString &platform, const std::function<QString(const char *)> &variable,
                     const QString &root = QStringLiteral("/"));

} // namespace coracle::app
