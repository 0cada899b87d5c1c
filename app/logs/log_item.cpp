#include "app/logs/log_item.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace coracle::app {

namespace {

constexpr int kPrefixColumnsMax = 36; ///< of a pod's name before its lines
const QString kTimeFormat = QStringLiteral("MM-dd HH:mm:ss.zzz ");

} // namespace

LogItem::LogItem(QQuickItem *parent) : QQuickPaintedItem(parent) {
    setAcceptedMouseButtons(Qt::LeftButton);
    setOpaquePainting(true);
    setFont(QFont());
    for (const auto signal : {&LogItem::looksChanged, &LogItem::selectionChanged})
        connect(this, signal, this, [this] { update(); });
}

void LogItem::setReader(LogReader *reader) {
    if (m_reader == reader)
        return;
    if (m_reader)
        disconnect(m_reader, nullptr, this, nullptr);
    m_reader = reader;
    if (reader) {
        connect(reader, &LogReader::linesChanged, this, &LogItem::follow);
        connect(reader, &LogReader::searchChanged, this, [this] { update(); });
        connect(reader, &LogReader::hitShown, this, [this] { update(); });
    }
    Q_EMIT changed();
    layOut();
}

void LogItem::setWrap(bool wrap) {
    m_wrap = wrap;
    Q_EMIT changed();
    layOut();
}

void LogItem::setTimestamps(bool timestamps) {
    m_timestamps = timestamps;
    Q_EMIT changed();
    layOut();
}

void LogItem::setFont(const QFont &font) {
    m_font = font;
    m_font.setKerning(false);
    const QFontMetricsF metrics(m_font);
    m_charWidth = std::max(1.0, metrics.horizontalAdvance(u'0'));
    m_rowHeight = std::max(1.0, std::ceil(metrics.height() * 1.15));
    m_ascent = std::round((m_rowHeight - metrics.height()) / 2 + metrics.ascent());
    Q_EMIT changed();
    layOut();
}

void LogItem::setContentX(double x) {
    m_contentX = x;
    Q_EMIT scrolled();
    update();
}

void LogItem::setContentY(double y) {
    m_contentY = y;
    Q_EMIT scrolled();
    update();
}

int LogItem::wrapColumns() const {
    return m_wrap ? std::max(20, static_cast<int>(width() / m_charWidth)) : 0;
}

void LogItem::layOut() {
    if (!m_reader)
        return;
    m_prefixes = m_reader->prefixes();
    m_prefixColumns = 0;
    for (const QString &prefix : std::as_const(m_prefixes))
        m_prefixColumns = std::min(kPrefixColumnsMax, std::max(m_prefixColumns, static_cast<int>(prefix.size()) + 1));
    const LogBuffer &buffer = m_reader->buffer();
    m_layout.reset(buffer.first(), buffer.end(), wrapColumns(),
                   [this](qint64 line) { return static_cast<int>(shownText(line).size()); });
    Q_EMIT contentChanged();
    update();
}

void LogItem::follow() {
    if (m_reader->prefixes() != m_prefixes)
        return layOut();
    const LogBuffer &buffer = m_reader->buffer();
    const qint64 gone = m_layout.follow(buffer.first(), buffer.end(),
                                        [this](qint64 line) { return static_cast<int>(shownText(line).size()); });
    const Caret first{buffer.first(), 0};
    if (m_anchor < first || m_cursor < first)
        select(std::max(m_anchor, first), std::max(m_cursor, first));
    Q_EMIT contentChanged();
    if (gone > 0)
        Q_EMIT shrunk(static_cast<double>(gone) * m_rowHeight);
    update();
}

double LogItem::contentWidth() const {
    return m_wrap ? width() : std::max(width(), m_layout.columnsMax() * m_charWidth + m_charWidth);
}

double LogItem::contentHeight() const {
    return static_cast<double>(m_layout.rowCount()) * m_rowHeight;
}

double LogItem::lineY(qint64 line) const {
    return static_cast<double>(m_layout.rowOf(line)) * m_rowHeight;
}

qint64 LogItem::topLine() const {
    const qint64 row = std::max<qint64>(0, static_cast<qint64>(m_contentY / m_rowHeight));
    return row < m_layout.rowCount() ? m_layout.placeOf(row).line : m_reader ? m_reader->buffer().end() : 0;
}

QString LogItem::leadOf(const LogLine &line) const {
    QString lead;
    if (m_timestamps && line.timeMs > 0)
        lead = QDateTime::fromMSecsSinceEpoch(line.timeMs).toString(kTimeFormat);
    if (m_prefixColumns > 0)
        lead += m_prefixes.value(line.source).left(m_prefixColumns - 1).leftJustified(m_prefixColumns);
    return lead;
}

QString LogItem::shownText(qint64 line) const {
    const LogLine &known = m_reader->buffer().at(line);
    return leadOf(known) + known.text;
}

void LogItem::paint(QPainter *painter) {
    if (!m_reader)
        return;
    painter->setFont(m_font);
    const qint64 first = std::max<qint64>(0, static_cast<qint64>(m_contentY / m_rowHeight));
    for (qint64 row = first; row < m_layout.rowCount(); ++row) {
        const double y = static_cast<double>(row) * m_rowHeight - m_contentY;
        if (y > height())
            break;
        paintRow(*painter, m_layout.placeOf(row), y);
    }
}

void LogItem::paintRow(QPainter &painter, const LogLayout::Place &place, double y) const {
    const LogLine &line = m_reader->buffer().at(place.line);
    const QString lead = leadOf(line), text = lead + line.text;
    const int wrap = m_layout.wrapColumns(), from = wrap > 0 ? place.row * wrap : 0;
    const int to = std::min(wrap > 0 ? from + wrap : static_cast<int>(text.size()), static_cast<int>(text.size()));
    const double x = -m_contentX;
    const auto [low, high] = std::minmax(m_anchor, m_cursor);
    const int selectedFrom = low.line < place.line ? from : low.line > place.line ? to : std::max(from, low.column);
    const int selectedTo = high.line > place.line ? to : high.line < place.line ? from : std::min(to, high.column);
    if (selectedFrom < selectedTo)
        painter.fillRect(
            QRectF(x + (selectedFrom - from) * m_charWidth, y, (selectedTo - selectedFrom) * m_charWidth, m_rowHeight),
            m_selectionColor);
    paintHits(painter, place.line, text, from, to, x, y);
    const auto draw = [&](int begin, int end, const QColor &color) {
        begin = std::max(begin, from);
        end = std::min(end, to);
        if (begin >= end)
            return;
        painter.setPen(color);
        painter.drawText(QPointF(x + (begin - from) * m_charWidth, y + m_ascent), text.mid(begin, end - begin));
    };
    const int prefixAt = static_cast<int>(lead.size()) - m_prefixColumns;
    draw(0, prefixAt, m_mutedColor);
    if (m_prefixColumns > 0 && !m_sourceColors.isEmpty())
        draw(prefixAt, static_cast<int>(lead.size()), m_sourceColors[line.source % m_sourceColors.size()]);
    draw(static_cast<int>(lead.size()), to, m_textColor);
}

void LogItem::paintHits(QPainter &painter, qint64 line, const QString &text, int from, int to, double x,
                        double y) const {
    const QString &search = m_reader->hits().text();
    if (search.isEmpty() || !m_reader->hits().isHit(line))
        return;
    const QColor &color = line == m_reader->currentHit() ? m_currentHitColor : m_hitColor;
    for (qsizetype at = 0; (at = text.indexOf(search, at, Qt::CaseInsensitive)) >= 0; at += search.size()) {
        const qsizetype begin = std::max<qsizetype>(at, from), end = std::min<qsizetype>(at + search.size(), to);
        if (begin < end)
            painter.fillRect(QRectF(x + static_cast<double>(begin - from) * m_charWidth, y,
                                    static_cast<double>(end - begin) * m_charWidth, m_rowHeight),
                             color);
    }
}

QString LogItem::visibleText() const {
    if (!m_reader || m_layout.rowCount() == 0)
        return {};
    const qint64 first = topLine();
    const qint64 rows = static_cast<qint64>(height() / m_rowHeight);
    QStringList lines;
    for (qint64 line = first; line < std::min(first + rows, m_reader->buffer().end()); ++line)
        lines.append(shownText(line));
    return lines.join(u'\n');
}

void LogItem::geometryChange(const QRectF &now, const QRectF &before) {
    QQuickPaintedItem::geometryChange(now, before);
    if (m_wrap && wrapColumns() != m_layout.wrapColumns())
        layOut();
    else if (now.size() != before.size()) // it moves with every scroll
        Q_EMIT contentChanged();
}

} // namespace coracle::app
