#include "app/workloads/text_diff.h"

#include <QList>
#include <QStringList>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kContext = 3;
constexpr qsizetype kLinesMax = 2'000; ///< the table of the comparison grows with the square

struct Line {
    QChar sign;
    QString text;
};

/// By the longest common subsequence of what lies between the equal beginning and the equal end.
QList<Line> compare(const QStringList &a, const QStringList &b) {
    qsizetype head = 0, tail = 0;
    while (head < a.size() && head < b.size() && a[head] == b[head])
        ++head;
    while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
        ++tail;
    const qsizetype rows = a.size() - head - tail, columns = b.size() - head - tail;
    const bool small = rows <= kLinesMax && columns <= kLinesMax;
    const auto at = [&](qsizetype i, qsizetype j) { return i * (columns + 1) + j; };
    QList<quint16> common(small ? (rows + 1) * (columns + 1) : 0, 0);
    if (small)
        for (qsizetype i = rows; i-- > 0;)
            for (qsizetype j = columns; j-- > 0;)
                common[at(i, j)] = a[head + i] == b[head + j] ? static_cast<quint16>(common[at(i + 1, j + 1)] + 1)
                                                              : std::max(common[at(i + 1, j)], common[at(i, j + 1)]);
    QList<Line> lines;
    for (qsizetype i = 0; i < head; ++i)
        lines.append({u' ', a[i]});
    qsizetype i = 0, j = 0;
    while (i < rows || j < columns) {
        if (small && i < rows && j < columns && a[head + i] == b[head + j]) {
            lines.append({u' ', a[head + i]});
            ++i, ++j;
        } else if (i < rows && (!small || j == columns || common[at(i + 1, j)] >= common[at(i, j + 1)])) {
            lines.append({u'-', a[head + i++]});
        } else {
            lines.append({u'+', b[head + j++]});
        }
    }
    for (qsizetype k = a.size() - tail; k < a.size(); ++k)
        lines.append({u' ', a[k]});
    return lines;
}

} // namespace

QString lineDiff(const QString &before, const QString &after) {
    if (before == after)
        return {};
    const QList<Line> lines = compare(before.split(u'\n'), after.split(u'\n'));
    QString text;
    bool skipped = false;
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const qsizetype first = std::max<qsizetype>(0, i - kContext), last = std::min(lines.size() - 1, i + kContext);
        const bool near = std::any_of(lines.begin() + first, lines.begin() + last + 1,
                                      [](const Line &line) { return line.sign != u' '; });
        if (!near) {
            skipped = true;
            continue;
        }
        if (std::exchange(skipped, false))
            text += QStringLiteral("…\n");
        text += lines[i].sign + u' ' + lines[i].text + u'\n';
    }
    return text;
}

} // namespace coracle::app
