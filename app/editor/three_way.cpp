#include "app/editor/three_way.h"

#include <QJsonArray>
#include <QSet>

namespace coracle::app {

namespace {

class Merge {
public:
    QStringList conflicts;

    QJsonValue values(const QJsonValue &base, const QJsonValue &mine, const QJsonValue &theirs, const QString &path) {
        if (mine == theirs || base == theirs)
            return mine;
        if (base == mine)
            return theirs;
        if (mine.isObject() && theirs.isObject())
            return objects(base.toObject(), mine.toObject(), theirs.toObject(), path);
        if (named(mine) && named(theirs) && (named(base) || base.isUndefined()))
            return lists(base.toArray(), mine.toArray(), theirs.toArray(), path);
        conflicts.append(path);
        return mine;
    }

    QJsonObject objects(const QJsonObject &base, const QJsonObject &mine, const QJsonObject &theirs,
                        const QString &path) {
        QJsonObject merged;
        QStringList keys = mine.keys() + theirs.keys();
        keys.removeDuplicates();
        for (const QString &key : std::as_const(keys)) {
            const QJsonValue value =
                values(base.value(key), mine.value(key), theirs.value(key), path.isEmpty() ? key : path + u'.' + key);
            if (!value.isUndefined())
                merged.insert(key, value);
        }
        return merged;
    }

private:
    static QString nameOf(const QJsonValue &item) { return item["name"].toString(); }

    static bool named(const QJsonValue &list) {
        QSet<QString> names;
        const QJsonArray items = list.toArray();
        for (const QJsonValue &item : items)
            names.insert(nameOf(item));
        return list.isArray() && names.size() == items.size() && !names.contains(QString());
    }

    static QJsonValue item(const QJsonArray &list, const QString &name) {
        for (const QJsonValue &item : list)
            if (nameOf(item) == name)
                return item;
        return QJsonValue(QJsonValue::Undefined);
    }

    /// In my order; what they have added comes last.
    QJsonArray lists(const QJsonArray &base, const QJsonArray &mine, const QJsonArray &theirs, const QString &path) {
        QStringList names;
        for (const QJsonArray &list : {mine, theirs})
            for (const QJsonValue &item : list)
                if (!names.contains(nameOf(item)))
                    names.append(nameOf(item));
        QJsonArray merged;
        for (const QString &name : names) {
            const QString place = QStringLiteral("%1[%2]").arg(path).arg(merged.size());
            const QJsonValue value = values(item(base, name), item(mine, name), item(theirs, name), place);
            if (!value.isUndefined())
                merged.append(value);
        }
        return merged;
    }
};

} // namespace

ThreeWay mergeChanges(const QJsonObject &base, const QJsonObject &mine, const QJsonObject &theirs) {
    Merge merge;
    QJsonObject from = mine, metadata = from["metadata"].toObject();
    // What identifies their version and what the server reports is theirs.
    metadata["resourceVersion"] = theirs["metadata"]["resourceVersion"];
    metadata["generation"] = theirs["metadata"]["generation"];
    from["metadata"] = metadata;
    if (theirs.contains(u"status"))
        from["status"] = theirs["status"];
    ThreeWay result;
    result.merged = merge.objects(base, from, theirs, {});
    result.conflicts = merge.conflicts;
    for (const char *own : {"metadata.resourceVersion", "metadata.generation", "status"})
        result.conflicts.removeAll(QLatin1String(own));
    return result;
}

QJsonObject withoutServerFields(QJsonObject object) {
    QJsonObject metadata = object["metadata"].toObject();
    for (const char *field : {"managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink"})
        metadata.remove(QLatin1String(field));
    object["metadata"] = metadata;
    object.remove(QStringLiteral("status"));
    return object;
}

QJsonObject forEditing(QJsonObject object) {
    QJsonObject metadata = object["metadata"].toObject();
    metadata.remove(QStringLiteral("managedFields"));
    if (object.contains(u"metadata"))
        object["metadata"] = metadata;
    return object;
}

} // namespace coracle::app
