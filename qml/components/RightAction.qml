import QtQuick.Controls

/// An action that the user may have no right to: `reason` says so then (Permissions.refusal), and it cannot be chosen.
/// A page's head and menus show the reason. `possible`: whether it makes sense now.
Action {
    property string reason
    property bool possible: true

    enabled: possible && reason === ""
}
