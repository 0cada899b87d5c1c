#include "app/terminal/terminal_item.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace coracle::app {

TerminalItem::TerminalItem(QQuickItem *parent) : QQuickPaintedItem(parent) {
    setFlag(ItemAcceptsInputMethod);
    setAcceptedMouseButtons(Qt::LeftButton | Qt::MiddleButton);
    setActiveFocusOnTab(true);
    setOpaquePainting(true);
    setFont(QFont());
    for (const auto signal : {&TerminalItem::looksChanged, &TerminalItem::selectionChanged, &TerminalItem::scrolled})
        connect(this, signal, this, [this] { update(); });
}

void TerminalItem::setSession(ExecSession *session) {
    if (m_session == session)
        return;
    if (m_session)
        disconnect(&m_session->screen(), nullptr, this, nullptr);
    m_session = session;
    if (session)
        connect(&session->screen(), &TerminalScreen::changed, this, [this] {
            // What is read stays in place while more comes.
            const qint64 end = m_session->screen().endRow();
            if (m_scrollRows > 0)
                m_scrollRows = static_cast<int>(
                    std::min<qint64>(m_scrollRows + std::max<qint64>(0, end - m_knownRows), scrollRowsMax()));
            m_knownRows = end;
            Q_EMIT scrolled();
        });
    Q_EMIT sessionChanged();
    fit();
}

void TerminalItem::setFont(const QFont &font) {
    m_font = font;
    m_font.setKerning(false);
    const QFontMetricsF metrics(m_font);
    m_cellWidth = std::max(1.0, metrics.horizontalAdvance(u'0'));
    m_cellHeight = std::max(1.0, std::ceil(metrics.height()));
    m_ascent = std::round(metrics.ascent());
    fit();
    Q_EMIT looksChanged();
}

void TerminalItem::fit() {
    if (m_session && width() > m_cellWidth && height() > m_cellHeight)
        m_session->resize(QSize(static_cast<int>(width() / m_cellWidth), visibleRows()));
}

int TerminalItem::visibleRows() const {
    return std::max(2, static_cast<int>(height() / m_cellHeight));
}

int TerminalItem::scrollRowsMax() const {
    return m_session ? static_cast<int>(m_session->screen().screenRow() - m_session->screen().firstRow()) : 0;
}

void TerminalItem::setScrollRows(int rows) {
    rows = std::clamp(rows, 0, scrollRowsMax());
    if (m_scrollRows == rows)
        return;
    m_scrollRows = rows;
    Q_EMIT scrolled();
}

qint64 TerminalItem::topRow() const {
    return m_session->screen().screenRow() - m_scrollRows;
}

QString TerminalItem::visibleText() const {
    if (!m_session)
        return {};
    QStringList lines;
    for (qint64 row = topRow(); row < topRow() + visibleRows(); ++row)
        lines.append(m_session->screen().text(row));
    while (!lines.isEmpty() && lines.last().isEmpty())
        lines.removeLast();
    return lines.join(u'\n');
}

/// The 256 colours of xterm: 16 of the theme, a cube of 6 by 6 by 6, and 24 greys.
QColor TerminalItem::colorOf(const TerminalColor &color, const QColor &standard) const {
    if (color.kind == TerminalColor::Kind::Default)
        return standard;
    if (color.kind == TerminalColor::Kind::Rgb)
        return QColor(color.red, color.green, color.blue);
    const int index = color.red;
    if (index < 16)
        return m_palette.value(index, standard);
    if (index >= 232) {
        const int grey = 8 + (index - 232) * 10;
        return QColor(grey, grey, grey);
    }
    const auto step = [](int level) { return level == 0 ? 0 : 55 + level * 40; };
    return QColor(step((index - 16) / 36), step((index - 16) / 6 % 6), step((index - 16) % 6));
}

void TerminalItem::paint(QPainter *painter) {
    painter->fillRect(boundingRect(), m_backgroundColor);
    if (!m_session)
        return;
    const qint64 top = topRow();
    for (int row = 0; row < visibleRows(); ++row)
        paintLine(*painter, m_session->screen().line(top + row), top + row, row * m_cellHeight);
    paintCursor(*painter, static_cast<double>(m_session->screen().cursorRow() - top) * m_cellHeight);
}

void TerminalItem::paintLine(QPainter &painter, const TerminalLine &line, qint64 row, double y) const {
    const auto [low, high] = std::minmax(m_anchor, m_cursor);
    QFont font = m_font;
    for (int column = 0; column < line.size(); ++column) {
        const TerminalCell &cell = line[column];
        QColor fore = colorOf(cell.foreground, m_textColor), back = colorOf(cell.background, m_backgroundColor);
        if (cell.bold && cell.foreground.kind == TerminalColor::Kind::Indexed && cell.foreground.red < 8)
            fore = m_palette.value(cell.foreground.red + 8, fore);
        if (cell.reverse)
            std::swap(fore, back);
        const Caret here{row, column};
        if (here >= low && here < high)
            back = m_selectionColor;
        const QRectF place(column * m_cellWidth, y, m_cellWidth * std::max<int>(1, cell.width), m_cellHeight);
        if (back != m_backgroundColor)
            painter.fillRect(place, back);
        if (cell.code == 0 || cell.code == U' ')
            continue;
        font.setBold(cell.bold);
        font.setItalic(cell.italic);
        font.setUnderline(cell.underline);
        font.setStrikeOut(cell.strike);
        painter.setFont(font);
        painter.setPen(fore);
        QString text = QString::fromUcs4(&cell.code, 1);
        if (cell.mark)
            text += QString::fromUcs4(&cell.mark, 1);
        painter.drawText(QPointF(place.x(), y + m_ascent), text);
    }
}

void TerminalItem::paintCursor(QPainter &painter, double top) const {
    if (!m_session->screen().cursorVisible() || m_session->state() != ExecSession::Running)
        return;
    const QRectF place(m_session->screen().cursorColumn() * m_cellWidth, top, m_cellWidth, m_cellHeight);
    if (hasActiveFocus()) {
        QColor filled = m_cursorColor;
        filled.setAlphaF(0.6F);
        painter.fillRect(place, filled);
    } else {
        painter.setPen(m_cursorColor);
        painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void TerminalItem::geometryChange(const QRectF &now, const QRectF &before) {
    QQuickPaintedItem::geometryChange(now, before);
    fit();
    Q_EMIT scrolled();
}

} // namespace coracle::app
