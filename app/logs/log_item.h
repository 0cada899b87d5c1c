#pragma once

#include "app/logs/log_layout.h"
#include "app/logs/log_reader.h"

#include <QColor>
#include <QFont>
#include <QQuickPaintedItem>

namespace coracle::app {

/// The visible part of a LogReader's lines, painted row by row, with selectable text. It is as large as the view; the
/// Flickable around it tells how far it is scrolled. Colours and font come from the theme. GUI thread.
class LogItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::LogReader *reader READ reader WRITE setReader NOTIFY changed)
    Q_PROPERTY(bool wrap MEMBER m_wrap WRITE setWrap NOTIFY changed)
    Q_PROPERTY(bool timestamps MEMBER m_timestamps WRITE setTimestamps NOTIFY changed)
    Q_PROPERTY(QFont font MEMBER m_font WRITE setFont NOTIFY changed)
    Q_PROPERTY(QColor textColor MEMBER m_textColor NOTIFY looksChanged)
    Q_PROPERTY(QColor mutedColor MEMBER m_mutedColor NOTIFY looksChanged)
    Q_PROPERTY(QColor selectionColor MEMBER m_selectionColor NOTIFY looksChanged)
    Q_PROPERTY(QColor hitColor MEMBER m_hitColor NOTIFY looksChanged)
    Q_PROPERTY(QColor currentHitColor MEMBER m_currentHitColor NOTIFY looksChanged)
    /// Of the names before the lines, in turn.
    Q_PROPERTY(QList<QColor> sourceColors MEMBER m_sourceColors NOTIFY looksChanged)
    /// How far it is scrolled, in pixels.
    Q_PROPERTY(double contentX MEMBER m_contentX WRITE setContentX NOTIFY scrolled)
    Q_PROPERTY(double contentY MEMBER m_contentY WRITE setContentY NOTIFY scrolled)
    Q_PROPERTY(double contentWidth READ contentWidth NOTIFY contentChanged)
    Q_PROPERTY(double contentHeight READ contentHeight NOTIFY contentChanged)
    Q_PROPERTY(bool hasSelection READ hasSelection NOTIFY selectionChanged)
    /// The visible lines, for screen readers.
    Q_PROPERTY(QString visibleText READ visibleText NOTIFY contentChanged)

public:
    explicit LogItem(QQuickItem *parent = nullptr);

    LogReader *reader() const { return m_reader; }
    void setReader(LogReader *reader);
    void setWrap(bool wrap);
    void setTimestamps(bool timestamps);
    void setFont(const QFont &font);
    void setContentX(double x);
    void setContentY(double y);
    double contentWidth() const;
    double contentHeight() const;
    bool hasSelection() const { return m_anchor != m_cursor; }
    QString visibleText() const;

    void paint(QPainter *painter) override;

    /// What is selected, or everything when nothing is.
    Q_INVOKABLE QString selectedText() const;
    Q_INVOKABLE void selectAll();
    Q_INVOKABLE void selectNone();
    Q_INVOKABLE void copy() const;
    /// Selects a whole line: what a long press does.
    Q_INVOKABLE void selectLineAt(double y);
    /// Where a line begins, in pixels of the content.
    Q_INVOKABLE double lineY(qint64 line) const;
    /// The line at the top of the view.
    Q_INVOKABLE qint64 topLine() const;

Q_SIGNALS:
    void changed();
    void looksChanged();
    void scrolled();
    void contentChanged();
    void selectionChanged();
    /// So many pixels went at the top: scroll back by them to keep what is seen in place.
    void shrunk(double pixels);

protected:
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void geometryChange(const QRectF &now, const QRectF &before) override;

private:
    /// A place between two characters.
    struct Caret {
        qint64 line = 0;
        int column = 0;
        auto operator<=>(const Caret &) const = default;
    };

    void layOut();
    void follow();
    int wrapColumns() const;
    QString leadOf(const LogLine &line) const;
    QString shownText(qint64 line) const;
    Caret caretAt(const QPointF &point) const;
    QString textBetween(Caret from, Caret to) const;
    void select(Caret anchor, Caret cursor);
    void paintRow(QPainter &painter, const LogLayout::Place &place, double y) const;
    void paintHits(QPainter &painter, qint64 line, const QString &text, int from, int to, double x, double y) const;

    QPointer<LogReader> m_reader;
    LogLayout m_layout;
    QStringList m_prefixes;
    int m_prefixColumns = 0;
    bool m_wrap = true, m_timestamps = false;
    QFont m_font;
    double m_charWidth = 8, m_rowHeight = 18, m_ascent = 14;
    double m_contentX = 0, m_contentY = 0;
    QColor m_textColor, m_mutedColor, m_selectionColor, m_hitColor, m_currentHitColor;
    QList<QColor> m_sourceColors;
    Caret m_anchor, m_cursor;
};

} // namespace coracle::app
