#include "core/config/kubeconfig.h"

#include <QTest>

using namespace coracle::config;

class KubeconfigTest : public QObject {
    Q_OBJECT

private slots:
    void survivesARoundTrip() {
        Kubeconfig config{.currentContext = "default"};
        config.clusters.push_back({.name = "default", .server = "https://127.0.0.1:6443", .caPem = "CA\n\x01"});
        config.users.push_back({.name = "default", .certificatePem = "CERT", .keyPem = "KEY", .token = "a: b # c"});
        config.contexts.push_back({"default", "default", "default", "kube-system"});
        auto read = Kubeconfig::parse(config.text());
        QVERIFY(read.has_value());
        QCOMPARE(read->currentContext, std::string("default"));
        QCOMPARE(read->cluster("default")->server, std::string("https://127.0.0.1:6443"));
        QCOMPARE(read->cluster("default")->caPem, std::string("CA\n\x01"));
        QCOMPARE(read->user("default")->keyPem, std::string("KEY"));
        QCOMPARE(read->user("default")->token, std::string("a: b # c"));
        QCOMPARE(read->context("default")->namespaceName, std::string("kube-system"));
        QVERIFY(!read->user("other"));
    }

    void readsPaths() {
        auto read =
            Kubeconfig::parse("apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster:\n    server: s\n"
                              "    certificate-authority: /ca\n    insecure-skip-tls-verify: true\nusers: null\n");
        QVERIFY(read.has_value());
        QCOMPARE(read->cluster("c")->caFile, std::string("/ca"));
        QVERIFY(read->cluster("c")->insecureSkipTlsVerify);
        QVERIFY(read->users.empty());
    }

    void refuses_data() {
        QTest::addColumn<QString>("yaml");
        QTest::addColumn<QString>("message");
        QTest::newRow("empty") << "" << "kind must be Config";
        QTest::newRow("other kind") << "kind: Pod" << "kind must be Config";
        QTest::newRow("list") << "- kind: Config" << "kind must be Config";
        QTest::newRow("broken") << "kind: [" << "not a kubeconfig";
        QTest::newRow("not base64") << "kind: Config\nusers:\n- name: u\n  user: {client-key-data: '!'}"
                                    << "user \"u\": client-key-data is not base64";
    }
    void refuses() {
        QFETCH(QString, yaml);
        QFETCH(QString, message);
        auto read = Kubeconfig::parse(yaml.toStdString());
        QVERIFY(!read);
        QVERIFY2(QString::fromStdString(read.error().message).contains(message), read.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(KubeconfigTest)
#include "tst_kubeconfig.moc"
