#include "app/deploy/app_manifests.h"
#include "app/workloads/object_detail.h"

#include <QTest>

using namespace coracle::app;

namespace {

AppSpec plain() {
    AppSpec spec;
    spec.name = QStringLiteral("web");
    spec.namespaceName = QStringLiteral("dev");
    spec.image = QStringLiteral("nginx:stable");
    return spec;
}

QStringList kinds(const AppSpec &spec) {
    QStringList names;
    for (const QJsonObject &object : appManifests(spec))
        names.append(object["kind"].toString());
    return names;
}

} // namespace

class TestAppManifests : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void kindsFollowTheSpec() {
        AppSpec spec = plain();
        QCOMPARE(kinds(spec), QStringList{"Deployment"});
        spec.ports = {{.number = 80}};
        QCOMPARE(kinds(spec), (QStringList{"Deployment", "Service"}));
        spec.host = QStringLiteral("web.example.com");
        spec.storageSize = QStringLiteral("1Gi");
        spec.mountPath = QStringLiteral("/data");
        QCOMPARE(kinds(spec), (QStringList{"PersistentVolumeClaim", "Deployment", "Service", "Ingress"}));
        spec.expose = AppSpec::Expose::Nowhere;
        QCOMPARE(kinds(spec), (QStringList{"PersistentVolumeClaim", "Deployment"}));
    }

    void theYaml() {
        AppSpec spec = plain();
        spec.replicas = 2;
        spec.ports = {{.number = 80}};
        spec.environment = {{QStringLiteral("A"), QStringLiteral("true")}};
        spec.memory = QStringLiteral("64Mi");
        QCOMPARE(yamlText(appManifests(spec).first()), QStringLiteral("apiVersion: apps/v1\n"
                                                                      "kind: Deployment\n"
                                                                      "metadata:\n"
                                                                      "  labels:\n"
                                                                      "    app.kubernetes.io/name: web\n"
                                                                      "  name: web\n"
                                                                      "  namespace: dev\n"
                                                                      "spec:\n"
                                                                      "  replicas: 2\n"
                                                                      "  selector:\n"
                                                                      "    matchLabels:\n"
                                                                      "      app.kubernetes.io/name: web\n"
                                                                      "  template:\n"
                                                                      "    metadata:\n"
                                                                      "      labels:\n"
                                                                      "        app.kubernetes.io/name: web\n"
                                                                      "    spec:\n"
                                                                      "      containers:\n"
                                                                      "      - env:\n"
                                                                      "        - name: A\n"
                                                                      "          value: \"true\"\n"
                                                                      "        image: nginx:stable\n"
                                                                      "        name: web\n"
                                                                      "        ports:\n"
                                                                      "        - containerPort: 80\n"
                                                                      "          name: tcp-80\n"
                                                                      "          protocol: TCP\n"
                                                                      "        resources:\n"
                                                                      "          limits:\n"
                                                                      "            memory: 64Mi\n"
                                                                      "          requests:\n"
                                                                      "            memory: 64Mi\n"));
    }

    void problems_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::addColumn<bool>("wrong");
        QTest::newRow("name") << "name" << "web-1" << false;
        QTest::newRow("name, capital") << "name" << "Web" << true;
        QTest::newRow("name, digit first") << "name" << "1web" << true;
        QTest::newRow("no image") << "image" << "" << true;
        QTest::newRow("image, two words") << "image" << "a b" << true;
        QTest::newRow("memory") << "memory" << "256Mi" << false;
        QTest::newRow("memory, words") << "memory" << "much" << true;
        QTest::newRow("cpu") << "cpu" << "0.5" << false;
        QTest::newRow("storage") << "storage" << "5GB" << true;
        QTest::newRow("host without a port") << "host" << "web.example.com" << true;
    }
    void problems() {
        QFETCH(QString, field);
        QFETCH(QString, value);
        AppSpec spec = plain();
        spec.mountPath = QStringLiteral("/data");
        const QHash<QString, QString AppSpec::*> members{{"name", &AppSpec::name},           {"image", &AppSpec::image},
                                                         {"memory", &AppSpec::memory},       {"cpu", &AppSpec::cpu},
                                                         {"storage", &AppSpec::storageSize}, {"host", &AppSpec::host}};
        spec.*members[field] = value;
        QTEST(appProblems(spec).contains(field), "wrong");
    }

    void portsAreRead() {
        bool ok = false;
        QCOMPARE(readPorts(QStringLiteral("80, 53/udp 443"), &ok).size(), 3);
        QVERIFY(ok);
        for (const char *bad : {"0", "70000", "80/abc", "x", "80,80"}) {
            readPorts(QLatin1String(bad), &ok);
            QVERIFY2(!ok, bad);
        }
        QCOMPARE(readEnvironment(QStringLiteral("A=b=c\n\n B =d"), &ok).size(), 2);
        QVERIFY(ok);
        readEnvironment(QStringLiteral("no value"), &ok);
        QVERIFY(!ok);
    }
};

QTEST_GUILESS_MAIN(TestAppManifests)
#include "tst_app_manifests.moc"
