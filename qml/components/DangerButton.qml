import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// A button that destroys something; `flat` where it is not the main thing on the screen.
Button {
    highlighted: !flat
    palette.highlight: Theme.error
    palette.highlightedText: Theme.errorText
}
