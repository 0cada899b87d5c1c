#pragma once

#include "app/clusters/cluster.h"
#include "app/editor/object_schema.h"
#include "app/editor/yaml_highlighter.h"
#include "app/editor/yaml_outline.h"
#include "app/models/row_list_model.h"

#include <QQuickTextDocument>
#include <QTextCursor>

namespace coracle::app {

/// A field or a value that can be written at the cursor.
struct SuggestionRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString type MEMBER type)
    Q_PROPERTY(QString help MEMBER help)
    Q_PROPERTY(bool required MEMBER required)

public:
    QString key; ///< the name, or the value
    QString type, help;
    bool required = false;
};

/// What the schema offers at a place of the text, what fits the typed beginning first. No state; any thread.
QList<SuggestionRow> suggestionsFor(const ObjectSchema &schema, const YamlOutline::Place &place);

/// Helps with writing YAML in a TextEdit: colours, indentation, and what the cluster's schema knows of the place at the
/// cursor. Positions are the TextEdit's. The schema of the first object in the text is asked for once. GUI thread.
class YamlAssistant : public QObject {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::Cluster *cluster MEMBER m_cluster NOTIFY clusterChanged)
    Q_PROPERTY(QQuickTextDocument *document MEMBER m_quick WRITE setDocument NOTIFY documentChanged)
    Q_PROPERTY(QColor keyColor READ keyColor WRITE setKeyColor NOTIFY colorsChanged)
    Q_PROPERTY(QColor textColor READ textColor WRITE setTextColor NOTIFY colorsChanged)
    Q_PROPERTY(QColor numberColor READ numberColor WRITE setNumberColor NOTIFY colorsChanged)
    Q_PROPERTY(QColor commentColor READ commentColor WRITE setCommentColor NOTIFY colorsChanged)
    Q_PROPERTY(coracle::app::RowListModel *suggestions READ suggestions CONSTANT)
    /// What the field at the cursor is for; empty when nothing is known.
    Q_PROPERTY(QString helpText READ helpText NOTIFY helpChanged)
    /// Its name and type.
    Q_PROPERTY(QString helpTitle READ helpTitle NOTIFY helpChanged)

public:
    explicit YamlAssistant(QObject *parent = nullptr) : QObject(parent) {}

    void setDocument(QQuickTextDocument *document);
    QColor keyColor() const { return m_colors.key; }
    void setKeyColor(const QColor &color) { setColor(&YamlColors::key, color); }
    QColor textColor() const { return m_colors.text; }
    void setTextColor(const QColor &color) { setColor(&YamlColors::text, color); }
    QColor numberColor() const { return m_colors.number; }
    void setNumberColor(const QColor &color) { setColor(&YamlColors::number, color); }
    QColor commentColor() const { return m_colors.comment; }
    void setCommentColor(const QColor &color) { setColor(&YamlColors::comment, color); }
    RowListModel *suggestions() { return &m_suggestions; }
    QString helpText() const { return m_helpText; }
    QString helpTitle() const { return m_helpTitle; }

    /// Fills `suggestions`.
    Q_INVOKABLE void suggest(int position);
    /// Writes a suggestion in the place of what is typed of it; where the cursor stands then.
    Q_INVOKABLE int accept(int position, const QString &key);
    /// Looks up the field at the cursor.
    Q_INVOKABLE void lookUp(int position);
    /// A line break, indented as the line before asks for; where the cursor stands then.
    Q_INVOKABLE int newLine(int position);
    /// Two columns in or out, all lines of the selection; where the cursor stands then.
    Q_INVOKABLE int indent(int begin, int end, bool out);
    /// Where a line (from 0) begins.
    Q_INVOKABLE int positionOf(int line) const;

Q_SIGNALS:
    void clusterChanged();
    void documentChanged();
    void colorsChanged();
    void helpChanged();

private:
    void setColor(QColor YamlColors::*color, const QColor &value);
    QTextDocument *text() const { return m_quick ? m_quick->textDocument() : nullptr; }
    QTextCursor cursorAt(int position) const;
    YamlOutline::Place placeAt(int position) const;
    /// Asks for the schema of the object that the document begins with, unless it is known.
    void needSchema(const YamlOutline &outline, int document);

    QPointer<Cluster> m_cluster;
    QPointer<QQuickTextDocument> m_quick;
    QPointer<YamlHighlighter> m_highlighter;
    YamlColors m_colors;
    RowListModel m_suggestions{SuggestionRow::staticMetaObject};
    ObjectSchema m_schema;
    QString m_schemaOf; ///< "apps/v1 Deployment"
    int m_wanted = -1;  ///< suggestions for this position wait for the schema
    QString m_helpText, m_helpTitle;
};

} // namespace coracle::app
