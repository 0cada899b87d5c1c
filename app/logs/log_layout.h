#pragma once

#include <QtGlobal>
#include <deque>
#include <functional>

namespace coracle::app {

/// Where the lines of a log stand when each takes as many rows as its columns need. Grows and shrinks with the log:
/// what a change costs depends on the lines that came or went. All in rows and columns, no pixels.
class LogLayout {
public:
    using Columns = std::function<int(qint64 line)>;

    /// 0: lines are not wrapped.
    int wrapColumns() const { return m_wrapColumns; }
    /// Everything anew.
    void reset(qint64 first, qint64 end, int wrapColumns, const Columns &columns);
    /// Follows a log that now reaches from `first` to `end`; returns how many rows went at the top.
    qint64 follow(qint64 first, qint64 end, const Columns &columns);

    qint64 rowCount() const { return m_ends.empty() ? 0 : m_ends.back() - m_base; }
    /// The longest line so far.
    int columnsMax() const { return m_columnsMax; }
    /// The first row of a line.
    qint64 rowOf(qint64 line) const;
    struct Place {
        qint64 line = 0;
        int row = 0; ///< within the line
    };
    /// Of a row that exists.
    Place placeOf(qint64 row) const;

private:
    void append(qint64 end, const Columns &columns);

    std::deque<qint64> m_ends; ///< by line: rows up to its end, counted since reset()
    qint64 m_first = 0;
    qint64 m_base = 0; ///< rows of lines that are gone
    int m_wrapColumns = 0;
    int m_columnsMax = 0;
};

} // namespace coracle::app
