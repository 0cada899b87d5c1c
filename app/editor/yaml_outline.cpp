#include "app/editor/yaml_outline.h"

#include <algorithm>

namespace coracle::app {

namespace {

/// A field or a list on the way to the present line.
struct Frame {
    int column;
    bool list;
    QString segment;
    int item = 0;
};

class Scanner {
public:
    YamlOutline::Line next(const QString &text) {
        YamlOutline::Line line{.path = {}, .document = m_document, .column = 0, .key = {}, .text = false};
        const int indent = indentOf(text);
        const QString content = text.mid(indent);
        if (m_textColumn >= 0 && (content.isEmpty() || indent > m_textColumn)) {
            line.path = path();
            line.text = true;
            line.column = indent;
            return line;
        }
        m_textColumn = -1;
        if (content.isEmpty() || content.startsWith(u'#'))
            return line;
        if (indent == 0 && (text == u"---" || text.startsWith(u"--- ") || text == u"...")) {
            m_frames.clear();
            line.document = ++m_document;
            return line;
        }
        readContent(content, indent, line);
        return line;
    }

    /// The frames that hold what stands at this column, after the dashes that the line begins with.
    int enter(const QString &text, int column) {
        int at = std::min(indentOf(text), column);
        while (text.mid(at).startsWith(u"- ") && at + 2 <= column) {
            openItem(at);
            at += 2 + indentOf(text.mid(at + 2));
        }
        closeFrom(at);
        return at;
    }

    QStringList path() const {
        QStringList segments;
        for (const Frame &frame : m_frames)
            segments.append(frame.list ? QString::number(frame.item) : frame.segment);
        return segments;
    }
    int document() const { return m_document; }
    bool inText(const QString &text) const { return m_textColumn >= 0 && indentOf(text) > m_textColumn; }

    static int indentOf(const QString &text) {
        const auto end = std::find_if(text.begin(), text.end(), [](QChar c) { return c != u' '; });
        return static_cast<int>(end - text.begin());
    }

    /// Where the colon behind the key is; -1: no field begins here.
    static int keyEnd(const QString &content) {
        if (content.isEmpty() || QStringLiteral("[{#|>&*!%@").contains(content[0]))
            return -1;
        int from = 0;
        if (content[0] == u'"' || content[0] == u'\'') {
            from = static_cast<int>(content.indexOf(content[0], 1)) + 1;
            return from > 0 && content.mid(from).startsWith(u':') ? from : -1;
        }
        for (int colon = static_cast<int>(content.indexOf(u':')); colon >= 0;
             colon = static_cast<int>(content.indexOf(u':', colon + 1)))
            if (colon + 1 == content.size() || content[colon + 1] == u' ')
                return colon;
        return -1;
    }

private:
    void readContent(QString content, int column, YamlOutline::Line &line) {
        bool item = false;
        while (content == u"-" || content.startsWith(u"- ")) {
            openItem(column);
            const int skip = content.size() == 1 ? 1 : 1 + indentOf(content.mid(1));
            content = content.mid(skip);
            m_textColumn = isText(content) ? column : -1;
            column += skip;
            item = true;
        }
        line.column = column;
        const int colon = keyEnd(content);
        if (colon < 0) { // a list's value, or a value that goes on
            line.path = path();
            return;
        }
        if (!item || !content.isEmpty())
            closeFrom(column);
        QString key = content.left(colon);
        if (key.size() > 1 && (key[0] == u'"' || key[0] == u'\''))
            key = key.mid(1, key.size() - 2);
        m_frames.append({.column = column, .list = false, .segment = key});
        line.key = key;
        line.path = path();
        if (isText(content.mid(colon + 1).trimmed()))
            m_textColumn = column;
    }

    static bool isText(const QString &value) { return value.startsWith(u'|') || value.startsWith(u'>'); }

    void openItem(int column) {
        while (!m_frames.isEmpty() && m_frames.last().column > column)
            m_frames.removeLast();
        if (!m_frames.isEmpty() && m_frames.last().list && m_frames.last().column == column)
            ++m_frames.last().item;
        else
            m_frames.append({.column = column, .list = true, .segment = {}});
    }

    void closeFrom(int column) {
        while (!m_frames.isEmpty() && m_frames.last().column >= column)
            m_frames.removeLast();
    }

    QList<Frame> m_frames;
    int m_document = 0;
    int m_textColumn = -1; ///< lines that are indented more belong to a text
};

} // namespace

QStringList fieldPath(const QString &field) {
    QStringList path;
    QString segment;
    bool bracket = false;
    const auto end = [&] {
        if (!segment.isEmpty())
            path.append(std::exchange(segment, {}));
    };
    for (const QChar c : field) {
        if (c == u'[' && !bracket) {
            end();
            bracket = true;
        } else if (c == u']' && bracket) {
            end();
            bracket = false;
        } else if (c == u'.' && !bracket) {
            end();
        } else if (c != u'"') {
            segment += c;
        }
    }
    end();
    return path;
}

YamlOutline::YamlOutline(const QString &text) : m_texts(text.split(u'\n')) {
    Scanner scanner;
    m_lines.reserve(m_texts.size());
    for (const QString &line : std::as_const(m_texts))
        m_lines.append(scanner.next(line));
}

int YamlOutline::lineOf(int document, const QStringList &path) const {
    int best = 0;
    qsizetype bestCommon = -1;
    for (int i = 0; i < m_lines.size(); ++i) {
        const Line &line = m_lines[i];
        if (line.document != document || line.path.isEmpty())
            continue;
        const auto common = std::mismatch(line.path.begin(), line.path.end(), path.begin(), path.end()).first;
        if (const qsizetype length = common - line.path.begin(); length > bestCommon) {
            best = i;
            bestCommon = length;
        }
    }
    return best;
}

QStringList YamlOutline::pathAt(int line) const {
    return line >= 0 && line < m_lines.size() ? m_lines[line].path : QStringList();
}

YamlOutline::Place YamlOutline::placeAt(int line, int column) const {
    Place place;
    if (line < 0 || line >= m_texts.size())
        return place;
    Scanner scanner;
    for (int i = 0; i < line; ++i)
        scanner.next(m_texts[i]);
    const QString &text = m_texts[line];
    if (scanner.inText(text))
        return place;
    const int begin = scanner.enter(text, column);
    place.document = scanner.document();
    place.parent = scanner.path();
    const QString content = text.mid(begin);
    const int colon = Scanner::keyEnd(content);
    place.value = colon >= 0 && column > begin + colon;
    for (int i = 0; i < m_lines.size(); ++i)
        if (const Line &other = m_lines[i]; i != line && other.document == place.document && !other.key.isEmpty() &&
                                            other.path.size() == place.parent.size() + 1 &&
                                            other.path.mid(0, place.parent.size()) == place.parent)
            place.siblings.append(other.key);
    if (place.value) {
        place.parent.append(content.left(colon));
        place.typed = text.mid(begin + colon + 1, column - begin - colon - 1).trimmed();
    } else {
        place.typed = text.mid(begin, column - begin);
    }
    return place;
}

} // namespace coracle::app
