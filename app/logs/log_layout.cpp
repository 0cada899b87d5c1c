#include "app/logs/log_layout.h"

#include <algorithm>

namespace coracle::app {

void LogLayout::reset(qint64 first, qint64 end, int wrapColumns, const Columns &columns) {
    m_ends.clear();
    m_first = first;
    m_base = 0;
    m_wrapColumns = wrapColumns;
    m_columnsMax = 0;
    append(end, columns);
}

void LogLayout::append(qint64 end, const Columns &columns) {
    for (qint64 line = m_first + static_cast<qint64>(m_ends.size()); line < end; ++line) {
        const int width = columns(line);
        const int rows = m_wrapColumns > 0 ? std::max(1, (width + m_wrapColumns - 1) / m_wrapColumns) : 1;
        m_columnsMax = std::max(m_columnsMax, width);
        m_ends.push_back((m_ends.empty() ? m_base : m_ends.back()) + rows);
    }
}

qint64 LogLayout::follow(qint64 first, qint64 end, const Columns &columns) {
    const qint64 before = m_base;
    while (m_first < first && !m_ends.empty()) {
        m_base = m_ends.front();
        m_ends.pop_front();
        ++m_first;
    }
    m_first = std::max(m_first, first);
    append(end, columns);
    return m_base - before;
}

qint64 LogLayout::rowOf(qint64 line) const {
    const qint64 index = line - m_first;
    if (index <= 0 || m_ends.empty())
        return 0;
    return m_ends[static_cast<size_t>(std::min<qint64>(index, static_cast<qint64>(m_ends.size())) - 1)] - m_base;
}

LogLayout::Place LogLayout::placeOf(qint64 row) const {
    const auto at = std::upper_bound(m_ends.begin(), m_ends.end(), row + m_base);
    const qint64 line = m_first + (at - m_ends.begin());
    return {.line = line, .row = static_cast<int>(row - rowOf(line))};
}

} // namespace coracle::app
