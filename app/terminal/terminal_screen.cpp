#include "app/terminal/terminal_screen.h"

#include <vterm.h>

#include <QHash>
#include <algorithm>

namespace coracle::app {

namespace {

constexpr qsizetype kTitleMax = 256;

TerminalColor colorOf(const VTermColor &color) {
    if (VTERM_COLOR_IS_DEFAULT_FG(&color) || VTERM_COLOR_IS_DEFAULT_BG(&color))
        return {};
    if (VTERM_COLOR_IS_INDEXED(&color))
        return {.kind = TerminalColor::Kind::Indexed, .red = color.indexed.idx};
    return {.kind = TerminalColor::Kind::Rgb, .red = color.rgb.red, .green = color.rgb.green, .blue = color.rgb.blue};
}

TerminalCell cellOf(const VTermScreenCell &cell) {
    // The second half of a wide character has the code (uint32_t)-1.
    const bool half = cell.chars[0] == static_cast<uint32_t>(-1);
    return {.code = half ? U'\0' : static_cast<char32_t>(cell.chars[0]),
            .mark = half || cell.chars[0] == 0 ? U'\0' : static_cast<char32_t>(cell.chars[1]),
            .foreground = colorOf(cell.fg),
            .background = colorOf(cell.bg),
            .width = half ? quint8(0) : static_cast<quint8>(cell.width),
            .bold = cell.attrs.bold != 0,
            .italic = cell.attrs.italic != 0,
            .underline = cell.attrs.underline != 0,
            .reverse = cell.attrs.reverse != 0,
            .strike = cell.attrs.strike != 0};
}

VTermModifier modifiersOf(Qt::KeyboardModifiers modifiers) {
    int made = VTERM_MOD_NONE;
    if (modifiers & Qt::ShiftModifier)
        made |= VTERM_MOD_SHIFT;
    if (modifiers & Qt::AltModifier)
        made |= VTERM_MOD_ALT;
    if (modifiers & Qt::ControlModifier)
        made |= VTERM_MOD_CTRL;
    return static_cast<VTermModifier>(made);
}

VTermKey keyOf(int key) {
    static const QHash<int, VTermKey> keys{
        {Qt::Key_Return, VTERM_KEY_ENTER},
        {Qt::Key_Enter, VTERM_KEY_ENTER},
        {Qt::Key_Tab, VTERM_KEY_TAB},
        {Qt::Key_Backtab, VTERM_KEY_TAB},
        {Qt::Key_Backspace, VTERM_KEY_BACKSPACE},
        {Qt::Key_Escape, VTERM_KEY_ESCAPE},
        {Qt::Key_Up, VTERM_KEY_UP},
        {Qt::Key_Down, VTERM_KEY_DOWN},
        {Qt::Key_Left, VTERM_KEY_LEFT},
        {Qt::Key_Right, VTERM_KEY_RIGHT},
        {Qt::Key_Insert, VTERM_KEY_INS},
        {Qt::Key_Delete, VTERM_KEY_DEL},
        {Qt::Key_Home, VTERM_KEY_HOME},
        {Qt::Key_End, VTERM_KEY_END},
        {Qt::Key_PageUp, VTERM_KEY_PAGEUP},
        {Qt::Key_PageDown, VTERM_KEY_PAGEDOWN},
    };
    if (key >= Qt::Key_F1 && key <= Qt::Key_F12)
        return static_cast<VTermKey>(VTERM_KEY_FUNCTION(key - Qt::Key_F1 + 1));
    return keys.value(key, VTERM_KEY_NONE);
}

} // namespace

/// What libvterm calls, with the screen as `user`.
struct TerminalScreen::Callbacks {
    static TerminalScreen *self(void *user) { return static_cast<TerminalScreen *>(user); }

    static int damage(VTermRect, void *) { return 1; }
    static int moveCursor(VTermPos place, VTermPos, int, void *user) {
        self(user)->m_cursorColumn = place.col;
        self(user)->m_cursorRow = place.row;
        return 1;
    }
    static int setProperty(VTermProp property, VTermValue *value, void *user) {
        TerminalScreen *screen = self(user);
        if (property == VTERM_PROP_CURSORVISIBLE)
            screen->m_cursorVisible = value->boolean != 0;
        if (property == VTERM_PROP_TITLE) {
            screen->m_title = QString::fromUtf8(value->string).left(kTitleMax);
            Q_EMIT screen->titleChanged();
        }
        return 1;
    }
    static int ringBell(void *user) {
        Q_EMIT self(user)->bell();
        return 1;
    }
    static int push(int columns, const VTermScreenCell *cells, void *user) {
        TerminalLine line;
        int used = columns;
        while (used > 0 && cells[used - 1].chars[0] == 0 && VTERM_COLOR_IS_DEFAULT_BG(&cells[used - 1].bg))
            --used;
        line.reserve(used);
        for (int i = 0; i < used; ++i)
            line.append(cellOf(cells[i]));
        self(user)->pushLine(std::move(line));
        return 1;
    }
    static void write(const char *bytes, size_t size, void *user) {
        Q_EMIT self(user)->output(QByteArray(bytes, static_cast<qsizetype>(size)));
    }

    static const VTermScreenCallbacks kAll;
};

const VTermScreenCallbacks TerminalScreen::Callbacks::kAll{
    .damage = damage,
    .moverect = nullptr,
    .movecursor = moveCursor,
    .settermprop = setProperty,
    .bell = ringBell,
    .resize = nullptr,
    .sb_pushline = push,
    .sb_popline = nullptr,
};

TerminalScreen::TerminalScreen(QObject *parent)
    : QObject(parent),
      m_terminal(vterm_new(m_size.height(), m_size.width())),
      m_screen(vterm_obtain_screen(m_terminal)) {
    vterm_set_utf8(m_terminal, 1);
    vterm_output_set_callback(m_terminal, Callbacks::write, this);
    vterm_screen_set_callbacks(m_screen, &Callbacks::kAll, this);
    vterm_screen_set_damage_merge(m_screen, VTERM_DAMAGE_SCROLL);
    vterm_screen_enable_altscreen(m_screen, 1);
    vterm_screen_reset(m_screen, 1);
}

TerminalScreen::~TerminalScreen() {
    vterm_free(m_terminal);
}

void TerminalScreen::write(const QByteArray &bytes) {
    vterm_input_write(m_terminal, bytes.constData(), static_cast<size_t>(bytes.size()));
    vterm_screen_flush_damage(m_screen);
    Q_EMIT changed();
}

void TerminalScreen::resize(QSize size) {
    size = size.expandedTo(QSize(2, 2));
    if (size == m_size)
        return;
    m_size = size;
    vterm_set_size(m_terminal, size.height(), size.width());
    vterm_screen_flush_damage(m_screen);
    Q_EMIT changed();
}

void TerminalScreen::reset() {
    m_firstRow = endRow();
    m_scrollback.clear();
    vterm_screen_reset(m_screen, 1);
    Q_EMIT changed();
}

void TerminalScreen::pushLine(TerminalLine line) {
    m_scrollback.push_back(std::move(line));
    if (m_scrollback.size() > kScrollbackMax) {
        m_scrollback.pop_front();
        ++m_firstRow;
    }
}

TerminalLine TerminalScreen::line(qint64 row) const {
    if (row < firstRow() || row >= endRow())
        return {};
    if (row < screenRow())
        return m_scrollback[static_cast<size_t>(row - m_firstRow)];
    TerminalLine line;
    line.reserve(columns());
    VTermScreenCell cell;
    for (int column = 0; column < columns(); ++column)
        if (vterm_screen_get_cell(m_screen, {.row = static_cast<int>(row - screenRow()), .col = column}, &cell))
            line.append(cellOf(cell));
    return line;
}

QString TerminalScreen::text(qint64 row, int fromColumn, int toColumn) const {
    const TerminalLine cells = line(row);
    const auto end = static_cast<qsizetype>(toColumn < 0 ? cells.size() : std::min<qsizetype>(toColumn, cells.size()));
    QString text;
    for (qsizetype i = std::max(0, fromColumn); i < end; ++i) {
        if (cells[i].width == 0)
            continue;
        text += cells[i].code ? QString::fromUcs4(&cells[i].code, 1) : QStringLiteral(" ");
        if (cells[i].mark)
            text += QString::fromUcs4(&cells[i].mark, 1);
    }
    while (text.endsWith(u' '))
        text.chop(1);
    return text;
}

bool TerminalScreen::pressKey(int key, Qt::KeyboardModifiers modifiers) {
    const VTermKey known = keyOf(key);
    if (known == VTERM_KEY_NONE)
        return false;
    if (key == Qt::Key_Backtab)
        modifiers |= Qt::ShiftModifier;
    vterm_keyboard_key(m_terminal, known, modifiersOf(modifiers));
    return true;
}

void TerminalScreen::type(const QString &text, Qt::KeyboardModifiers modifiers) {
    for (const char32_t code : text.toUcs4())
        vterm_keyboard_unichar(m_terminal, code, modifiersOf(modifiers & ~Qt::ShiftModifier));
}

void TerminalScreen::paste(const QString &text) {
    vterm_keyboard_start_paste(m_terminal);
    QString lines = text;
    lines.replace(QStringLiteral("\r\n"), QStringLiteral("\r")).replace(u'\n', u'\r');
    Q_EMIT output(lines.toUtf8());
    vterm_keyboard_end_paste(m_terminal);
}

} // namespace coracle::app
