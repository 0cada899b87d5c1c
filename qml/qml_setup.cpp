#include "qml/qml_setup.h"

#include "app/icons/icon_provider.h"

#include <QQmlEngine>
#include <QQuickStyle>
#include <QtQml/QQmlExtensionPlugin>

// Static modules are found through their plugins only, and those only when somebody names them.
Q_IMPORT_QML_PLUGIN(Coracle_ThemePlugin)
Q_IMPORT_QML_PLUGIN(Coracle_StylePlugin)
Q_IMPORT_QML_PLUGIN(Coracle_ItemsPlugin)
Q_IMPORT_QML_PLUGIN(Coracle_UiPlugin)

namespace coracle {

void setUpStyle() {
    QQuickStyle::setStyle(QStringLiteral("Coracle.Style"));
    QQuickStyle::setFallbackStyle(QStringLiteral("Basic"));
}

void setUpEngine(QQmlEngine &engine) {
    engine.addImportPath(QStringLiteral("qrc:/qt/qml"));
    engine.addImageProvider(QStringLiteral("icon"), new app::IconProvider);
}

} // namespace coracle
