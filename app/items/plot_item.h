#pragma once
/// \file
/// Values over time, drawn with QPainter, so that it works without a GPU too.
#include "app/items/plot_scale.h"
#include "app/items/plot_series.h"

#include <QColor>
#include <QFont>
#include <QQmlListProperty>
#include <QQuickPaintedItem>

namespace coracle::app {

/// A plot of one or more PlotSeries with a value axis at the left and a time axis below. Draws
/// only when something changed. Colours and font come from outside (Plot.qml of Coracle.Ui gives the theme's). The time
/// runs from left to right in every language. Lives in the GUI thread; the series belong to the QML that made them.
class PlotItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QQmlListProperty<coracle::app::PlotSeries> series READ series CONSTANT)
    Q_PROPERTY(Unit unit MEMBER m_unit NOTIFY changed)
    /// The shown time in milliseconds since the epoch; both 0: what the points cover.
    Q_PROPERTY(double from MEMBER m_from NOTIFY changed)
    Q_PROPERTY(double to MEMBER m_to NOTIFY changed)
    /// The value axis reaches from `minimum` (0 unless set) at least to `maximum` (0: as far as the values do).
    Q_PROPERTY(double minimum MEMBER m_minimum NOTIFY changed)
    Q_PROPERTY(double maximum MEMBER m_maximum NOTIFY changed)
    /// Points further apart than this many milliseconds are not joined; 0 joins all.
    Q_PROPERTY(double gapMs MEMBER m_gapMs NOTIFY changed)
    Q_PROPERTY(QColor textColor MEMBER m_textColor NOTIFY changed)
    Q_PROPERTY(QColor gridColor MEMBER m_gridColor NOTIFY changed)
    Q_PROPERTY(QFont font MEMBER m_font NOTIFY changed)
    Q_PROPERTY(double lineWidth MEMBER m_lineWidth NOTIFY changed)
    /// Without axes and labels, as a small picture of the course of things.
    Q_PROPERTY(bool bare MEMBER m_bare NOTIFY changed)
    /// A place in the item (x in pixels) to look at closely; below 0: none.
    Q_PROPERTY(double cursorX MEMBER m_cursorX NOTIFY cursorChanged)
    /// Time and values at the cursor, one a line; empty without one.
    Q_PROPERTY(QString cursorText READ cursorText NOTIFY cursorChanged)
    /// Nothing of the shown time is known.
    Q_PROPERTY(bool empty READ isEmpty NOTIFY changed)
    /// For screen readers: of every series its last, lowest and highest value.
    Q_PROPERTY(QString summary READ summary NOTIFY changed)

public:
    enum Unit {
        Number = static_cast<int>(plot::Unit::Number),
        Percent = static_cast<int>(plot::Unit::Percent),
        Bytes = static_cast<int>(plot::Unit::Bytes),
        BytesPerSecond = static_cast<int>(plot::Unit::BytesPerSecond),
    };
    Q_ENUM(Unit)

    explicit PlotItem(QQuickItem *parent = nullptr);

    void paint(QPainter *painter) override;

    [[nodiscard]] QQmlListProperty<PlotSeries> series();
    [[nodiscard]] QString cursorText() const;
    [[nodiscard]] QString summary() const;
    [[nodiscard]] bool isEmpty() const;

    /// `value` as the axis writes it.
    Q_INVOKABLE [[nodiscard]] QString valueText(double value) const;

    /// Takes a series that was made elsewhere; it stays its maker's and leaves when it is destroyed.
    Q_INVOKABLE void addSeries(coracle::app::PlotSeries *series);

Q_SIGNALS:
    void changed();
    void cursorChanged();

protected:
    void geometryChange(const QRectF &now, const QRectF &before) override;

private:
    struct Frame; ///< the axes and the rectangle between them, for one size of the item

    [[nodiscard]] Frame frame() const;
    void paintAxes(QPainter &painter, const Frame &frame) const;
    void paintSeries(QPainter &painter, const Frame &frame, const PlotSeries &series) const;
    void paintCursor(QPainter &painter, const Frame &frame) const;

    QList<PlotSeries *> m_series;
    Unit m_unit = Number;
    double m_from = 0;
    double m_to = 0;
    double m_minimum = 0;
    double m_maximum = 0;
    double m_gapMs = 0;
    double m_lineWidth = 2;
    double m_cursorX = -1;
    bool m_bare = false;
    QColor m_textColor;
    QColor m_gridColor;
    QFont m_font;
};

} // namespace coracle::app
