#include "app/logs/log_item.h"

#include <QClipboard>
#include <QGuiApplication>
#include <algorithm>
#include <cmath>

/// The part of LogItem that deals with the selection.
namespace coracle::app {

LogItem::Caret LogItem::caretAt(const QPointF &point) const {
    if (!m_reader || m_layout.rowCount() == 0)
        return {};
    const auto row =
        std::clamp<qint64>(static_cast<qint64>((point.y() + m_contentY) / m_rowHeight), 0, m_layout.rowCount() - 1);
    const LogLayout::Place place = m_layout.placeOf(row);
    const int column = std::max(0, static_cast<int>(std::round((point.x() + m_contentX) / m_charWidth)));
    return {.line = place.line,
            .column =
                std::min(place.row * m_layout.wrapColumns() + column, static_cast<int>(shownText(place.line).size()))};
}

void LogItem::select(Caret anchor, Caret cursor) {
    m_anchor = anchor;
    m_cursor = cursor;
    Q_EMIT selectionChanged();
}

QString LogItem::textBetween(Caret from, Caret to) const {
    QStringList lines;
    for (qint64 line = std::max(from.line, m_reader->buffer().first());
         line <= std::min(to.line, m_reader->buffer().end() - 1); ++line) {
        const QString text = shownText(line);
        const int begin = line == from.line ? from.column : 0;
        lines.append(line == to.line ? text.mid(begin, to.column - begin) : text.mid(begin));
    }
    return lines.join(u'\n');
}

QString LogItem::selectedText() const {
    if (!m_reader)
        return {};
    const auto [from, to] = std::minmax(m_anchor, m_cursor);
    return hasSelection() ? textBetween(from, to)
                          : textBetween({m_reader->buffer().first(), 0}, {m_reader->buffer().end(), 0});
}

void LogItem::selectAll() {
    if (m_reader)
        select({m_reader->buffer().first(), 0}, {m_reader->buffer().end(), 0});
}

void LogItem::selectNone() {
    select({}, {});
}

void LogItem::copy() const {
    QGuiApplication::clipboard()->setText(selectedText());
}

void LogItem::selectLineAt(double y) {
    const Caret at = caretAt({0, y});
    if (m_reader && at.line < m_reader->buffer().end())
        select({at.line, 0}, {at.line, static_cast<int>(shownText(at.line).size())});
}

void LogItem::mousePressEvent(QMouseEvent *event) {
    // A finger scrolls; only a mouse selects by dragging.
    if (event->source() != Qt::MouseEventNotSynthesized) {
        event->ignore();
        return;
    }
    setKeepMouseGrab(true);
    forceActiveFocus(Qt::MouseFocusReason);
    const Caret at = caretAt(event->position());
    select(event->modifiers() & Qt::ShiftModifier ? m_anchor : at, at);
}

void LogItem::mouseMoveEvent(QMouseEvent *event) {
    select(m_anchor, caretAt(event->position()));
}

void LogItem::mouseReleaseEvent(QMouseEvent *) {
    setKeepMouseGrab(false);
    if (hasSelection() && QGuiApplication::clipboard()->supportsSelection())
        QGuiApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
}

void LogItem::mouseDoubleClickEvent(QMouseEvent *event) {
    const Caret at = caretAt(event->position());
    if (!m_reader || at.line >= m_reader->buffer().end())
        return;
    const QString text = shownText(at.line);
    const auto isWord = [&](int column) { return !text[column].isSpace(); };
    int from = at.column, to = at.column;
    while (from > 0 && isWord(from - 1))
        --from;
    while (to < text.size() && isWord(to))
        ++to;
    select({at.line, from}, {at.line, to});
}

} // namespace coracle::app
