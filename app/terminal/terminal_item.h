#pragma once

#include "app/terminal/exec_session.h"

#include <QColor>
#include <QFont>
#include <QQuickPaintedItem>

namespace coracle::app {

/// Shows the terminal of an ExecSession and types into it. As large as the view; scrolls by whole rows through what has
/// gone by. Colours and font come from the theme. GUI thread.
class TerminalItem : public QQuickPaintedItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(coracle::app::ExecSession *session READ session WRITE setSession NOTIFY sessionChanged)
    Q_PROPERTY(QFont font MEMBER m_font WRITE setFont NOTIFY looksChanged)
    Q_PROPERTY(QColor textColor MEMBER m_textColor NOTIFY looksChanged)
    Q_PROPERTY(QColor backgroundColor MEMBER m_backgroundColor NOTIFY looksChanged)
    Q_PROPERTY(QColor selectionColor MEMBER m_selectionColor NOTIFY looksChanged)
    Q_PROPERTY(QColor cursorColor MEMBER m_cursorColor NOTIFY looksChanged)
    /// The 16 named colours: black, red, green, yellow, blue, magenta, cyan, white, and their bright ones.
    Q_PROPERTY(QList<QColor> namedColors MEMBER m_palette NOTIFY looksChanged)
    /// The next key counts as pressed with Ctrl; then it is false again.
    Q_PROPERTY(bool ctrlArmed MEMBER m_ctrlArmed NOTIFY ctrlArmedChanged)
    /// Rows above the newest that the view's end is at; 0: at the end.
    Q_PROPERTY(int scrollRows READ scrollRows WRITE setScrollRows NOTIFY scrolled)
    Q_PROPERTY(int scrollRowsMax READ scrollRowsMax NOTIFY scrolled)
    Q_PROPERTY(int visibleRows READ visibleRows NOTIFY scrolled)
    Q_PROPERTY(bool hasSelection READ hasSelection NOTIFY selectionChanged)
    /// The visible rows, for screen readers.
    Q_PROPERTY(QString visibleText READ visibleText NOTIFY scrolled)

public:
    explicit TerminalItem(QQuickItem *parent = nullptr);

    ExecSession *session() const { return m_session; }
    void setSession(ExecSession *session);
    void setFont(const QFont &font);
    int scrollRows() const { return m_scrollRows; }
    void setScrollRows(int rows);
    int scrollRowsMax() const;
    int visibleRows() const;
    bool hasSelection() const { return m_anchor != m_cursor; }
    QString visibleText() const;

    void paint(QPainter *painter) override;

    /// A key of the row on the screen: a Qt::Key.
    Q_INVOKABLE void press(int key);
    Q_INVOKABLE void type(const QString &text);
    Q_INVOKABLE void copy();
    Q_INVOKABLE void paste();
    Q_INVOKABLE void selectAll();

    QVariant inputMethodQuery(Qt::InputMethodQuery query) const override;

Q_SIGNALS:
    void sessionChanged();
    void looksChanged();
    void ctrlArmedChanged();
    void scrolled();
    void selectionChanged();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void inputMethodEvent(QInputMethodEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void geometryChange(const QRectF &now, const QRectF &before) override;

private:
    /// A place between two cells.
    struct Caret {
        qint64 row = 0;
        int column = 0;
        auto operator<=>(const Caret &) const = default;
    };

    void fit();
    qint64 topRow() const;
    Qt::KeyboardModifiers takeArmed(Qt::KeyboardModifiers modifiers);
    bool handleShortcut(QKeyEvent *event);
    QColor colorOf(const TerminalColor &color, const QColor &standard) const;
    void paintLine(QPainter &painter, const TerminalLine &line, qint64 row, double y) const;
    void paintCursor(QPainter &painter, double top) const;
    Caret caretAt(const QPointF &point) const;
    QString selectedText() const;

    QPointer<ExecSession> m_session;
    QFont m_font;
    double m_cellWidth = 8, m_cellHeight = 18, m_ascent = 14;
    QColor m_textColor, m_backgroundColor, m_selectionColor, m_cursorColor;
    QList<QColor> m_palette;
    bool m_ctrlArmed = false;
    int m_scrollRows = 0;
    qint64 m_knownRows = 0; ///< the terminal's end when it was last looked at
    double m_dragged = 0;   ///< pixels that a finger has moved and that are no whole row yet
    QPointF m_lastTouch;
    bool m_selecting = false;
    Caret m_anchor, m_cursor;
};

} // namespace coracle::app
