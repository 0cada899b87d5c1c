#include "app/editor/diff_rows.h"

#include <algorithm>

namespace coracle::app {

QList<DiffRow> diffRows(const QString &unified) {
    QList<DiffRow> rows;
    QStringList removed, added;
    const auto row = [&](const QString &left, const QString &right, bool isRemoved, bool isAdded) {
        rows.append({.key = QString::number(rows.size()),
                     .left = left,
                     .right = right,
                     .removed = isRemoved,
                     .added = isAdded});
    };
    const auto flush = [&] {
        for (qsizetype i = 0; i < std::max(removed.size(), added.size()); ++i)
            row(removed.value(i), added.value(i), i < removed.size(), i < added.size());
        removed.clear();
        added.clear();
    };
    QStringList lines = unified.split(u'\n');
    if (lines.last().isEmpty())
        lines.removeLast();
    for (const QString &line : std::as_const(lines)) {
        const QString text = line.mid(2);
        if (line.startsWith(u'-')) {
            if (!added.isEmpty())
                flush();
            removed.append(text);
        } else if (line.startsWith(u'+')) {
            added.append(text);
        } else {
            flush();
            row(line.startsWith(u' ') ? text : line, line.startsWith(u' ') ? text : line, false, false);
        }
    }
    flush();
    return rows;
}

void DiffRowList::setText(const QString &text) {
    if (m_text == text)
        return;
    m_text = text;
    QList<DiffRow> rows = diffRows(text);
    if (rows.size() > kRowsMax) {
        rows.resize(kRowsMax);
        const QString more = tr("… and more: only the first %1 lines are shown").arg(int{kRowsMax});
        rows.append({.key = QString::number(int{kRowsMax}), .left = more, .right = more});
    }
    set(rows);
    Q_EMIT textChanged();
}

} // namespace coracle::app
