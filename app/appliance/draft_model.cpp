#include "app/appliance/draft_model.h"

#include "app/actions/toasts.h"
#include "app/appliance/appliance_call.h"

#include <QJsonArray>

namespace coracle::app {

namespace {

constexpr int kPauseMs = 350; ///< after the last key

QString joined(const QJsonValue &values) {
    QStringList texts;
    for (const QJsonValue &value : values.toArray())
        texts.append(value.toString());
    return texts.join(QStringLiteral(", "));
}

/// An option is named as a path in the request's body: "changes.cluster-cidr".
QString fieldOf(const QJsonValue &error) {
    const QString field = error["field"].toString(), prefix = QStringLiteral("changes.");
    return field.startsWith(prefix) ? field.mid(prefix.size()) : field;
}

} // namespace

DraftModel::DraftModel(const QString &path, const QByteArray &method, QObject *parent)
    : ApplianceModel(path, parent), m_method(method) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMs);
    connect(&m_pause, &QTimer::timeout, this, &DraftModel::validate);
    connect(this, &SessionDocument::documentChanged, this, &DraftModel::draftChanged);
}

bool DraftModel::canApply() const {
    return edited() && m_preview["valid"].toBool() && !m_pause.isActive() && !busy();
}

QVariantMap DraftModel::errors() const {
    QVariantMap errors;
    for (const QJsonValue &error : m_preview["errors"].toArray())
        errors.insert(fieldOf(error), error["message"].toString());
    return errors;
}

QString DraftModel::errorsText() const {
    QStringList lines;
    for (const QJsonValue &error : m_preview["errors"].toArray()) {
        const QString place = error["line"].isDouble() ? tr("line %1").arg(error["line"].toInt()) : fieldOf(error);
        lines.append(place.isEmpty() ? error["message"].toString()
                                     : QStringLiteral("%1: %2").arg(place, error["message"].toString()));
    }
    return lines.join(u'\n');
}

QStringList DraftModel::warnings() const {
    return m_preview["warnings"].toVariant().toStringList();
}

QString DraftModel::diff(const QJsonObject &preview) const {
    QString text;
    for (const QJsonValue &option : preview["diff"].toArray()) {
        const QString name = option["name"].toString();
        if (const QString old = joined(option["old"]); !old.isEmpty())
            text += QStringLiteral("- %1: %2\n").arg(name, old);
        const QString now = joined(option["new"]);
        text += QStringLiteral("+ %1: %2\n").arg(name, now.isEmpty() ? tr("default") : now);
    }
    return text;
}

void DraftModel::touch() {
    ++m_generation;
    m_preview = {};
    if (edited())
        m_pause.start();
    else
        m_pause.stop();
    previewed();
    Q_EMIT draftChanged();
}

void DraftModel::validate() {
    const auto body = draft();
    if (!body)
        return;
    callAppliance(session(), this, "POST", path() + QStringLiteral("/validate"), *body,
                  [this, generation = m_generation](const Result<QJsonObject> &answer) {
                      if (generation != m_generation)
                          return;
                      if (answer) {
                          m_preview = *answer;
                      } else {
                          QJsonArray errors;
                          for (const StatusCause &cause : answer.error().causes)
                              errors.append(QJsonObject{{"field", QString::fromStdString(cause.field)},
                                                        {"message", QString::fromStdString(cause.message)}});
                          if (errors.isEmpty())
                              errors.append(QJsonObject{{"message", messageOf(answer.error())}});
                          m_preview = {{"valid", false}, {"errors", errors}};
                      }
                      previewed();
                      Q_EMIT draftChanged();
                  });
}

void DraftModel::apply(bool restart) {
    auto body = draft();
    if (!body)
        return;
    if (mayRestart())
        (*body)["restart"] = restart;
    command(m_method, path(), *body, [this](const QJsonObject &answer) {
        discard();
        if (answer["operation"].isObject())
            followOperation(answer["operation"].toObject());
        else
            Toasts::instance().done(tr("The settings are written"));
        Q_EMIT applied();
    });
}

void DraftModel::discard() {
    forgetDraft();
    touch();
}

void DraftModel::restartDaemon() {
    operate("POST", QStringLiteral("restart"));
}

} // namespace coracle::app
