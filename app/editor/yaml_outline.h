#pragma once

#include <QList>
#include <QString>
#include <QStringList>

/// Where the fields of an object stand in its YAML. Made from the lines alone, so that it also works while somebody
/// types and the text is no YAML yet; anchors and collections in braces are not looked into. No state; any thread.
namespace coracle::app {

/// "spec.containers[0].image" as {"spec", "containers", "0", "image"}.
QStringList fieldPath(const QString &field);

class YamlOutline {
public:
    struct Line {
        QStringList path;  ///< of the field or list item that begins here or goes on; empty: none
        int document = 0;  ///< number of the document in the text
        int column = 0;    ///< where the key or the value begins
        QString key;       ///< empty: no field begins here
        bool text = false; ///< a line of a literal or folded text
    };
    /// What can be written at a place.
    struct Place {
        int document = 0;
        QStringList parent;   ///< the object that a field here would belong to
        QString typed;        ///< what stands there of the key
        bool value = false;   ///< behind the colon; parent is then the field itself
        QStringList siblings; ///< fields that the parent has already
    };

    explicit YamlOutline(const QString &text);

    const QList<Line> &lines() const { return m_lines; }
    /// The line (from 0) of a field, or of the nearest thing above it that is there.
    int lineOf(int document, const QStringList &path) const;
    /// Of the field on this line.
    QStringList pathAt(int line) const;
    Place placeAt(int line, int column) const;

private:
    QStringList m_texts;
    QList<Line> m_lines;
};

} // namespace coracle::app
