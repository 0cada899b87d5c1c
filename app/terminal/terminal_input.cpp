#include "app/terminal/terminal_item.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QInputMethodEvent>
#include <algorithm>
#include <cmath>

/// The part of TerminalItem that takes keys, fingers and the mouse.
namespace coracle::app {

namespace {

constexpr int kWheelRows = 3; ///< of one notch
constexpr Qt::KeyboardModifiers kCtrlShift = Qt::ControlModifier | Qt::ShiftModifier;

} // namespace

Qt::KeyboardModifiers TerminalItem::takeArmed(Qt::KeyboardModifiers modifiers) {
    if (!m_ctrlArmed)
        return modifiers;
    m_ctrlArmed = false;
    Q_EMIT ctrlArmedChanged();
    return modifiers | Qt::ControlModifier;
}

bool TerminalItem::handleShortcut(QKeyEvent *event) {
    const Qt::KeyboardModifiers modifiers = event->modifiers() & ~Qt::KeypadModifier;
    if (modifiers == kCtrlShift && event->key() == Qt::Key_C)
        copy();
    else if ((modifiers == kCtrlShift && event->key() == Qt::Key_V) ||
             (modifiers == Qt::ShiftModifier && event->key() == Qt::Key_Insert))
        paste();
    else if (modifiers == kCtrlShift && event->key() == Qt::Key_A)
        selectAll();
    else if (modifiers == Qt::ShiftModifier && event->key() == Qt::Key_PageUp)
        setScrollRows(m_scrollRows + visibleRows() - 1);
    else if (modifiers == Qt::ShiftModifier && event->key() == Qt::Key_PageDown)
        setScrollRows(m_scrollRows - visibleRows() + 1);
    else
        return false;
    return true;
}

void TerminalItem::keyPressEvent(QKeyEvent *event) {
    // Ctrl+Tab leaves the terminal: Tab itself is the program's.
    const bool leaves = (event->key() == Qt::Key_Tab || event->key() == Qt::Key_Backtab) &&
                        event->modifiers().testFlag(Qt::ControlModifier);
    if (!m_session || leaves)
        return event->ignore();
    event->accept();
    if (handleShortcut(event))
        return;
    const Qt::KeyboardModifiers modifiers = takeArmed(event->modifiers());
    if (m_session->screen().pressKey(event->key(), modifiers))
        return setScrollRows(0);
    QString text = event->text();
    // With Ctrl the system gives a control character: the terminal makes it itself of the letter.
    if (modifiers.testFlag(Qt::ControlModifier) && event->key() >= Qt::Key_Space && event->key() <= Qt::Key_AsciiTilde)
        text = QChar(event->key()).toLower();
    if (text.isEmpty())
        return event->ignore();
    m_session->screen().type(text, modifiers);
    setScrollRows(0);
}

void TerminalItem::inputMethodEvent(QInputMethodEvent *event) {
    if (m_session && !event->commitString().isEmpty()) {
        m_session->screen().type(event->commitString(), takeArmed({}));
        setScrollRows(0);
    }
    event->accept();
}

QVariant TerminalItem::inputMethodQuery(Qt::InputMethodQuery query) const {
    switch (query) {
    case Qt::ImEnabled:
        return true;
    case Qt::ImHints:
        return int(Qt::ImhNoPredictiveText | Qt::ImhNoAutoUppercase | Qt::ImhSensitiveData);
    case Qt::ImCursorRectangle:
        if (m_session)
            return QRectF(m_session->screen().cursorColumn() * m_cellWidth,
                          static_cast<double>(m_session->screen().cursorRow() - topRow()) * m_cellHeight, m_cellWidth,
                          m_cellHeight);
        return {};
    default:
        return QQuickPaintedItem::inputMethodQuery(query);
    }
}

void TerminalItem::press(int key) {
    if (m_session)
        m_session->screen().pressKey(key, takeArmed({}));
}

void TerminalItem::type(const QString &text) {
    if (m_session)
        m_session->screen().type(text, takeArmed({}));
}

void TerminalItem::copy() {
    if (m_session && hasSelection())
        QGuiApplication::clipboard()->setText(selectedText());
}

void TerminalItem::paste() {
    if (m_session)
        m_session->screen().paste(QGuiApplication::clipboard()->text());
}

void TerminalItem::selectAll() {
    if (!m_session)
        return;
    m_anchor = {m_session->screen().firstRow(), 0};
    m_cursor = {m_session->screen().endRow(), 0};
    Q_EMIT selectionChanged();
}

QString TerminalItem::selectedText() const {
    const auto [from, to] = std::minmax(m_anchor, m_cursor);
    QStringList lines;
    for (qint64 row = from.row; row <= std::min(to.row, m_session->screen().endRow() - 1); ++row)
        lines.append(m_session->screen().text(row, row == from.row ? from.column : 0, row == to.row ? to.column : -1));
    return lines.join(u'\n');
}

TerminalItem::Caret TerminalItem::caretAt(const QPointF &point) const {
    const int row = std::clamp(static_cast<int>(point.y() / m_cellHeight), 0, visibleRows() - 1);
    const int column = static_cast<int>(std::round(point.x() / m_cellWidth));
    return {topRow() + row, std::clamp(column, 0, m_session->screen().columns())};
}

void TerminalItem::mousePressEvent(QMouseEvent *event) {
    forceActiveFocus(Qt::MouseFocusReason);
    if (!m_session)
        return;
    if (event->button() == Qt::MiddleButton && QGuiApplication::clipboard()->supportsSelection()) {
        m_session->screen().paste(QGuiApplication::clipboard()->text(QClipboard::Selection));
        return;
    }
    setKeepMouseGrab(true);
    // A finger scrolls; a mouse selects.
    m_selecting = event->source() == Qt::MouseEventNotSynthesized;
    m_lastTouch = event->position();
    m_dragged = 0;
    m_anchor = m_cursor = caretAt(event->position());
    Q_EMIT selectionChanged();
    if (!m_selecting)
        QGuiApplication::inputMethod()->show();
}

void TerminalItem::mouseMoveEvent(QMouseEvent *event) {
    if (!m_session)
        return;
    if (m_selecting) {
        m_cursor = caretAt(event->position());
        Q_EMIT selectionChanged();
        return;
    }
    m_dragged += event->position().y() - m_lastTouch.y();
    m_lastTouch = event->position();
    const int rows = static_cast<int>(m_dragged / m_cellHeight);
    m_dragged -= rows * m_cellHeight;
    setScrollRows(m_scrollRows + rows);
}

void TerminalItem::mouseReleaseEvent(QMouseEvent *) {
    setKeepMouseGrab(false);
    if (m_session && hasSelection() && QGuiApplication::clipboard()->supportsSelection())
        QGuiApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
}

void TerminalItem::wheelEvent(QWheelEvent *event) {
    setScrollRows(m_scrollRows + event->angleDelta().y() * kWheelRows / 120);
    event->accept();
}

void TerminalItem::focusInEvent(QFocusEvent *event) {
    QQuickPaintedItem::focusInEvent(event);
    update();
}

void TerminalItem::focusOutEvent(QFocusEvent *event) {
    QQuickPaintedItem::focusOutEvent(event);
    update();
}

} // namespace coracle::app
