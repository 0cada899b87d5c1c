#pragma once
/// \file
/// One line of a PlotItem.
#include <QColor>
#include <QObject>
#include <QPointF>
#include <QtQml/qqml.h>

namespace coracle::app {

/// Makes the list of points known to QML's tools.
struct PlotPoints {
    Q_GADGET
    QML_FOREIGN(QList<QPointF>)
    QML_ANONYMOUS
    QML_SEQUENTIAL_CONTAINER(QPointF)
};

/// A line of a plot: its name, its look and its points. Lives in the GUI thread.
class PlotSeries : public QObject {
    Q_OBJECT
    QML_ELEMENT
    /// What the line is, for the legend and for screen readers.
    Q_PROPERTY(QString name MEMBER m_name NOTIFY changed)
    Q_PROPERTY(QColor color MEMBER m_color NOTIFY changed)
    /// Whether the area below is filled softly with the colour.
    Q_PROPERTY(bool filled MEMBER m_filled NOTIFY changed)
    /// x: milliseconds since the epoch, rising; y: the value, in the plot's unit; not a number where nothing is known.
    Q_PROPERTY(QList<QPointF> points MEMBER m_points NOTIFY changed)

public:
    using QObject::QObject;

    [[nodiscard]] const QString &name() const { return m_name; }
    [[nodiscard]] const QColor &color() const { return m_color; }
    [[nodiscard]] bool filled() const { return m_filled; }
    [[nodiscard]] const QList<QPointF> &points() const { return m_points; }

Q_SIGNALS:
    void changed();

private:
    QString m_name;
    QColor m_color;
    bool m_filled = false;
    QList<QPointF> m_points;
};

} // namespace coracle::app
