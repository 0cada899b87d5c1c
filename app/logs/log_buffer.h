#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>
#include <deque>

namespace coracle::app {

struct LogLine {
    QString text;      ///< without colours and control characters, at most LogBuffer::kTextMax long
    qint64 timeMs = 0; ///< since the epoch; 0: unknown
    int source = 0;    ///< which container's it is
};

/// A line as the log endpoint sends it with timestamps=true: "2026-01-02T03:04:05.678901234Z text".
LogLine parseLogLine(const QByteArray &line, int source);

/// The last lines of a log. Lines are numbered from 0 as they come; a number stays a line's as long as it is kept.
class LogBuffer {
public:
    static constexpr qsizetype kLinesMax = 20'000;
    static constexpr qsizetype kTextMax = 8'192;

    void append(LogLine line);
    void clear();

    bool isEmpty() const { return m_lines.empty(); }
    qsizetype size() const { return static_cast<qsizetype>(m_lines.size()); }
    /// Of the oldest line that is kept.
    qint64 first() const { return m_first; }
    /// One beyond the newest line.
    qint64 end() const { return m_first + size(); }
    const LogLine &at(qint64 number) const { return m_lines[static_cast<size_t>(number - m_first)]; }

private:
    std::deque<LogLine> m_lines;
    qint64 m_first = 0;
};

/// Which lines hold a text, without regard to case; follows a buffer.
class LogSearch {
public:
    /// Looks through all that is kept.
    void setText(const QString &text, const LogBuffer &buffer);
    const QString &text() const { return m_text; }
    /// The buffer has grown up to its end; what it dropped is forgotten.
    void follow(const LogBuffer &buffer);

    qsizetype count() const { return static_cast<qsizetype>(m_hits.size()); }
    /// The line of the hit with this index.
    qint64 lineAt(qsizetype index) const { return m_hits[static_cast<size_t>(index)]; }
    /// The index of the first hit at or after a line; count() when there is none.
    qsizetype indexFrom(qint64 line) const;
    bool isHit(qint64 line) const;

private:
    QString m_text;
    std::deque<qint64> m_hits;
    qint64 m_searched = 0; ///< lines before it have been looked at
};

} // namespace coracle::app
