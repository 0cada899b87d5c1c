#include "app/clusters/cluster.h"
#include "app/editor/document_editor.h"
#include "app/editor/yaml_assistant.h"
#include "app/session/live_session.h"
#include "tests/app/clusterd_fixture.h"

#include <QAbstractEventDispatcher>
#include <QGuiApplication>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QQuickItem>
#include <QQuickView>
#include <QSignalSpy>
#include <QTest>
#include <QTextCursor>
#include <QThread>
#include <time.h>

using namespace coracle;
using namespace coracle::app;

namespace {
const QString kConfigMaps = QStringLiteral("/api/v1/namespaces/default/configmaps");

/// The longest turns of this thread's event loop, in processor time: what others do on the machine does not count.
class TurnMeter : public QObject {
public:
    TurnMeter() {
        auto *dispatcher = QThread::currentThread()->eventDispatcher();
        connect(dispatcher, &QAbstractEventDispatcher::awake, this, [this] { turn(); });
        connect(dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, [this] { turn(); });
    }
    void tell(const char *what) {
        turn();
        qInfo("%s: the longest turn took %.0f ms", what, std::exchange(m_longestMs, 0));
    }

private:
    void turn() {
        timespec now;
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        const double nowMs = static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
        m_longestMs = std::max(m_longestMs, nowMs - std::exchange(m_lastMs, nowMs));
    }
    double m_lastMs = 0, m_longestMs = 0;
};

} // namespace

class DocumentEditorTest : public QObject {
    Q_OBJECT

    Clusterd m_clusterd;
    NetworkThread m_network;
    std::unique_ptr<Cluster> m_cluster;
    QQmlEngine m_engine;

    Session &session() { return *m_cluster->session(); }

    /// A TextEdit, as the page has.
    std::unique_ptr<QObject> makeEdit() {
        QQmlComponent component(&m_engine);
        component.setData("import QtQuick\nTextEdit { textFormat: TextEdit.PlainText }", {});
        return std::unique_ptr<QObject>(component.create());
    }
    static QQuickTextDocument *documentOf(QObject &edit) {
        return edit.property("textDocument").value<QQuickTextDocument *>();
    }
    QJsonObject dataOf(const QString &name) {
        const Result<QJsonObject> object = ask(session(), {.path = kConfigMaps + u'/' + name});
        return object ? object->value("data").toObject() : QJsonObject();
    }
    static QTextDocument &textOf(QObject &edit) { return *documentOf(edit)->textDocument(); }
    static void replace(QObject &edit, const QString &what, const QString &with) {
        QTextCursor cursor = textOf(edit).find(what);
        QVERIFY2(!cursor.isNull(), qPrintable(what));
        cursor.insertText(with);
    }
    void open(DocumentEditor &editor, QObject &edit, const QString &name) {
        editor.setDocument(documentOf(edit));
        editor.setCluster(m_cluster.get());
        editor.setKindKey(QStringLiteral("configmaps"));
        editor.setNamespaceName(QStringLiteral("default"));
        editor.setName(name);
        QTRY_VERIFY(textOf(edit).toPlainText().contains(u"kind: ConfigMap"));
        QVERIFY(!editor.modified());
    }

private Q_SLOTS:
    void initTestCase() {
        const auto started = m_clusterd.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        m_cluster = std::make_unique<Cluster>(
            ClusterProfile(),
            std::make_unique<LiveSession>(m_network, std::make_unique<LocalLink>(m_clusterd.socketPath())));
        session().open();
        QVERIFY(waitConnected(session()));
    }
    void cleanupTestCase() { m_cluster.reset(); }

    void reviewsAndApplies() {
        QVERIFY(post(session(), kConfigMaps, configMap("plain", {}, {{"key", "before"}})));
        const auto edit = makeEdit();
        DocumentEditor editor;
        open(editor, *edit, QStringLiteral("plain"));
        QVERIFY(!textOf(*edit).toPlainText().contains(u"managedFields"));
        replace(*edit, QStringLiteral("before"), QStringLiteral("after"));
        QVERIFY(editor.modified());
        QSignalSpy reviewed(&editor, &DocumentEditor::reviewed), applied(&editor, &DocumentEditor::applied);
        editor.review();
        QTRY_COMPARE(reviewed.size(), 1);
        const QString difference = editor.property("differenceText").toString();
        QVERIFY2(difference.contains(u"- ") && difference.contains(u"+   key: after"), qPrintable(difference));
        QCOMPARE(dataOf("plain").value("key").toString(), QString("before"));
        editor.apply();
        QTRY_COMPARE(applied.size(), 1);
        QCOMPARE(dataOf("plain").value("key").toString(), QString("after"));
        QVERIFY(!editor.modified());
    }

    void refusalsStandAtTheirLine() {
        QVERIFY(post(session(), kConfigMaps, configMap("strict", {}, {{"key", "a"}})));
        const auto edit = makeEdit();
        DocumentEditor editor;
        open(editor, *edit, QStringLiteral("strict"));
        replace(*edit, QStringLiteral("kind: ConfigMap"), QStringLiteral("kind: ConfigMap\nunknown: 1"));
        const int line = textOf(*edit).find(QStringLiteral("unknown")).blockNumber();
        editor.review();
        QTRY_COMPARE(editor.problemLines(), QList<int>{line});
        QVERIFY(editor.modified());
        replace(*edit, QStringLiteral("unknown: 1"), QStringLiteral("  bad: 1"));
        editor.review();
        QTRY_VERIFY(!editor.busy());
        QTRY_COMPARE(editor.problems()->count(), 1);
    }

    void changesOfOthersAreMerged() {
        QVERIFY(post(session(), kConfigMaps, configMap("shared", {}, {{"mine", "1"}, {"theirs", "1"}})));
        const auto edit = makeEdit();
        DocumentEditor editor;
        open(editor, *edit, QStringLiteral("shared"));
        replace(*edit, QStringLiteral("mine: \"1\""), QStringLiteral("mine: \"2\""));
        QVERIFY(mergePatch(session(), kConfigMaps + "/shared", {{"data", QJsonObject{{"theirs", "3"}}}}));
        QTRY_VERIFY(editor.changedOutside());
        QVERIFY(textOf(*edit).toPlainText().contains(u"mine: \"2\"")); // nothing is lost
        editor.apply();                                                // refused: it is an older version
        QTRY_VERIFY(editor.problems()->count() > 0);
        editor.compare();
        QTRY_VERIFY(editor.property("theirChanges").toString().contains(u"+   theirs: \"3\""));
        QVERIFY(editor.property("myChanges").toString().contains(u"+   mine: \"2\""));
        editor.merge();
        QTRY_VERIFY(!editor.changedOutside());
        QTRY_VERIFY(textOf(*edit).toPlainText().contains(u"theirs: \"3\""));
        QSignalSpy applied(&editor, &DocumentEditor::applied);
        editor.apply();
        QTRY_COMPARE(applied.size(), 1);
        const QJsonObject data = dataOf("shared");
        QCOMPARE(data.value("mine").toString(), QString("2"));
        QCOMPARE(data.value("theirs").toString(), QString("3"));
    }

    void anUnchangedTextFollows() {
        QVERIFY(post(session(), kConfigMaps, configMap("followed", {}, {{"key", "a"}})));
        const auto edit = makeEdit();
        DocumentEditor editor;
        open(editor, *edit, QStringLiteral("followed"));
        QVERIFY(mergePatch(session(), kConfigMaps + "/followed", {{"data", QJsonObject{{"key", "changed"}}}}));
        QTRY_VERIFY(textOf(*edit).toPlainText().contains(u"changed"));
        QVERIFY(!editor.changedOutside());
    }

    void appliesSeveralNewObjects() {
        const auto edit = makeEdit();
        DocumentEditor editor;
        editor.setDocument(documentOf(*edit));
        editor.setCluster(m_cluster.get());
        editor.setText(QStringLiteral("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n---\n"
                                      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\ndata:\n  a: b\n"));
        QSignalSpy reviewed(&editor, &DocumentEditor::reviewed), applied(&editor, &DocumentEditor::applied);
        editor.review();
        QTRY_COMPARE(reviewed.size(), 1);
        editor.apply();
        QTRY_COMPARE(applied.size(), 1);
        QVERIFY(ask(session(), {.path = kConfigMaps + "/one"}));
        QCOMPARE(dataOf("two").value("a").toString(), QString("b"));
        editor.setText(QStringLiteral("apiVersion: v1\nkind: Unheard\nmetadata:\n  name: x\n"));
        editor.review();
        QTRY_COMPARE(editor.problems()->count(), 1);
    }

    /// The longest that the API takes: nothing that is done with it keeps the screen waiting.
    void aMegabyteIsEdited() {
        QString value;
        for (int i = 0; i < 20'000; ++i)
            value += QStringLiteral("line %1 of a long text for testing only, more\n").arg(i);
        QVERIFY(post(session(), kConfigMaps, configMap("large", {}, {{"key", value}})));
        QQuickView window(&m_engine, nullptr);
        QQmlComponent component(&m_engine);
        component.setData("import QtQuick\nimport QtQuick.Controls.Basic\nFlickable { width: 800; height: 600\n"
                          "TextArea.flickable: TextArea { objectName: 'edit'; textFormat: TextEdit.PlainText; "
                          "wrapMode: TextEdit.NoWrap; font.family: 'DejaVu Sans Mono'; background: null } }",
                          {});
        window.setContent({}, &component, component.create());
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QQuickItem *edit = window.rootObject()->findChild<QQuickItem *>("edit");
        YamlAssistant assistant;
        assistant.setDocument(documentOf(*edit));
        DocumentEditor editor;
        TurnMeter meter;
        open(editor, *edit, QStringLiteral("large"));
        QVERIFY(edit->flags().testFlag(QQuickItem::ItemObservesViewport));
        QTRY_VERIFY_WITH_TIMEOUT(textOf(*edit).blockCount() > 20'000, 20'000);
        QTRY_VERIFY(textOf(*edit).isUndoRedoEnabled());
        meter.tell("opening");
        for (const QString &word : {QStringLiteral("line 0 of"), QStringLiteral("line 19999 of")}) {
            replace(*edit, word, QStringLiteral("another"));
            QTest::qWaitFor([&] { return window.grabWindow().isNull(); }, 0);
        }
        meter.tell("typing");
        QVERIFY(editor.modified());
        QSignalSpy reviewed(&editor, &DocumentEditor::reviewed), applied(&editor, &DocumentEditor::applied);
        editor.review();
        QTRY_COMPARE_WITH_TIMEOUT(reviewed.size(), 1, 20'000);
        meter.tell("reviewing");
        QSignalSpy filled(&textOf(*edit), &QTextDocument::contentsChanged);
        editor.apply();
        QTRY_COMPARE_WITH_TIMEOUT(applied.size(), 1, 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(!filled.isEmpty(), 20'000); // what the cluster made of it
        QTRY_VERIFY_WITH_TIMEOUT(textOf(*edit).isUndoRedoEnabled() && textOf(*edit).blockCount() > 20'000, 20'000);
        meter.tell("applying");
        assistant.suggest(0);
        meter.tell("suggesting");
    }

    void theClustersSchemaHelps() {
        const auto edit = makeEdit();
        YamlAssistant assistant;
        assistant.setProperty("cluster", QVariant::fromValue(m_cluster.get()));
        assistant.setDocument(documentOf(*edit));
        QTextCursor(&textOf(*edit)).insertText(QStringLiteral("apiVersion: apps/v1\nkind: Deployment\nspec:\n  rep"));
        const int end = textOf(*edit).characterCount() - 1;
        assistant.suggest(end);
        QTRY_COMPARE(assistant.suggestions()->count(), 1);
        QCOMPARE(assistant.suggestions()->at<SuggestionRow>(0).key, QString("replicas"));
        QCOMPARE(assistant.suggestions()->at<SuggestionRow>(0).type, QString("integer"));
        const int after = assistant.accept(end, QStringLiteral("replicas"));
        QVERIFY(textOf(*edit).toPlainText().endsWith(u"\n  replicas: "));
        QCOMPARE(after, textOf(*edit).characterCount() - 1);
        assistant.lookUp(after);
        QVERIFY2(assistant.helpTitle().startsWith(u"spec.replicas"), qPrintable(assistant.helpTitle()));
    }

    void typingIndents() {
        const auto edit = makeEdit();
        YamlAssistant assistant;
        assistant.setDocument(documentOf(*edit));
        QTextCursor(&textOf(*edit)).insertText(QStringLiteral("spec:"));
        int at = assistant.newLine(5);
        QCOMPARE(textOf(*edit).toPlainText(), QString("spec:\n  "));
        QTextCursor(&textOf(*edit)).movePosition(QTextCursor::End);
        at = assistant.indent(at, at, false);
        QCOMPARE(textOf(*edit).toPlainText(), QString("spec:\n    "));
        assistant.indent(0, at, false);
        QCOMPARE(textOf(*edit).toPlainText(), QString("  spec:\n      "));
        assistant.indent(0, at, true);
        QCOMPARE(textOf(*edit).toPlainText(), QString("spec:\n    "));
    }
};

int main(int argc, char **argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("QT_QUICK_BACKEND", "software");
    QGuiApplication application(argc, argv);
    DocumentEditorTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_document_editor.moc"
