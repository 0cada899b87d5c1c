#pragma once

#include "core/base/result.h"

#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

namespace coracle::app {

/// A column of a server-side Table (meta/v1.TableColumnDefinition).
struct TableColumn {
    QString name;
    QString type;     ///< "string", "integer", "date", ...
    int priority = 0; ///< 0: always shown; else only where there is room
    bool operator==(const TableColumn &) const = default;
};

/// One object as the server prints it.
struct TableRow {
    QString uid, name, namespaceName, resourceVersion;
    QDateTime created;
    bool deleting = false;
    QStringList cells; ///< one per column
};

struct TablePage {
    QList<TableColumn> columns; ///< a watch event has none
    QList<TableRow> rows;
    QString resourceVersion, continueToken;
};

/// Any thread. Objects without metadata.uid (some aggregated APIs) are known by namespace and name.
Result<TablePage> parseTable(const QByteArray &bytes);
TablePage readTable(const QJsonObject &table);

} // namespace coracle::app
