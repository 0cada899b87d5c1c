import QtQuick
import QtQuick.Layouts
import Coracle.Ui

GalleryPage {
    id: page

    readonly property real end: 1767273000000

    /// An hour of made-up load with a hole in it; `seed` gives each line another course.
    function course(seed: real, scale: real): list<point> {
        const points = []
        for (let i = 0; i < 360; ++i) {
            if (i > 200 && i < 230)
                continue
            const wave = 0.5 + 0.3 * Math.sin(i / 30 + seed) + 0.12 * Math.sin(i / 7 * seed) + 0.04 * Math.sin(i / 2.3 * seed)
            points.push(Qt.point(end - (360 - i) * 10000, wave * scale))
        }
        return points
    }

    Card {
        title: "CPU"
        width: page.columnWidth
        Plot {
            title: "CPU"
            unit: PlotItem.Percent
            maximum: 1
            gapMs: 30000
            Layout.fillWidth: true
            PlotSeries { name: "edge-07"; filled: true; points: page.course(1, 0.6) }
        }
    }
    Card {
        title: "Memory"
        width: page.columnWidth
        Plot {
            title: "Memory"
            unit: PlotItem.Bytes
            gapMs: 30000
            Layout.fillWidth: true
            PlotSeries { name: "edge-07"; points: page.course(2, 1.9e9) }
            PlotSeries { name: "edge-08"; points: page.course(3, 1.2e9) }
            PlotSeries { name: "edge-09"; points: page.course(4, 0.7e9) }
        }
    }
    Card {
        title: "Without data"
        width: page.columnWidth
        Plot {
            title: "Nothing"
            from: page.end - 3600000
            to: page.end
            Layout.fillWidth: true
            PlotSeries { name: "nobody" }
        }
    }
    Card {
        title: "Bare"
        width: page.columnWidth
        Plot {
            title: "Course"
            bare: true
            Layout.fillWidth: true
            PlotSeries { name: "edge-07"; points: page.course(2.5, 1); filled: true }
        }
    }
}
