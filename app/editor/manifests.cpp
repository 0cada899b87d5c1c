#include "app/editor/manifests.h"

#include "core/api/codec.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QRegularExpression>

namespace coracle::app {

namespace {

QString tr(const char *text) {
    return QCoreApplication::translate("Manifests", text);
}

bool isSeparator(const QString &line) {
    return line == u"---" || line.startsWith(u"--- ") || line == u"...";
}

bool isBlank(const QStringList &lines) {
    return std::all_of(lines.begin(), lines.end(), [](const QString &line) {
        const QString text = line.trimmed();
        return text.isEmpty() || text.startsWith(u'#');
    });
}

/// "yaml: line 3: ..." of a document that begins at this line of the text.
TextProblem syntaxProblem(const QString &message, int firstLine) {
    static const QRegularExpression place(QStringLiteral("line (\\d+): "));
    const QRegularExpressionMatch match = place.match(message);
    TextProblem problem{.line = firstLine, .text = message.mid(message.lastIndexOf(u"yaml: ") + 6)};
    if (match.hasMatch()) {
        problem.line += std::max(0, match.captured(1).toInt() - 1);
        problem.text = message.mid(match.capturedEnd());
    }
    return problem;
}

void readDocument(const QStringList &lines, int firstLine, int document, ReadManifests &result) {
    if (isBlank(lines))
        return;
    const auto json = api::yamlToJson(lines.join(u'\n').toStdString());
    if (!json)
        return result.problems.append(syntaxProblem(QString::fromStdString(json.error().message), firstLine));
    const QJsonDocument parsed = QJsonDocument::fromJson(QByteArray::fromStdString(*json));
    const QJsonObject object = parsed.object();
    QString missing;
    if (!parsed.isObject())
        missing = tr("This is not an object with fields.");
    else if (object["apiVersion"].toString().isEmpty())
        missing = tr("apiVersion is missing.");
    else if (object["kind"].toString().isEmpty())
        missing = tr("kind is missing.");
    else if (object["metadata"]["name"].toString().isEmpty())
        missing = tr("metadata.name is missing.");
    if (!missing.isEmpty())
        return result.problems.append({.line = firstLine, .text = missing});
    result.manifests.append({.object = object, .document = document});
}

} // namespace

ReadManifests readManifests(const QString &text) {
    ReadManifests result;
    QStringList lines;
    int firstLine = 0, line = 0, document = 0;
    for (const QString &next : text.split(u'\n')) {
        if (isSeparator(next)) {
            readDocument(lines, firstLine, document++, result);
            lines.clear();
            firstLine = line + 1;
            if (document >= kManifestsMax) {
                result.problems.append(
                    {.line = line, .text = tr("There are more documents than can be applied at once.")});
                return result;
            }
        } else {
            lines.append(next);
        }
        ++line;
    }
    readDocument(lines, firstLine, document, result);
    return result;
}

QList<std::pair<QString, QString>> refusedFields(const Status &status) {
    QList<std::pair<QString, QString>> fields;
    for (const auto &cause : status.causes)
        fields.append({QString::fromStdString(cause.field), QString::fromStdString(cause.message)});
    if (!fields.isEmpty())
        return fields;
    const QString message = QString::fromStdString(status.message);
    static const QRegularExpression strict(QStringLiteral(
        "((?:unknown|duplicate) field \"([^\"]+)\")|(?:^|[\\s\"])(\\.[^\\s:]+): (field not declared in schema)"));
    for (auto match = strict.globalMatch(message); match.hasNext();) {
        const QRegularExpressionMatch found = match.next();
        const bool unknown = found.hasCaptured(2);
        fields.append(
            {unknown ? found.captured(2) : found.captured(3), unknown ? found.captured(1) : found.captured(4)});
    }
    if (fields.isEmpty())
        fields.append({QString(), message});
    return fields;
}

} // namespace coracle::app
