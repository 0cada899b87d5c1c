#pragma once

#include <QString>

namespace coracle::app {

/// How good or bad a state is; the worse, the larger.
enum class Tone { Neutral, Ok, Info, Warning, Error };

/// Of a word of kubectl's STATUS, PHASE or READY columns: "Running", "CrashLoopBackOff", "2/3", "False".
Tone toneOf(const QString &status);

/// As QML's Theme knows it: "", "ok", "info", "warning", "error".
QString toneName(Tone tone);

} // namespace coracle::app
