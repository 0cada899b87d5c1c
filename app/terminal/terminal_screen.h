#pragma once

#include <QByteArray>
#include <QList>
#include <QObject>
#include <QSize>
#include <QString>
#include <deque>
#include <memory>

struct VTerm;
struct VTermScreen;

namespace coracle::app {

/// A colour of a cell: of the theme, of the palette of 256, or given.
struct TerminalColor {
    enum class Kind : quint8 { Default, Indexed, Rgb };
    Kind kind = Kind::Default;
    quint8 red = 0, green = 0, blue = 0; ///< of Indexed, `red` is the index
    bool operator==(const TerminalColor &) const = default;
};

struct TerminalCell {
    char32_t code = 0; ///< 0: empty
    char32_t mark = 0; ///< a combining character above it
    TerminalColor foreground, background;
    quint8 width = 1; ///< in columns; 0: the second half of a wide one
    bool bold = false, italic = false, underline = false, reverse = false, strike = false;
    bool operator==(const TerminalCell &) const = default;
};
using TerminalLine = QList<TerminalCell>;

/// A terminal (xterm-256color) without a look: takes what a program writes, answers what it asks, and turns keys into
/// bytes. Rows are numbered from 0, beginning with the oldest that was ever seen. GUI thread.
class TerminalScreen : public QObject {
    Q_OBJECT

public:
    static constexpr size_t kScrollbackMax = 3'000;

    explicit TerminalScreen(QObject *parent = nullptr);
    ~TerminalScreen() override;

    /// What the program wrote.
    void write(const QByteArray &bytes);
    /// At least 2 by 2.
    void resize(QSize columnsAndRows);
    /// As new, without scroll-back.
    void reset();

    int columns() const { return m_size.width(); }
    int rows() const { return m_size.height(); }
    /// The oldest row that is kept, and the first of the screen itself.
    qint64 firstRow() const { return m_firstRow; }
    qint64 screenRow() const { return m_firstRow + static_cast<qint64>(m_scrollback.size()); }
    qint64 endRow() const { return screenRow() + rows(); }
    /// May be shorter than the screen is wide.
    TerminalLine line(qint64 row) const;
    /// Without the blanks at its end.
    QString text(qint64 row, int fromColumn = 0, int toColumn = -1) const;

    bool cursorVisible() const { return m_cursorVisible; }
    int cursorColumn() const { return m_cursorColumn; }
    qint64 cursorRow() const { return screenRow() + m_cursorRow; }
    const QString &title() const { return m_title; }

    /// A key without a character, or with modifiers. False: it means nothing to a terminal.
    bool pressKey(int key, Qt::KeyboardModifiers modifiers);
    void type(const QString &text, Qt::KeyboardModifiers modifiers = {});
    /// Bracketed, when the program wants that.
    void paste(const QString &text);

Q_SIGNALS:
    /// Bytes for the program.
    void output(const QByteArray &bytes);
    void changed();
    void titleChanged();
    void bell();

private:
    struct Callbacks;
    void pushLine(TerminalLine line);

    QSize m_size{80, 24}; ///< before the terminal, which is made with it
    VTerm *m_terminal = nullptr;
    VTermScreen *m_screen = nullptr;
    std::deque<TerminalLine> m_scrollback;
    qint64 m_firstRow = 0;
    bool m_cursorVisible = true;
    int m_cursorColumn = 0, m_cursorRow = 0;
    QString m_title;
};

} // namespace coracle::app
