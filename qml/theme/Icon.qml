import QtQuick

/// An icon of the set in resources/icons, `size` pixels square. Screen readers pass over it: what stands beside it
/// speaks.
Item {
    id: icon

    property string name
    property color color: Theme.text
    property int size: Theme.icon
    /// For arrows that point along the reading direction.
    property bool mirrored: false

    implicitWidth: size
    implicitHeight: size
    Accessible.ignored: true

    Image {
        readonly property int pixels: Math.ceil(icon.size * Screen.devicePixelRatio)

        anchors.centerIn: parent
        width: icon.size
        height: icon.size
        sourceSize.width: pixels
        sourceSize.height: pixels
        source: icon.name !== "" ? "image://icon/" + icon.name + "?color=" + encodeURIComponent(icon.color) : ""
        mirror: icon.mirrored
    }
}
