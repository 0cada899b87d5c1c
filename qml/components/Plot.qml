pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// Values over time in the colours of the theme, with a legend. Its children are PlotSeries; one without a colour of
/// its own takes the theme's of its place. Touching it, or the pointer, shows the values of that moment.
Control {
    id: plot

    default property alias series: item.series
    property alias unit: item.unit
    property alias from: item.from
    property alias to: item.to
    property alias maximum: item.maximum
    property alias gapMs: item.gapMs
    /// Only the line: for rows and tiles.
    property alias bare: item.bare
    /// What is plotted, for screen readers.
    property string title
    property bool legend: series.length > 1 && !bare

    implicitWidth: 320
    implicitHeight: bare ? Math.round(40 * Theme.growth) : Math.round(180 * Theme.growth)

    Component.onCompleted: {
        for (let i = 0; i < series.length; ++i) {
            if (!series[i].color.valid)
                dye(series[i], i)
        }
    }

    // Not within the loop: Qt 6.4 may crash where a function captures the variable of a `for`.
    function dye(line: PlotSeries, index: int) {
        line.color = Qt.binding(() => Theme.seriesColor(index))
    }

    /// Takes a series that an Instantiator made; it stays its maker's.
    function addSeries(line: PlotSeries) {
        item.addSeries(line)
    }

    // The content speaks: in Qt 6.4 a Control keeps the role of its own type.
    contentItem: ColumnLayout {
        Accessible.role: Accessible.Chart
        Accessible.name: plot.title
        Accessible.description: item.summary
        spacing: Theme.spaceXs

        Flow {
            visible: plot.legend
            spacing: Theme.spaceM
            Layout.fillWidth: true

            Repeater {
                model: plot.legend ? plot.series.length : 0

                Row {
                    id: entry

                    required property int index
                    readonly property PlotSeries line: plot.series[index]

                    spacing: 6

                    Rectangle {
                        anchors.verticalCenter: parent.verticalCenter
                        width: 14
                        height: 4
                        radius: 2
                        color: entry.line.color
                    }
                    Label {
                        text: entry.line.name
                        font.pixelSize: Theme.caption
                        color: Theme.textMuted
                    }
                }
            }
        }
        PlotItem {
            id: item

            textColor: Theme.textMuted
            gridColor: Theme.border
            font.family: Theme.family
            font.pixelSize: Theme.caption
            lineWidth: Theme.scheme === Theme.HighContrast ? 3 : 2
            Layout.fillWidth: true
            Layout.fillHeight: true

            Label {
                anchors.centerIn: parent
                visible: item.empty
                text: qsTr("No data")
                color: Theme.textMuted
                font.pixelSize: Theme.caption
            }
            MouseArea {
                anchors.fill: parent
                enabled: !item.bare
                hoverEnabled: true
                onPositionChanged: (mouse) => item.cursorX = mouse.x
                onPressed: (mouse) => item.cursorX = mouse.x
                onExited: item.cursorX = -1
                onCanceled: item.cursorX = -1
            }
            Rectangle {
                visible: item.cursorText !== ""
                x: item.cursorX + 12 + width > item.width ? item.cursorX - 12 - width : item.cursorX + 12
                y: 4
                width: values.implicitWidth + 20
                height: values.implicitHeight + 12
                radius: Theme.radiusSmall
                color: Theme.surfaceRaised
                border.width: Theme.lineWidth
                border.color: Theme.border

                Label {
                    id: values
                    anchors.centerIn: parent
                    text: item.cursorText
                    font.pixelSize: Theme.caption
                }
            }
        }
    }
}
