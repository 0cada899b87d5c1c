#include "app/appliance/token_list.h"

#include "app/actions/toasts.h"
#include "app/appliance/appliance_call.h"
#include "app/format/format.h"

#include <QJsonArray>

namespace coracle::app {

namespace {

constexpr qint64 kHourMs = 3'600'000;

QDateTime expiryOf(const QJsonValue &token) {
    return QDateTime::fromString(token["expiresAt"].toString(), Qt::ISODate);
}

QString expiryText(const QJsonValue &token) {
    const QDateTime expiry = expiryOf(token);
    return expiry.isValid() ? TokenList::tr("Valid until %1").arg(Format::dateTime(expiry))
                            : TokenList::tr("Does not expire");
}

} // namespace

TokenList::TokenList(QObject *parent) : ApplianceModel(QStringLiteral("tokens"), parent) {}

void TokenList::read() {
    QList<TokenRow> rows;
    for (const QJsonValue &token : document()["items"].toArray()) {
        const QString id = token["id"].toString(), description = token["description"].toString();
        const bool expired = token["expired"].toBool(), endless = !expiryOf(token).isValid();
        rows.append({.key = id,
                     .title = description.isEmpty() ? id : description,
                     .detail = description.isEmpty() ? expiryText(token)
                                                     : tr("%1 · %2", "token id, expiry").arg(id, expiryText(token)),
                     .tone = expired   ? "error"
                             : endless ? "warning"
                                       : "ok",
                     .stateText = expired   ? tr("Expired")
                                  : endless ? tr("Endless")
                                            : tr("Valid")});
    }
    m_rows.set(rows);
}

QString TokenList::joinExpiryText() const {
    return m_shown.isEmpty() ? QString() : expiryText(m_shown);
}

void TokenList::setShown(const QJsonObject &token) {
    m_shown = token;
    Q_EMIT joinChanged();
}

void TokenList::create(const QString &description, int hours) {
    command("POST", QStringLiteral("tokens"), {{"description", description.trimmed()}, {"ttlMs", hours * kHourMs}},
            [this](const QJsonObject &token) { setShown(token); });
}

void TokenList::show(const QString &id) {
    command("GET", QStringLiteral("tokens/") + encoded(id), {}, [this](const QJsonObject &token) { setShown(token); });
}

void TokenList::hide() {
    setShown({});
}

void TokenList::revoke(const QString &id) {
    command("DELETE", QStringLiteral("tokens/") + encoded(id), {}, [this, id](const QJsonObject &) {
        if (joinId() == id)
            hide();
        Toasts::instance().done(tr("Token %1 is revoked").arg(id));
    });
}

} // namespace coracle::app
