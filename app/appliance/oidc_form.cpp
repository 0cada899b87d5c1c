#include "app/appliance/oidc_form.h"

#include <QJsonArray>
#include <array>

namespace coracle::app {

namespace {

constexpr std::array kFields{"issuerUrl",    "clientId",       "usernameClaim", "usernamePrefix", "groupsClaim",
                             "groupsPrefix", "requiredClaims", "signingAlgs",   "caFile"};

QString textOf(const QJsonValue &value) {
    QStringList parts;
    if (value.isObject()) {
        const QJsonObject claims = value.toObject();
        for (auto claim = claims.begin(); claim != claims.end(); ++claim)
            parts.append(claim.key() + u'=' + claim.value().toString());
    } else if (value.isArray()) {
        parts = value.toVariant().toStringList();
    } else {
        return value.toString();
    }
    return parts.join(QStringLiteral(", "));
}

QStringList split(const QString &text) {
    QStringList parts;
    for (const QString &part : text.split(u','))
        if (!part.trimmed().isEmpty())
            parts.append(part.trimmed());
    return parts;
}

QJsonValue valueOf(const QString &field, const QString &text) {
    if (field == u"signingAlgs")
        return QJsonArray::fromStringList(split(text));
    if (field != u"requiredClaims")
        return text.trimmed();
    QJsonObject claims;
    for (const QString &claim : split(text))
        claims[claim.section(u'=', 0, 0)] = claim.section(u'=', 1);
    return claims;
}

} // namespace

OidcForm::OidcForm(QObject *parent) : DraftModel(QStringLiteral("oidc"), "PUT", parent) {}

QString OidcForm::presentMode() const {
    const QString mode = document()["mode"].toString();
    const bool nothing = mode == u"custom" && presentSettings()["issuerUrl"].toString().isEmpty();
    return mode.isEmpty() || nothing ? QStringLiteral("none") : mode;
}

QJsonObject OidcForm::presentSettings() const {
    return document()["settings"].toObject();
}

QString OidcForm::mode() const {
    return m_mode.isEmpty() ? presentMode() : m_mode;
}

void OidcForm::setMode(const QString &mode) {
    m_mode = mode == presentMode() ? QString() : mode;
    touch();
}

QVariantMap OidcForm::fields() const {
    const QJsonObject settings = mode() == u"inherit" ? document()["inherited"].toObject() : presentSettings();
    QVariantMap fields;
    for (const char *name : kFields)
        fields[name] = textOf(settings[QLatin1String(name)]);
    if (mode() == u"custom")
        for (auto edit = m_edits.cbegin(); edit != m_edits.cend(); ++edit)
            fields[edit.key()] = edit.value();
    return fields;
}

QVariantMap OidcForm::fieldErrors() const {
    QVariantMap byField;
    const QVariantMap wrong = errors();
    for (auto error = wrong.cbegin(); error != wrong.cend(); ++error)
        byField.insert(error.key().section(u'.', -1).section(u'[', 0, 0), error.value());
    return byField;
}

void OidcForm::set(const QString &field, const QString &text) {
    if (text == textOf(presentSettings()[field]))
        m_edits.remove(field);
    else
        m_edits[field] = text;
    touch();
}

std::optional<QJsonObject> OidcForm::draft() const {
    const QString chosen = mode();
    if (m_mode.isEmpty() && (m_edits.isEmpty() || chosen != u"custom"))
        return std::nullopt;
    QJsonObject body{{"mode", chosen}};
    if (chosen != u"custom")
        return body;
    QJsonObject settings{{"issuerUrl", QString()}, {"clientId", QString()}};
    const QVariantMap texts = fields();
    for (auto field = texts.cbegin(); field != texts.cend(); ++field)
        if (const QString text = field.value().toString(); !text.trimmed().isEmpty())
            settings[field.key()] = valueOf(field.key(), text);
    body["settings"] = settings;
    return body;
}

void OidcForm::forgetDraft() {
    m_mode.clear();
    m_edits.clear();
}

QString OidcForm::stateText() const {
    if (!document()["effective"].toBool())
        return tr("No identity provider: people sign in with certificates and tokens");
    if (!document()["enforced"].toBool())
        return tr("Configured, but this version does not check such tokens yet");
    return tr("People sign in through the identity provider");
}

QString OidcForm::stateTone() const {
    if (!document()["effective"].toBool())
        return QStringLiteral("info");
    return document()["enforced"].toBool() ? QStringLiteral("ok") : QStringLiteral("warning");
}

} // namespace coracle::app
