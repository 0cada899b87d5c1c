#include "app/appliance/registry_form.h"

#include "app/workloads/text_diff.h"

#include <QJsonArray>

namespace coracle::app {

namespace {

const QString kRegistry = QStringLiteral("registry");

/// The entry of a registry in a list of the API; empty: it has none.
QJsonObject entryOf(const QJsonArray &list, const QString &registry) {
    for (const QJsonValue &entry : list)
        if (entry[kRegistry] == registry)
            return entry.toObject();
    return {};
}

/// The list with this entry in its place, at the end, or without it.
QJsonArray with(const QJsonArray &list, const QString &registry, const std::optional<QJsonObject> &entry) {
    QJsonArray made;
    bool placed = false;
    for (const QJsonValue &present : list) {
        if (present[kRegistry] != registry) {
            made.append(present);
        } else if (entry) {
            made.append(*entry);
            placed = true;
        }
    }
    if (entry && !placed)
        made.append(*entry);
    return made;
}

QStringList registriesOf(const QJsonObject &settings) {
    QStringList names;
    for (const char *list : {"mirrors", "access"})
        for (const QJsonValue &entry : settings[QLatin1String(list)].toArray())
            if (const QString name = entry[kRegistry].toString(); !names.contains(name))
                names.append(name);
    return names;
}

RegistryRow rowOf(const QString &name, const QJsonObject &mirror, const QJsonObject &access) {
    const QStringList endpoints = mirror["endpoints"].toVariant().toStringList();
    const bool insecure = access["insecureSkipVerify"].toBool();
    const QString user = access["username"].toString();
    RegistryRow row{
        .key = name,
        .title = name == u"*" ? RegistryForm::tr("All other registries") : name,
        .detail = endpoints.isEmpty() ? RegistryForm::tr("Fetched from the registry itself")
                                      : RegistryForm::tr("Fetched from %1").arg(endpoints.join(QStringLiteral(", "))),
        .endpoints = endpoints.join(u'\n'),
        .username = user,
        .caFile = access["caFile"].toString(),
        .hasSecret = access["hasPassword"].toBool() || access["hasToken"].toBool() || access["password"].isString(),
        .insecure = insecure};
    if (insecure) {
        row.accessText = RegistryForm::tr("Any certificate");
        row.tone = QStringLiteral("warning");
    } else if (!user.isEmpty() || row.hasSecret) {
        row.accessText = user.isEmpty() ? RegistryForm::tr("With a token") : RegistryForm::tr("As %1").arg(user);
        row.tone = QStringLiteral("ok");
    }
    return row;
}

/// The registry is spoken to otherwise than by plain TLS and without a name.
bool isSpecial(const QJsonObject &access) {
    for (auto member = access.begin(); member != access.end(); ++member)
        if (member.key() != kRegistry && (member.value().toBool() || !member.value().toString().isEmpty()))
            return true;
    return false;
}

void put(QJsonObject &object, const QString &name, const QString &text) {
    if (text.trimmed().isEmpty())
        object.remove(name);
    else
        object[name] = text.trimmed();
}

} // namespace

RegistryForm::RegistryForm(QObject *parent) : DraftModel(QStringLiteral("registries"), "PUT", parent) {}

QJsonObject RegistryForm::settings() const {
    return m_settings.value_or(document()["settings"].toObject());
}

void RegistryForm::read() {
    const QJsonObject all = settings();
    QList<RegistryRow> rows;
    for (const QString &name : registriesOf(all))
        rows.append(rowOf(name, entryOf(all["mirrors"].toArray(), name), entryOf(all["access"].toArray(), name)));
    m_rows.set(rows);
}

QString RegistryForm::yaml() const {
    if (m_yaml)
        return *m_yaml;
    return m_settings && preview()["yaml"].isString() ? preview()["yaml"].toString() : document()["yaml"].toString();
}

void RegistryForm::setYaml(const QString &text) {
    if (text == yaml())
        return;
    m_settings.reset();
    m_yaml = text;
    if (text == document()["yaml"].toString())
        m_yaml.reset();
    touch();
}

void RegistryForm::put(const QString &registry, const QString &endpoints, const QString &username,
                       const QString &password, const QString &caFile, bool insecure) {
    const QString name = registry.trimmed();
    QJsonObject all = settings();
    const QJsonArray mirrors = all["mirrors"].toArray(), accesses = all["access"].toArray();
    QJsonArray addresses;
    for (const QString &line : endpoints.split(u'\n'))
        if (!line.trimmed().isEmpty())
            addresses.append(line.trimmed());
    QJsonObject mirror = entryOf(mirrors, name);
    mirror[kRegistry] = name;
    mirror["endpoints"] = addresses;
    const bool mirrored = !addresses.isEmpty() || mirror.contains(QStringLiteral("rewrites"));

    QJsonObject access = entryOf(accesses, name);
    app::put(access, QStringLiteral("username"), username);
    app::put(access, QStringLiteral("caFile"), caFile);
    if (!password.isEmpty())
        access["password"] = password;
    access.remove(QStringLiteral("insecureSkipVerify"));
    if (insecure)
        access["insecureSkipVerify"] = true;
    access[kRegistry] = name;
    const bool special = isSpecial(access);

    all["mirrors"] = with(mirrors, name, mirrored ? std::optional(mirror) : std::nullopt);
    all["access"] = with(accesses, name, special ? std::optional(access) : std::nullopt);
    m_yaml.reset();
    m_settings = all;
    touch();
}

void RegistryForm::remove(const QString &registry) {
    QJsonObject all = settings();
    for (const char *list : {"mirrors", "access"})
        all[QLatin1String(list)] = with(all[QLatin1String(list)].toArray(), registry, std::nullopt);
    m_yaml.reset();
    m_settings = all;
    touch();
}

std::optional<QJsonObject> RegistryForm::draft() const {
    if (m_yaml)
        return QJsonObject{{"yaml", *m_yaml}};
    if (!m_settings)
        return std::nullopt;
    return QJsonObject{{"settings", *m_settings}};
}

void RegistryForm::forgetDraft() {
    m_yaml.reset();
    m_settings.reset();
}

QString RegistryForm::diff(const QJsonObject &preview) const {
    if (!preview["yaml"].isString())
        return {};
    return lineDiff(document()["yaml"].toString(), preview["yaml"].toString());
}

} // namespace coracle::app
