#include "app/editor/object_schema.h"

#include <QJsonArray>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kReferencesMax = 16; ///< a schema that refers to itself for ever

QString typeText(const QJsonObject &schema) {
    const QString type = schema["type"].toString(), format = schema["format"].toString();
    if (schema["x-kubernetes-int-or-string"].toBool() || format == u"int-or-string" || schema.contains(u"oneOf"))
        return QStringLiteral("string or number");
    if (type.isEmpty())
        return QStringLiteral("object");
    if (type == u"object" && schema["additionalProperties"].isObject())
        return QStringLiteral("map");
    return type == u"string" && !format.isEmpty() ? format : type;
}

} // namespace

ObjectSchema::ObjectSchema(const QJsonObject &document, const QString &group, const QString &version,
                           const QString &kind)
    : m_schemas(document["components"]["schemas"].toObject()) {
    for (const QJsonValue &schema : std::as_const(m_schemas))
        for (const QJsonValue &names : schema["x-kubernetes-group-version-kind"].toArray())
            if (names["kind"] == kind && names["version"] == version && names["group"].toString() == group)
                m_root = schema.toObject();
}

QJsonObject ObjectSchema::resolved(QJsonObject schema) const {
    for (int i = 0; i < kReferencesMax; ++i) {
        QString reference = schema["$ref"].toString();
        if (const QJsonArray all = schema["allOf"].toArray(); reference.isEmpty() && all.size() == 1)
            reference = all[0]["$ref"].toString();
        if (reference.isEmpty())
            return schema;
        QJsonObject target = m_schemas[reference.mid(reference.lastIndexOf(u'/') + 1)].toObject();
        if (schema.contains(u"description")) // what is said of the field says more than what is said of its type
            target["description"] = schema["description"];
        schema = target;
    }
    return {};
}

QJsonObject ObjectSchema::schemaAt(const QStringList &path) const {
    QJsonObject schema = m_root;
    for (const QString &segment : path) {
        const QJsonObject properties = schema["properties"].toObject();
        QJsonObject next = schema["additionalProperties"].toObject();
        if (properties.contains(segment))
            next = properties[segment].toObject();
        else if (schema["items"].isObject())
            next = schema["items"].toObject();
        schema = resolved(next);
    }
    return schema;
}

ObjectSchema::Field ObjectSchema::describe(const QString &name, const QJsonObject &schema) const {
    Field field{.name = name,
                .type = typeText(schema),
                .help = schema["description"].toString().simplified(),
                .required = false,
                .nested = false,
                .list = schema["type"] == QLatin1String("array"),
                .choices = {}};
    if (field.list)
        field.type = QStringLiteral("list of ") + typeText(resolved(schema["items"].toObject()));
    field.nested = field.type == u"object" || field.type == u"map";
    for (const QJsonValue &choice : schema["enum"].toArray())
        field.choices.append(choice.toString());
    if (schema["type"] == QLatin1String("boolean"))
        field.choices = {QStringLiteral("true"), QStringLiteral("false")};
    return field;
}

QList<ObjectSchema::Field> ObjectSchema::fieldsAt(const QStringList &path) const {
    const QJsonObject schema = schemaAt(path), properties = schema["properties"].toObject();
    const QJsonArray required = schema["required"].toArray();
    QList<Field> fields;
    for (auto property = properties.begin(); property != properties.end(); ++property) {
        fields.append(describe(property.key(), resolved(property.value().toObject())));
        fields.last().required = required.contains(property.key());
    }
    std::stable_sort(fields.begin(), fields.end(),
                     [](const Field &a, const Field &b) { return a.required && !b.required; });
    return fields;
}

ObjectSchema::Field ObjectSchema::fieldAt(const QStringList &path) const {
    const QJsonObject schema = schemaAt(path);
    return path.isEmpty() || schema.isEmpty() ? Field() : describe(path.last(), schema);
}

} // namespace coracle::app
