#include "app/demo/demo_target.h"

#include <QRegularExpression>
#include <QUrl>
#include <algorithm>

namespace coracle::app {

namespace {

/// "a=b", "a!=b", "a in (b,c)", "a notin (b)", "a", "!a"; labels by key.
bool matchesLabel(const QString &term, const QJsonObject &labels) {
    static const QRegularExpression set(QStringLiteral("^(\\S+)\\s+(in|notin)\\s+\\(([^)]*)\\)$"));
    if (const auto match = set.match(term); match.hasMatch()) {
        const bool among = match.captured(3).split(u',').contains(labels[match.captured(1)].toString());
        return among == (match.captured(2) == u"in");
    }
    if (term.startsWith(u'!'))
        return !labels.contains(term.mid(1));
    const qsizetype sign = term.indexOf(u'=');
    if (sign < 0)
        return labels.contains(term);
    const bool negated = sign > 0 && term[sign - 1] == u'!';
    const QString key = term.left(negated ? sign - 1 : sign).trimmed();
    const QString value = term.mid(term.startsWith(key + QStringLiteral("==")) ? sign + 2 : sign + 1).trimmed();
    return (labels[key].toString() == value) != negated;
}

QJsonObject fieldsOf(const QJsonObject &object, const QString &term) {
    const QString key = term.left(term.indexOf(u'=')).remove(u'!').trimmed();
    QJsonValue value = object;
    for (const QString &part : key.split(u'.'))
        value = value[part];
    return {{key, value.toString()}};
}

/// At commas that are not inside parentheses.
QStringList terms(const QString &selector) {
    static const QRegularExpression comma(QStringLiteral(",(?![^(]*\\))"));
    return selector.split(comma, Qt::SkipEmptyParts);
}

} // namespace

DemoTarget DemoTarget::of(const QString &pathAndQuery) {
    DemoTarget target;
    target.query = QUrlQuery(pathAndQuery.section(u'?', 1));
    QStringList parts;
    for (const QString &part : pathAndQuery.section(u'?', 0, 0).split(u'/', Qt::SkipEmptyParts))
        parts.append(QUrl::fromPercentEncoding(part.toLatin1()));
    QStringList prefix = parts.mid(0, parts.value(0) == u"apis" ? 3 : 2);
    QStringList rest = parts.mid(prefix.size());
    if (rest.size() > 2 && rest[0] == u"namespaces" && rest[2] != u"status" && rest[2] != u"finalize") {
        target.namespaceName = rest[1];
        rest = rest.mid(2);
    }
    target.collection = u'/' + (prefix + rest.mid(0, 1)).join(u'/');
    target.name = rest.value(1);
    target.subresource = rest.mid(2).join(u'/');
    return target;
}

QString DemoTarget::parameter(const QString &key) const {
    return query.queryItemValue(key, QUrl::FullyDecoded);
}

bool DemoTarget::selects(const QJsonObject &object) const {
    const QJsonObject metadata = object["metadata"].toObject();
    if (!namespaceName.isEmpty() && metadata["namespace"].toString() != namespaceName)
        return false;
    if (!name.isEmpty() && metadata["name"].toString() != name)
        return false;
    const QStringList labelTerms = terms(parameter(QStringLiteral("labelSelector")));
    const QStringList fieldTerms = terms(parameter(QStringLiteral("fieldSelector")));
    const QJsonObject labels = metadata["labels"].toObject();
    return std::all_of(labelTerms.begin(), labelTerms.end(),
                       [&](const QString &term) { return matchesLabel(term.trimmed(), labels); }) &&
           std::all_of(fieldTerms.begin(), fieldTerms.end(),
                       [&](const QString &term) { return matchesLabel(term, fieldsOf(object, term)); });
}

} // namespace coracle::app
