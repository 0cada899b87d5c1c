#include "app/appliance/operation_model.h"

#include "app/appliance/operation.h"

namespace coracle::app {

QJsonObject OperationModel::Document::merged(const QJsonObject &known, const QList<QJsonObject> &lines) const {
    QJsonObject running = known;
    for (const QJsonObject &operation : lines) {
        const QString id = operation["id"].toString();
        if (operation["state"] == QLatin1String("running"))
            running[id] = operation;
        else
            running.remove(id);
    }
    return running;
}

OperationModel::OperationModel(QObject *parent) : QObject(parent) {
    m_document.setWatched(true);
    m_document.setPath(QStringLiteral("operations"));
    connect(&m_document, &SessionDocument::sourceChanged, this, &OperationModel::sessionChanged);
    connect(&m_document, &SessionDocument::documentChanged, this, &OperationModel::read);
}

void OperationModel::read() {
    QList<OperationRow> rows;
    const QJsonObject running = m_document.document();
    for (const QJsonValue &operation : running)
        rows.append({.key = operation["id"].toString(),
                     .title = operationTitle(operation["kind"].toString(), operation["target"].toString()),
                     .message = operationStep(operation["phase"].toString(), operation["message"].toString()),
                     .tone = operationTone(operation["state"].toString()),
                     .progress = operation["progress"].toDouble(),
                     .running = true});
    m_rows.set(rows);
}

} // namespace coracle::app
