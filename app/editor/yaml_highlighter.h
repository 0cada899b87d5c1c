#pragma once

#include <QColor>
#include <QSyntaxHighlighter>

namespace coracle::app {

/// What a piece of a YAML line is.
enum class YamlPart { Key, Text, Number, Word, Comment, Mark };

struct YamlPiece {
    int begin, length;
    YamlPart part;
    bool operator==(const YamlPiece &) const = default;
};

/// The pieces of one line. `textColumn`: the line belongs to a literal text when it is indented more than this (-1: it
/// cannot); becomes what holds for the next line. No state; any thread.
QList<YamlPiece> yamlPieces(const QString &line, int &textColumn);

struct YamlColors {
    QColor key, text, number, comment;
    bool operator==(const YamlColors &) const = default;
};

/// Colours YAML as it is typed, line by line. Owned by the document. GUI thread.
class YamlHighlighter : public QSyntaxHighlighter {
public:
    using QSyntaxHighlighter::QSyntaxHighlighter;
    void setColors(const YamlColors &colors);

protected:
    void highlightBlock(const QString &text) override;

private:
    YamlColors m_colors;
};

} // namespace coracle::app
