#include "app/logs/log_buffer.h"

#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kTabColumns = 8;

/// Without escape sequences (colours); tabs as blanks, other control characters as nothing.
QString plainText(const QString &text) {
    QString plain;
    plain.reserve(text.size());
    for (qsizetype i = 0; i < text.size() && plain.size() < LogBuffer::kTextMax; ++i) {
        const QChar c = text[i];
        if (c == u'\x1b') {
            if (i + 1 < text.size() && text[i + 1] == u'[')
                for (i += 2; i < text.size() && (text[i] < u'@' || text[i] > u'~');)
                    ++i;
        } else if (c == u'\t') {
            plain.append(QString(kTabColumns - plain.size() % kTabColumns, u' '));
        } else if (c >= u' ' && c != u'\x7f') {
            plain.append(c);
        }
    }
    if (plain.size() >= LogBuffer::kTextMax) {
        plain.truncate(LogBuffer::kTextMax - 1);
        plain.append(u'…');
    }
    return plain;
}

} // namespace

LogLine parseLogLine(const QByteArray &line, int source) {
    const qsizetype blank = line.indexOf(' ');
    // Qt reads milliseconds: of the nanoseconds the first three digits, and all that is sent is UTC.
    const QByteArray stamp = line.left(blank < 0 ? line.size() : blank);
    const qsizetype dot = stamp.indexOf('.');
    const QByteArray head = dot < 0 ? stamp.chopped(stamp.endsWith('Z') ? 1 : 0) : stamp.left(dot + 4);
    QDateTime time = QDateTime::fromString(QString::fromLatin1(head), Qt::ISODateWithMs);
    if (!time.isValid() || !stamp.endsWith('Z'))
        return {.text = plainText(QString::fromUtf8(line)), .timeMs = 0, .source = source};
    time.setTimeSpec(Qt::UTC);
    return {.text = blank < 0 ? QString() : plainText(QString::fromUtf8(line.mid(blank + 1))),
            .timeMs = time.toMSecsSinceEpoch(),
            .source = source};
}

void LogBuffer::append(LogLine line) {
    m_lines.push_back(std::move(line));
    if (size() > kLinesMax) {
        m_lines.pop_front();
        ++m_first;
    }
}

void LogBuffer::clear() {
    m_first = end();
    m_lines.clear();
}

void LogSearch::setText(const QString &text, const LogBuffer &buffer) {
    m_text = text;
    m_hits.clear();
    m_searched = buffer.first();
    follow(buffer);
}

void LogSearch::follow(const LogBuffer &buffer) {
    while (!m_hits.empty() && m_hits.front() < buffer.first())
        m_hits.pop_front();
    m_searched = std::max(m_searched, buffer.first());
    if (!m_text.isEmpty())
        for (qint64 line = m_searched; line < buffer.end(); ++line)
            if (buffer.at(line).text.contains(m_text, Qt::CaseInsensitive))
                m_hits.push_back(line);
    m_searched = buffer.end();
}

qsizetype LogSearch::indexFrom(qint64 line) const {
    return std::lower_bound(m_hits.begin(), m_hits.end(), line) - m_hits.begin();
}

bool LogSearch::isHit(qint64 line) const {
    return std::binary_search(m_hits.begin(), m_hits.end(), line);
}

} // namespace coracle::app
