import QtQuick
import Coracle.Theme

/// The ground of what lies above the page. A line instead of a shadow: shadows cost too much without a GPU.
Rectangle {
    radius: Theme.radius + 2
    color: Theme.surfaceRaised
    border.width: Theme.lineWidth
    border.color: Theme.scheme === Theme.HighContrast ? Theme.outline : Theme.border
}
