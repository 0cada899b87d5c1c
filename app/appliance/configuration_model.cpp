#include "app/appliance/configuration_model.h"

#include <QHash>
#include <QJsonArray>

namespace coracle::app {

namespace {

const QString kMask = QStringLiteral("********");

QStringList texts(const QJsonValue &values) {
    return values.toVariant().toStringList();
}

QString controlOf(const QJsonValue &option) {
    const QString type = option["type"].toString();
    if (option["list"].toBool())
        return QStringLiteral("list");
    if (option["secret"].toBool())
        return QStringLiteral("secret");
    if (type == u"bool")
        return QStringLiteral("switch");
    if (type == u"integer" || type == u"port")
        return QStringLiteral("number");
    return type == u"choice" ? type : QStringLiteral("text");
}

QString originText(const QJsonValue &option) {
    const QString origin = option["origin"].toString(), source = option["source"].toString();
    if (option["managed"].toBool())
        return ConfigurationModel::tr("set here");
    if (origin == u"default")
        return ConfigurationModel::tr("default");
    if (origin == u"flag")
        return ConfigurationModel::tr("from the command line (%1)").arg(source);
    if (origin == u"env")
        return ConfigurationModel::tr("from the environment (%1)").arg(source);
    return ConfigurationModel::tr("from %1").arg(source);
}

QString noteOf(const QJsonValue &option) {
    const QString support = option["support"].toString();
    if (support == u"later")
        return ConfigurationModel::tr("Not in this version");
    if (option["pendingValues"].isArray()) {
        const QString pending = texts(option["pendingValues"]).join(QStringLiteral(", "));
        return pending.isEmpty() ? ConfigurationModel::tr("After the next start: default")
                                 : ConfigurationModel::tr("After the next start: %1").arg(pending);
    }
    if (support == u"noEffect")
        return ConfigurationModel::tr("Accepted, but without effect in this version");
    return option["editable"].toBool() ? QString() : ConfigurationModel::tr("Cannot be changed here");
}

/// A value as it is shown and typed.
QString textOf(const QJsonValue &option, const QJsonValue &value) {
    if (value.isBool())
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    if (value.isDouble())
        return QString::number(value.toInteger());
    if (value.isArray())
        return texts(value).join(option["list"].toBool() ? u'\n' : u',');
    return value.toString();
}

/// What was typed, as the API wants it.
QJsonValue valueOf(const QJsonValue &option, const QString &text) {
    const QString control = controlOf(option);
    if (text.trimmed().isEmpty())
        return QJsonValue::Null;
    if (control == u"switch")
        return text == u"true";
    if (control == u"list") {
        QJsonArray lines;
        for (const QString &line : text.split(u'\n'))
            if (!line.trimmed().isEmpty())
                lines.append(line.trimmed());
        return lines;
    }
    bool isNumber = false;
    const qlonglong number = text.toLongLong(&isNumber);
    return control == u"number" && isNumber ? QJsonValue(number) : QJsonValue(text.trimmed());
}

/// What holds now, or after the next start.
QString presentText(const QJsonValue &option) {
    const QJsonValue pending = option["pendingValues"];
    const QString text = textOf(option, pending.isArray() ? pending : option["values"]);
    return option["secret"].toBool() && text == kMask ? QString() : text;
}

} // namespace

ConfigurationModel::ConfigurationModel(QObject *parent)
    : DraftModel(QStringLiteral("configuration"), "PATCH", parent) {}

void ConfigurationModel::setSearch(const QString &text) {
    m_search = text.trimmed();
    read();
    Q_EMIT filterChanged();
}

void ConfigurationModel::setEverything(bool everything) {
    m_everything = everything;
    read();
    Q_EMIT filterChanged();
}

void ConfigurationModel::setOnlySet(bool onlySet) {
    m_onlySet = onlySet;
    read();
    Q_EMIT filterChanged();
}

bool ConfigurationModel::shows(const QJsonValue &option) const {
    const QString name = option["name"].toString();
    if (m_edits.contains(name))
        return true;
    if (m_onlySet && option["origin"] == QLatin1String("default") && !option["pendingValues"].isArray())
        return false;
    if (!m_search.isEmpty())
        return name.contains(m_search, Qt::CaseInsensitive) ||
               option["documentation"].toString().contains(m_search, Qt::CaseInsensitive) ||
               option["section"].toString().contains(m_search, Qt::CaseInsensitive);
    return m_everything || m_onlySet || option["support"] == QLatin1String("works");
}

OptionRow ConfigurationModel::rowOf(const QJsonValue &option, const QVariantMap &errors) const {
    const QString name = option["name"].toString();
    const auto edit = m_edits.constFind(name);
    const bool edited = edit != m_edits.cend();
    OptionRow row{.key = name,
                  .section = option["section"].toString(),
                  .help = option["documentation"].toString(),
                  .value = edited ? textOf(option, *edit) : presentText(option),
                  .fallback = option["default"].toString(),
                  .originText = originText(option),
                  .note = noteOf(option),
                  .error = errors.value(name).toString(),
                  .control = controlOf(option),
                  .choices = texts(option["choices"]),
                  .editable = option["editable"].toBool() && option["support"] != QLatin1String("later"),
                  .edited = edited,
                  .resettable = option["managed"].toBool() && !edited};
    if (row.control == u"secret" && row.value.isEmpty() && !texts(option["values"]).isEmpty())
        row.fallback = tr("set; not shown");
    row.choice = static_cast<int>(row.choices.indexOf(row.value.isEmpty() ? row.fallback : row.value));
    if (row.control == u"switch" && row.value.isEmpty())
        row.value = row.fallback;
    return row;
}

void ConfigurationModel::read() {
    QStringList sections;
    QHash<QString, QList<OptionRow>> bySection;
    const QVariantMap wrong = errors();
    for (const QJsonValue &option : document()["items"].toArray()) {
        if (!shows(option))
            continue;
        const QString section = option["section"].toString();
        if (!bySection.contains(section))
            sections.append(section);
        bySection[section].append(rowOf(option, wrong));
    }
    QList<OptionRow> rows;
    for (const QString &section : sections)
        rows += bySection[section];
    m_rows.set(rows);
}

QJsonValue ConfigurationModel::optionOf(const QString &name) const {
    for (const QJsonValue &option : document()["items"].toArray())
        if (option["name"] == name)
            return option;
    return QJsonValue::Undefined;
}

std::optional<QJsonObject> ConfigurationModel::draft() const {
    if (m_edits.isEmpty())
        return std::nullopt;
    QJsonObject changes;
    for (auto edit = m_edits.cbegin(); edit != m_edits.cend(); ++edit)
        changes[edit.key()] = edit.value();
    return QJsonObject{{"changes", changes}};
}

void ConfigurationModel::set(const QString &name, const QString &text) {
    const QJsonValue option = optionOf(name);
    if (option.isUndefined())
        return;
    const QString present = presentText(option);
    const bool isDefault = present.isEmpty() && text == option["default"].toString();
    if (text == present || isDefault)
        m_edits.remove(name);
    else
        m_edits[name] = valueOf(option, text);
    touch();
}

void ConfigurationModel::reset(const QString &name) {
    m_edits[name] = QJsonValue::Null;
    touch();
}

void ConfigurationModel::undo(const QString &name) {
    m_edits.remove(name);
    touch();
}

} // namespace coracle::app
