#include "app/editor/line_gutter.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace coracle::app {

namespace {
constexpr double kMargin = 10;
}

LineGutter::LineGutter(QQuickItem *parent) : QQuickPaintedItem(parent) {
    connect(this, &LineGutter::changed, this, [this] {
        const QFontMetricsF metrics(m_font);
        setImplicitWidth(std::ceil(metrics.horizontalAdvance(QString(QString::number(m_lineCount).size(), u'0'))) +
                         2 * kMargin);
        update();
    });
}

void LineGutter::paint(QPainter *painter) {
    if (m_lineHeight <= 0)
        return;
    const int first = std::max(0, static_cast<int>(std::floor(-m_offset / m_lineHeight)));
    const int last = std::min(m_lineCount - 1, static_cast<int>((height() - m_offset) / m_lineHeight));
    painter->setFont(m_font);
    for (int line = first; line <= last; ++line) {
        const QRectF place(0, m_offset + line * m_lineHeight, width() - kMargin, m_lineHeight);
        const bool mark = m_marked.contains(line);
        if (mark)
            painter->fillRect(QRectF(0, place.top(), 4, place.height()), m_markColor);
        painter->setPen(mark ? m_markColor : m_color);
        painter->drawText(place, Qt::AlignRight | Qt::AlignVCenter, QString::number(line + 1));
    }
}

} // namespace coracle::app
