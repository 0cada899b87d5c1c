#include "qml/qml_setup.h"

#include <QQmlEngine>
#include <QtQuickTest/quicktest.h>

/// Runs the tst_*.qml of this folder (-input <file>) with the modules of the front-end.
class Setup : public QObject {
    Q_OBJECT

public slots:
    void applicationAvailable() { coracle::setUpStyle(); }
    void qmlEngineAvailable(QQmlEngine *engine) { coracle::setUpEngine(*engine); }
};

QUICK_TEST_MAIN_WITH_SETUP(qml, Setup)

#include "tst_qml.moc"
