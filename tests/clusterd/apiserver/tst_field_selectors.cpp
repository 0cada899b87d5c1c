#include "core/api/selector.h"
#include "tests/clusterd/apiserver/support/test_api.h"

#include <QTest>
#include <fmt/format.h>

using namespace coracle;
using namespace coracle::test;

namespace {

constexpr const char *kUnknownField =
    "\"\\\"spec.replicas\\\" is not a known field selector: only \\\"metadata.name\\\", \\\"metadata.namespace\\\"\"";

} // namespace

/// The fields that each kind can be selected by (the conversions of field labels in k8s.io/kubernetes), through HTTP.
class FieldSelectorsTest : public QObject {
    Q_OBJECT

    TestApi m_api;

    Answer list(const std::string &path, std::string_view field) {
        return m_api.request("GET", fmt::format("{}?fieldSelector={}%3Dx", path, field));
    }

private slots:
    void kindsHaveTheirFields_data() {
        QTest::addColumn<QStringList>("fields");
        auto row = [](const char *path, QString fields) {
            QTest::newRow(path) << (fields + " metadata.name").split(' ', Qt::SkipEmptyParts);
        };
        row("/api/v1/pods", "metadata.namespace spec.nodeName spec.restartPolicy spec.schedulerName "
                            "spec.serviceAccountName spec.hostNetwork status.phase status.podIP status.podIPs "
                            "status.nominatedNodeName spec.host");
        row("/api/v1/events", "metadata.namespace involvedObject.kind involvedObject.namespace involvedObject.name "
                              "involvedObject.uid involvedObject.apiVersion involvedObject.resourceVersion "
                              "involvedObject.fieldPath reason reportingComponent source type");
        row("/apis/events.k8s.io/v1/events", "metadata.namespace reason regarding.kind regarding.namespace "
                                             "regarding.name regarding.uid regarding.apiVersion "
                                             "regarding.resourceVersion regarding.fieldPath reportingController type");
        row("/api/v1/namespaces", "status.phase");
        row("/api/v1/nodes", "spec.unschedulable");
        row("/api/v1/replicationcontrollers", "metadata.namespace status.replicas");
        row("/api/v1/secrets", "metadata.namespace type");
        row("/api/v1/services", "metadata.namespace spec.clusterIP spec.type");
        row("/apis/batch/v1/jobs", "metadata.namespace status.successful");
        row("/apis/certificates.k8s.io/v1/certificatesigningrequests", "spec.signerName");
    }

    void kindsHaveTheirFields() {
        QFETCH(QStringList, fields);
        const std::string path = QTest::currentDataTag();
        for (const QString &field : fields) {
            Answer answer = list(path, field.toStdString());
            QVERIFY2(answer.code == 200, answer.body.c_str());
        }
        for (const char *field : {"metadata.labels", "spec", "status.unknown"}) {
            Answer answer = list(path, field);
            QCOMPARE(answer.code, 400);
            QVERIFY2(answer.body.contains(fmt::format("\"field label not supported: {}\"", field)),
                     answer.body.c_str());
        }
        if (!fields.contains("metadata.namespace"))
            QCOMPARE(list(path, "metadata.namespace").code, 400);
    }

    void aNameIsAnyText_data() {
        QTest::addColumn<QByteArray>("selector");
        QTest::addRow("with what the syntax escapes") << QByteArray("metadata.name%3Da:odd%5C,name%5C%3Dx%20y");
        QTest::addRow("that no path can hold") << QByteArray("metadata.name%3Da/b");
        QTest::addRow("behind another field") << QByteArray("metadata.namespace!%3Dx,metadata.name%3D%3Da");
    }

    void aNameIsAnyText() {
        QFETCH(QByteArray, selector);
        Answer answer = m_api.request("GET", "/api/v1/configmaps?fieldSelector=" + selector.toStdString());
        QVERIFY2(answer.code == 200, answer.body.c_str());
    }

    void theOthersHaveNameAndNamespace() {
        for (const char *path :
             {"/api/v1/configmaps", "/apis/apps/v1/deployments", "/apis/storage.k8s.io/v1/storageclasses"}) {
            QCOMPARE(list(path, "metadata.name").code, 200);
            QCOMPARE(list(path, "metadata.namespace").code, 200);
            Answer answer = list(path, "spec.replicas");
            QCOMPARE(answer.code, 400);
            QVERIFY2(answer.body.contains(kUnknownField), answer.body.c_str());
        }
    }

    void valuesAreComparedAsText_data() {
        QTest::addColumn<QString>("resource");
        QTest::addColumn<QString>("object");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("value");
        auto row = [](const char *name, QString resource, QString object, QString path, QString value) {
            QTest::newRow(name) << resource << object << path << value;
        };
        row("succeeded", "jobs", R"({"status":{"succeeded":3}})", "status.successful", "3");
        row("none succeeded", "jobs", R"({"status":{}})", "status.successful", "0");
        row("flag", "nodes", R"({"spec":{"unschedulable":true}})", "spec.unschedulable", "true");
        row("no flag", "nodes", "{}", "spec.unschedulable", "false");
        row("number", "replicationcontrollers", "{}", "status.replicas", "0");
        row("old name", "pods", R"({"spec":{"nodeName":"n"}})", "spec.host", "n");
        row("component", "events", R"({"source":{"component":"a"},"reportingComponent":"b"})", "source", "a");
        row("reporter", "events", R"({"reportingComponent":"b"})", "source", "b");
    }

    void valuesAreComparedAsText() {
        QFETCH(QString, resource);
        QFETCH(QString, object);
        QFETCH(QString, path);
        QFETCH(QString, value);
        const std::string name = resource.toStdString();
        const api::ResourceInfo *info = api::findResource(name == "jobs" ? "batch" : "", name);
        auto parsed = api::Object::parse(object.toStdString());
        QCOMPARE(QString::fromStdString(api::selectableField(*info, **parsed, path.toStdString())), value);
    }
};

QTEST_GUILESS_MAIN(FieldSelectorsTest)
#include "tst_field_selectors.moc"
