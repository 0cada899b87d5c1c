pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import Coracle.Ui

GalleryPage {
    Repeater {
        model: ["overview", "node", "workload", "deployment", "statefulset", "daemonset", "job", "cronjob", "pod",
            "container", "service", "ingress", "storage", "disk", "volume", "configmap", "secret", "event", "token",
            "key", "access", "user", "role", "registry", "image", "upgrade", "backup", "restore", "certificate",
            "settings", "yaml", "terminal", "log", "plot", "search", "filter", "add", "remove", "edit", "copy",
            "download", "upload", "refresh", "restart", "play", "pause", "stop", "undo", "lock", "unlock", "warning",
            "error", "ok", "info", "more", "menu", "close", "back", "forward", "up", "down", "check", "cluster",
            "connection", "ssh", "offline", "qr", "language", "theme", "keyboard", "power", "cpu", "memory", "network",
            "namespace", "help", "eye", "minus", "clock", "pin", "expand"]

        Column {
            id: cell

            required property string modelData

            width: 92
            spacing: 6

            Icon {
                anchors.horizontalCenter: parent.horizontalCenter
                name: cell.modelData
                size: 32
            }
            Label {
                width: parent.width
                text: cell.modelData
                font.pixelSize: 12
                horizontalAlignment: Text.AlignHCenter
                color: Theme.textMuted
            }
        }
    }
}
