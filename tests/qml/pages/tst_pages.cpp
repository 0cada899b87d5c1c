#include "app/application.h"
#include "qml/qml_setup.h"
#include "tests/qml/pages/bench_session.h"

#include <QQmlContext>
#include <QQmlEngine>
#include <QtQml/QQmlExtensionPlugin>
#include <QtQuickTest/quicktest.h>

Q_IMPORT_QML_PLUGIN(CoraclePlugin)

namespace coracle::app {

/// `bench` in the tests: the faults of the cluster that the pages show.
class Bench : public QObject {
    Q_OBJECT

public:
    Q_INVOKABLE void lose() { session()->lose(); }
    Q_INVOKABLE void refuse(const QString &pattern, int code, const QString &message) {
        session()->refuse(pattern, code, message);
    }
    Q_INVOKABLE void empty(const QString &pattern) { session()->empty(pattern); }
    /// "get list watch: pods deployments.apps": what the user may do, one rule a string.
    Q_INVOKABLE void allowOnly(const QStringList &rules) {
        QJsonArray made;
        for (const QString &rule : rules) {
            for (const QString &key : rule.section(u':', 1).split(u' ', Qt::SkipEmptyParts)) {
                const QString resource = key.section(u'/', 0, 0), sub = key.section(u'/', 1);
                made.append(QJsonObject{
                    {"verbs", QJsonArray::fromStringList(rule.section(u':', 0, 0).split(u' '))},
                    {"apiGroups", QJsonArray{key == u"*" ? key : resource.section(u'.', 1)}},
                    {"resources", QJsonArray{resource.section(u'.', 0, 0) + (sub.isEmpty() ? sub : u'/' + sub)}}});
            }
        }
        session()->setRules(made);
    }
    Q_INVOKABLE QStringList writes() const { return session()->writes(); }
    Q_INVOKABLE int reviews() const { return session()->reviews(); }
    Q_INVOKABLE void mend() { session()->mend(); }

private:
    static BenchSession *session() {
        return static_cast<BenchSession *>(Application::create(nullptr, nullptr)->cluster()->session());
    }
};

/// Runs the tst_*.qml of this folder (-input <file>) on the demo's cluster.
class Setup : public QObject {
    Q_OBJECT

public Q_SLOTS:
    void applicationAvailable() {
        coracle::setUpStyle();
        m_application = std::make_unique<Application>(
            ApplicationPaths{}, [](const ClusterProfile &) { return std::make_unique<BenchSession>(); });
        m_application->settings()->overrideLanguage(QStringLiteral("en"));
        m_application->settings()->setReduceMotion(true);
        m_application->clusters()->addDemo();
    }
    void qmlEngineAvailable(QQmlEngine *engine) {
        coracle::setUpEngine(*engine);
        engine->rootContext()->setContextProperty(QStringLiteral("bench"), &m_bench);
    }
    void cleanupTestCase() { m_application.reset(); }

private:
    std::unique_ptr<Application> m_application;
    Bench m_bench;
};

} // namespace coracle::app

using coracle::app::Setup;
QUICK_TEST_MAIN_WITH_SETUP(pages, Setup)

#include "tst_pages.moc"
