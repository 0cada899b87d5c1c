#include "app/editor/yaml_highlighter.h"

#include <QRegularExpression>

namespace coracle::app {

namespace {

int indentOf(const QString &line) {
    int indent = 0;
    while (indent < line.size() && line[indent] == u' ')
        ++indent;
    return indent;
}

/// Behind a blank, outside of quotes.
int commentBegin(const QString &line, int from) {
    QChar quote;
    for (int i = from; i < line.size(); ++i) {
        if (!quote.isNull()) {
            if (line[i] == quote)
                quote = QChar();
        } else if ((line[i] == u'"' || line[i] == u'\'') && (i == from || line[i - 1] == u' ')) {
            quote = line[i];
        } else if (line[i] == u'#' && (i == 0 || line[i - 1] == u' ')) {
            return i;
        }
    }
    return static_cast<int>(line.size());
}

YamlPart partOf(const QString &value) {
    static const QRegularExpression number(QStringLiteral("^[-+]?[0-9][0-9_.eE+-]*$"));
    static const QStringList words{QStringLiteral("true"), QStringLiteral("false"), QStringLiteral("null"),
                                   QStringLiteral("~")};
    if (words.contains(value))
        return YamlPart::Word;
    return number.match(value).hasMatch() ? YamlPart::Number : YamlPart::Text;
}

/// The colon of "key:" or "key: value"; -1: there is none.
int keyEnd(const QString &line, int from, int end) {
    if (from < end && (line[from] == u'"' || line[from] == u'\'')) {
        const int close = static_cast<int>(line.indexOf(line[from], from + 1));
        return close > 0 && close + 1 < end && line[close + 1] == u':' ? close + 1 : -1;
    }
    for (int i = from; i < end; ++i)
        if (line[i] == u':' && (i + 1 == end || line[i + 1] == u' '))
            return i;
    return -1;
}

} // namespace

QList<YamlPiece> yamlPieces(const QString &line, int &textColumn) {
    QList<YamlPiece> pieces;
    const int indent = indentOf(line), size = static_cast<int>(line.size());
    const bool blank = indent == size;
    if (textColumn >= 0 && (blank || indent > textColumn)) {
        if (!blank)
            pieces.append({indent, size - indent, YamlPart::Text});
        return pieces;
    }
    textColumn = -1;
    int at = indent;
    int column = indent;
    while (at < size && line[at] == u'-' && (at + 1 == size || line[at + 1] == u' ')) {
        pieces.append({at, 1, YamlPart::Mark});
        column = at++;
        while (at < size && line[at] == u' ')
            ++at;
    }
    const int end = commentBegin(line, at);
    if (const int colon = keyEnd(line, at, end); colon > at) {
        pieces.append({at, colon - at, YamlPart::Key});
        column = at;
        at = colon + 1;
        while (at < end && line[at] == u' ')
            ++at;
    }
    const QString value = line.mid(at, end - at).trimmed();
    if (!value.isEmpty()) {
        const bool literal = value[0] == u'|' || value[0] == u'>';
        if (literal)
            textColumn = column;
        pieces.append({at, static_cast<int>(value.size()), literal ? YamlPart::Mark : partOf(value)});
    }
    if (end < size)
        pieces.append({end, size - end, YamlPart::Comment});
    return pieces;
}

void YamlHighlighter::setColors(const YamlColors &colors) {
    if (m_colors == colors)
        return;
    m_colors = colors;
    rehighlight();
}

void YamlHighlighter::highlightBlock(const QString &text) {
    int textColumn = previousBlockState() > 0 ? previousBlockState() - 1 : -1;
    for (const YamlPiece &piece : yamlPieces(text, textColumn)) {
        QTextCharFormat format;
        switch (piece.part) {
        case YamlPart::Key:
            format.setForeground(m_colors.key);
            break;
        case YamlPart::Text:
            format.setForeground(m_colors.text);
            break;
        case YamlPart::Number:
        case YamlPart::Word:
            format.setForeground(m_colors.number);
            break;
        case YamlPart::Comment:
        case YamlPart::Mark:
            format.setForeground(m_colors.comment);
            break;
        }
        setFormat(piece.begin, piece.length, format);
    }
    setCurrentBlockState(textColumn + 1);
}

} // namespace coracle::app
