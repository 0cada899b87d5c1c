#pragma once
/// \file
/// Makes the QML modules of the front-end known to a program.

class QQmlEngine;

namespace coracle {

/// Chooses Coracle.Style for all Qt Quick Controls. Call it once, before the first engine loads anything.
void setUpStyle();

/// Lets `engine` find the modules (Coracle.Theme, Coracle.Items, Coracle.Ui) and the icons (`image://icon/...`).
void setUpEngine(QQmlEngine &engine);

} // namespace coracle
