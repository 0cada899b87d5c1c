#include "app/appliance/appliance_model.h"

#include "app/actions/toasts.h"
#include "app/appliance/appliance_call.h"

namespace coracle::app {

ApplianceModel::ApplianceModel(const QString &path, QObject *parent) : ApplianceDocument(parent) {
    setPath(path);
    connect(this, &SessionDocument::documentChanged, this, [this] {
        read();
        Q_EMIT changed();
    });
    connect(&m_operation, &Operation::finished, this, [this](bool succeeded) {
        operationFinished(succeeded);
        retry();
    });
}

void ApplianceModel::clearError() {
    m_commandError.clear();
    Q_EMIT commandChanged();
}

void ApplianceModel::fail(const QString &text) {
    m_commandError = text;
    Toasts::instance().failed(text);
    Q_EMIT commandChanged();
}

void ApplianceModel::command(const QByteArray &method, const QString &path, const QJsonObject &body, Done done) {
    if (!session())
        return;
    ++m_running;
    clearError();
    callAppliance(session(), this, method, path, body, [this, done](const Result<QJsonObject> &answer) {
        --m_running;
        Q_EMIT commandChanged();
        if (!answer)
            return fail(messageOf(answer.error()));
        if (done)
            done(*answer);
        retry();
    });
}

void ApplianceModel::operate(const QByteArray &method, const QString &path, const QJsonObject &body) {
    command(method, path, body, [this](const QJsonObject &answer) { followOperation(answer); });
}

void ApplianceModel::followOperation(const QJsonObject &operation) {
    m_operation.setSession(session());
    m_operation.setOperationId(operation["id"].toString());
}

} // namespace coracle::app
