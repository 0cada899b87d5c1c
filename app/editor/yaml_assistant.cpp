#include "app/editor/yaml_assistant.h"

#include <QTextBlock>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr int kIndent = 2;
constexpr int kSuggestionsMax = 100;
/// Looking up the field at each movement of the cursor reads the whole text: not in very long ones.
constexpr int kLookUpMax = 300'000;

int indentOf(const QString &line) {
    int indent = 0;
    while (indent < line.size() && line[indent] == u' ')
        ++indent;
    return indent;
}

/// The value of a field at the top of the text's document: apiVersion, kind.
QString topValue(const QTextDocument &text, const YamlOutline &outline, int document, const QString &key) {
    for (int i = 0; i < outline.lines().size(); ++i)
        if (const auto &line = outline.lines()[i]; line.document == document && line.path == QStringList{key}) {
            QString value = text.findBlockByNumber(i).text().mid(line.column + key.size() + 1).trimmed();
            return value.remove(u'"').remove(u'\'');
        }
    return {};
}

} // namespace

QList<SuggestionRow> suggestionsFor(const ObjectSchema &schema, const YamlOutline::Place &place) {
    QList<SuggestionRow> rows;
    if (place.value) {
        const ObjectSchema::Field field = schema.fieldAt(place.parent);
        for (const QString &choice : field.choices)
            if (choice.startsWith(place.typed, Qt::CaseInsensitive))
                rows.append({.key = choice, .type = field.type, .help = {}, .required = false});
        return rows;
    }
    for (const ObjectSchema::Field &field : schema.fieldsAt(place.parent))
        if (field.name.contains(place.typed, Qt::CaseInsensitive) && !place.siblings.contains(field.name))
            rows.append({.key = field.name, .type = field.type, .help = field.help, .required = field.required});
    std::stable_sort(rows.begin(), rows.end(), [&](const SuggestionRow &a, const SuggestionRow &b) {
        return a.key.startsWith(place.typed, Qt::CaseInsensitive) &&
               !b.key.startsWith(place.typed, Qt::CaseInsensitive);
    });
    return rows.mid(0, kSuggestionsMax);
}

void YamlAssistant::setDocument(QQuickTextDocument *document) {
    if (m_quick == document)
        return;
    m_quick = document;
    delete m_highlighter;
    if (QTextDocument *found = text()) {
        m_highlighter = new YamlHighlighter(found);
        m_highlighter->setColors(m_colors);
    }
    Q_EMIT documentChanged();
}

void YamlAssistant::setColor(QColor YamlColors::*color, const QColor &value) {
    m_colors.*color = value;
    if (m_highlighter)
        m_highlighter->setColors(m_colors);
    Q_EMIT colorsChanged();
}

QTextCursor YamlAssistant::cursorAt(int position) const {
    QTextCursor cursor(text());
    cursor.setPosition(std::clamp(position, 0, std::max(0, text()->characterCount() - 1)));
    return cursor;
}

void YamlAssistant::needSchema(const YamlOutline &outline, int document) {
    const QString apiVersion = topValue(*text(), outline, document, QStringLiteral("apiVersion"));
    const QString kind = topValue(*text(), outline, document, QStringLiteral("kind"));
    const QString wanted = apiVersion + u' ' + kind;
    if (!m_cluster || apiVersion.isEmpty() || kind.isEmpty() || m_schemaOf == wanted)
        return;
    m_schemaOf = wanted;
    m_schema = {};
    const qsizetype slash = apiVersion.indexOf(u'/');
    const QString group = slash < 0 ? QString() : apiVersion.left(slash), version = apiVersion.mid(slash + 1);
    const QString path =
        QStringLiteral("/openapi/v3/") + (slash < 0 ? QStringLiteral("api/") : QStringLiteral("apis/")) + apiVersion;
    const auto parse = [group, version, kind](const QByteArray &bytes) -> Result<ObjectSchema> {
        TRY(const QJsonObject parsed, parseObject(bytes));
        return ObjectSchema(parsed, group, version, kind);
    };
    m_cluster->session()->send({.path = path}, this, parse, [this, wanted](Result<ObjectSchema> schema) {
        if (m_schemaOf != wanted)
            return;
        if (!schema) { // asked again with the next key
            m_schemaOf.clear();
            return;
        }
        m_schema = std::move(*schema);
        if (const int position = std::exchange(m_wanted, -1); position >= 0)
            suggest(position);
    });
}

YamlOutline::Place YamlAssistant::placeAt(int position) const {
    const QTextCursor cursor = cursorAt(position);
    return YamlOutline(text()->toPlainText()).placeAt(cursor.blockNumber(), cursor.positionInBlock());
}

void YamlAssistant::suggest(int position) {
    if (!text())
        return;
    const YamlOutline outline(text()->toPlainText());
    const QTextCursor cursor = cursorAt(position);
    const YamlOutline::Place place = outline.placeAt(cursor.blockNumber(), cursor.positionInBlock());
    needSchema(outline, place.document);
    if (!m_schema.isValid())
        m_wanted = position;
    m_suggestions.set(suggestionsFor(m_schema, place));
}

int YamlAssistant::accept(int position, const QString &key) {
    if (!text())
        return position;
    const YamlOutline::Place place = placeAt(position);
    QTextCursor cursor = cursorAt(position);
    cursor.beginEditBlock();
    cursor.setPosition(position - static_cast<int>(place.typed.size()), QTextCursor::KeepAnchor);
    if (place.value) {
        cursor.insertText(key);
    } else {
        const ObjectSchema::Field field = m_schema.fieldAt(place.parent + QStringList{key});
        const QString columns(cursor.positionInBlock(), u' ');
        QString insert = key + u':';
        if (field.list)
            insert += u'\n' + columns + QStringLiteral("- ");
        else
            insert += field.nested ? u'\n' + columns + QString(kIndent, u' ') : QStringLiteral(" ");
        cursor.insertText(insert);
    }
    cursor.endEditBlock();
    return cursor.position();
}

void YamlAssistant::lookUp(int position) {
    if (!text() || text()->characterCount() > kLookUpMax)
        return;
    const YamlOutline outline(text()->toPlainText());
    const int line = cursorAt(position).blockNumber();
    const QStringList path = outline.pathAt(line);
    if (!path.isEmpty())
        needSchema(outline, outline.lines()[line].document);
    const ObjectSchema::Field field = m_schema.fieldAt(path);
    m_helpTitle = field.name.isEmpty() ? QString() : QStringLiteral("%1 · %2").arg(path.join(u'.'), field.type);
    m_helpText = field.help;
    Q_EMIT helpChanged();
}

int YamlAssistant::newLine(int position) {
    QTextCursor cursor = cursorAt(position);
    const QString before = cursor.block().text().left(cursor.positionInBlock());
    int indent = indentOf(before);
    const QString content = before.mid(indent).trimmed();
    if (content.startsWith(u"- ")) // the next field of the same item
        indent += kIndent;
    if (content.endsWith(u':') || content.endsWith(u'|') || content.endsWith(u'>'))
        indent += kIndent;
    cursor.insertText(u'\n' + QString(indent, u' '));
    return cursor.position();
}

int YamlAssistant::indent(int begin, int end, bool out) {
    QTextCursor cursor = cursorAt(begin);
    if (begin == end && !out) {
        cursor.insertText(QString(kIndent - cursor.positionInBlock() % kIndent, u' '));
        return cursor.position();
    }
    QTextCursor kept = cursorAt(end);
    const int last = kept.blockNumber();
    cursor.beginEditBlock();
    for (QTextBlock block = cursor.block(); block.isValid() && block.blockNumber() <= last; block = block.next()) {
        cursor.setPosition(block.position());
        if (!out) {
            cursor.insertText(QString(kIndent, u' '));
            continue;
        }
        cursor.setPosition(block.position() + std::min(kIndent, indentOf(block.text())), QTextCursor::KeepAnchor);
        cursor.removeSelectedText();
    }
    cursor.endEditBlock();
    return kept.position();
}

int YamlAssistant::positionOf(int line) const {
    return text() ? text()->findBlockByNumber(line).position() : 0;
}

} // namespace coracle::app
