#include "app/models/table_row.h"

#include "app/session/api_request.h"

#include <QJsonArray>

namespace coracle::app {

namespace {

QString cellText(const QJsonValue &cell) {
    if (cell.isDouble())
        return QString::number(cell.toDouble(), 'g', 15);
    if (cell.isBool())
        return cell.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    return cell.toString();
}

TableRow readRow(const QJsonObject &row) {
    const QJsonObject metadata = row["object"]["metadata"].toObject();
    TableRow made{.uid = metadata["uid"].toString(),
                  .name = metadata["name"].toString(),
                  .namespaceName = metadata["namespace"].toString(),
                  .resourceVersion = metadata["resourceVersion"].toString(),
                  .created = QDateTime::fromString(metadata["creationTimestamp"].toString(), Qt::ISODate),
                  .deleting = metadata.contains(QLatin1String("deletionTimestamp"))};
    if (made.uid.isEmpty())
        made.uid = made.namespaceName + u'/' + made.name;
    for (const QJsonValue &cell : row["cells"].toArray())
        made.cells.append(cellText(cell));
    return made;
}

} // namespace

TablePage readTable(const QJsonObject &table) {
    TablePage page;
    for (const QJsonValue &column : table["columnDefinitions"].toArray())
        page.columns.append({.name = column["name"].toString(),
                             .type = column["type"].toString(),
                             .priority = column["priority"].toInt()});
    for (const QJsonValue &row : table["rows"].toArray())
        page.rows.append(readRow(row.toObject()));
    const QJsonObject metadata = table["metadata"].toObject();
    page.resourceVersion = metadata["resourceVersion"].toString();
    page.continueToken = metadata["continue"].toString();
    return page;
}

Result<TablePage> parseTable(const QByteArray &bytes) {
    TRY(const QJsonObject table, parseObject(bytes));
    if (table["kind"] != QLatin1String("Table"))
        return errors::internal("the server did not answer with a Table");
    return readTable(table);
}

} // namespace coracle::app
