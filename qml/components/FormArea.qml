import QtQuick
import QtQuick.Controls

/// Several lines in a form: Tab goes on to the next field instead of being written.
TextArea {
    Keys.onTabPressed: nextItemInFocusChain().forceActiveFocus(Qt.TabFocusReason)
    Keys.onBacktabPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
}
