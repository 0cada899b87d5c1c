#pragma once

#include <QJsonObject>
#include <QList>
#include <QStringList>

namespace coracle::app {

/// What the OpenAPI v3 document of a group and version says about one kind. No state but the document; any thread.
class ObjectSchema {
public:
    struct Field {
        QString name;
        QString type; ///< "string", "integer", "list of object", ...
        QString help;
        bool required = false;
        bool nested = false; ///< an object: its fields come on lines of their own
        bool list = false;
        QStringList choices; ///< of an enumeration
    };

    ObjectSchema() = default;
    /// `document`: /openapi/v3/apis/apps/v1.
    ObjectSchema(const QJsonObject &document, const QString &group, const QString &version, const QString &kind);

    /// The document knows the kind.
    bool isValid() const { return !m_root.isEmpty(); }
    /// The fields of the object at a path, those that must be there first.
    QList<Field> fieldsAt(const QStringList &path) const;
    /// Of the field at a path; its name is empty where the schema has none.
    Field fieldAt(const QStringList &path) const;

private:
    QJsonObject resolved(QJsonObject schema) const;
    QJsonObject schemaAt(const QStringList &path) const;
    Field describe(const QString &name, const QJsonObject &schema) const;

    QJsonObject m_schemas, m_root;
};

} // namespace coracle::app
