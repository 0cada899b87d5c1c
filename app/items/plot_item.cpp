#include "app/items/plot_item.h"

#include <QDateTime>
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <limits>

namespace coracle::app {
namespace {

constexpr double kLabelGap = 8;
constexpr double kFillAlpha = 0.16;

/// The lowest and highest of the points within from..to; NaN when there is none.
struct Extent {
    double low = std::numeric_limits<double>::quiet_NaN();
    double high = std::numeric_limits<double>::quiet_NaN();
    double last = std::numeric_limits<double>::quiet_NaN();
};

Extent extentOf(const QList<QPointF> &points, double from, double to) {
    Extent extent;
    for (const QPointF &point : points) {
        if (point.x() >= from && point.x() <= to && std::isfinite(point.y())) {
            extent.low = std::fmin(extent.low, point.y());
            extent.high = std::fmax(extent.high, point.y());
            extent.last = point.y();
        }
    }
    return extent;
}

/// The last point at or before `x`; null when there is none, or when it is older than `gap` (0: never too old).
const QPointF *pointAt(const QList<QPointF> &points, double x, double gap) {
    auto after =
        std::upper_bound(points.begin(), points.end(), x, [](double at, const QPointF &p) { return at < p.x(); });
    if (after == points.begin()) {
        return nullptr;
    }
    const QPointF *point = &*std::prev(after);
    return gap > 0 && x - point->x() > gap ? nullptr : point;
}

} // namespace

struct PlotItem::Frame {
    QRectF area;
    plot::Axis values;
    double from = 0;
    double to = 1;

    [[nodiscard]] double x(double time) const { return area.left() + (time - from) / (to - from) * area.width(); }
    [[nodiscard]] double y(double value) const {
        return area.bottom() - (value - values.from) / (values.to - values.from) * area.height();
    }
    [[nodiscard]] double time(double x) const { return from + (x - area.left()) / area.width() * (to - from); }
};

PlotItem::PlotItem(QQuickItem *parent) : QQuickPaintedItem(parent) {
    setAntialiasing(true);
    connect(this, &PlotItem::changed, this, [this] {
        update();
        Q_EMIT cursorChanged();
    });
    connect(this, &PlotItem::cursorChanged, this, [this] { update(); });
}

QQmlListProperty<PlotSeries> PlotItem::series() {
    using List = QQmlListProperty<PlotSeries>;
    return {this,
            &m_series,
            [](List *list, PlotSeries *series) { static_cast<PlotItem *>(list->object)->addSeries(series); },
            [](List *list) { return static_cast<QList<PlotSeries *> *>(list->data)->size(); },
            [](List *list, qsizetype at) { return static_cast<QList<PlotSeries *> *>(list->data)->at(at); },
            [](List *list) {
                auto *item = static_cast<PlotItem *>(list->object);
                for (PlotSeries *series : std::as_const(item->m_series)) {
                    series->disconnect(item);
                }
                item->m_series.clear();
                Q_EMIT item->changed();
            }};
}

void PlotItem::addSeries(PlotSeries *series) {
    if (series == nullptr || m_series.contains(series)) {
        return;
    }
    m_series.append(series);
    connect(series, &PlotSeries::changed, this, &PlotItem::changed);
    connect(series, &QObject::destroyed, this, [this, series] {
        m_series.removeOne(series);
        Q_EMIT changed();
    });
    Q_EMIT changed();
}

void PlotItem::geometryChange(const QRectF &now, const QRectF &before) {
    QQuickPaintedItem::geometryChange(now, before);
    update();
}

PlotItem::Frame PlotItem::frame() const {
    Frame frame;
    frame.from = m_from;
    frame.to = m_to;
    if (m_from == 0 && m_to == 0) {
        frame.from = std::numeric_limits<double>::max();
        frame.to = std::numeric_limits<double>::lowest();
        for (const PlotSeries *series : m_series) {
            if (!series->points().isEmpty()) {
                frame.from = std::min(frame.from, series->points().first().x());
                frame.to = std::max(frame.to, series->points().last().x());
            }
        }
    }
    if (!(frame.to > frame.from)) {
        frame.to = frame.from + 1;
    }
    double high = std::numeric_limits<double>::quiet_NaN();
    for (const PlotSeries *series : m_series) {
        high = std::fmax(high, extentOf(series->points(), frame.from, frame.to).high);
    }
    high = m_maximum > m_minimum ? std::fmax(high, m_maximum) : high;

    const QFontMetricsF metrics(m_font);
    const auto unit = static_cast<plot::Unit>(m_unit);
    const int steps = m_bare ? 1 : std::clamp(static_cast<int>(height() / (metrics.height() * 2.6)), 1, 5);
    frame.values = plot::valueAxis(m_minimum, std::isfinite(high) ? high : m_minimum + 1, steps, unit);
    if (m_bare) {
        frame.area = boundingRect().adjusted(0, m_lineWidth, 0, -m_lineWidth);
        return frame;
    }
    double labelWidth = 0;
    for (double v = frame.values.from; v <= frame.values.to + frame.values.step / 2; v += frame.values.step) {
        labelWidth = std::max(labelWidth, metrics.horizontalAdvance(valueText(v)));
    }
    frame.area = boundingRect().adjusted(labelWidth + kLabelGap, metrics.height() / 2, -m_lineWidth,
                                         -metrics.height() - kLabelGap);
    return frame;
}

void PlotItem::paint(QPainter *painter) {
    const Frame now = frame();
    if (now.area.width() < 1 || now.area.height() < 1) {
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    if (!m_bare) {
        paintAxes(*painter, now);
    }
    painter->save();
    painter->setClipRect(now.area.adjusted(-m_lineWidth, -m_lineWidth, m_lineWidth, m_lineWidth));
    for (const PlotSeries *series : m_series) {
        paintSeries(*painter, now, *series);
    }
    painter->restore();
    paintCursor(*painter, now);
}

void PlotItem::paintAxes(QPainter &painter, const Frame &frame) const {
    const QFontMetricsF metrics(m_font);
    painter.setFont(m_font);
    for (double v = frame.values.from; v <= frame.values.to + frame.values.step / 2; v += frame.values.step) {
        const double y = std::round(frame.y(v)) + 0.5;
        painter.setPen(QPen(m_gridColor, 1));
        painter.drawLine(QPointF(frame.area.left(), y), QPointF(frame.area.right(), y));
        painter.setPen(m_textColor);
        const QRectF label(0, y - metrics.height() / 2, frame.area.left() - kLabelGap, metrics.height());
        painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, valueText(v));
    }
    const QLocale locale;
    const int countMax =
        std::max(1, static_cast<int>(frame.area.width() / metrics.horizontalAdvance(QStringLiteral("00:00 PM MM"))));
    const plot::TimeTicks ticks =
        plot::timeTicks(static_cast<qint64>(frame.from), static_cast<qint64>(frame.to), countMax);
    for (const qint64 at : ticks.atMs) {
        const QString text = plot::timeText(at, ticks.stepMs, locale);
        const double width = metrics.horizontalAdvance(text) + 1;
        // Kept inside the item: a label at the edge moves inwards instead of being cut.
        const double left =
            std::clamp(frame.x(static_cast<double>(at)) - width / 2, 0.0, boundingRect().right() - width);
        painter.drawText(QRectF(left, frame.area.bottom() + kLabelGap, width, metrics.height()), Qt::AlignCenter, text);
    }
}

void PlotItem::paintSeries(QPainter &painter, const Frame &frame, const PlotSeries &series) const {
    const double perPixel = (frame.to - frame.from) / frame.area.width();
    for (const QList<QPointF> &piece : plot::pieces(series.points(), m_gapMs, perPixel)) {
        QPainterPath line;
        for (const QPointF &point : piece) {
            const QPointF at(frame.x(point.x()), frame.y(point.y()));
            line.elementCount() == 0 ? line.moveTo(at) : line.lineTo(at);
        }
        if (series.filled() && piece.size() > 1) {
            QPainterPath area = line;
            area.lineTo(frame.x(piece.last().x()), frame.area.bottom());
            area.lineTo(frame.x(piece.first().x()), frame.area.bottom());
            QColor fill = series.color();
            fill.setAlphaF(kFillAlpha);
            painter.fillPath(area, fill);
        }
        painter.setPen(QPen(series.color(), m_lineWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        if (piece.size() == 1) {
            painter.drawPoint(line.elementAt(0));
        } else {
            painter.drawPath(line);
        }
    }
}

void PlotItem::paintCursor(QPainter &painter, const Frame &frame) const {
    if (m_cursorX < frame.area.left() || m_cursorX > frame.area.right()) {
        return;
    }
    painter.setPen(QPen(m_textColor, 1));
    painter.drawLine(QPointF(m_cursorX, frame.area.top()), QPointF(m_cursorX, frame.area.bottom()));
    for (const PlotSeries *series : m_series) {
        const QPointF *point = pointAt(series->points(), frame.time(m_cursorX), m_gapMs);
        if (point != nullptr && std::isfinite(point->y())) {
            painter.setBrush(series->color());
            painter.setPen(Qt::NoPen);
            painter.drawEllipse(QPointF(frame.x(point->x()), frame.y(point->y())), m_lineWidth * 2, m_lineWidth * 2);
        }
    }
}

QString PlotItem::valueText(double value) const {
    return plot::valueText(value, static_cast<plot::Unit>(m_unit), QLocale());
}

QString PlotItem::cursorText() const {
    const Frame now = frame();
    if (m_cursorX < now.area.left() || m_cursorX > now.area.right()) {
        return {};
    }
    const double time = now.time(m_cursorX);
    QStringList lines{
        QLocale().toString(QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(time)), QLocale::ShortFormat)};
    for (const PlotSeries *series : m_series) {
        const QPointF *point = pointAt(series->points(), time, m_gapMs);
        const QString value = valueText(point != nullptr ? point->y() : std::numeric_limits<double>::quiet_NaN());
        lines.append(series->name().isEmpty() ? value : tr("%1: %2").arg(series->name(), value));
    }
    return lines.join(u'\n');
}

bool PlotItem::isEmpty() const {
    const Frame now = frame();
    return std::none_of(m_series.begin(), m_series.end(), [&](const PlotSeries *series) {
        return std::isfinite(extentOf(series->points(), now.from, now.to).last);
    });
}

QString PlotItem::summary() const {
    const Frame now = frame();
    QStringList lines;
    for (const PlotSeries *series : m_series) {
        const Extent extent = extentOf(series->points(), now.from, now.to);
        lines.append(std::isfinite(extent.last) ? tr("%1: now %2, lowest %3, highest %4")
                                                      .arg(series->name(), valueText(extent.last),
                                                           valueText(extent.low), valueText(extent.high))
                                                : tr("%1: no data").arg(series->name()));
    }
    return lines.join(u'\n');
}

} // namespace coracle::app
